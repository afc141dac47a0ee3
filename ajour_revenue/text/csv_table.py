"""CSV files as people make them, and what is wrong with one."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple, TextIO

from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Bilingual, lines
from ajour_revenue.text.names import clean_name
from ajour_revenue.text.system_errors import reason_of

TOLD_AT_MOST = 50
LONGEST_LINE = 100_000
"""In characters; a longer one is no row of figures."""
MOST_LINES_OF_A_ROW = 100
SHOWN_AROUND = 10

SAVE_IT_RIGHT = Bilingual(
    da="I Excel: Gem som, og vælg CSV UTF-8.",
    en="In Excel: Save As, and choose CSV UTF-8 (comma delimited).",
)
WINDOWS = "cp1252"
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=([;,|\t])"?[;,\s]*', re.IGNORECASE)
SEPARATORS = ";\t,"
NO_HEADER = re.compile(r"[\s;,\ufeff]*")
KINDS = {
    b"PK\x03\x04": Bilingual(da="en Excel-projektmappe", en="an Excel workbook"),
    b"\xd0\xcf\x11\xe0": Bilingual(da="en gammel Excel-projektmappe", en="an old Excel workbook"),
    b"%PDF": Bilingual(da="en PDF", en="a PDF"),
    b"SQLi": Bilingual(da="en database", en="a database"),
    b"{\\rtf": Bilingual(da="et tekstdokument (RTF)", en="a text document (RTF)"),
    b"\x1f\x8b": Bilingual(da="en komprimeret fil (gzip)", en="a compressed file (gzip)"),
    b"[{": Bilingual(da="JSON", en="JSON"),
    b"{": Bilingual(da="JSON", en="JSON"),
    b"<": Bilingual(da="en webside eller XML", en="a web page or XML"),
}
"""What a file is that begins so."""
NO_TEXT = Bilingual(da="ingen tekst, eller UTF-16 uden mærke", en="no text, or UTF-16 without its mark")
EXCELS_ERRORS = re.compile(r"#[A-ZÆØÅ][A-ZÆØÅ/0]*[!?]|#N/A|#I/T")
TOO_NARROW = re.compile("##+")
AS_TEXT = re.compile(r'="(.*)"|\'(?=[\d=+@-])(.*)', re.DOTALL)
"""Excel's ways to keep what is typed as it is: ="010" and '010."""

# ruff: disable[RUF001]
WRONG_LETTERS = re.compile(r"[›†¿Œ¯]|Ã[¦¸¥†˜…©]|(?<=\w)[‘¾]|¾(?=\w)|‘(?![^’]*’)|[\udc80-\udcff]")
# ruff: enable[RUF001]
"""What æ, ø and å of DOS (850), of an old Macintosh and of UTF-8 look like in Windows-1252, and what it has not."""

TOO_MANY_LINES = f"goes on for more than {MOST_LINES_OF_A_ROW} lines"
CSV_IN_DANISH = {
    TOO_MANY_LINES: f"en række går over mere end {MOST_LINES_OF_A_ROW} linjer",
    "unexpected end of data": "filen slutter midt i et felt",
    "expected after": "der står noget mellem et felts sidste anførselstegn og skilletegnet",
    "field larger than field limit": "et felt er for langt",
}
"""What Python's reader of CSV says, which has English words alone, by a part of it."""


class UnreadableFileError(ActionableError):
    """A file is not there, or no CSV; the message says what to do."""


class Line(NamedTuple):
    """A row of a file."""

    number: int
    """Of the line that it ends on, counted from 1."""
    values: dict[str, str]
    error: Bilingual | None = None
    """What is wrong with it as a whole."""


class CsvTable(NamedTuple):
    """A file that is open: its columns, and its rows as they are read."""

    columns: list[str]
    rows: Iterator[Line]


