"""What the commands have in common: the terminal, its errors, and arguments of theirs."""

import codecs
import datetime as dt
import io
import json
import logging
import sys
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console
from rich.text import Text

from ajour_revenue.environment import read_env_file
from ajour_revenue.revenue.removed_locations import warn_of_removed_locations
from ajour_revenue.settings.load import SettingsError, SettingsWarning, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.parse import parse_day

NARROW = 72

PLAIN_MARKS = {
    "✓": "ok",
    "✗": "x",
    "…": "...",
    "→": "->",
    "\u2212": "-",
    "\u2013": "-",
    "·": ".",
    "•": "*",
    "≈": "~",
    "█": "#",
    "▓": "#",
    "▒": "+",
    "░": ".",
    "━": "-",
    "─": "-",
    "│": "|",
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "Ae",
    "Ø": "Oe",
    "Å": "Aa",
}
"""What a terminal shows that cannot show a mark."""


class FailedError(click.ClickException):
    """The command could not do what it was asked; the message says why and what to do. Exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message no wider than the terminal."""
        console = Console(file=file) if file else errors()
        console.print(f"Error: {self.message}", style="red", markup=False, highlight=False)


class RefusedError(click.UsageError):
    """The command was asked for what cannot be; the message says what can. Exit code 2."""

    def __init__(self, message: str) -> None:
        """Take a message of any length: click does not break lines."""
        super().__init__(textwrap.fill(message, NARROW))


def show_plain_marks() -> None:
    """Let a terminal or a file in another encoding than UTF-8 have plain marks, instead of failing at the others."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(map(_plain_mark, error.object[error.start : error.end])), error.end

    codecs.register_error("plain_marks", plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain_marks")


def _plain_mark(character: str) -> str:
    if plain := PLAIN_MARKS.get(character):
        return plain
    # Letters only: ½ is made of 1 and 2.
    letters = unicodedata.normalize("NFKD", character) if character.isalpha() else ""
    return letters.encode("ascii", "ignore").decode() or "?"


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
            console.print(record.getMessage(), style="dim")

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

    Raises FailedError where they cannot be used.
    """
    read_env_file(path)
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always", SettingsWarning)
        try:
            settings = load_settings(path)
            warn_of_removed_locations(settings)
        except SettingsError as error:
            raise FailedError(str(error)) from None
    for doubt in doubts:
        errors().print(f"Note: {doubt.message}", style="yellow")
    return settings


class DayType(click.ParamType):
    """A day, as 2026-01-31 or as Danes write it, 31-01-2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:  # noqa: ANN401 (click's)
        """Return the day; a usage error where it is none."""
        if isinstance(value, dt.date):
            return value
        try:
            return parse_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = DayType()

settings_option = click.option(
    "--settings",
    "settings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Settings file; by default the one in AJOUR_SETTINGS, else ajour.yaml.",
)
