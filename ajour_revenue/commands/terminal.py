"""What the commands have in common: the terminal, and the settings that they work with."""

import datetime as dt
import json
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from ajour_revenue.commands.errors import FailedError
from ajour_revenue.commands.language import said, speak
from ajour_revenue.environment import read_env_file
from ajour_revenue.revenue.removed_locations import warn_of_removed_locations
from ajour_revenue.settings.load import SettingsError, SettingsWarning, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual

NOTE = Bilingual(da="Bemærk", en="Note")


def print_json(value: object) -> None:
    """Print for programs: in ASCII, so that nothing is changed on its way through any terminal or pipe."""
    click.echo(json.dumps(value, indent=2, default=_plain_value))


def _plain_value(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def output() -> Console:
    """Return the terminal: colour only where it can show it, and nothing that is printed is taken for markup."""
    return Console(highlight=False, markup=False, emoji=False)


def errors() -> Console:
    """Return the terminal for what is not the command's result."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_indented(console: Console, head: Text, text: str, *, indent: int) -> None:
    """Print a head and what belongs to it, whose further lines begin where its first does."""
    for number, line in enumerate(Text(text).wrap(console, console.width - indent)):
        line.rstrip()
        start = Text("") if number else head.copy()
        start.pad_right(indent - start.cell_len)
        console.print(start + line)


@contextmanager
def telling_retries() -> Iterator[None]:
    """Let whoever waits know that something is tried again."""
    console = errors()

    class Tell(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # A log has it in English.
            text = record.args[0] if isinstance(record.args, tuple) and record.args else None
            console.print(said(text) if isinstance(text, Bilingual) else record.getMessage(), style="dim")

    handler = Tell(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("dagster", "ajour_revenue")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def settings_or_fail(path: Path | None) -> Settings:
    """Load the settings, with `.env` read first, and tell on stderr what is doubtful in them.

    From then on the command speaks their language, also where they cannot be used: then it raises FailedError.
    """
    read_env_file(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SettingsWarning)
        try:
            settings = load_settings(path)
            speak(settings.report.language)
            warn_of_removed_locations(settings)
        except SettingsError as error:
            speak(error.language)
            raise FailedError(error.text) from None
    for doubt in doubts_in(caught):
        errors().print(f"{said(NOTE)}: {said(doubt.text)}", style="yellow")
    return settings


def doubts_in(caught: Iterable[warnings.WarningMessage]) -> list[SettingsWarning]:
    """Return what was warned of that is for whoever wrote the settings."""
    return [each.message for each in caught if isinstance(each.message, SettingsWarning)]
