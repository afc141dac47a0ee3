"""What a message is made of."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ajour_revenue.alerts.texts import AlertTexts

MOST_TITLES = 3
MOST_LINES = 20
MOST_LETTERS = 2000
MOST_LETTERS_OF_A_SUBJECT = 200


class Alert(NamedTuple):
    """One event that somebody should know of; several may go in one message."""

    title: str
    """A few words, for the subject."""
    text: str
    """What happened, on which days, and what to do."""


class Attachment(NamedTuple):
    """A workbook that goes with a mail."""

    file_name: str
    data: bytes


class Mail(NamedTuple):
    """What is mailed; the text says all that the HTML does."""

    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()


def subject_of(alerts: Sequence[Alert], texts: AlertTexts, *, name: str) -> str:
    """Return the one line that says it all, beginning with the integration's name."""
    titles = [alert.title for alert in alerts[:MOST_TITLES]]
    more = len(alerts) - len(titles)
    return one_line(f"{name}: {'; '.join([*titles, *([texts.more_titles.format(more)] if more else [])])}")


def one_line(subject: str) -> str:
    """Return a text as a subject may be: a line of its own, and no longer than anybody reads."""
    return shorten(" ".join(plain(subject).splitlines()), MOST_LETTERS_OF_A_SUBJECT)


def text_of(alerts: Sequence[Alert]) -> str:
    """Return the texts of the alerts, apart from each other; those of a long pause are more than anybody reads."""
    return plain("\n\n".join(alert.text for alert in alerts[:MOST_LINES]))


def bullets(lines: Sequence[str], texts: AlertTexts) -> str:
    """Return the lines as a list that stays readable in a mail: what is too much is counted."""
    shown = [f"- {line}" for line in lines[:MOST_LINES]]
    more = len(lines) - len(shown)
    return "\n".join([*shown, *([f"- {texts.more_things.format(more)}"] if more else [])])


def shorten(text: str, most_letters: int = MOST_LETTERS) -> str:
    """Return the text, cut where it gets too long for a message."""
    return text if len(text) <= most_letters else f"{text[:most_letters]} ..."


def plain(text: str) -> str:
    """Return the text without what steers a terminal or turns the direction of writing; line breaks stay."""
    return "".join(letter for letter in text if letter == "\n" or not unicodedata.category(letter).startswith("C"))
