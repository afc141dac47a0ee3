"""The report as Excel's own file and as CSV: read back, they say what SQL says."""

import csv
import datetime as dt
import io
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ajour_revenue.days import Window
from ajour_revenue.reports.columns import plan_columns
from ajour_revenue.reports.csv_file import cell, csv_file
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.reports.write import ReportNotWrittenError, write
from ajour_revenue.reports.xlsx import xlsx_workbook
from ajour_revenue.wages.figures import Figure
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.processes import PATIENCE_SECONDS, run
from ajour_revenue_tests.reports.kit import MONDAY, Books, days_before

SOFFICE = shutil.which("soffice")

both = pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)

POINT = {"da": (";", ","), "en": (",", ".")}

Row = tuple[dt.date | Decimal | str | None, ...]


def row_of(figure: Figure, texts: Texts) -> Row:
    return (
        figure.window.first_day,
        figure.window.last_day,
        figure.place.department or texts.company,
        figure.place.unit,
        figure.revenue_excl_vat,
        figure.revenue_incl_vat,
        figure.wage_cost,
        figure.wage_percentage,
        figure.target,
        figure.hours,
        figure.revenue_per_hour,
    )


def rows_of(report: Report, texts: Texts) -> list[Row]:
    return [row_of(figure, texts) for period in report.periods for figure in report.places_of(period)]


def report_of(books: Books) -> Report:
    """Report days with ordinary figures, a refund, an empty day, a hidden wage, and something to look at."""
    books.fill()
    books.connection.execute("DELETE FROM unit_revenue WHERE business_date = ?", [days_before(3)])
    books.connection.execute(
        "UPDATE unit_revenue SET revenue_excl_vat = -5.25, revenue_incl_vat = -6.56 "
        "WHERE unit = 'Shop' AND business_date = ?",
        [days_before(4)],
    )
    books.connection.execute("INSERT INTO wage_cost_people VALUES (?, 'Aarhus', 'Shop', 1)", [days_before(5)])
    books.list_location("99", "=Garden", None)
    books.sell("99", "10.50")
    books.correct("Bar", "1", "2")
    return books.report(by="day")


# CSV


@both
def test_csv_that_is_read_back_has_every_figure_to_the_oere(books: Books, texts: Texts) -> None:
    report = report_of(books)
    between, point = POINT[texts.language]

    def number(text: str) -> Decimal | None:
        return Decimal(text.replace(point, ".")) if text else None

    _, *lines, not_counted = csv.reader(
        io.StringIO(csv_file(report, texts).decode("utf-8-sig"), newline=""), delimiter=between
    )

    read = [
        (
            *(dt.date.fromisoformat(line[0]), dt.date.fromisoformat(line[1]), line[2], line[3] or None),
            *map(number, [*line[4:9], *line[11:]]),
        )
        for line in lines
    ]
    assert read == rows_of(report, texts)
    words = texts.findings
    window = (str(report.window.first_day), str(report.window.last_day))
    assert tuple(not_counted[:2]) == window
    assert not_counted[2:4] == [words.kinds["unmapped"].title, words.location.format("99 (=Garden)")]
    assert [*map(number, not_counted[4:7])] == [Decimal("10.50"), Decimal("13.13"), None]
    assert not_counted[10].startswith(words.not_counted.partition(":")[0])


def test_a_location_without_a_unit_that_sold_nothing_is_no_row_of_the_csv(books: Books) -> None:
    books.list_location("99", "Garden", None)

    assert csv_file(books.report(), TEXTS["en"]).count(b"\n") == 1


def test_danish_excel_opens_the_csv_as_it_is(books: Books) -> None:
    books.earn("Bar", "1234567.89")

    data = csv_file(books.report(by="month"), TEXTS["da"])

    assert data.startswith(b"\xef\xbb\xbfFra;Til;Afdeling;Enhed;Oms")
    assert ";1234567,89;1543209,86;" in data.decode("utf-8-sig")


