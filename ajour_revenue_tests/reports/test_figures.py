"""The report's figures by the rules D2, D3, D5 and D7, read from the warehouse."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ajour_revenue.attention.finding import Location
from ajour_revenue.days import Window
from ajour_revenue.wages.figures import COMPANY, WEEK, YEAR, Figure, Period, Place, cut, daily_totals, earlier
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict
from ajour_revenue_tests.reports.kit import HIDDEN_WAGE, MONDAY, Books, days_before

BAR, VESTERBRO = Place("Vesterbro", "Bar"), Place("Vesterbro")
SUNDAY = days_before(1)


@IN_BOTH_STORES
def test_a_day_has_units_departments_and_the_company_each_with_its_sums(books: Books) -> None:
    books.earn("Bar", "1000")
    books.earn("Kitchen", "3000")
    books.earn("Shop", "2000")
    books.pay("Vesterbro", "Bar", "300")
    books.pay("Vesterbro", None, "500")
    books.pay("Aarhus", "Shop", "400")

    report = books.report()

    told = {
        figure.place: (figure.revenue_excl_vat, figure.revenue_incl_vat, figure.wage_cost, figure.wage_percentage)
        for figure in report.places_of(report.day)
    }
    assert told == {
        Place("Aarhus"): (Decimal(2000), Decimal(2500), Decimal(400), Decimal(20)),
        Place("Aarhus", "Shop"): (Decimal(2000), Decimal(2500), Decimal(400), Decimal(20)),
        VESTERBRO: (Decimal(4000), Decimal(5000), Decimal(800), Decimal(20)),
        BAR: (Decimal(1000), Decimal(1250), Decimal(300), Decimal(30)),
        Place("Vesterbro", "Kitchen"): (Decimal(3000), Decimal(3750), None, None),
        Place("Vesterbro", unallocated=True): (None, None, Decimal(500), None),
        COMPANY: (Decimal(6000), Decimal(7500), Decimal(1200), Decimal(20)),
        Place(unallocated=True): (None, None, Decimal(500), None),
    }
    assert list(told) == [*report.places, COMPANY, Place(unallocated=True)]


def test_a_week_is_the_ratio_of_its_sums(books: Books) -> None:
    for day, excl_vat, cost in ((days_before(2), "1000", "500"), (SUNDAY, "9000", "900")):
        books.earn("Bar", excl_vat, day)
        books.pay("Vesterbro", "Bar", cost, day)

    report = books.report(Window(days_before(7), SUNDAY))

    assert report.figure(report.to_date[0], BAR).wage_percentage == Decimal(14)  # the mean of the days is 30


@pytest.mark.parametrize("revenue", [None, "0"])
def test_without_revenue_there_is_no_percentage(books: Books, revenue: str | None) -> None:
    books.earn("Bar", revenue)
    books.pay("Vesterbro", "Bar", "400")

    figure = books.report().figure(Window(MONDAY, MONDAY), BAR)

    assert (figure.wage_cost, figure.wage_percentage, figure.from_target) == (Decimal(400), None, None)
    assert not figure.is_over_target


money = st.decimals(0, 10**6, places=2)


@IN_BOTH_STORES
@settings(max_examples=10)
@given(
    days=st.lists(
        st.tuples(st.decimals(-(10**5), 10**6, places=2), money, money, st.integers(0, 4)), min_size=1, max_size=20
    ),
    by=st.sampled_from(["day", "week", "month"]),
)
def test_every_period_equals_an_independent_sum_of_what_may_be_shown(
    empty_tables: duckdb.DuckDBPyConnection, days: list[tuple[Decimal, Decimal, Decimal, int]], by: Period
) -> None:
    empty_tables.begin()
    try:
        books = Books(empty_tables)
        for back, (excl_vat, allocated, other, people) in enumerate(days):
            books.earn("Bar", str(excl_vat), days_before(back))
            books.pay("Vesterbro", "Bar", str(allocated), days_before(back), people=people)
            books.pay("Vesterbro", None, str(other), days_before(back))
        report = books.report(Window(days_before(19), MONDAY), by)
    finally:
        empty_tables.rollback()

    for period in report.periods:
        inside = [day for back, day in enumerate(days) if days_before(back) in period.days]
        shown = [day for day in inside if day[3] >= 2]
        others = sum((other for _, _, other, _ in inside), Decimal())
        cost = sum((allocated for _, allocated, _, _ in shown), others)
        compared = sum((excl_vat for excl_vat, *_ in shown), Decimal())
        for place in (VESTERBRO, COMPANY):
            figure = report.figure(period, place)
            assert figure.revenue_excl_vat == (sum(excl_vat for excl_vat, *_ in inside) if inside else None)
            assert figure.wage_cost == (cost if inside else None)
            assert figure.days_hidden == len(inside) - len(shown)
            if shown and compared:
                assert figure.wage_percentage is not None
                assert abs(figure.wage_percentage - 100 * cost / compared) <= Decimal("0.005")
            else:
                assert figure.wage_percentage is None


# Hidden wages (D5)


def test_the_wage_of_one_person_is_hidden_from_unit_department_and_company(books: Books) -> None:
    books.earn("Bar", "10000")
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)

    report = books.report()

    for place in (BAR, VESTERBRO, COMPANY):
        figure = report.figure(report.day, place)
        assert (figure.wage_cost, figure.wage_percentage, figure.days_hidden) == (None, None, 1)
        assert figure.revenue_excl_vat == 10_000


def test_the_settings_can_show_it(books: Books) -> None:
    books.change(wages={"source": "planday", "show_single_person": True})
    books.earn("Bar", "10000")
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)

    figure = books.report().figure(Window(MONDAY, MONDAY), BAR)

    assert (figure.wage_cost, figure.days_hidden) == (Decimal(HIDDEN_WAGE), 0)


def test_no_difference_of_two_sums_tells_a_hidden_wage(books: Books) -> None:
    books.earn("Bar", "10000")
    books.earn("Shop", "8000")
    books.earn("Bar", "9000", SUNDAY)
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)
    books.pay("Vesterbro", "Bar", "2700", SUNDAY, people=5)
    books.pay("Aarhus", "Shop", "2000", people=4)

    report = books.report(Window(SUNDAY, MONDAY), by="month")

    both_days = report.figure(Window(SUNDAY, MONDAY), VESTERBRO)
    assert (both_days.wage_cost, both_days.wage_percentage, both_days.days_hidden) == (Decimal(2700), Decimal(30), 1)
    assert both_days.revenue_excl_vat == 19_000
    company = report.figure(report.day)
    assert (company.wage_cost, company.wage_percentage) == (Decimal(2000), Decimal(25))


# Targets


def test_over_target_is_more_than_the_target(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "314")

    figure = books.report().figure(Window(MONDAY, MONDAY), BAR)

    assert (figure.target, figure.from_target, figure.is_over_target) == (Decimal(30), Decimal("1.40"), True)


def test_on_target_is_not_over_it(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "300")

    figure = books.report().figure(Window(MONDAY, MONDAY), BAR)

    assert (figure.from_target, figure.is_over_target) == (Decimal(0), False)


def test_a_departments_target_is_that_of_its_units_weighed_by_their_revenue(books: Books) -> None:
    units = settings_dict()["units"]
    books.change(units=[units[0], units[1] | {"target_wage_percentage": 40}, units[2]])
    books.earn("Bar", "1000")
    books.earn("Kitchen", "3000")

    report = books.report()

    assert report.figure(report.day, VESTERBRO).target == Decimal("37.50")
    assert report.figure(report.day).target == Decimal("37.50")  # the Shop has no target, and sold nothing


def test_a_department_with_a_unit_that_sells_and_has_no_target_has_none(books: Books) -> None:
    books.earn("Bar", "1000")
    books.earn("Kitchen", "3000")

    report = books.report()

    assert report.figure(report.day, BAR).target == 30
    assert report.figure(report.day, VESTERBRO).target is None
    assert report.figure(report.day).target is None


# Periods


@pytest.mark.parametrize(
    ("by", "lengths"),
    [("day", [1] * 12), ("week", [3, 7, 2]), ("month", [7, 5])],
)
def test_a_window_is_cut_at_iso_weeks_and_months(by: Period, lengths: list[int]) -> None:
    parts = cut(Window(dt.date(2026, 12, 25), dt.date(2027, 1, 5)), by)

    assert [len(part.days) for part in parts] == lengths


def test_the_same_weekday_is_7_and_364_days_back(books: Books) -> None:
    for back in (0, 7, 364):
        books.earn("Bar", str(1000 + back), days_before(back))

    report = books.report()
    day = report.figure(report.day)
    week_before, year_before = (report.figure(earlier(report.day, by)) for by in (WEEK, YEAR))

    assert {figure.window.first_day.weekday() for figure in (day, week_before, year_before)} == {0}
    assert (week_before.revenue_excl_vat, year_before.revenue_excl_vat) == (Decimal(1007), Decimal(1364))
    assert day.revenue_change(year_before) == Decimal("-26.69")


def test_figures_of_an_unlike_number_of_days_are_not_compared() -> None:
    week = Figure(Window(MONDAY, MONDAY), COMPANY, Decimal(10), wage_percentage=Decimal(3), days=1)
    short = Figure(Window(MONDAY, MONDAY), COMPANY, Decimal(8), wage_percentage=Decimal(2), days=2)

    assert week.revenue_change(short) is None
    assert week.percentage_change(short) is None


@pytest.mark.parametrize("before", [None, Decimal(0), Decimal(-5)])
def test_there_is_no_growth_from_nothing(before: Decimal | None) -> None:
    day = Window(MONDAY, MONDAY)

    assert Figure(day, COMPANY, Decimal(10), days=1).revenue_change(Figure(day, COMPANY, before, days=1)) is None


def test_week_and_month_to_date_end_with_the_day(books: Books) -> None:
    assert books.report(Window(days_before(30), dt.date(2026, 11, 25))).to_date == [
        Window(MONDAY, dt.date(2026, 11, 25)),
        Window(dt.date(2026, 11, 16), SUNDAY),
        Window(dt.date(2026, 11, 1), dt.date(2026, 11, 25)),
        Window(dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
    ]


def test_daily_totals_have_every_day_in_order(books: Books) -> None:
    books.earn("Bar", "1000")
    books.report()

    totals = daily_totals(books.connection, books.settings, Window(SUNDAY, MONDAY))

    assert [(total.window.first_day, total.revenue_excl_vat, total.days) for total in totals] == [
        (SUNDAY, None, 0),
        (MONDAY, Decimal(1000), 1),
    ]


def test_the_days_of_a_period_that_are_calculated_or_incomplete_are_counted(books: Books) -> None:
    books.earn("Bar", "1000", SUNDAY, missing=("11",))
    books.earn("Bar", "1000")

    report = books.report(Window(days_before(7), MONDAY), by="month")
    [period] = report.periods

    assert (report.figure(period, BAR).days, report.figure(period).days_incomplete) == (2, 1)


# What needs attention


def test_missing_days_in_a_row_are_one_notice_with_the_locations_names(books: Books) -> None:
    books.list_location("11", "Bar, first floor", "Bar")
    for back in (1, 2, 5):
        books.earn("Bar", "1000", days_before(back), missing=("11",))
        books.pay("Vesterbro", "Bar", "300", days_before(back))

    notices = books.report().notices

    assert [(each.kind, each.days, each.place, each.location and each.location.name) for each in notices] == [
        ("missing", Window(days_before(2), SUNDAY), BAR, "Bar, first floor"),
        ("missing", Window(days_before(5), days_before(5)), BAR, "Bar, first floor"),
    ]


def test_what_a_unit_says_is_not_said_again_by_its_department(books: Books) -> None:
    books.pay("Vesterbro", "Bar", "400")
    books.pay("Aarhus", None, "700")

    told = {(each.kind, each.place, each.facts.wage_cost) for each in books.report().notices}

    assert told == {
        ("wages without revenue", BAR, Decimal(400)),
        ("wages without revenue", Place("Aarhus"), Decimal(700)),
    }


def test_a_hidden_wage_without_revenue_is_told_without_its_amount(books: Books) -> None:
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)

    [notice] = books.report().notices

    assert (notice.kind, notice.facts.hidden, notice.facts.wage_cost) == ("wages without revenue", True, None)


def test_days_outside_the_window_need_no_attention(books: Books) -> None:
    books.pay("Vesterbro", "Bar", "400", days_before(31))
    books.correct("Bar", "1", "2", days_before(31))

    report = books.report()

    assert report.findings == ()


def test_an_unmapped_location_is_told_with_what_it_sold_in_the_window(books: Books) -> None:
    books.list_location("10", "Bar", "Bar")
    books.list_location("98", "Closed", None)
    books.list_location("99", "Garden", None)
    for location, excl_vat, back in (("10", "5", 0), ("99", "100.005", 0), ("99", "20", 1), ("99", "3", 31)):
        books.sell(location, excl_vat, days_before(back))

    unmapped = books.report().unmapped

    assert [(each.location, each.facts.revenue_excl_vat, each.facts.revenue_incl_vat) for each in unmapped] == [
        (Location("99", "Garden"), Decimal("120.01"), Decimal("150.01")),
        (Location("98", "Closed"), None, None),
    ]


def test_a_changed_figure_is_told_from_the_first_one_to_the_present_one(books: Books) -> None:
    books.earn("Bar", "1100")
    books.correct("Bar", None, "900", source_before=None, at="2026-11-24 07:00:00+01")
    books.correct("Bar", "900", "1000", at="2026-11-25 07:00:00+01")
    books.correct("Bar", "1000", "1100", at="2026-11-26 07:00:00+01", source_after="manual", reason="till was down")

    [changed] = books.report().changes

    facts = changed.facts
    assert facts.changes == ("corrected", "entered by hand")
    assert (changed.place, changed.days, facts.vat) == (BAR, Window(MONDAY, MONDAY), "excluded")
    assert (facts.revenue_before, facts.revenue_after) == (Decimal(900), Decimal(1100))
    assert (facts.source_before, facts.source_after) == ("ajour", "manual")
    assert facts.reason == "till was down"
    assert changed.command == f"ajour-revenue explain Bar {MONDAY}"


def test_a_figure_that_was_changed_back_is_no_news(books: Books) -> None:
    books.earn("Bar", "900")
    books.correct("Bar", "900", "1000", at="2026-11-25 07:00:00+01")
    books.correct("Bar", "1000", "900", at="2026-11-26 07:00:00+01")

    assert books.report().changes == []


def test_an_empty_warehouse_has_an_empty_report(books: Books) -> None:
    report = books.report()

    assert (report.figures, report.places, report.findings) == ({}, [], ())
    assert report.figure(report.day).revenue_excl_vat is None