@contextmanager
def opened_csv(path: Path) -> Iterator[CsvTable]:
    """Open a CSV file as Excel and others write it, and read it row by row, however long it is.

    In UTF-8, UTF-16 with its mark, or Windows-1252; separated by semicolons, tabs or commas. Names of columns are taken
    in small letters with _ between words, columns without a name and rows without a value are passed over. Raises
    UnreadableFileError, also while rows are read, and at the end where the file was changed meanwhile.
    """
    try:
        if path.exists() and not path.is_file():
            # To read a pipe would wait for whoever writes to it.
            told = Bilingual(
                da=f"{path} kan ikke læses: det er ikke en fil.", en=f"{path} cannot be read: it is no file."
            )
            raise UnreadableFileError(told)
        state = _state(path)
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="", errors="surrogateescape") as file:
            lines = _lines(path, file, in_windows=encoding == WINDOWS)
            start, header = next(((number, line) for number, line in lines if not NO_HEADER.fullmatch(line)), (0, ""))
            separator = SEPARATOR_LINE.fullmatch(header)
            if separator:
                start, header = next(lines, (start, ""))
            delimiter = separator[1] if separator else next((each for each in SEPARATORS if each in header), ",")
            columns = [_column(name) for name in next(csv.reader([header], delimiter=delimiter), [])]
            yield CsvTable([name for name in columns if name], _rows(path, lines, columns, delimiter, start))
        if _state(path) != state:
            told = Bilingual(
                da=f"{path} blev ændret, mens den blev læst. Prøv igen, når den er skrevet færdig.",
                en=f"{path} was changed while it was read. Try again when it is written to its end.",
            )
            raise UnreadableFileError(told)
    except UnicodeDecodeError:
        told = Bilingual(
            da=f"{path} begynder som UTF-16 og fortsætter som noget andet. {SAVE_IT_RIGHT.da}",
            en=f"{path} begins as UTF-16, and goes on as something else. {SAVE_IT_RIGHT.en}",
        )
        raise UnreadableFileError(told) from None
    except OSError as error:
        reason = reason_of(error)
        told = Bilingual(da=f"{path} kan ikke læses: {reason.da}.", en=f"{path} cannot be read: {reason.en}.")
        raise UnreadableFileError(told) from None


def _state(path: Path) -> tuple[int, int, int]:
    """Return what differs when a file is another, or is written to."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _encoding(path: Path) -> str:
    """Tell a file's encoding from its mark, or by reading it; raises UnreadableFileError where it is no text."""
    with path.open("rb") as file:
        start = file.read(1024)
    marked = next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None)
    if marked == "utf-8-sig":
        return marked if _is_utf_8(path) else WINDOWS
    if marked:
        return marked
    kind = next((kind for mark, kind in KINDS.items() if start.lstrip().startswith(mark)), None)
    if kind or b"\0" in start:
        kind = kind or NO_TEXT
        told = Bilingual(
            da=f"{path} er ikke en CSV-fil, men {kind.da}. {SAVE_IT_RIGHT.da}",
            en=f"{path} is not a CSV file, but {kind.en}. {SAVE_IT_RIGHT.en}",
        )
        raise UnreadableFileError(told)
    return "utf-8" if _is_utf_8(path) else WINDOWS


def _is_utf_8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(2**20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, file: TextIO, *, in_windows: bool) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; raises UnreadableFileError where one is no text."""
    for number in count(1):
        line = file.readline(LONGEST_LINE)
        if not line:
            return
        wrong = WRONG_LETTERS.search(line) if in_windows else None
        if len(line) == LONGEST_LINE:
            told = Bilingual(
                da=f"er længere end {LONGEST_LINE} tegn, og det er ikke en række med tal",
                en=f"is longer than {LONGEST_LINE} characters, which is no row of figures",
            )
        elif "\0" in line:
            told = Bilingual(da="har NUL-tegn, som ingen tekstfil har", en="has NUL characters, which no text file has")
        elif wrong:
            read = clean_name(line[max(wrong.start() - SHOWN_AROUND, 0) : wrong.end() + SHOWN_AROUND])
            told = Bilingual(
                da=f"er hverken i UTF-8 eller i Windows-1252: dens bogstaver ville blive læst som …{read}…",
                en=f"is neither in UTF-8 nor in Windows-1252: its letters would be read as …{read}…",
            )
        else:
            yield number, line
            continue
        whole = Bilingual(
            da=f"{path}, linje {number} {told.da}. {SAVE_IT_RIGHT.da}",
            en=f"{path}, line {number} {told.en}. {SAVE_IT_RIGHT.en}",
        )
        raise UnreadableFileError(whole)


def _fields(path: Path, lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of each row with the number of its last line; raises UnreadableFileError where a quote is open.

    A row may go over several lines, where a field in quotes does.
    """
    first = last = 0

    def of_one_row() -> Iterator[str]:
        nonlocal first, last
        for last, line in lines:
            first = first or last
            if last - first >= MOST_LINES_OF_A_ROW:
                raise csv.Error(TOO_MANY_LINES)
            yield line

    reader = csv.reader(of_one_row(), delimiter=delimiter, strict=True)
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            said = str(error)
            danish = next((danish for part, danish in CSV_IN_DANISH.items() if part in said), said)
            told = Bilingual(
                da=f"{path} er ikke en CSV-fil fra linje {first} og frem: {danish}. Mangler der et anførselstegn, "
                f'eller er der et for meget? Et, der hører til teksten, skrives to gange (""). {SAVE_IT_RIGHT.da}',
                en=f"{path} is not a CSV file from line {first} on: {said}. Is a quotation mark missing, or too many? "
                f'One that belongs to the text is written twice (""). {SAVE_IT_RIGHT.en}',
            )
            raise UnreadableFileError(told) from None
        if fields is None:
            return
        yield last, fields
        first = 0