def test_csv_of_an_empty_warehouse_has_its_headings(books: Books) -> None:
    [heads] = csv.reader(csv_file(books.report(), TEXTS["en"]).decode("utf-8-sig").splitlines())

    assert heads[:4] == ["From", "To", "Department", "Unit"]
    assert heads[4:] == [
        *("Revenue excl. VAT", "Revenue incl. VAT", "Wage cost"),
        *("Wage percentage", "Target", "From target, pp", "Remarks"),
        *("Hours", "Revenue excl. VAT per hour"),
    ]


# Excel


def opened(report: Report, texts: Texts) -> Workbook:
    return load_workbook(io.BytesIO(xlsx_workbook(report, texts)))


def day(value: Any) -> dt.date:  # noqa: ANN401 (a cell holds anything)
    assert isinstance(value, dt.datetime)
    return value.date()


def amount(value: Any) -> Decimal | None:  # noqa: ANN401 (a cell holds anything)
    assert value is None or isinstance(value, int | float)
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def percent(value: Any) -> Decimal | None:  # noqa: ANN401 (a cell holds anything)
    return None if value is None else amount(value * 100)


@both
def test_a_second_library_reads_the_same_numbers_from_the_workbook(books: Books, texts: Texts) -> None:
    report = report_of(books)
    sheet = opened(report, texts)[texts.figures_sheet]

    read = [
        (
            *(day(line[0]), day(line[1]), line[2], line[3]),
            *map(amount, line[4:7]),
            *map(percent, line[7:9]),
            *map(amount, line[11:]),
        )
        for line in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert read == rows_of(report, texts)


@both
def test_the_workbook_has_the_coming_days_as_the_plan_in_csv_has_them(
    books: Books, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.fill(days=70)
    books.look_ahead(monkeypatch)
    report, plan_texts = books.report(), PLAN_TEXTS[texts.language]
    heads, *lines = opened(report, texts)[plan_texts.plan_sheet].iter_rows(values_only=True)

    assert list(heads) == [column.heading for column in plan_columns(plan_texts)]
    assert len(lines) == 8 * len(["Bar", "Kitchen", "of no unit", "Vesterbro", "Shop", "Aarhus", "company"])
    assert [(day(line[0]), line[1], line[2], *map(amount, line[3:8])) for line in lines] == [
        (
            *(each.day, each.figure.place.department or texts.company),
            texts.unallocated if each.figure.place.unallocated else each.figure.place.unit,
            *(each.figure.revenue_excl_vat, each.low, each.high, each.figure.wage_cost, each.figure.hours),
        )
        for each in report.plan
    ]
    without = opened(books.report(Window(days_before(9), days_before(5))), texts)
    assert plan_texts.plan_sheet not in without.sheetnames


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@both
def test_libreoffice_reads_the_same_numbers_from_the_workbook(books: Books, texts: Texts, tmp_path: Path) -> None:
    report = report_of(books)
    (tmp_path / "report.xlsx").write_bytes(xlsx_workbook(report, texts))

    # UTF-8, as in English, and cells with all their decimals.
    to_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [str(SOFFICE), profile, "--headless", "--convert-to", to_csv, "--outdir", tmp_path, tmp_path / "report.xlsx"],
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    read = [
        tuple(Decimal(cell.removesuffix("%")) if cell else None for cell in [*line[4:9], *line[11:]]) for line in lines
    ]
    assert read == [row[4:] for row in rows_of(report, texts)]


@both
def test_the_days_of_the_workbook_are_the_companys_with_gaps_left_empty(books: Books, texts: Texts) -> None:
    report = report_of(books)
    sheet = opened(report, texts)[texts.days_sheet]

    lines = list(sheet.iter_rows(min_row=2, max_col=5, values_only=True))
    assert [(day(line[0]), amount(line[1]), amount(line[3])) for line in lines] == [
        (each.first_day, report.figure(each).revenue_excl_vat, report.figure(each).wage_cost) for each in report.periods
    ]
    assert lines[-4][1] is None


@both
def test_cells_are_numbers_and_dates_with_formats(books: Books, texts: Texts) -> None:
    sheet = opened(report_of(books), texts)[texts.figures_sheet]
    cells = [sheet.cell(2, column) for column in range(1, 11)]

    assert [cell.data_type for cell in cells] == ["d", "d", "s", "n", "n", "n", "n", "n", "n", "n"]
    assert [cells[place].number_format for place in (4, 7)] == ["#,##0.00", "0.0%"]
    assert cells[0].number_format == {"da": "ddd dd-mm-yyyy", "en": "ddd d mmm yyyy"}[texts.language]


@both
def test_sums_are_bold_over_an_outline_of_what_they_consist_of(books: Books, texts: Texts) -> None:
    report = report_of(books)
    sheet = opened(report, texts)[texts.figures_sheet]
    figures = [figure for period in report.periods for figure in report.places_of(period)]

    looks = [
        (sheet.cell(row, 1).font.bold, sheet.row_dimensions[row].outlineLevel) for row in range(2, sheet.max_row + 1)
    ]
    assert looks == [(False, 1) if figure.place.is_part else (True, 0) for figure in figures]
    outline = sheet.sheet_properties.outlinePr
    assert outline is not None
    assert outline.summaryBelow is False


@both
def test_headings_stand_over_their_numbers_and_over_target_has_a_sign(books: Books, texts: Texts) -> None:
    sheet = opened(report_of(books), texts)[texts.figures_sheet]
    heads = {cell.value: cell for cell in sheet[1]}

    assert {heads[name].alignment.horizontal for name in (texts.first_day, texts.unit, texts.remarks)} == {"left"}
    assert {heads[name].alignment.horizontal for name in (texts.wage_cost, texts.hours, texts.target)} == {"right"}
    column = list(heads).index(texts.from_target)
    [pattern] = {row[column].number_format for row in sheet.iter_rows(min_row=2) if row[column].value is not None}
    assert pattern == "[Red]▲ +0.0;-0.0;0.0"
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.right.text == "&P / &N"


@both
def test_ratios_that_are_provisional_are_grey(books: Books, texts: Texts) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="16")
    books.earn("Kitchen", "8000")

    sheet = opened(books.report(by="day"), texts)[texts.figures_sheet]
    heads = [cell.value for cell in sheet[1]]
    rows = {row[heads.index(texts.unit)].value or row[heads.index(texts.department)].value: row for row in sheet}

    for ratio, pattern, grey in ((texts.wage_percentage, "0.0%", 0.125), (texts.revenue_per_hour, "#,##0.00", 1000)):
        cells = [rows[place][heads.index(ratio)] for place in ("Vesterbro", "Bar")]
        assert [cell.number_format for cell in cells] == [pattern, pattern]
        assert (cells[0].value, [bool(cell.font.italic) for cell in cells]) == (grey, [True, False])


@both
def test_the_heading_stays_in_sight_and_the_columns_are_wide_enough(books: Books, texts: Texts) -> None:
    workbook = opened(report_of(books), texts)

    assert workbook.sheetnames == [texts.figures_sheet, texts.days_sheet, texts.attention_sheet]
    for sheet in workbook.worksheets:
        assert sheet.freeze_panes == "A2"
        widths = {letter: dimension.width for letter, dimension in sheet.column_dimensions.items()}
        assert widths
        assert min(widths.values()) > 10


@both
def test_the_chart_is_excels_own_and_points_at_the_cells(books: Books, texts: Texts) -> None:
    sheet = opened(report_of(books), texts)[texts.days_sheet]

    [bars] = sheet._charts  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way)
    lines = bars._charts[1]  # noqa: SLF001
    assert [series.val.numRef.f for series in (*bars.series, *lines.series)] == [
        f"{texts.days_sheet}!$B$2:$B$32",
        f"{texts.days_sheet}!$E$2:$E$32",
        f"{texts.days_sheet}!$F$2:$F$32",
    ]
    assert bars.series[0].cat.numRef.f == f"{texts.days_sheet}!$A$2:$A$32"


