"""Names from outside: what cannot be seen is taken out of them, and what differs without being seen is told."""

import re
import unicodedata

LONGEST = 200
"""In characters; a longer name is cut."""

JOINER = "\u200d"
"""Holds the parts of one emoji together."""

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Control, format (also of the direction of writing), surrogate, private and unassigned characters."""


def clean_name(text: str) -> str:
    """Return a name as it is seen: composed, without invisible characters, and with single spaces within it."""
    text = unicodedata.normalize("NFC", re.sub(r"\s+", " ", text))
    seen = [
        character
        for place, character in enumerate(text)
        if unicodedata.category(character) not in INVISIBLE or _joins_an_emoji(text, place)
    ]
    return re.sub(r" +", " ", "".join(seen)).strip()[:LONGEST].rstrip()


def cleaned(value: object) -> object:
    """Clean a value that is a text, before it is looked at whether it is long enough."""
    return clean_name(value) if isinstance(value, str) else value


def invisible_in(text: str) -> str | None:
    """Return the name of the first character of a text that cannot be seen; None where all can."""
    for place, character in enumerate(text):
        if unicodedata.category(character) in INVISIBLE and not _joins_an_emoji(text, place):
            return described(character)
    return None


def hidden_difference(written: str, meant: str) -> str | None:
    """Say in what two names differ that look alike; None where anybody sees it, or nothing differs."""
    if written == meant or len(written) != len(meant):
        return None
    differing = [(one, other) for one, other in zip(written, meant, strict=True) if one != other]
    if any(one.isascii() and other.isascii() for one, other in differing):
        return None
    one, other = differing[0]
    return f"{written!r} has {described(one)} where {meant!r} has {described(other)}"


def described(character: str) -> str:
    """Return a character's number and name, as in U+0430 CYRILLIC SMALL LETTER A."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def _joins_an_emoji(text: str, place: int) -> bool:
    neighbours = text[place - 1 : place] + text[place + 1 : place + 2]
    return (
        text[place] == JOINER
        and len(neighbours) == 2  # noqa: PLR2004 (one on each side)
        and all(unicodedata.category(each) in {"So", "Sk", "Mn"} for each in neighbours)
    )
