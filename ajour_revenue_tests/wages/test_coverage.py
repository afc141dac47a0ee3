"""What a percentage covers (D19), and what it is judged by (D20)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from ajour_revenue.attention.findings import findings
from ajour_revenue.days import Window
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.upcoming import never
from ajour_revenue.wages.figures import COMPANY, Figure, Place, load_figures
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict
from ajour_revenue_tests.reports.kit import MONDAY, Books, days_before

BAR, KITCHEN, VESTERBRO = Place("Vesterbro", "Bar"), Place("Vesterbro", "Kitchen"), Place("Vesterbro")
DAY = Window(MONDAY, MONDAY)


def units(**targets: object) -> list[dict[str, Any]]:
    """Return the usual units with other targets; without one where there is none given."""
    return [
        {key: value for key, value in unit.items() if key != "target_wage_percentage"}
        | ({"target_wage_percentage": targets[unit["name"]]} if unit["name"] in targets else {})
        for unit in settings_dict()["units"]
    ]


def figure(books: Books, place: Place, window: Window = DAY) -> Figure:
    books.report(window)
    return load_figures(books.connection, books.settings, [window])[window][place]


def remark(figure: Figure) -> str:
    return TEXTS["da"].remarks_on(figure)


# Coverage


def test_wages_for_one_unit_of_several_are_provisional(books: Books) -> None:
    books.earn("Bar", "1000")
    books.earn("Kitchen", "9000")
    books.pay("Vesterbro", "Bar", "470")

    department = figure(books, VESTERBRO)

    assert (department.wage_percentage, department.from_target) == (Decimal("4.70"), None)
    assert remark(department) == "foreløbig: løn for 1 af 2 enheder"
    assert not figure(books, BAR).is_provisional


def test_wages_on_one_day_of_ten_are_provisional(books: Books) -> None:
    for back in range(10):
        books.earn("Bar", "1000", days_before(back))
    books.pay("Vesterbro", "Bar", "470")

    bar = figure(books, BAR, Window(days_before(9), MONDAY))

    assert (bar.wage_percentage, bar.from_target, bar.is_over_target) == (Decimal("4.70"), None, False)
    assert remark(bar) == "foreløbig: løn på 1 af 10 dage"


def test_wages_without_the_revenue_of_a_unit_are_provisional(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "300")
    books.pay("Vesterbro", "Kitchen", "300")

    assert remark(figure(books, VESTERBRO)) == "foreløbig: omsætning for 1 af 2 enheder"


def test_revenue_that_lacks_a_location_is_provisional(books: Books) -> None:
    books.earn("Bar", "1000", missing=("11",))
    books.pay("Vesterbro", "Bar", "492")

    bar = figure(books, BAR)

    assert (bar.wage_percentage, bar.from_target) == (Decimal("49.20"), None)
    assert remark(bar) == "foreløbig: mangler en lokation"


def test_a_period_that_is_not_all_calculated_is_provisional(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "300")

    assert remark(figure(books, BAR, Window(days_before(1), MONDAY))) == "foreløbig: tal for 1 af 2 dage"


def test_a_hidden_wage_makes_its_department_provisional(books: Books) -> None:
    for unit, people in (("Bar", 2), ("Kitchen", 1)):
        books.earn(unit, "1000")
        books.pay("Vesterbro", unit, "300", people=people)

    department = figure(books, VESTERBRO)

    assert (department.wage_cost, department.wage_percentage, department.from_target) == (
        Decimal(300),
        Decimal(30),
        None,
    )
    assert remark(department) == "foreløbig: løn for 1 af 2 enheder; løn skjult"


def test_a_place_that_was_closed_lacks_nothing(books: Books) -> None:
    books.earn("Bar", "0", days_before(1))
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "310")

    bar = figure(books, BAR, Window(days_before(1), MONDAY))

    assert (bar.is_provisional, bar.is_over_target, remark(bar)) == (False, True, "")


def test_what_is_provisional_is_no_finding_and_not_compared(books: Books) -> None:
    books.change(units=units(Bar=30, Kitchen=30))
    books.earn("Bar", "1000")
    books.earn("Bar", "1000", days_before(7))
    books.pay("Vesterbro", "Bar", "900")
    books.pay("Vesterbro", "Bar", "300", days_before(7))
    assert over_target(books) == [BAR]

    books.earn("Bar", "1000", missing=("11",))

    assert over_target(books) == []
    bar, week_before = figure(books, BAR), figure(books, BAR, Window(days_before(7), days_before(7)))
    assert bar.percentage_change(week_before) is None


def over_target(books: Books) -> list[Place]:
    books.report(DAY)
    found = findings(books.connection, books.settings, upcoming=never, days=DAY, kinds=["over target"])
    return [finding.place for finding in found]


# Departments


def test_a_department_without_a_target_is_judged_on_the_wages_of_its_units(books: Books) -> None:
    books.change(units=units(Bar=30, Kitchen=30))
    for unit in ("Bar", "Kitchen"):
        books.earn(unit, "1000")
        books.pay("Vesterbro", unit, "290")
    books.pay("Vesterbro", None, "100")

    department = figure(books, VESTERBRO)

    assert (department.wage_cost, department.wage_percentage) == (Decimal(680), Decimal(34))
    assert (department.judged_percentage, department.target, department.from_target) == (
        Decimal(29),
        Decimal(30),
        Decimal(-1),
    )
    assert remark(department) == "holdt op mod målet: løn fordelt på enheder, 29,0 %"
    assert figure(books, Place("Vesterbro", unallocated=True)).wage_cost == 100
    assert figure(books, COMPANY).from_target == -1


def test_a_departments_own_target_judges_all_its_wages(books: Books) -> None:
    books.change(units=units(), departments=[{"name": "Vesterbro", "target_wage_percentage": 32}])
    for unit in ("Bar", "Kitchen"):
        books.earn(unit, "1000")
        books.pay("Vesterbro", unit, "290")
    books.pay("Vesterbro", None, "100")

    department = figure(books, VESTERBRO)

    assert (department.judged_percentage, department.target, department.from_target) == (
        Decimal(34),
        Decimal(32),
        Decimal(2),
    )
    assert (figure(books, BAR).target, figure(books, COMPANY).from_target) == (None, Decimal(2))
    assert over_target(books) == [VESTERBRO]


def test_a_department_with_its_own_target_is_not_judged_without_a_hidden_wage(books: Books) -> None:
    books.change(units=units(), departments=[{"name": "Vesterbro", "target_wage_percentage": 32}])
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "400", people=3)
    books.pay("Vesterbro", None, "100", people=1)

    assert figure(books, VESTERBRO).from_target is None
    assert over_target(books) == []


def test_the_hidden_wages_of_no_unit_do_not_keep_the_units_from_being_judged(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "400", people=3)
    books.pay("Vesterbro", None, "100", people=1)

    assert (figure(books, VESTERBRO).wage_cost, figure(books, VESTERBRO).from_target) == (Decimal(400), Decimal(10))
    unallocated = figure(books, Place("Vesterbro", unallocated=True))
    assert (TEXTS["da"].wages_of(unallocated), unallocated.days_hidden) == ("skjult", 1)


# Targets


@IN_BOTH_STORES
def test_a_target_may_differ_by_weekday_and_a_periods_is_weighed_by_revenue(books: Books) -> None:
    books.change(units=units(Bar={"mon-thu": 38, "fri-sat": 27, "sun": 34}))
    sunday, saturday = days_before(1), days_before(2)
    for day, revenue in ((saturday, "3000"), (sunday, "1000"), (MONDAY, "500")):
        books.earn("Bar", revenue, day)
        books.pay("Vesterbro", "Bar", "1", day)

    targets = [figure(books, BAR, Window(day, day)).target for day in (saturday, sunday, MONDAY)]
    assert targets == [27, 34, 38]
    assert figure(books, BAR, Window(saturday, MONDAY)).target == Decimal(
        "29.78"
    )  # (3000 x 27 + 1000 x 34 + ...) / 4500


def test_a_target_is_rounded_once(books: Books) -> None:
    books.change(units=units(Bar=25.5))
    books.earn("Bar", "0.01")

    assert figure(books, VESTERBRO).target == Decimal("25.50")


def test_amounts_beyond_any_restaurants_have_targets_too(books: Books) -> None:
    books.change(units=units(Bar=30, Kitchen=99.99, Shop=0.01))
    for unit in ("Bar", "Kitchen", "Shop"):
        for back in range(3):
            books.earn(unit, "9999999999999.99", days_before(back))
            books.pay("Vesterbro" if unit != "Shop" else "Aarhus", unit, "9999999999999.99", days_before(back))

    company = figure(books, COMPANY, Window(days_before(2), MONDAY))

    assert (company.wage_percentage, company.target) == (Decimal(100), Decimal("43.33"))


@settings(max_examples=15)
@given(
    days=st.lists(
        st.tuples(st.decimals(-100, 10**12, places=2), st.decimals(Decimal("0.01"), 100, places=2)),
        min_size=1,
        max_size=7,
        unique_by=lambda day: day[0],
    )
)
def test_the_target_of_a_period_is_the_exact_mean_rounded_half_up(
    empty_tables: duckdb.DuckDBPyConnection, days: list[tuple[Decimal, Decimal]]
) -> None:
    weekdays = ["mon", "sun", "sat", "fri", "thu", "wed", "tue"]
    empty_tables.begin()
    try:
        books = Books(empty_tables)
        books.change(units=units(Bar={weekday: day[1] for weekday, day in zip(weekdays, days, strict=False)}))
        for back, (revenue, _) in enumerate(days):
            books.earn("Bar", str(revenue), days_before(back))
        target = figure(books, BAR, Window(days_before(len(days) - 1), MONDAY)).target
    finally:
        empty_tables.rollback()

    weights = [int(max(revenue, Decimal()) * 100) for revenue, _ in days]
    hundredths = [int(each * 100) for _, each in days]
    if sum(weights):
        weighed = sum(weight * each for weight, each in zip(weights, hundredths, strict=True))
        assert target == Decimal((2 * weighed + sum(weights)) // (2 * sum(weights))).scaleb(-2)
    else:
        assert target == (days[0][1] if len(set(hundredths)) == 1 else None)


def test_a_day_without_a_target_leaves_the_period_without_one(books: Books) -> None:
    books.change(units=units(Bar={"mon": 30}))
    for back in (0, 1):
        books.earn("Bar", "1000", days_before(back))

    assert figure(books, BAR).target == 30
    assert figure(books, BAR, Window(dt.date(2026, 11, 22), MONDAY)).target is None


def test_periods_of_the_company_alone_have_its_same_figures_and_no_others(books: Books) -> None:
    for back in range(3):
        books.earn("Bar", f"100{back}", days_before(back))
        books.pay("Vesterbro", "Bar", f"47{back}", days_before(back))
    days = [Window(days_before(back), days_before(back)) for back in range(3)]
    books.report(Window(days_before(2), MONDAY))

    whole = load_figures(books.connection, books.settings, days)
    figures = load_figures(books.connection, books.settings, days[:1], of_company=days)

    assert figures[days[0]] == whole[days[0]]
    assert [figures[day] for day in days[1:]] == [{COMPANY: whole[day][COMPANY]} for day in days[1:]]
