"""YAML as settings are written in: keys, values and lists, without what makes a file do more than it shows."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import ScalarNode

DEEPEST = 20


class UnreadableYamlError(Exception):
    """A text is no settings; the message says on which line and why, in one line."""


class WrittenInt(int):
    """A whole number that knows how it was written: 010 is 10, and a location may be called 010."""

    written: str


class WrittenFloat(float):
    """A number that knows how it was written."""

    written: str


def read_yaml(text: str) -> Any:  # noqa: ANN401 (whatever YAML can hold)
    """Return what a text holds; days and times stay texts, for whoever expects one to read. Raises UnreadableYamlError.

    Refused are several documents, references (`&`, `*`), types of their own (`!`), and nesting deeper than any setting.
    """
    try:
        _refuse_more_than_settings(YAML(typ="safe", pure=True).parse(text))
        yaml = YAML(typ="safe", pure=True)
        yaml.Constructor = _Constructor
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        # Of a repeated key it would quote the value, which may be a password in the wrong place.
        why = " ".join(str(error.problem or error.context).split()).partition(" with value ")[0]
        msg = f"{line}is not valid YAML: {why}."
        raise UnreadableYamlError(msg) from None
    except YAMLError as error:
        msg = f"it is not valid YAML: {' '.join(str(error).split())}."
        raise UnreadableYamlError(msg) from None


def as_written(value: object) -> str:
    """Return a value as the file has it."""
    return str(getattr(value, "written", value))


def _refuse_more_than_settings(events: Iterator[Event]) -> None:
    depth = documents = 0
    for event in events:
        documents += isinstance(event, DocumentStartEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        refused = None
        if documents > 1:
            refused = "there is a second document; a settings file is one, so remove the line ---"
        elif isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor) or _merges(event):
            refused = "& and * are for references, which settings do not have; write the value out, or in quotes"
        elif isinstance(event, ScalarEvent | CollectionStartEvent) and event.ctag is not None and str(event.ctag):
            refused = "! names a type, which settings do not have; remove it, or write the value in quotes"
        elif depth > DEEPEST:
            refused = "this is nested deeper than any setting"
        if refused:
            msg = f"line {event.start_mark.line + 1}: {refused}."
            raise UnreadableYamlError(msg)


def _merges(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == "<<" and event.style is None


class _Constructor(SafeConstructor):
    """Makes values of what is written, and forgets of no number how it was written."""

    def written_int(self, node: ScalarNode) -> object:
        try:
            number = WrittenInt(self.construct_yaml_int(node))
        except ValueError:
            # Too long for a number; whoever expects one says so.
            return node.value
        number.written = node.value
        return number

    def written_float(self, node: ScalarNode) -> object:
        number = WrittenFloat(self.construct_yaml_float(node))
        number.written = node.value
        return number


_Constructor.add_constructor("tag:yaml.org,2002:int", _Constructor.written_int)
_Constructor.add_constructor("tag:yaml.org,2002:float", _Constructor.written_float)
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)
