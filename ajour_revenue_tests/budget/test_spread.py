"""A month's budget over its days: to the øre, as the month is expected to go, and the same while it passes."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ajour_revenue.budget import spread as spreading
from ajour_revenue.budget.file import BudgetLine
from ajour_revenue.budget.spread import shown_lines, spread_budget
from ajour_revenue.days import Window, month_of, now, today
from ajour_revenue.plan.expected_revenue import expect_revenue, load_expected
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.budget.kit import BUDGETED, line, store
from ajour_revenue_tests.kit import IN_BOTH_STORES
from ajour_revenue_tests.plan.kit import Sold, drawn, every_day, rolled_back
from ajour_revenue_tests.plan.kit import store as store_sold

STORED = """
    SELECT business_date, department, unit, budget_revenue_excl_vat, is_spread, budget_wage_percentage
    FROM budget
    ORDER BY ALL
"""
MARCH = month_of(dt.date(2026, 3, 1))
OERE = Decimal("0.01")

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
amounts = st.decimals(0, 10**12 - 1, places=2)


def spread(
    connection: duckdb.DuckDBPyConnection, history: Iterable[Sold], *lines: BudgetLine
) -> dict[str, dict[dt.date, Decimal]]:
    """Return the days' budgets by unit, or by department for its own, where this was sold and nothing else."""
    with rolled_back(connection):
        store_sold(connection, history)
        spread_budget(connection, BUDGETED, lines)
        found: dict[str, dict[dt.date, Decimal]] = {}
        for day, place, amount in run(
            connection,
            "SELECT business_date, coalesce(unit, department), budget_revenue_excl_vat FROM budget_days ORDER BY ALL",
        ).fetchall():
            found.setdefault(place, {})[day] = amount
        return found


@few
@given(
    amount=amounts,
    seed=st.integers(0, 1000),
    weeks=st.integers(0, 12),
    month=st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1)),
)
@example(amount=Decimal("999999999999.99"), seed=1, weeks=12, month=dt.date(2026, 3, 1))
@example(amount=Decimal("0.01"), seed=1, weeks=12, month=dt.date(2026, 3, 1))
def test_the_days_add_up_to_the_month_to_the_oere_and_each_has_its_part(
    empty_tables: duckdb.DuckDBPyConnection, amount: Decimal, seed: int, weeks: int, month: dt.date
) -> None:
    whole = month_of(month)
    history = drawn(seed, weeks=weeks, today=whole.first_day).values()
    with rolled_back(empty_tables):
        store_sold(empty_tables, history)
        expect_revenue(empty_tables, BUDGETED, whole)
        expected = {
            day.business_date: day.expected_revenue_excl_vat for day in load_expected(empty_tables) if day.unit == "Bar"
        }

    days = spread(empty_tables, history, line("Bar", whole, amount))["Bar"]

    assert list(days) == whole.days
    assert sum(days.values()) == amount
    known = [each for each in expected.values() if each is not None]
    mean = sum(known, Decimal()) / len(known) if known else Decimal(1)
    parts = {day: mean if each is None else each for day, each in expected.items()}
    total = sum(parts.values())
    assert all(abs(days[day] - amount * parts[day] / total) <= OERE + amount / 10**6 for day in days)


def test_what_is_sold_in_the_month_changes_nothing(empty_tables: duckdb.DuckDBPyConnection) -> None:
    before = drawn(1, weeks=12, today=MARCH.first_day)
    meanwhile = before | every_day(Decimal(999_999), weeks=2, today=MARCH.first_day + dt.timedelta(days=14))

    of_march = line("Bar", MARCH, 600_000)
    days = spread(empty_tables, before.values(), of_march)["Bar"]

    assert spread(empty_tables, meanwhile.values(), of_march)["Bar"] == days
    assert len(set(days.values())) > 5


def test_without_a_history_all_days_are_alike(empty_tables: duckdb.DuckDBPyConnection) -> None:
    days = spread(empty_tables, [], line("Bar", MARCH, 310_000))

    assert days == {"Bar": dict.fromkeys(MARCH.days, Decimal(10_000))}