@both
def test_what_needs_attention_has_a_sheet(books: Books, texts: Texts) -> None:
    sheet = opened(report_of(books), texts)[texts.attention_sheet]
    lines = [line[2:] for line in sheet.iter_rows(min_row=2, values_only=True)]

    words = texts.findings
    by_what = {line[1]: line for line in lines}
    assert by_what[words.kinds["unmapped"].title][3:5] == (10.5, None)
    assert "99 (=Garden)" in str(by_what[words.kinds["unmapped"].title][2])
    changed = by_what[words.kinds["changed"].title]
    assert str(changed[2]).startswith(f"{words.changes['corrected']}: ")
    assert (changed[0], *changed[3:9]) == ("Vesterbro · Bar", None, None, 1, 2, texts.excl_vat, "Ajour")
    assert str(changed[9]).endswith(f": ajour-revenue explain Bar {MONDAY}")
    negative = by_what[words.kinds["negative revenue"].title]
    assert (negative[0], *negative[3:9]) == ("Aarhus · Shop", -5.25, 3876.04, *[None] * 4)


def test_a_name_that_begins_like_a_formula_is_text(books: Books) -> None:
    sheet = opened(report_of(books), TEXTS["da"])[TEXTS["da"].attention_sheet]

    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n", "d"}


@both
def test_an_empty_warehouse_gives_a_workbook_with_headings(books: Books, texts: Texts) -> None:
    workbook = opened(books.report(), texts)

    assert workbook[texts.figures_sheet].max_row == 1
    assert workbook[texts.days_sheet].max_row == 32


