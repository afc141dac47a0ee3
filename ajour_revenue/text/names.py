"""Names from outside, as people may see them: nothing invisible, and what they differ in where they look the same."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain, count
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from ajour_revenue.text.bilingual import Bilingual, joined

LONGEST_NAME = 200
LONGEST_REASON = 1000
LONGEST_WORD = 60
"""Of a name that is made of several, or quoted."""
DIFFERENCES_TOLD = 3
NOTHING = Bilingual(da="intet", en="nothing")

ESCAPE_SEQUENCES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""What moves a terminal's cursor, changes its colours, or renames its window."""

ZERO_WIDTH_JOINER, EMOJI_STYLE, KEYCAP, ARROW = "\u200d", "\ufe0f", "\u20e3", "\u2194"
JOINERS = {ZERO_WIDTH_JOINER, EMOJI_STYLE}
"""Invisible by themselves; emoji are made with them."""
FIRST_OF_NEWER_EMOJI = "\U0001f000"

# Unicode calls these letters, marks or symbols, and yet they show nothing.
BLANK = frozenset(
    chr(number)
    for first, last in (
        *((0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x2800, 0x2800)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0E), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF)),
        (0xFDD0, 0xFDEF),
    )
    for number in range(first, last + 1)
)

# ruff: disable[RUF001]
LOOK_ALIKE = str.maketrans(
    {
        letter: plain
        for letters, plains in (
            # Cyrillic, Greek, and Latin letters of no Danish word.
            ("АВЕЅІЈКМНОРСТУХӀԚԜӔ", "ABESIJKMHOPCTYXIQWÆ"),
            ("аеѕіјорсухӏԛԝԁһӕ", "aesijopcyxlqwdhæ"),
            ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
            ("αινορυχ", "aivopux"),
            ("ıɑɡ", "iag"),
            ("‐‒–—−", "-----"),
            ("’‘`´", "''''"),
        )
        for letter, plain in zip(letters, plains, strict=True)
    }
)
# ruff: enable[RUF001]
"""Letters of other alphabets, and marks, that look like those on a Danish keyboard."""

CONTROLS = {
    "Cc": Bilingual(da="et styretegn", en="a control character"),
    "Cs": Bilingual(da="et halvt tegn", en="half a character"),
    "Co": Bilingual(da="et tegn uden betydning", en="a character without a meaning"),
}
"""What Unicode has no name for, by category."""
NO_CHARACTER = Bilingual(da="ikke et tegn", en="no character")


@lru_cache(maxsize=10_000)
def clean_name(text: str) -> str:
    """Return a text without what nobody sees, its spaces single and its letters composed (NFC).

    Removed are control characters and a terminal's escape sequences, marks of writing direction, characters without
    width or meaning, and halves of characters. Emoji and letters of all languages stay.
    """
    if not (text.isascii() and text.isprintable()):
        text = ESCAPE_SEQUENCES.sub("", text)
        characters = [character for character in text if character in JOINERS or not _is_removed(character)]
        text = "".join(character for character, stays in _with_loose_joiners_marked(characters) if stays)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return text if any(unicodedata.category(character)[0] not in "MZ" for character in text) else ""


def _is_removed(character: str) -> bool:
    if character.isspace():
        return False
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 (the last two of each of Unicode's planes)
    return character in BLANK or is_noncharacter or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}


def _with_loose_joiners_marked(characters: list[str]) -> Iterator[tuple[str, bool]]:
    """Give each character, and whether it stays: all but the joiners that join no emoji."""
    before = ""
    for character, following in zip(characters, [*characters[1:], ""], strict=False):
        if character == ZERO_WIDTH_JOINER:
            stays = (before == EMOJI_STYLE or _is_emoji(before)) and _is_emoji(following)
        else:
            stays = character != EMOJI_STYLE or following == KEYCAP or _is_emoji(before)
        yield character, stays
        before = character if stays else before


def _is_emoji(character: str) -> bool:
    category = unicodedata.category(character) if character else ""
    # Skin tones, and emoji that are newer than this Python.
    is_of_emoji = category in {"Sk", "Cn"} and character >= FIRST_OF_NEWER_EMOJI
    return category == "So" or is_of_emoji or character == ARROW


