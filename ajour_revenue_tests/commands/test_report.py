"""The command `report`: every format, and what it says where it is asked for what cannot be."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from ajour_revenue.days import Window
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS, Shell
from ajour_revenue_tests.kit import ACTIVATION_DATE, Company, settings_dict
from ajour_revenue_tests.reports.kit import Page

FIRST_DAY = LAST_DAY - timedelta(days=2)


@pytest.fixture
def language() -> Language:
    """The one that reports are in by default."""
    return "da"


@pytest.fixture
def sums(at_fetched_company: Company) -> list[Decimal]:
    """What the company sold and paid in the three days that are fetched: excl. VAT, incl. VAT, wages."""
    [(excl_vat, wages)] = at_fetched_company.query(
        "SELECT sum(revenue_excl_vat), sum(wage_cost) FROM wage_percentage WHERE unit IS NULL"
    )
    [(incl_vat,)] = at_fetched_company.query("SELECT sum(revenue_incl_vat) FROM unit_revenue")
    return [excl_vat, incl_vat, wages]


def test_the_table_shows_every_amount_to_the_krone_within_80_columns(shell: Shell, at_fetched_company: Company) -> None:
    screen = shell.show("report", "--from", FIRST_DAY, "--by", "day")

    assert screen.exit_code == 0
    assert screen.widest_line <= COLUMNS
    amounts = at_fetched_company.query("SELECT revenue_excl_vat, wage_cost FROM wage_percentage")
    assert [each for row in amounts for each in row if each and DANISH.whole(each) not in screen.text] == []
    hours = at_fetched_company.query("SELECT hours FROM wage_costs")
    assert [each for (each,) in hours if DANISH.hours(each) not in screen.text] == []
    for word in ("Vesterbro", "  Bar", "Aarhus", "Omsætning", "ekskl.", "moms", "Løn", "Timer", "Kr./t."):
        assert word in screen.text


@pytest.mark.parametrize("colours", [True, False])
def test_over_target_has_a_word_with_and_without_colours(
    shell: Shell, at_fetched_company: Company, *, colours: bool
) -> None:
    units = settings_dict()["units"]
    at_fetched_company.reload(units=[unit | {"target_wage_percentage": 10} for unit in units])
    assert at_fetched_company.run(Window(FIRST_DAY, LAST_DAY)).success

    # By day: of a week, days that were never fetched may be part.
    screen = shell.show("report", "--by", "day", colours=colours)

    assert screen.has_colours == colours
    assert "over 30,0 %" in screen.text


def test_csv_goes_to_standard_output_where_asked(shell: Shell, sums: list[Decimal]) -> None:
    result = shell.run("report", "--format", "csv", "--by", "day", "--output", "-")

    lines = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")), delimiter=";"))
    company = [line for line in lines if line["Afdeling"] == "I alt" and not line["Enhed"]]
    assert [line["Fra"] for line in company] == [str(day) for day in Window(FIRST_DAY, LAST_DAY).days]
    heads = ("Omsætning ekskl. moms", "Omsætning inkl. moms", "Lønomkostninger")
    assert [sum(Decimal(line[head].replace(",", ".")) for line in company) for head in heads] == sums


def test_xlsx_and_html_go_to_the_folder_of_the_settings(shell: Shell, at_fetched_company: Company) -> None:
    folder = at_fetched_company.settings.report.folder

    printed = [shell.run("report", "--format", each).stdout.strip() for each in ("xlsx", "html")]

    assert printed == [str(folder / "demo.xlsx"), str(folder / "demo.html")]
    assert load_workbook(folder / "demo.xlsx").sheetnames == ["Tal", "Dage", "Kræver handling", "Plan"]
    assert Page((folder / "demo.html").read_text(encoding="utf-8")).table("Afvigelse fra mål, procentpoint")


def test_a_file_can_be_named(shell: Shell, at_fetched_company: Company) -> None:
    del at_fetched_company
    result = shell.run("report", "--format", "xlsx", "--output", "new/october.xlsx")

    assert result.exit_code == 0
    assert load_workbook(shell.folder / "new" / "october.xlsx")


def test_days_may_be_written_as_danes_write_them(shell: Shell, at_fetched_company: Company) -> None:
    del at_fetched_company
    day = DANISH.date(LAST_DAY)

    result = shell.run("report", "--from", day, "--to", day, "--by", "day")

    assert result.exit_code == 0
    assert DANISH.weekday_and_date(LAST_DAY) in result.stdout
    assert DANISH.date(FIRST_DAY) not in result.stdout


def test_the_last_day_stands_on_top_of_the_page(shell: Shell, at_fetched_company: Company) -> None:
    del at_fetched_company
    result = shell.run("report", "--to", FIRST_DAY, "--format", "html", "--output", "-")

    assert f'<h2 id="day">{DANISH.weekday_and_date(FIRST_DAY)}</h2>' in result.stdout


def test_the_language_is_that_of_the_settings(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.reload(report={"language": "en"})

    assert "Revenue" in shell.run("report").stdout


@pytest.mark.parametrize("output", ["table", "csv", "html", "xlsx"])
def test_before_the_first_fetch_there_is_a_readable_report(shell: Shell, at_company: Company, output: str) -> None:
    result = shell.run("report", "--format", output)

    assert result.exit_code == 0
    if output == "table":
        assert "Kør en hentning" in result.stdout
    assert not at_company.settings.warehouse_file.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "2026-13-01"], "write 2026-01-31"),
        (["--from", "yesterday"], "'yesterday' is no day"),
        (["--to", LAST_DAY + timedelta(days=1)], f"skriv --to {LAST_DAY}"),
        (["--from", ACTIVATION_DATE - timedelta(days=1)], f"Skriv {ACTIVATION_DATE} eller en senere dag"),
        (["--to", ACTIVATION_DATE - timedelta(days=1)], f"Skriv {ACTIVATION_DATE} eller en senere dag"),
        (["--from", LAST_DAY, "--to", FIRST_DAY], "Byt om på de to"),
        (["--from", LAST_DAY + timedelta(days=3)], "Byt om på de to"),
        (["--by", "year"], "'day', 'week', 'month'"),
        (["--format", "pdf"], "'table', 'csv', 'xlsx', 'html'"),
        (["--output", "a.txt"], "--output hører sammen med --format csv, xlsx eller html"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_to_write(
    shell: Shell, at_company: Company, arguments: list[object], told: str
) -> None:
    result = shell.run("report", *arguments)

    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert not at_company.settings.report.folder.exists()


def test_a_file_that_cannot_be_written_is_told(shell: Shell, at_fetched_company: Company) -> None:
    del at_fetched_company
    (shell.folder / "october.xlsx").mkdir()

    result = shell.run("report", "--format", "xlsx", "--output", shell.folder / "october.xlsx")

    assert result.exit_code != 0
    assert "october.xlsx" in result.stderr


def test_the_warehouse_is_only_read(shell: Shell, at_fetched_company: Company) -> None:
    before = at_fetched_company.settings.warehouse_file.read_bytes()

    assert shell.run("report").exit_code == 0

    assert at_fetched_company.settings.warehouse_file.read_bytes() == before