def _rows(
    path: Path, lines: Iterator[tuple[int, str]], columns: Sequence[str], delimiter: str, start: int
) -> Iterator[Line]:
    expected = len([name for name in columns if name])
    for number, fields in _fields(path, lines, delimiter):
        values = [_plain(value) for value in fields]
        if not any(values):
            continue
        named = {name: value for name, value in zip(columns, values, strict=False) if name}
        further = [value for name, value in zip(columns, values, strict=False) if not name]
        if len(named) < expected or any(further) or any(values[len(columns) :]):
            error = Bilingual(
                da=f"skal have {expected} felter, som linje {start} har; hvor kommaer skiller dem, så skriv decimaler "
                "med punktum: 400.50",
                en=f"must have {expected} fields, as line {start} has; where commas separate these, write decimals "
                "with a point: 400.50",
            )
            yield Line(number, {}, error)
        elif broken := next((value for value in named.values() if EXCELS_ERRORS.fullmatch(value)), None):
            error = Bilingual(
                da=f"har {broken}, hvor Excel ikke kunne regne; ret formlen, og gem igen",
                en=f"has {broken}, where Excel could not calculate; mend the formula, and save again",
            )
            yield Line(number, {}, error)
        elif hidden := next((value for value in named.values() if TOO_NARROW.fullmatch(value)), None):
            error = Bilingual(
                da=f"har {hidden}, hvor en kolonne er for smal; gør den bredere i Excel, og gem igen",
                en=f"has {hidden}, where a column is too narrow; widen it in Excel, and save again",
            )
            yield Line(number, {}, error)
        else:
            yield Line(number, named)


def _plain(value: str) -> str:
    """Return what a field says: without spaces around it, and without what keeps the zeros of 010 in Excel."""
    text = value.strip().removeprefix("\ufeff")
    as_text = AS_TEXT.fullmatch(text)
    return (as_text[1] or as_text[2] or "").strip() if as_text else text


def _column(heading: str) -> str:
    return re.sub(r"[\s_-]+", "_", _plain(heading)).lower()


@dataclass
class Errors:
    """What is wrong with a file: counted to the end, and kept as far as anybody reads."""

    count: int = 0
    first: list[Bilingual] = field(default_factory=list)

    def add(self, error: Bilingual) -> None:
        """Count one more."""
        self.count += 1
        if self.count <= TOLD_AT_MOST:
            self.first.append(error)

    def told(self) -> list[Bilingual]:
        """Return the errors as far as anybody reads, and how many more there are."""
        more = self.count - len(self.first)
        return [*self.first, Bilingual(da=f"og {more} til", en=f"and {more} more")] if more else self.first

    def message(self, path: Path) -> Bilingual:
        """Return the one message that tells everything that is wrong with a file."""
        first = Bilingual(
            da=f"{path} har {self.count} fejl; intet blev gemt. Ret dem, og prøv igen:",
            en=f"{path} has {self.count} error(s); nothing was stored. Correct them, and try again:",
        )
        return lines([first, *(Bilingual(da=f"  {error.da}", en=f"  {error.en}") for error in self.told())])