def test_closed_days_have_no_part_and_unknown_ones_that_of_the_mean(empty_tables: duckdb.DuckDBPyConnection) -> None:
    # Open on Mondays for 300 and on Tuesdays for 100, closed on Wednesdays; of the other days nothing is known.
    amounts = {1: 300, 2: 100, 3: 0}
    history = [
        Sold(day, Decimal(amounts[day.isoweekday()]))
        for day in every_day(0, weeks=12, today=MARCH.first_day)
        if day.isoweekday() in amounts
    ]

    days = spread(empty_tables, history, line("Bar", MARCH, 31_000))["Bar"]

    by_weekday = {day.isoweekday(): amount for day, amount in days.items()}
    assert by_weekday[3] == 0
    assert abs(by_weekday[1] - 3 * by_weekday[2]) <= 4 * OERE
    assert abs(by_weekday[4] - Decimal(1000)) <= OERE


def test_a_departments_own_budget_goes_as_its_units_do(empty_tables: duckdb.DuckDBPyConnection) -> None:
    bar = every_day(100, weeks=12, today=MARCH.first_day)
    mondays = {
        day: Sold(day, Decimal(500 if day.isoweekday() == 1 else 0), "Kitchen")
        for day in every_day(0, weeks=12, today=MARCH.first_day)
    }
    # Of the shop's department nothing is known.
    days = spread(
        empty_tables,
        [*bar.values(), *mondays.values()],
        line("Vesterbro", MARCH, (26 * 100 + 5 * 600) * 10),
        line("Aarhus", MARCH, 31),
    )

    assert {day.isoweekday(): amount for day, amount in days["Vesterbro"].items()} == {
        1: Decimal(6000),
        **dict.fromkeys(range(2, 8), Decimal(1000)),
    }
    assert days["Aarhus"] == dict.fromkeys(MARCH.days, Decimal(1))


@IN_BOTH_STORES
def test_days_of_the_file_stay_as_they_are_and_the_last_reading_alone_is_stored(
    empty_tables: duckdb.DuckDBPyConnection,
) -> None:
    with rolled_back(empty_tables) as connection:
        store(connection, [line("Bar", MARCH, 31)])
        store(connection, [line("Bar", MARCH.first_day, "12.34", 30), line("Aarhus", MARCH.first_day, None, 32)])

        stored = run(connection, "SELECT * EXCLUDE (made_at) FROM budget ORDER BY ALL").fetchall()

    assert stored == [
        (MARCH.first_day, "Aarhus", None, None, Decimal(32), False, "run"),
        (MARCH.first_day, "Vesterbro", "Bar", Decimal("12.34"), Decimal(30), False, "run"),
    ]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (None, False),
        ("UPDATE budget SET budget_wage_percentage = 29", False),
        ("UPDATE unit_revenue SET updated_at = $later WHERE business_date >= '2026-03-01'", False),
        ("UPDATE unit_revenue SET updated_at = $later WHERE business_date = '2026-02-28'", True),
        ("UPDATE budget SET budget_revenue_excl_vat = budget_revenue_excl_vat + 1", True),
        ("UPDATE budget SET is_spread = false", True),
        ("DELETE FROM budget WHERE unit IS NULL", True),
    ],
)
def test_a_month_is_spread_again_only_where_it_may_go_in_another_way(
    empty_tables: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    change: str | None,
    again: bool,  # noqa: FBT001 (pytest gives it)
) -> None:
    learnt: list[Window] = []

    def learn(connection: duckdb.DuckDBPyConnection, of: Settings, month: Window) -> None:
        learnt.append(month)
        expect_revenue(connection, of, month)

    monkeypatch.setattr(spreading, "expect_revenue", learn)
    # Some of it in the month itself.
    sold = drawn(1, weeks=14, today=MARCH.first_day + dt.timedelta(days=14))
    lines = [line("Vesterbro", MARCH, 900_000, 30), line("Bar", MARCH, 600_000, 30)]
    with rolled_back(empty_tables) as connection:
        store_sold(connection, sold.values())
        run(connection, "UPDATE unit_revenue SET updated_at = $earlier", earlier=now() - dt.timedelta(days=1))
        store(connection, lines)
        before = run(connection, STORED).fetchall()
        if change:
            run(connection, change, later=now() + dt.timedelta(days=1))
        store(connection, lines)
        after = run(connection, STORED).fetchall()

    assert learnt == [MARCH] * (1 + again)
    assert after == before
    assert len({amount for *_, unit, amount, _, _ in before if unit}) > 5


def test_only_what_can_be_shown_is_spread() -> None:
    later = today() + dt.timedelta(days=60)
    periods = [Window(day, day) for day in (dt.date(2023, 12, 31), BUDGETED.activation_date, today(), later)]

    shown = shown_lines(BUDGETED, [line("Bar", period, 1) for period in [*periods, month_of(today())]])

    assert [each.period for each in shown] == [*periods[1:3], month_of(today())]
