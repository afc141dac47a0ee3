"""CSV as people save it: read, or told what it is and how to save it right."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from ajour_revenue.text.csv_table import LONGEST_LINE, UnreadableFileError, opened_csv

ROWS = [
    {"business_date": "2026-12-01", "unit": "Køkken", "hours": "2,5"},
    {"business_date": "", "unit": "Ærø", "hours": ""},
]
SEMICOLONS = "business_date;unit;hours\n2026-12-01;Køkken;2,5\n;Ærø;\n"


def read(path: Path, content: bytes) -> list[dict[str, str]]:
    path.write_bytes(content)
    with opened_csv(path) as table:
        assert table.columns == ["business_date", "unit", "hours"]
        rows = list(table.rows)
    assert [row.error for row in rows if row.error] == []
    return [row.values for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        SEMICOLONS.encode(),
        SEMICOLONS.encode("utf-8-sig"),
        SEMICOLONS.encode("cp1252"),
        SEMICOLONS.replace(";", "\t").encode("utf-16"),
        SEMICOLONS.replace("\n", "\r\n").encode("cp1252"),
        SEMICOLONS.replace("2,5", '"2,5"').replace(";", ",").encode(),
        b"sep=;\r\n" + SEMICOLONS.encode("cp1252"),
        SEMICOLONS.replace("\n", ";;\n").encode(),
        (SEMICOLONS + ";;;;\n;;\n\n   \n").encode(),
        SEMICOLONS.replace("business_date;unit;hours", " Business_Date ; UNIT;hours\u00a0").encode(),
        SEMICOLONS.replace("Køkken", ' "Køkken" ').replace(' "', '"').replace('" ', '"').encode(),
        SEMICOLONS.replace("Køkken", '="Køkken"').encode(),
        SEMICOLONS.rstrip().encode(),
    ],
    ids=[
        *("utf-8", "utf-8 with mark", "windows-1252", "unicode text", "crlf", "commas", "sep line", "empty columns"),
        *("empty rows", "header", "quotes", "kept zeros", "no end of line"),
    ],
)
def test_a_sheet_as_excel_saves_it_is_read(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path / "sheet.csv", content) == ROWS


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (workbook(), "but an Excel workbook. In Excel: Save As"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "but an old Excel workbook"),
        (b"%PDF-1.7 ...", "but a PDF"),
        (b"  <html><table>", "but a web page"),
        (b"SQLite format 3\0", "but a database"),
        (SEMICOLONS.encode("utf-16-le"), "UTF-16 without its mark"),
        (SEMICOLONS.encode("cp1252") + b"\x81;\x8d;\n", "is neither in UTF-8 nor in Windows-1252"),
        (b'a;b\n1;"2\n', "is not a CSV file: unexpected end of data"),
        (b"a;b\n1;" + b"2" * LONGEST_LINE, "has a line of more than"),
        (b"a;b\n" + b"1;2\n" * 999 + b"1;\0\n", "it has NUL characters"),
    ],
)
def test_what_is_no_csv_is_named_with_how_to_save_it_right(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFileError, match=told) as error, opened_csv(path) as table:
        list(table.rows)

    assert str(path) in str(error.value)


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name, told in (("pipe", "it is no file"), ("none.csv", "No such file"), (".", "it is no file")):
        with pytest.raises(UnreadableFileError, match=told), opened_csv(tmp_path / name):
            pass


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1;2", "must have 3 fields, as line 1 has"),
        ("1;2;3;4", "must have 3 fields, as line 1 has"),
        ("#REF!;2;3", "has #REF!, where Excel could not calculate"),
        ("1;#DIV/0!;3", "has #DIV/0!"),
        ("1;2;#I/T", "has #I/T"),
    ],
)
def test_a_row_that_is_wrong_as_a_whole_is_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"a;b;c\n1;2;3\n\n{row}\n4;5;6\n")

    with opened_csv(path) as table:
        rows = list(table.rows)

    assert [(row.number, bool(row.error)) for row in rows] == [(2, False), (4, True), (5, False)]
    assert told in str(rows[1].error)


def test_a_long_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("a;b\n" + "1;2\n" * 10)

    with opened_csv(path) as table:
        next(table.rows)
        with path.open("a") as file:
            file.write("3;4\n" * 100_000)
        assert len(list(table.rows)) > 10
