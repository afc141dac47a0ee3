"""Whether what is shown is in one language, and says all that its texts have to say."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import fields, is_dataclass

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.formats import Formats

WORD = re.compile(r"(?<!\w)[a-zæøå]+(?!\w)")
BLANK = re.compile(r"\{[^}]*\}")
QUOTES = re.compile(r"(Meldingen var|What was said): .*", re.DOTALL)
PATH = re.compile(r"(?<![\w:/])/[\w./-]*\w")
NAMED = re.compile(r"\d+|\b[a-z]+(?:_[a-z]+)+\b|\b[A-Z][A-Z_]{4,}\b|(?<= )'[^'\s]+'|…[^…]*…")
AT_LEAST_ONE = "at least 1 character"
"""What pydantic says of a text that is empty."""
ONLY_ENGLISH = WORD.findall("""
the is are was were has and or not cannot be been of with this that it its which where when line lines nothing no none
an as by on from into whether found must may units settings warehouse
""")
ONLY_DANISH = WORD.findall("""
det den de der er var blev har og eller ikke kan af til med som hvor hvis når linje linjer intet ingen et en ved på
fra ind om skal må filen enheden enheder afdelingen indstillingerne datalageret
""")
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


def assert_said_in_both(text: Bilingual) -> None:
    """See that a text is whole in either language, and names the same numbers, places and names in both."""
    danish, english = (QUOTES.sub("", said) for said in (text.da, text.en))

    assert _facts(danish) == _facts(english)
    assert not _plain_words(danish) & {*ONLY_ENGLISH}, danish
    assert not _plain_words(english) & {*ONLY_DANISH}, english
    assert _plain_words(danish) & {*ONLY_DANISH}, danish


def _facts(said: str) -> list[str]:
    said = said.replace(AT_LEAST_ONE, "")
    return sorted([*PATH.findall(said), *NAMED.findall(PATH.sub("", said))])


def _plain_words(said: str) -> set[str]:
    return words([NAMED.sub("", PATH.sub("", COMMAND.sub("", said)))])


def unsaid(shown: str, texts: object, *, apart_from: Container[str] = ()) -> list[str]:
    """Return the texts that are not shown, wherever lines are broken."""
    said = "".join(shown.split())
    return [
        text
        for text in strings(texts, apart_from=apart_from)
        if any("".join(part.split()) not in said for part in BLANK.split(text))
    ]
