"""The language that a command speaks: that of the settings, and English before they are read."""

import click

from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Bilingual, Language

SPOKEN = "ajour_revenue.language"


def speak(language: Language) -> None:
    """Say everything from here on in a language."""
    click.get_current_context().meta[SPOKEN] = language


def spoken_language() -> Language:
    """Return the language that the command speaks."""
    context = click.get_current_context(silent=True)
    language: Language = context.meta.get(SPOKEN, "en") if context else "en"
    return language


def said(text: Bilingual) -> str:
    """Return a text in the language that the command speaks."""
    return text.in_language(spoken_language())


def words_of(error: ActionableError | click.ClickException) -> str:
    """Return what an error says, in the language that the command speaks."""
    return said(error.text) if isinstance(error, ActionableError) else error.message
