"""The settings file as YAML: one small document of keys and values, and how each of them is written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.names import clean_name, described, invisible_in

MOST_BYTES = 10**6
DEEPEST = 10
LONGEST_NUMBER = 100
SECOND_DOCUMENT = Bilingual(
    da="her begynder et dokument mere; en indstillingsfil er kun ét, så fjern linjen ---",
    en="there is a second document; a settings file is one, so remove the line ---",
)
REFERENCES = Bilingual(
    da="& og * er til henvisninger, som indstillinger ikke har; skriv værdien helt ud eller i anførselstegn",
    en="& and * are for references, which settings do not have; write the value out, or in quotes",
)
DIRECTIVES = Bilingual(
    da="% er til direktiver, som indstillinger ikke har; fjern linjen",
    en="% is for directives, which settings do not have; remove the line",
)
TYPES = Bilingual(
    da="! angiver en type, som indstillinger ikke har; fjern den, eller skriv værdien i anførselstegn",
    en="! names a type, which settings do not have; remove it, or write the value in quotes",
)
TOO_DEEP = Bilingual(
    da="der er flere niveauer her, end nogen indstilling har", en="this is nested deeper than any setting"
)
NO_KEY = Bilingual(
    da="et afsnit eller en liste kan ikke være en nøgle; skriv en tekst",
    en="a section or list cannot be a key; write a text",
)
TOO_LONG = Bilingual(
    da="som er på over 1 MB, er ikke en indstillingsfil", en="which has more than 1 MB, is no settings file"
)
UTF_16 = Bilingual(
    da="som ikke er i UTF-8, men i UTF-16, kan ikke læses. Gem den som en tekstfil i UTF-8",
    en="which is not in UTF-8 but in UTF-16, cannot be read. Save it as a text file in UTF-8",
)
NOT_UTF_8 = Bilingual(
    da="dette er ikke i UTF-8, men fx i Windows-1252 (ANSI). Gem den som en tekstfil i UTF-8",
    en="this is not in UTF-8 but, say, in Windows-1252 (ANSI). Save it as a text file in UTF-8",
)
TAB = Bilingual(
    da="der står en tabulator, hvor der kun må stå mellemrum; ryk ind med mellemrum",
    en="a tab stands where only spaces may be; indent with spaces",
)
PARSER_IN_DANISH = {
    "mapping values are not allowed here": "her kan ikke stå et kolon; skriv en værdi med kolon i anførselstegn",
    "sequence entries are not allowed here": "her kan ikke stå en streg; begynd listen på en ny linje",
    "could not find expected ':'": "der mangler et ':' efter nøglen",
    "found unexpected end of stream": "filen slutter midt i en tekst; der mangler et anførselstegn",
    "found unexpected document separator": "--- står midt i en tekst; der mangler et anførselstegn",
    "expected ',' or (.*), but got (.*)": "der mangler ',' eller {} foran {}",
    "expected the node content, but found (.*)": "der mangler en værdi foran {}",
    "expected <block end>, but found (.*)": "her kan {} ikke stå; ret, hvor langt linjen er rykket ind, eller skriv "
    "hele værdien i anførselstegn",
    "found character (.*) that cannot start any token": "en værdi kan ikke begynde med {}; skriv den i anførselstegn",
    "found unknown escape character (.*)": "en omvendt skråstreg kan ikke stå foran {}; skriv teksten i enkelte "
    "anførselstegn",
}
"""What the parser says of the mistakes that people make; it says the others in English alone."""

TAG = "tag:yaml.org,2002:"
TRUTH = {"true": True, "false": False}
LINE_BREAK = re.compile(r"[\n\x85\u2028\u2029]")
"""As YAML counts lines."""
NO_BREAK_SPACE = "\u00a0"
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")

Place = tuple[int | str, ...]
"""Keys, and numbers of items, from the outermost inwards."""


class UnreadableYamlError(Exception):
    """A text is no settings file; says in one line what is wrong with it, and on which line."""

    def __init__(self, text: Bilingual) -> None:
        """Take what to say."""
        self.text = text
        super().__init__(text.en)


@dataclass
class YamlFile:
    """What a file holds."""

    values: Any = None
    """Of dicts, lists, texts, numbers, true, false and None; a date is the text that it is written as."""
    written: dict[Place, str] = field(default_factory=dict)
    """How each value is written that is neither a section nor a list."""
    invisible: list[Bilingual] = field(default_factory=list)
    """What has characters that nobody sees: each place and its first such character."""


def read_yaml_file(path: Path) -> YamlFile:
    """Return what a file holds; raises OSError, and UnreadableYamlError."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableYamlError(TOO_LONG)
    return read_yaml(_decoded(content))


