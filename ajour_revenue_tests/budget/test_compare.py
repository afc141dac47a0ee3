"""Budgets of units, departments and the company, and what is said of a figure against them."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.budget.compare import BudgetFigure, Budgets, load_budgets
from ajour_revenue.budget.file import BudgetLine
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import COMPANY, Figure, Place
from ajour_revenue_tests.budget.kit import BUDGETED, UNITS, line, store
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict
from ajour_revenue_tests.plan.kit import rolled_back

MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
BOTH = Window(MONDAY, TUESDAY)
DAY = Window(MONDAY, MONDAY)
PLACES = {"Bar": Place("Vesterbro", "Bar"), "Kitchen": Place("Vesterbro", "Kitchen"), "Shop": Place("Aarhus", "Shop")}
VESTERBRO, AARHUS = Place("Vesterbro"), Place("Aarhus")

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def budgets(connection: duckdb.DuckDBPyConnection, *lines: BudgetLine, of: Settings = BUDGETED) -> Budgets | None:
    with rolled_back(connection):
        store(connection, lines)
        return load_budgets(connection, of, [DAY, BOTH])


def amounts(found: Budgets | None, place: Place, window: Window = BOTH) -> tuple[Decimal | None, Decimal | None]:
    assert found
    budget = found.of(Figure(window, place))
    return budget.revenue_excl_vat, budget.wage_percentage


@few
@given(
    revenue=st.dictionaries(
        st.tuples(st.sampled_from(BOTH.days), st.sampled_from(sorted(UNITS))),
        st.tuples(st.decimals(0, 10**6, places=2), st.decimals(1, 100, places=2)),
        min_size=4,
    )
)
def test_a_budget_is_the_sum_of_its_days_and_units_its_percentage_the_ratio_of_sums_and_none_where_one_lacks(
    empty_tables: duckdb.DuckDBPyConnection, revenue: dict[tuple[dt.date, str], tuple[Decimal, Decimal]]
) -> None:
    lines = [line(unit, day, amount, percentage) for (day, unit), (amount, percentage) in revenue.items()]

    found = budgets(empty_tables, *lines)

    units_of = {COMPANY: [*UNITS], VESTERBRO: ["Bar", "Kitchen"], AARHUS: ["Shop"]}
    for place, units in (units_of | {PLACES[unit]: [unit] for unit in UNITS}).items():
        of_place = [revenue.get((day, unit)) for day in BOTH.days for unit in units]
        whole = [each for each in of_place if each is not None]
        if len(whole) < len(of_place):
            assert amounts(found, place)[0] is None
            continue
        total = sum(amount for amount, _ in whole)
        assert amounts(found, place)[0] == total
        if total:
            ratio = sum(amount * percentage for amount, percentage in whole) / total
            assert amounts(found, place)[1] == ratio.quantize(Decimal("0.01"), "ROUND_HALF_UP")


@IN_BOTH_STORES
def test_a_departments_own_budget_counts_for_it_and_for_the_company_and_its_units_for_themselves(
    empty_tables: duckdb.DuckDBPyConnection,
) -> None:
    lines = [
        line("Vesterbro", MONDAY, 5_000, 30),
        line("Bar", MONDAY, 1_000, 20),
        line("Kitchen", MONDAY, 2_000, 25),
        line("Shop", MONDAY, 3_000, 40),
    ]

    found = budgets(empty_tables, *lines)

    assert amounts(found, PLACES["Bar"], DAY) == (Decimal(1_000), Decimal(20))
    assert amounts(found, VESTERBRO, DAY) == (Decimal(5_000), Decimal(30))
    assert amounts(found, AARHUS, DAY) == (Decimal(3_000), Decimal(40))
    assert amounts(found, COMPANY, DAY) == (Decimal(8_000), Decimal("33.75"))
    # Of Tuesday there is none.
    assert amounts(found, COMPANY, BOTH) == (None, None)


def test_a_wage_percentage_without_revenue_holds_where_all_days_have_the_same(
    empty_tables: duckdb.DuckDBPyConnection,
) -> None:
    lines = [line("Shop", day, None, 32) for day in BOTH.days]
    others = [line("Bar", MONDAY, None, 30), line("Bar", TUESDAY, None, 31)]

    found = budgets(empty_tables, *lines, *others)

    assert amounts(found, AARHUS) == (None, Decimal(32))
    assert amounts(found, PLACES["Bar"]) == (None, None)


def test_a_closed_day_needs_no_percentage(empty_tables: duckdb.DuckDBPyConnection) -> None:
    found = budgets(empty_tables, line("Shop", MONDAY, 0), line("Shop", TUESDAY, 1_000, 32))

    assert amounts(found, AARHUS) == (Decimal(1_000), Decimal(32))


def test_without_a_budget_file_there_is_no_budget_whatever_is_stored(empty_tables: duckdb.DuckDBPyConnection) -> None:
    without = Settings.model_validate(settings_dict())

    assert budgets(empty_tables, line("Bar", MONDAY, 1_000), of=without) is None


def test_a_figure_is_held_against_its_budget_in_kroner_in_percent_and_in_points() -> None:
    budget = BudgetFigure(DAY, COMPANY, Decimal(4_000), Decimal(30))
    figure = Figure(DAY, COMPANY, Decimal("3870.50"), wage_percentage=Decimal("31.40"), days=1)

    assert budget.revenue_deviation(figure) == Decimal("-129.50")
    assert budget.revenue_change(figure) == Decimal("-3.24")
    assert budget.percentage_change(figure) == Decimal("1.40")


@pytest.mark.parametrize(("days", "days_without_revenue"), [(0, 0), (1, 1)])
def test_nothing_is_said_of_a_figure_that_is_not_whole(days: int, days_without_revenue: int) -> None:
    budget = BudgetFigure(DAY, COMPANY, Decimal(4_000), Decimal(30))
    figure = Figure(
        *(DAY, COMPANY, Decimal(100)),
        wage_percentage=Decimal(31),
        is_provisional=True,
        days=days,
        days_without_revenue=days_without_revenue,
    )

    assert budget.revenue_deviation(figure) is None
    assert budget.revenue_change(figure) is None
    assert budget.percentage_change(figure) is None


def test_nothing_is_said_in_percent_of_a_budget_of_nothing() -> None:
    budget = BudgetFigure(DAY, COMPANY, Decimal(0))
    figure = Figure(DAY, COMPANY, Decimal(100), days=1)

    assert (budget.revenue_deviation(figure), budget.revenue_change(figure)) == (Decimal(100), None)