@pytest.mark.parametrize("begin", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_a_text_that_excel_would_carry_out_is_text_in_csv_too(begin: str) -> None:
    assert cell(begin, ",") == f"'{begin}"
    assert cell(f"Bar {begin}", ",") == f"Bar {begin}"
    assert cell(Decimal("-1.50"), ",") == "-1,50"


# Writing


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "demo.html"

    write(path, b"first")
    write(path, b"second")

    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_readable_as_other_new_files_are(tmp_path: Path) -> None:
    (tmp_path / "other").touch()

    write(tmp_path / "demo.html", b"page")

    assert (tmp_path / "demo.html").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "demo.html").mkdir()

    with pytest.raises(ReportNotWrittenError, match=r"demo\.html cannot be written: Is a directory") as error:
        write(tmp_path / "demo.html", b"page")
    assert error.value.text.da.startswith(
        f"Rapporten {tmp_path / 'demo.html'} kan ikke skrives: det er en mappe. Se, om"
    )
    assert_said_in_both(error.value.text)

    assert [path.name for path in tmp_path.iterdir()] == ["demo.html"]


def test_a_full_disk_is_told_and_leaves_the_report_before(tmp_path: Path) -> None:
    path = tmp_path / "demo.html"
    write(path, b"first")
    # The kernel lets no file grow beyond this, as it does on a disk that is full.
    program = """
import resource, sys
from pathlib import Path
from ajour_revenue.reports.write import ReportNotWrittenError, write
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write(Path(sys.argv[1]), b"second" * 100)
except ReportNotWrittenError as error:
    print(error)
"""
    outcome = run(sys.executable, "-c", program, path, folder=tmp_path)

    assert f"The report {path} cannot be written: File too large. Look whether its disk has room" in outcome.stdout
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left, being_written = tmp_path / ".demo.html.1.part", tmp_path / ".demo.html.2.part"
    left.touch()
    being_written.touch()
    an_hour_ago = left.stat().st_mtime - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))

    write(tmp_path / "demo.html", b"page")

    assert {path.name for path in tmp_path.iterdir()} == {"demo.html", being_written.name}