def _decoded(content: bytes) -> str:
    if content.startswith(BYTE_ORDER_MARKS) or b"\0" in content[:2]:
        raise UnreadableYamlError(UTF_16)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableYamlError(_on_line(line, NOT_UTF_8)) from None


def read_yaml(text: str) -> YamlFile:
    """Return what a text holds; raises UnreadableYamlError.

    Refused is what settings do not need and what can do harm: anchors, aliases and merge keys, which can make a small
    file huge, tags, directives, several documents, deep nesting, and a key that stands twice.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    yaml = YAML(typ="safe", pure=True)
    reader = _Reader(yaml)
    try:
        for event in yaml.parse(text):
            reader.take(event)
    except ReaderError as error:
        character = error.character if isinstance(error.character, str) else chr(error.character)
        line = text.count("\n", 0, error.position) + 1
        found = described(character)
        why = Bilingual(da=f"der står {found.da}; fjern det", en=f"it has {found.en}; remove it")
        raise UnreadableYamlError(_not_yaml(line, why)) from None
    except MarkedYAMLError as error:
        raise UnreadableYamlError(_told(error, text)) from None
    except YAMLError as error:
        said = " ".join(str(error).split())
        told = Bilingual(da=f"den er ikke gyldig YAML: {said}", en=f"it is not valid YAML: {said}")
        raise UnreadableYamlError(told) from None
    return YamlFile(reader.values, reader.written, [*reader.invisible, *_invisible_elsewhere(text, reader)])


def _on_line(line: int, text: Bilingual) -> Bilingual:
    return Bilingual(da=f"linje {line}: {text.da}", en=f"line {line}: {text.en}")


def _not_yaml(line: int, why: Bilingual) -> Bilingual:
    return _on_line(line, Bilingual(da=f"er ikke gyldig YAML: {why.da}", en=f"is not valid YAML: {why.en}"))


def _told(error: MarkedYAMLError, text: str) -> Bilingual:
    last = error.problem_mark.line if error.problem_mark else 0
    first = min(error.context_mark.line, last) if error.context_mark else last
    lines = LINE_BREAK.split(text)
    if error.problem_mark and "\t" in lines[last][: error.problem_mark.column + 1]:
        return _not_yaml(last + 1, TAB)
    for number in range(first, last + 1):
        if NO_BREAK_SPACE in lines[number]:
            found = described(NO_BREAK_SPACE)
            why = Bilingual(
                da=f"der står {found.da}; skriv et mellemrum i stedet", en=f"it has {found.en}; write a space instead"
            )
            return _not_yaml(number + 1, why)
    problem = str(error.problem)
    why = Bilingual(da=_in_danish(problem), en=problem)
    if first < last:
        why = Bilingual(
            da=f"{why.da} (i det, der begynder på linje {first + 1})",
            en=f"{why.en}, within what begins on line {first + 1}",
        )
    return _not_yaml(last + 1, why)


def _in_danish(problem: str) -> str:
    for said, danish in PARSER_IN_DANISH.items():
        if found := re.fullmatch(said, problem):
            return danish.format(*found.groups())
    return problem


def _invisible_elsewhere(text: str, reader: "_Reader") -> Iterator[Bilingual]:
    """Tell of the lines that have characters which nobody sees in a comment, which may hide what is written there."""
    for number, line in enumerate(text.split("\n"), start=1):
        found = [character for character in invisible_in(line) if character != "\t"]
        if found and number not in reader.lines_told:
            yield _on_line(number, _hidden(found))


def _hidden(characters: Sequence[str]) -> Bilingual:
    first = described(characters[0])
    return Bilingual(
        da=f"der er et tegn, som ikke kan ses, {first.da}; fjern det",
        en=f"it has a character that cannot be seen, {first.en}; remove it",
    )


@dataclass
class _Open:
    """A section or list that is being read."""

    holder: Any
    place: Place
    key: Any = None
    expects_key: bool = False


class _Reader:
    """Puts together what the events of YAML's parser tell."""

    def __init__(self, yaml: YAML) -> None:
        self.values: Any = None
        self.written: dict[Place, str] = {}
        self.invisible: list[Bilingual] = []
        self.lines_told: set[int] = set()
        self._resolver = yaml.resolver
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        """Add what an event tells; raises UnreadableYamlError where it is something that settings do not need."""
        if reason := self._refused(event):
            raise UnreadableYamlError(_on_line(event.start_mark.line + 1, reason))
        match event:
            case MappingStartEvent():
                self._begin({})
            case SequenceStartEvent():
                self._begin([])
            case MappingEndEvent() | SequenceEndEvent():
                self._open.pop()
            case ScalarEvent():
                self._scalar(event)

    def _refused(self, event: Event) -> Bilingual | None:
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if event.version or event.tags:
                    return DIRECTIVES
                return SECOND_DOCUMENT if self._documents > 1 else None
            case NodeEvent() if event.anchor:
                return REFERENCES
            case ScalarEvent() | MappingStartEvent() | SequenceStartEvent() if event.tag:
                return TYPES
            case MappingStartEvent() | SequenceStartEvent():
                return self._refused_section()
        return None

    def _refused_section(self) -> Bilingual | None:
        if len(self._open) >= DEEPEST:
            return TOO_DEEP
        if self._open and self._open[-1].expects_key:
            return NO_KEY
        return None

    def _begin(self, holder: Any) -> None:  # noqa: ANN401 (a dict or a list)
        place = self._add(holder)
        self._open.append(_Open(holder, place, expects_key=isinstance(holder, dict)))

    def _scalar(self, event: ScalarEvent) -> None:
        value = self._resolved(event)
        if self._open and self._open[-1].expects_key:
            self._take_key(self._open[-1], value, event)
            return
        place = self._add(value)
        self.written[place] = event.value
        self._note_invisible(event, place)

    def _take_key(self, section: _Open, key: Any, event: ScalarEvent) -> None:  # noqa: ANN401 (of any kind)
        line = event.start_mark.line + 1
        if event.value == "<<" and not event.style:
            raise UnreadableYamlError(_on_line(line, REFERENCES))
        if key in section.holder:
            why = Bilingual(
                da=f'nøglen "{_visible(key)}" står der to gange', en=f'found duplicate key "{_visible(key)}"'
            )
            raise UnreadableYamlError(_not_yaml(line, why))
        section.key, section.expects_key = key, False
        self._note_invisible(event, (*section.place, key))

    def _add(self, value: Any) -> Place:  # noqa: ANN401 (of any kind)
        """Put a value where it belongs, and return its place."""
        if not self._open:
            self.values = value
            return ()
        within = self._open[-1]
        if isinstance(within.holder, list):
            within.holder.append(value)
            return (*within.place, len(within.holder) - 1)
        within.holder[within.key] = value
        within.expects_key = True
        return (*within.place, within.key)

    def _note_invisible(self, event: ScalarEvent, place: Place) -> None:
        if found := invisible_in(event.value):
            line = event.start_mark.line + 1
            self.lines_told.update(range(line, event.end_mark.line + 2))
            hidden, key = _hidden(found), key_of(place)
            self.invisible.append(Bilingual(da=f"{key}: {hidden.da}", en=f"{key}: {hidden.en}"))

    def _resolved(self, event: ScalarEvent) -> Any:  # noqa: ANN401 (of any kind)
        """Return what a scalar stands for: in YAML 1.2, where yes, no, on and off are texts; dates stay texts."""
        text = event.value
        kind = str(self._resolver.resolve(ScalarNode, text, event.implicit)).removeprefix(TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return TRUTH[text.lower()]
        if kind in {"int", "float"} and len(text) <= LONGEST_NUMBER:
            return _number(text, is_whole=kind == "int")
        return text


def _number(text: str, *, is_whole: bool) -> float | str:
    digits = text.replace("_", "").lower()
    try:
        if is_whole:
            return int(digits, 0) if digits.lstrip("+-").startswith(("0x", "0o", "0b")) else int(digits)
        return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        # Such as 0x_, which only looks like a number.
        return text


def key_of(place: Place) -> str:
    """Return a place as people write it: units[0].name, whatever its keys have that nobody sees."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_visible(part)}" for part in place).lstrip(".")


def _visible(key: object) -> str:
    text = str(key)
    return text if text == clean_name(text) else repr(text)
