"""CSV files as people make them, and what is wrong with one."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from ajour_revenue.errors import ActionableError

TOLD_AT_MOST = 50
LONGEST_LINE = 100_000
"""In characters; a longer one is no row of figures."""

SAVE_IT_RIGHT = "In Excel: Save As, and choose CSV UTF-8 (comma delimited)."
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
SEPARATOR_LINE = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)
SEPARATORS = ";\t,"
KINDS = {
    b"PK\x03\x04": "an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"SQLi": "a database",
}
EXCELS_ERRORS = re.compile(r"#(REF|DIV/0|VALUE|NAME|N/A|NUM|NULL|I/T|REFERENCE|VÆRDI|NAVN)[!?]?")
AS_TEXT = re.compile(r'="(.*)"')


class UnreadableFileError(ActionableError):
    """A file is not there, or no CSV; the message says what to do."""


class Line(NamedTuple):
    """A row of a file."""

    number: int
    """Of the line that it ends on, counted from 1."""
    values: dict[str, str]
    error: str | None = None
    """What is wrong with it as a whole."""


class CsvTable(NamedTuple):
    """A file that is open: its columns, and its rows as they are read."""

    columns: list[str]
    rows: Iterator[Line]


@contextmanager
def opened_csv(path: Path) -> Iterator[CsvTable]:
    """Open a CSV file as Excel and others write it, and read it row by row, however long it is.

    In UTF-8, UTF-16 with its mark, or Windows-1252; separated by semicolons, tabs or commas. Names of columns are taken
    in small letters, columns without a name and rows without a value are passed over. Raises UnreadableFileError, also
    while rows are read.
    """
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = _lines(path, file)
            first = next(lines, "")
            separator = SEPARATOR_LINE.fullmatch(first)
            header = next(lines, "") if separator else first
            delimiter = separator[1] if separator else next((each for each in SEPARATORS if each in header), ",")
            start = 2 if separator else 1
            columns = [_plain(name).lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
            yield CsvTable([name for name in columns if name], _rows(lines, columns, delimiter, start))
    except UnicodeDecodeError:
        msg = f"{path} is neither in UTF-8 nor in Windows-1252 throughout. {SAVE_IT_RIGHT}"
        raise UnreadableFileError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFileError(msg) from None
    except csv.Error as error:
        msg = f"{path} is not a CSV file: {error}. {SAVE_IT_RIGHT}"
        raise UnreadableFileError(msg) from None


def _encoding(path: Path) -> str:
    """Tell a file's encoding from its mark, or by reading it; raises UnreadableFileError where it is no text."""
    try:
        if path.exists() and not path.is_file():
            # To read a pipe would wait for whoever writes to it.
            msg = f"{path} cannot be read: it is no file."
            raise UnreadableFileError(msg)
        with path.open("rb") as file:
            start = file.read(1024)
            for mark, encoding in MARKS.items():
                if start.startswith(mark):
                    return encoding
            kind = next((kind for mark, kind in KINDS.items() if start.startswith(mark)), None)
            if kind or start.lstrip()[:1] == b"<" or b"\0" in start:
                kind = kind or ("a web page" if start.lstrip()[:1] == b"<" else "no text, or UTF-16 without its mark")
                msg = f"{path} is not a CSV file, but {kind}. {SAVE_IT_RIGHT}"
                raise UnreadableFileError(msg)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFileError(msg) from None
    return "utf-8" if _is_utf_8(path) else "cp1252"


def _is_utf_8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(2**20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            msg = f"{path} has a line of more than {LONGEST_LINE} characters, which is no row of figures."
            raise UnreadableFileError(msg)
        if "\0" in line:
            msg = f"{path} is no text file: it has NUL characters. {SAVE_IT_RIGHT}"
            raise UnreadableFileError(msg)
        yield line


def _rows(lines: Iterator[str], columns: Sequence[str], delimiter: str, start: int) -> Iterator[Line]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    expected = len([name for name in columns if name])
    for fields in reader:
        number = start + reader.line_num
        values = [_plain(value) for value in fields]
        if not any(values):
            continue
        named = {name: value for name, value in zip(columns, values, strict=False) if name}
        further = [value for name, value in zip(columns, values, strict=False) if not name]
        if len(named) < expected or any(further) or any(values[len(columns) :]):
            error = (
                f"must have {expected} fields, as line {start} has; where commas separate these, write decimals with a "
                "point: 400.50"
            )
            yield Line(number, {}, error)
        elif broken := next((value for value in named.values() if EXCELS_ERRORS.fullmatch(value)), None):
            yield Line(number, {}, f"has {broken}, where Excel could not calculate; mend the formula, and save again")
        else:
            yield Line(number, named)


def _plain(value: str) -> str:
    """Return what a field says: without spaces around it, and without Excel's way to keep the zeros of ="010"."""
    text = value.strip().removeprefix("\ufeff")
    as_text = AS_TEXT.fullmatch(text)
    return as_text[1].strip() if as_text else text


def as_far_as_read(errors: Sequence[str]) -> list[str]:
    """Return the errors, as many as anybody reads, and how many more there are."""
    more = [f"and {len(errors) - TOLD_AT_MOST} more"] if len(errors) > TOLD_AT_MOST else []
    return [*errors[:TOLD_AT_MOST], *more]


def all_errors(path: Path, errors: Sequence[str]) -> str:
    """Return the one message that tells everything that is wrong with a file, as far as anybody reads."""
    lines = "\n".join(f"  {error}" for error in as_far_as_read(errors))
    return f"{path} has {len(errors)} error(s); nothing was stored. Correct them, and try again:\n{lines}"
