"""Hours and revenue per working hour: a ratio of sums as the wage percentage is, and hidden with the wage (D2, D21)."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.reports.group import Member, together
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.wages.figures import COMPANY, Figure, Place
from ajour_revenue_tests.kit import IN_BOTH_STORES
from ajour_revenue_tests.reports.kit import MONDAY, Books, days_before

BAR, VESTERBRO = Place("Vesterbro", "Bar"), Place("Vesterbro")
DAY = Window(MONDAY, MONDAY)


def figure(books: Books, place: Place, window: Window = DAY) -> Figure:
    return books.report(window, "month").figure(window, place)


def half_up(value: Fraction) -> Decimal:
    """Round to two decimals, away from zero in the middle."""
    hundredths = floor(abs(value) * 100 + Fraction(1, 2))
    return Decimal(hundredths if value >= 0 else -hundredths).scaleb(-2)


def per_hour(revenue: Decimal, hours: Decimal) -> Decimal | None:
    return half_up(Fraction(revenue) / Fraction(hours)) if hours else None


# The quotient

revenues = st.one_of(
    st.decimals(-(10**6), 10**6, places=2),
    # Above it, they are calculated in whole numbers of another type.
    st.decimals(Decimal(10) ** 12 - 1, Decimal(10) ** 12 + 1, places=2),
)
worked = st.decimals(0, 10**6, places=2)


@settings(max_examples=300)
@given(revenue=revenues, hours=worked, times=st.integers(1, 1000))
@example(revenue=Decimal("0.01"), hours=Decimal(2), times=1)  # 0.005
@example(revenue=Decimal("-0.01"), hours=Decimal(2), times=1)
def test_revenue_per_hour_is_the_exact_quotient_rounded_half_up_and_of_more_of_both_the_same(
    empty_tables: duckdb.DuckDBPyConnection, revenue: Decimal, hours: Decimal, times: int
) -> None:
    shown = [
        empty_tables.execute(
            "SELECT revenue_per_hour(?::DECIMAL(38, 2), ?::DECIMAL(38, 2), false)", [each * revenue, each * hours]
        ).fetchall()
        for each in (1, times)
    ]

    assert shown == [[(per_hour(revenue, hours),)]] * 2


@IN_BOTH_STORES
@settings(max_examples=12)
@given(
    days=st.lists(
        st.tuples(
            st.decimals(-(10**4), 10**5, places=2),
            st.decimals(0, 10**4, places=2),
            st.decimals(0, 100, places=2),
            st.integers(0, 4),
            st.decimals(0, 100, places=2),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_period_is_the_ratio_of_the_sums_of_what_may_be_shown(
    empty_tables: duckdb.DuckDBPyConnection, days: list[tuple[Decimal, Decimal, Decimal, int, Decimal]]
) -> None:
    window = Window(days_before(len(days) - 1), MONDAY)
    empty_tables.begin()
    try:
        books = Books(empty_tables)
        for back, (revenue, cost, hours, people, other_hours) in enumerate(days):
            books.earn("Bar", str(revenue), days_before(back))
            books.pay("Vesterbro", "Bar", str(cost), days_before(back), hours=str(hours), people=people)
            books.pay("Vesterbro", None, "1", days_before(back), hours=str(other_hours))
        figures = books.report(window, "month").figures[window]
    finally:
        empty_tables.rollback()

    shown = [(revenue, cost, hours) for revenue, cost, hours, people, _ in days if people >= 2]
    compared = sum((revenue for revenue, _, _ in shown), Decimal())
    of_bar = sum((hours for _, _, hours in shown), Decimal())
    of_none = sum((hours for *_, hours in days), Decimal())
    lacks_hours = any(revenue and cost and not hours for revenue, cost, hours in shown)
    bar, vesterbro = figures[BAR], figures[VESTERBRO]
    assert bar.hours == (of_bar if shown else None)
    assert vesterbro.hours == figures[COMPANY].hours == of_bar + of_none
    assert figures[Place("Vesterbro", unallocated=True)].hours == of_none
    for place, hours in ((bar, of_bar), (vesterbro, of_bar + of_none)):
        assert place.revenue_per_hour == (None if lacks_hours or not shown else per_hour(compared, hours))


# What is not told


def test_hours_are_hidden_with_the_wage_and_in_no_sum(books: Books) -> None:
    for unit, hours, people in (("Bar", "7.5", 1), ("Kitchen", "16", 2)):
        books.earn(unit, "8000")
        books.pay("Vesterbro", unit, "2000", hours=hours, people=people)

    bar, vesterbro = figure(books, BAR), figure(books, VESTERBRO)

    assert (bar.hours, bar.revenue_per_hour) == (None, None)
    assert (vesterbro.hours, vesterbro.revenue_per_hour, vesterbro.is_provisional) == (Decimal(16), Decimal(500), True)
    for texts, hidden in ((TEXTS["da"], "skjult"), (TEXTS["en"], "hidden")):
        assert (texts.hours_of(bar), texts.revenue_per_hour_of(bar)) == (hidden, hidden)


def test_the_settings_can_show_them(books: Books) -> None:
    books.change(wages={"source": "planday", "show_single_person": True})
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="8", people=1)

    assert (figure(books, BAR).hours, figure(books, BAR).revenue_per_hour) == (Decimal(8), Decimal(1000))


@pytest.mark.parametrize("people", [1, 2])
def test_hours_of_a_wage_that_is_not_calculated_yet_are_told_nowhere(books: Books, people: int) -> None:
    books.earn("Bar", "8000")
    before = books.report(DAY)
    books.pay("Vesterbro", "Bar", "2000", hours="8", people=people)

    # Loaded as a reader does it between the two steps of a run.
    [(hours,)] = books.connection.execute(
        "SELECT sum(hours) FROM shown_cells(?::DATE, ?::DATE, false)", [MONDAY, MONDAY]
    ).fetchall()

    assert before.figure(DAY, BAR).wage_cost is None
    assert hours is None


def test_the_wages_of_no_unit_have_hours_and_nothing_per_hour(books: Books) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="8")
    books.pay("Vesterbro", None, "500", hours="2")

    unallocated = figure(books, Place("Vesterbro", unallocated=True))

    assert (unallocated.hours, unallocated.revenue_per_hour) == (Decimal(2), None)
    assert TEXTS["da"].revenue_per_hour_of(unallocated) == "-"
    assert figure(books, VESTERBRO).revenue_per_hour == 800  # all that were paid, as in the percentage


def test_revenue_whose_wages_have_no_hours_leaves_its_places_without_a_figure_per_hour(books: Books) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="0")
    books.earn("Kitchen", "8000")
    books.pay("Vesterbro", "Kitchen", "2000", hours="8")

    told = {place: figure(books, place) for place in (BAR, Place("Vesterbro", "Kitchen"), VESTERBRO, COMPANY)}

    assert [each.revenue_per_hour for each in told.values()] == [None, 1000, None, None]
    assert told[VESTERBRO].wage_percentage == 25


def test_wages_without_hours_on_a_closed_day_take_nothing_away(books: Books) -> None:
    books.earn("Bar", "8000", days_before(1))
    books.pay("Vesterbro", "Bar", "2000", days_before(1), hours="8")
    books.earn("Bar", "0")
    books.pay("Vesterbro", "Bar", "500", hours="0")

    assert figure(books, BAR, Window(days_before(1), MONDAY)).revenue_per_hour == 1000


def test_where_wages_are_missing_it_is_as_provisional_as_the_percentage(books: Books) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="8")
    books.earn("Kitchen", "8000")

    vesterbro = figure(books, VESTERBRO)

    assert (vesterbro.wage_percentage, vesterbro.revenue_per_hour) == (Decimal("12.5"), Decimal(2000))
    assert vesterbro.is_provisional


# A group


def member(revenue: int, hours: str, *, lacks_hours: bool = False) -> Member:
    day = Figure(DAY, COMPANY, revenue_compared=Decimal(revenue), hours=Decimal(hours), lacks_hours=lacks_hours, days=1)
    return Member(name="company", day=day, week=day, month=day, attention=0)


def test_a_group_is_the_ratio_of_its_companies_sums() -> None:
    day = together([member(1000, "1"), member(1000, "7")], "group").day

    assert (day.hours, day.revenue_per_hour) == (Decimal(8), Decimal(250))  # the mean of the two is 571.43


def test_a_group_has_none_where_hours_of_a_company_are_lacking() -> None:
    assert together([member(1000, "1"), member(1000, "7", lacks_hours=True)], "group").day.revenue_per_hour is None