def shortened(name: str, at_most: int = LONGEST_NAME) -> str:
    """Return a clean name, cut where it is longer than anybody reads."""
    return name if len(name) <= at_most else name[: at_most - 1].rstrip(ZERO_WIDTH_JOINER + " ") + "…"


def quoted(text: str) -> str:
    """Return what somebody wrote as messages quote it: in quotation marks, and no longer than anybody reads."""
    return repr(shortened(text.strip(), LONGEST_WORD))


def name_or(value: object, otherwise: str) -> object:
    """Return a name from outside as it may be shown, and `otherwise` where there is none; what is no text as it is."""
    if value is None:
        return otherwise
    return shortened(clean_name(value)) or otherwise if isinstance(value, str) else value


def cleaned(value: object) -> object:
    """Return a text clean, and what is none as it is, as validators take it."""
    return clean_name(value) if isinstance(value, str) else value


# Cleaned before pydantic looks at it: it refuses halves of characters.
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME), BeforeValidator(cleaned)]
"""A name that somebody writes or that leads to a thing: nothing invisible in it, and never cut."""
Reason = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON), BeforeValidator(cleaned)]


def distinct(taken: Iterable[str], name: str, *further: str) -> str:
    """Return the name, with as many of the further words behind it as make it look like none that is taken."""
    seen = {looks_like(each) for each in taken}
    words = [shortened(word, LONGEST_WORD) for word in (name, *further)]
    longer = (" ".join(words[:number]) for number in range(2, len(words) + 1))
    numbered = (f"{' '.join(words)} ({number})" for number in count(2))
    return next(each for each in chain([name], longer, numbered) if looks_like(each) not in seen)


def invisible_in(text: str) -> list[str]:
    """Return the characters within a text that `clean_name` would take out of it, and its tabs and line breaks."""
    characters = text.strip()
    seen = [character for character in characters if character in JOINERS or not _is_removed(character)]
    return [
        *(character for character in characters if character not in JOINERS and _is_removed(character)),
        *(character for character in seen if unicodedata.category(character) in {"Cc", "Zl", "Zp"}),
        *(character for character, stays in _with_loose_joiners_marked(seen) if not stays),
    ]


def described(character: str) -> Bilingual:
    """Name a character as Unicode does, in English: U+202E RIGHT-TO-LEFT OVERRIDE."""
    code, name = f"U+{ord(character):04X}", unicodedata.name(character, "")
    if name:
        return Bilingual(da=f"{code} {name}", en=f"{code} {name}")
    kind = CONTROLS.get(unicodedata.category(character), NO_CHARACTER)
    return Bilingual(da=f"{code} {kind.da}", en=f"{code} {kind.en}")


def looks_like(text: str) -> str:
    """Return what is the same for all texts that look the same, whatever their alphabet, case and spaces."""
    return unicodedata.normalize("NFKD", clean_name(text)).translate(LOOK_ALIKE).casefold()


def hidden_difference(written: str, meant: str) -> Bilingual | None:
    """Say in what two texts differ that look the same; None where anybody sees it, or they differ in their case."""
    if written.casefold() == meant.casefold() or looks_like(written) != looks_like(meant):
        return None
    parts = SequenceMatcher(None, written, meant, autojunk=False).get_opcodes()
    apart = [
        (
            joined(" ", map(described, written[start:end])) if start < end else NOTHING,
            joined(" ", map(described, meant[meant_start:meant_end])) if meant_start < meant_end else NOTHING,
        )
        for kind, start, end, meant_start, meant_end in parts
        if kind != "equal"
    ]
    more = len(apart) - DIFFERENCES_TOLD
    da = [f"{here.da}, hvor {meant!r} har {there.da}" for here, there in apart[:DIFFERENCES_TOLD]]
    en = [f"{here.en} where {meant!r} has {there.en}" for here, there in apart[:DIFFERENCES_TOLD]]
    return Bilingual(
        da=f"{written!r} har {', '.join(da)}{f' og {more} til' if more > 0 else ''}",
        en=f"{written!r} has {', '.join(en)}{f', and {more} more' if more > 0 else ''}",
    )
