"""Questions, asked until their answer can be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import click
from rich.text import Text

from ajour_revenue.commands.language import said, spoken_language
from ajour_revenue.commands.terminal import output, print_indented
from ajour_revenue.text.bilingual import Bilingual, Language
from ajour_revenue.text.faults import FaultError

Answer = TypeVar("Answer")

NUMBER_WIDTH = 5
ANSWERS = {"j": True, "ja": True, "y": True, "yes": True, "n": False, "nej": False, "no": False}
"""Those of both languages: whoever is asked in the one may think in the other."""


@dataclass(frozen=True)
class AnswerTexts:
    """The words of one language."""

    choice: dict[bool, str]
    """By what Enter alone means."""
    unclear: str


ANSWER_TEXTS: dict[Language, AnswerTexts] = {
    "da": AnswerTexts(choice={False: "j/N", True: "J/n"}, unclear="Svar ja eller nej."),
    "en": AnswerTexts(choice={False: "y/N", True: "Y/n"}, unclear="Answer yes or no."),
}
NO_SUCH_NUMBER = Bilingual(da="{typed} er ikke blandt 1 til {most}.", en="There is no {typed} among 1 to {most}.")


def is_agreed(question: str, *, usual: bool = False) -> bool:
    """Ask a question until it is answered; Enter alone is the usual answer."""
    texts = ANSWER_TEXTS[spoken_language()]
    while True:
        question_and_choice = f"{question} [{texts.choice[usual]}]"
        answer = click.prompt(question_and_choice, default="", show_default=False).strip().casefold()
        if not answer:
            return usual
        if answer in ANSWERS:
            return ANSWERS[answer]
        click.echo(texts.unclear)


def ask(question: str, usual: str, convert: Callable[[str], Answer]) -> Answer:
    """Ask until what is typed can be converted, which raises FaultError where it cannot; Enter alone is the usual."""
    while True:
        try:
            return convert(click.prompt(question, default=usual))
        except FaultError as error:
            click.echo(said(error.text))


def choose(question: str, choices: Mapping[str, str], usual: str, *, or_another: bool = True) -> str:
    """Ask for one of the choices, each with what is shown of it; return it, or what somebody types who wants another.

    Enter alone takes the usual one, which is one of them.
    """
    console = output()
    for number, shown in enumerate(choices.values(), start=1):
        print_indented(console, Text(f"{number:>3}"), shown, indent=NUMBER_WIDTH)

    def chosen(typed: str) -> str:
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return [*choices][int(typed) - 1]
        if typed in choices or (or_another and not typed.isdecimal()):
            return typed
        raise FaultError(NO_SUCH_NUMBER.format(typed=typed, most=len(choices)))

    return ask(question, str([*choices].index(usual) + 1), chosen)
