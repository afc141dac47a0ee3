"""Whether what is shown is in one language, and says all that its texts have to say."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import fields, is_dataclass

from ajour_revenue.text.formats import Formats

WORD = re.compile(r"(?<!\w)[a-zæøå]+(?!\w)")
BLANK = re.compile(r"\{[^}]*\}")
COMMAND = re.compile(r"ajour-revenue [^\n]*")


def strings(texts: object, *, apart_from: Container[str] = ()) -> Iterator[str]:
    """Give every text of a language, apart from those of some fields."""
    if isinstance(texts, str):
        yield texts
    elif isinstance(texts, dict):
        yield from strings(tuple(texts.values()))
    elif isinstance(texts, tuple):
        for value in texts:
            yield from strings(value)
    elif is_dataclass(texts) and not isinstance(texts, Formats):
        yield from strings(tuple(getattr(texts, field.name) for field in fields(texts) if field.name not in apart_from))


def words(texts: Iterable[str]) -> set[str]:
    """Return every word of some texts."""
    return {word for text in texts for word in WORD.findall(BLANK.sub(" ", text).lower())}


def foreign_words(shown: str, texts: object, other: object) -> set[str]:
    """Return the words that are shown, outside commands, and that only the texts of the other language have."""
    foreign = words(strings(other)) - words(strings(texts))
    assert foreign
    return words([COMMAND.sub("", shown)]) & foreign


def unsaid(shown: str, texts: object, *, apart_from: Container[str] = ()) -> list[str]:
    """Return the texts that are not shown, wherever lines are broken."""
    said = "".join(shown.split())
    return [
        text
        for text in strings(texts, apart_from=apart_from)
        if any("".join(part.split()) not in said for part in BLANK.split(text))
    ]
