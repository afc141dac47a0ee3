"""A settings file is changed: what people wrote in it stays."""

import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.tokens import CommentToken

from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.yaml import UnreadableYamlError, read_yaml
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.system_errors import reason_of

COMMENT = re.compile(r"(?:^|\s)#\s*(.*?)\s*$", re.MULTILINE)
NO_WRAPPING = 1_000_000


class NotEditableError(ActionableError):
    """A settings file cannot be changed; it is as it was."""


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change what a settings file holds; comments, order, quotes and all other values stay.

    `change` gets the file's content, once as ruamel's round trip has it, once as plain dicts and lists, and changes it
    in place. The file holds either what it held or all of the change, whatever happens. Raises NotEditableError where
    it cannot be read or written, or where the change would change more than was asked for.
    """
    try:
        # As it is, ends of lines included.
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
        expected = read_yaml(before).values
        change(expected)
        after = _edited(before, change)
        if read_yaml(after).values != expected:
            told = Bilingual(da="en anden værdi ville også blive ændret", en="another value would change too")
            raise NotEditableError(told)
        if lost := Counter(COMMENT.findall(before)) - Counter(COMMENT.findall(after)):
            comment = next(iter(lost))
            told = Bilingual(da=f"en kommentar ville gå tabt: {comment}", en=f"a comment would be lost: {comment}")
            raise NotEditableError(told)
        _replace(path.resolve(), after)
    except OSError as error:
        raise NotEditableError(Bilingual(da=reason_of(error).da, en=str(error))) from error
    except UnreadableYamlError as error:
        raise NotEditableError(error.text) from error
    except (UnicodeDecodeError, YAMLError) as error:
        # What YAML does not allow is told in English alone.
        raise NotEditableError(Bilingual(da=str(error), en=str(error))) from error
    except (LookupError, AttributeError, TypeError) as error:
        told = Bilingual(
            da="den indeholder ikke det, som indstillinger indeholder",
            en="it does not hold what a settings file holds",
        )
        raise NotEditableError(told) from error


def _edited(text: str, change: Callable[[Any], None]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = NO_WRAPPING
    content = yaml.load(text.replace("\r\n", "\n"))
    change(content)
    mapping, dash = _indents(content)
    yaml.indent(mapping=mapping, sequence=dash + 2, offset=dash)
    written = io.StringIO()
    yaml.dump(content, written)
    return written.getvalue().replace("\n", "\r\n") if "\r\n" in text else written.getvalue()


def _indents(content: CommentedMap) -> tuple[int, int]:
    """Return how far sections and the dashes of lists are indented; two where the file has none of them."""
    blocks = [value for value in content.values() if _is_block(value)]
    sections = [value.lc.col for value in blocks if isinstance(value, CommentedMap)]
    lists = [value.lc.col for value in blocks if isinstance(value, CommentedSeq)]
    return next(iter(sections), 2), next(iter(lists), 2)


def _is_block(value: object) -> bool:
    return isinstance(value, CommentedMap | CommentedSeq) and value.lc.col is not None and not value.fa.flow_style()


def append(holder: dict[str, Any], key: str, item: object, *, brackets: bool) -> None:
    """Add an item to the list of a key, as a change of `edit` does it.

    The list may be empty or not there yet; then it is written in brackets or with a dash for each item. What is
    commented below the list stays below it.
    """
    if not isinstance(holder, CommentedMap):
        holder[key] = [*(holder.get(key) or []), item]
        return
    last = key if key in holder else next(reversed(holder), None)
    items = holder.get(key) or CommentedSeq()
    if not items and brackets:
        items.fa.set_flow_style()
    in_brackets = items.fa.flow_style()
    below = None if in_brackets and key in holder else _taken_from_below(holder, last)
    holder[key] = items
    items.append(item)
    if below and in_brackets:
        holder.ca.items[key] = [None, None, below, None]
    elif below:
        items.ca.items[len(items) - 1] = [below, None, None, None]


def _taken_from_below(node: CommentedMap | CommentedSeq, key: Any) -> CommentToken | None:  # noqa: ANN401 (a key or index)
    """Take away what is commented below the last line of a value; ruamel has it with the comment beside that line."""
    value = node[key] if key is not None else None
    if _is_block(value) and value:
        return _taken_from_below(value, len(value) - 1 if isinstance(value, CommentedSeq) else next(reversed(value)))
    comment = (node.ca.items.get(key) or [None] * 3)[0 if isinstance(node, CommentedSeq) else 2]
    beside, newline, below = comment.value.partition("\n") if comment else ("", "", "")
    if not below:
        return None
    comment.value = beside + newline
    return CommentToken(newline + below, comment.start_mark, None)


def _replace(path: Path, text: str) -> None:
    """Let the file hold the text, or what it held before, whatever happens in between."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", newline="", delete=False
    ) as file:
        new = Path(file.name)
        try:
            file.write(text)
            file.flush()
            shutil.copymode(path, new)
            new.replace(path)
        except OSError:
            new.unlink()
            raise
