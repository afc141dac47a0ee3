"""CSV as people save it: read, or told what it is and how to save it right."""

import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from ajour_revenue.text.bilingual import Bilingual, lines
from ajour_revenue.text.csv_table import LONGEST_LINE, TOLD_AT_MOST, Errors, Line, UnreadableFileError, opened_csv
from ajour_revenue_tests.language import assert_said_in_both

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
        b'"sep=;"\r\n' + SEMICOLONS.encode(),
        b"\xef\xbb\xbfsep=;;;\n" + SEMICOLONS.encode(),
        b";;;;\r\n\r\n" + SEMICOLONS.encode(),
        SEMICOLONS.replace("business_date", "Business Date").replace("hours", '" hours"').encode(),
        SEMICOLONS.replace("2026", "'2026").encode(),
    ],
    ids=[
        *("utf-8", "utf-8 with mark", "windows-1252", "unicode text", "crlf", "commas", "sep line", "empty columns"),
        *("empty rows", "header", "quotes", "kept zeros", "no end of line"),
        *("sep line in quotes", "sep line with a mark", "empty lines before the header"),
        *("header of words", "apostrophe"),
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
        (b"{\\rtf1 ...", "but a text document"),
        (b"\x1f\x8b\x08...", "but a compressed file"),
        (b'[{"unit": "Bar"}]', "but JSON"),
        (SEMICOLONS.encode("cp1252") + b"\x81;\x8d;\n", "line 4 is neither in UTF-8 nor in Windows-1252"),
        (SEMICOLONS.encode("cp850"), "line 2 is neither .*K\u203akken"),
        (SEMICOLONS.encode("mac_roman"), "line 2 is neither .*K¿kken"),
        (SEMICOLONS.encode() + SEMICOLONS.encode("cp1252"), "line 2 is neither .*KÃ\u00b8kken"),
        (b"\xef\xbb\xbf" + SEMICOLONS.encode("cp1252"), "line 1 is neither"),
        (b"a;b\n1;2\n" + "på bæltet;på\n".encode("cp850"), "line 3 is neither"),
        (b"a;b\n1;2\n" + "frugt og bær;1\n".encode("mac_roman"), "line 3 is neither"),
        (SEMICOLONS.encode("utf-16") + b"\x00\xd8\x41", "begins as UTF-16, and goes on as something else"),
        (b'a;b\n1;2\n1;"2\n', "from line 3 on: unexpected end of data"),
        (b'a;b\n1;2\n1;"2\n' + b"1;2\n" * 999, "from line 3 on: goes on for more than 100 lines"),
        (b'a;b\n1;2\n1;"2' + b'\n";"a' * 999, "from line 3 on: goes on for more than 100 lines"),
        (b"a;b\n1;" + b"2" * LONGEST_LINE, "line 2 is longer than"),
        (b"a;b\n" + b"1;2\n" * 999 + b"1;\0\n", "line 1001 has NUL characters"),
    ],
)
def test_what_is_no_csv_is_named_with_how_to_save_it_right(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFileError, match=told) as error, opened_csv(path) as table:
        list(table.rows)

    assert str(path) in str(error.value)
    assert_said_in_both(error.value.text)


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name, told in (("pipe", "it is no file"), ("none.csv", "No such file"), (".", "it is no file")):
        with pytest.raises(UnreadableFileError, match=told) as error, opened_csv(tmp_path / name):
            pass
        assert_said_in_both(error.value.text)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1;2", "must have 3 fields, as line 1 has"),
        ("1;2;3;4", "must have 3 fields, as line 1 has"),
        ("#REF!;2;3", "has #REF!, where Excel could not calculate"),
        ("1;#DIV/0!;3", "has #DIV/0!"),
        ("1;2;#I/T", "has #I/T"),
        ("1;2;#DIVISION/0!", "has #DIVISION/0!"),
        ("1;2;#######", "where a column is too narrow"),
    ],
)
def test_a_row_that_is_wrong_as_a_whole_is_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"a;b;c\n1;2;3\n\n{row}\n4;5;6\n")

    with opened_csv(path) as table:
        rows = list(table.rows)

    assert [(row.number, bool(row.error)) for row in rows] == [(2, False), (4, True), (5, False)]
    assert rows[1].error
    assert told in rows[1].error.en
    assert_said_in_both(rows[1].error)


# ruff: disable[RUF001]
@pytest.mark.parametrize("text", ["Jakob’s", "‘Køkken’ ved åen", "½ liter øl", "Café Søren®", "ÆRØ – Ålborg", "Ã"])
# ruff: enable[RUF001]
def test_what_windows_1252_may_hold_is_read(tmp_path: Path, text: str) -> None:
    [row] = rows_of(tmp_path / "sheet.csv", f"a;b\n1;{text}\n".encode("cp1252"))

    assert row.values["b"] == text


def rows_of(path: Path, content: bytes) -> list[Line]:
    path.write_bytes(content)
    with opened_csv(path) as table:
        return list(table.rows)


@pytest.mark.parametrize("change", ["grows", "shrinks", "is replaced"])
def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path, change: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("a;b\n" + "1;2\n" * 10)

    def read_while_it_changes() -> None:
        with opened_csv(path) as table:
            next(table.rows)
            if change == "grows":
                with path.open("a") as file:
                    file.write("3;4\n" * 100_000)
            elif change == "shrinks":
                path.write_text("a;b\n1;2\n")
            else:
                (tmp_path / "other.csv").write_text("a;b\n" + "5;6\n" * 10)
                (tmp_path / "other.csv").replace(path)
            list(table.rows)

    with pytest.raises(UnreadableFileError, match="was changed while it was read") as error:
        read_while_it_changes()
    assert_said_in_both(error.value.text)


def test_a_long_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("a;b\n" + f"1;{'2' * 1000}\n" * 10_000)
    tracemalloc.start()

    with opened_csv(path) as table:
        number = sum(1 for _ in table.rows)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 10_000
    assert peak < path.stat().st_size / 2


def test_errors_are_counted_to_the_end_and_kept_as_far_as_anybody_reads() -> None:
    errors = Errors()
    for number in range(1_000):
        errors.add(Bilingual(da=f"linje {number}", en=f"line {number}"))

    told = lines(errors.told())
    assert told.en.splitlines() == [*(f"line {number}" for number in range(TOLD_AT_MOST)), "and 950 more"]
    assert told.da.splitlines() == [*(f"linje {number}" for number in range(TOLD_AT_MOST)), "og 950 til"]
    assert errors.message(Path("a.csv")).en.startswith("a.csv has 1000 error(s)")
    assert errors.message(Path("a.csv")).da.startswith("a.csv har 1000 fejl")
