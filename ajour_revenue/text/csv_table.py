"""CSV files as people make them, and what is wrong with one."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

TOLD_AT_MOST = 50


class UnreadableFileError(Exception):
    """A file is not there, or no CSV; the message says what to do."""


def read_csv(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Return the columns of a CSV file, and its rows with the numbers of their lines.

    In UTF-8, separated by commas or, as Danish Excel has it, semicolons. In a row with too few or too many fields a key
    or a value is None. Raises UnreadableFileError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFileError(msg) from None
    except (csv.Error, UnicodeDecodeError) as error:
        msg = f"{path} is not a CSV file in UTF-8: {error}. Export it again."
        raise UnreadableFileError(msg) from None
    return list(reader.fieldnames or ()), rows


def as_far_as_read(errors: Sequence[str]) -> list[str]:
    """Return the errors, as many as anybody reads, and how many more there are."""
    more = [f"and {len(errors) - TOLD_AT_MOST} more"] if len(errors) > TOLD_AT_MOST else []
    return [*errors[:TOLD_AT_MOST], *more]


def all_errors(path: Path, errors: Sequence[str]) -> str:
    """Return the one message that tells everything that is wrong with a file, as far as anybody reads."""
    lines = "\n".join(f"  {error}" for error in as_far_as_read(errors))
    return f"{path} has {len(errors)} error(s); nothing was stored. Correct them, and try again:\n{lines}"
