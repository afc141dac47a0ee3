"""The budget in reports: beside the weeks and months of the page, and in the last columns of Excel's files."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from ajour_revenue.days import Window
from ajour_revenue.reports.budget_texts import BUDGET_TEXTS
from ajour_revenue.reports.csv_file import SEPARATORS, csv_file
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.reports.xlsx import xlsx_workbook
from ajour_revenue_tests.budget.kit import line, store
from ajour_revenue_tests.reports.kit import MONDAY, Books, Page, days_before

TUESDAY = MONDAY + dt.timedelta(days=1)
DA = TEXTS["da"]

both = pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)


@pytest.fixture
def budgeted(books: Books) -> Books:
    """Each unit earns 1,000 and pays 330 on two days of a week, where 1,100 and 30 % were budgeted."""
    books.change(budget={"file": "budget.csv"})
    for unit, department in {"Bar": "Vesterbro", "Kitchen": "Vesterbro", "Shop": "Aarhus"}.items():
        for day in (MONDAY, TUESDAY):
            books.earn(unit, "1000", day)
            books.pay(department, unit, "330", day)
    store(
        books.connection,
        [line(unit, day, 1_100, 30) for unit in ("Bar", "Kitchen", "Shop") for day in (MONDAY, TUESDAY)],
    )
    return books


@both
def test_the_page_holds_the_week_to_date_against_the_budget_and_not_what_has_none(
    budgeted: Books, texts: Texts
) -> None:
    said = BUDGET_TEXTS[texts.language]

    week, week_before, month, _ = Page(html_page(budgeted.report(Window(TUESDAY, TUESDAY)), texts)).table(said.revenue)

    formats = texts.formats
    of_budget = (said.revenue, said.deviation_in_kroner, said.deviation_in_percent, said.wage_percentage, said.points)
    assert list(week.values())[1:] == [
        *(formats.money(Decimal(6000)), formats.money(Decimal(6600)), formats.money(Decimal(-600))),
        *(formats.change(Decimal("-9.09")), formats.percent(Decimal(33)), formats.percent(Decimal(30))),
        formats.difference(Decimal(3)),
    ]
    # The month began before the budget did.
    assert {row[head] for row in (week_before, month) for head in of_budget} == {"-"}


def test_a_percentage_that_does_not_cover_everything_is_grey_beside_the_budget_too(budgeted: Books) -> None:
    def grey_in_budget() -> int:
        page = html_page(budgeted.report(Window(TUESDAY, TUESDAY)), DA)
        of_budget = page[page.index(BUDGET_TEXTS["da"].caption) :]
        return of_budget[: of_budget.index("</table>")].count("is-provisional")

    budgeted.earn("Shop", "900", days_before(7))
    before = grey_in_budget()
    budgeted.pay("Aarhus", "Shop", "300", days_before(7))

    # The week before, and the month to date, which lacks days all the same.
    assert (before, grey_in_budget()) == (2, 1)


def test_without_a_budget_nothing_is_said_of_one(budgeted: Books) -> None:
    budgeted.change()
    report = budgeted.report(Window(MONDAY, TUESDAY))

    assert "udget" not in html_page(report, DA)
    assert "udget" not in csv_file(report, DA).decode("utf-8")


@both
def test_the_budget_stands_last_in_csv_and_the_columns_before_it_are_as_ever(budgeted: Books, texts: Texts) -> None:
    def lines() -> list[list[str]]:
        text = csv_file(budgeted.report(Window(MONDAY, TUESDAY), by="day"), texts).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=SEPARATORS[texts.language][0]))

    with_budget = lines()
    budgeted.change()
    without = lines()

    width = len(without[0])
    assert [line[:width] for line in with_budget] == without
    assert len(with_budget[0]) == width + 5
    points = SEPARATORS[texts.language][1]
    expected = [value.replace(".", points) for value in ("3300.00", "-300.00", "-9.09", "30.00", "3.00")]
    company = [line for line in with_budget if line[2] == texts.company]
    assert [line[width:] for line in company] == [expected, expected]


def test_excels_percentages_are_hundredths(budgeted: Books) -> None:
    book = load_workbook(io.BytesIO(xlsx_workbook(budgeted.report(Window(MONDAY, TUESDAY)), DA)))

    heads, *rows = book[DA.figures_sheet].iter_rows(values_only=True)
    [company] = [row for row in rows if row[2] == DA.company and row[3] is None]
    said = BUDGET_TEXTS["da"]
    assert dict(zip(heads[-5:], company[-5:], strict=True)) == {
        said.revenue: 6600,
        said.deviation_in_kroner: -600,
        said.deviation_in_percent: pytest.approx(-0.0909),
        said.wage_percentage: pytest.approx(0.3),
        said.points: 3,
    }


def test_a_period_that_the_budget_does_not_cover_has_none(budgeted: Books) -> None:
    budgeted.earn("Bar", "500", days_before(1))

    report = budgeted.report(Window(days_before(1), TUESDAY), by="week")

    assert report.budgets
    budgets = [report.budgets.of(report.figure(week)).revenue_excl_vat for week in report.periods]
    assert budgets == [None, Decimal(6600)]
