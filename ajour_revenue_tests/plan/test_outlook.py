"""Where week and month will end: facts before today and the plan from it on, without a gap or a double."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import COPENHAGEN, Window, month_of, week_of
from ajour_revenue.plan.outlook import Outlook, load_outlooks
from ajour_revenue.plan.wage_plan import load_plan
from ajour_revenue.wages.assets import store_wage_costs
from ajour_revenue.wages.figures import COMPANY, ONE_DAY, Figure, Place, load_figures
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue_tests.clock import set_now
from ajour_revenue_tests.kit import store_wages
from ajour_revenue_tests.plan.kit import TODAY, UNITS, VESTERBRO, make_plan_of, planned, rolled_back, settings_of
from ajour_revenue_tests.wages.people import (
    DAYS,
    REVENUE,
    Company,
    companies,
    costs_of,
    equations,
    found_out,
    wage_rows,
)

few = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
amounts = st.decimals(1, 100_000, places=2)

WEEK = week_of(TODAY)
SETTINGS = settings_of(activation_date=dt.date(2024, 1, 1))


def stand_at(
    connection: duckdb.DuckDBPyConnection,
    today: dt.date,
    *,
    revenue: Mapping[str, Decimal | int],
    wages: Mapping[str, Decimal | int],
    plan_days: int = 14,
) -> list[Outlook]:
    """Return the outlooks of a day, of units that sell and pay the same each day, in the plan as in fact."""
    with pytest.MonkeyPatch.context() as patch:
        set_now(patch, dt.datetime.combine(today, dt.time(7), COPENHAGEN))
        window = Window(today, today + dt.timedelta(days=plan_days - 1))
        rows = [
            planned(day, unit, str(cost), department=UNITS[unit]) | {"hours": Decimal(1)}
            for unit, cost in wages.items()
            for day in window.days
        ]
        make_plan_of(connection, SETTINGS, window, revenue=revenue, wages=rows)
        facts = Window(today - dt.timedelta(days=40), today - ONE_DAY)
        for unit, cost in wages.items():
            for day in facts.days:
                store_wages(connection, day, UNITS[unit], unit, str(cost))
        calculate_wage_percentage(connection, SETTINGS, facts)
        return load_outlooks(connection, SETTINGS)


def known(figures: Mapping[Place, Figure]) -> dict[Place, Figure]:
    """Return figures without revenue incl. VAT, which nobody expects anything of."""
    return {place: replace(figure, revenue_incl_vat=None) for place, figure in figures.items()}


@few
@given(
    revenue=st.fixed_dictionaries(dict.fromkeys(UNITS, amounts)),
    wages=st.dictionaries(st.sampled_from(sorted(UNITS)), amounts),
    offsets=st.lists(st.integers(0, 6), min_size=2, max_size=2, unique=True),
)
def test_a_day_moves_from_plan_to_fact_without_a_gap_or_a_double(
    empty_tables: duckdb.DuckDBPyConnection,
    revenue: dict[str, Decimal],
    wages: dict[str, Decimal],
    offsets: list[int],
) -> None:
    ends = []
    for offset in offsets:
        with rolled_back(empty_tables) as connection:
            today = WEEK.first_day + dt.timedelta(days=offset)
            week, _ = stand_at(connection, today, revenue=revenue, wages=wages)
        assert (week.window, week.is_cut) == (WEEK, False)
        assert all(figure.days == offset for figure in week.so_far.values())
        assert bool(week.so_far) == (offset > 0)
        ends.append(known(week.at_end))

    assert ends[0] == ends[1]
    assert ends[0][COMPANY].revenue_excl_vat == 7 * sum(revenue.values())
    assert ends[0][COMPANY].wage_cost == (7 * sum(wages.values()) if wages else None)


@pytest.mark.parametrize("today", [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2026, 3, 29)])
def test_what_is_expected_at_the_end_is_the_facts_and_the_plan_together(
    empty_tables: duckdb.DuckDBPyConnection, today: dt.date
) -> None:
    with rolled_back(empty_tables) as connection, pytest.MonkeyPatch.context() as patch:
        outlooks = stand_at(
            connection, today, revenue={"Bar": 1_000, "Kitchen": 2_000, "Shop": 500}, wages={"Bar": 333}
        )
        set_now(patch, dt.datetime.combine(today, dt.time(7), COPENHAGEN))
        for outlook in outlooks:
            before = Window(outlook.window.first_day, today - ONE_DAY) if outlook.so_far else None
            facts = load_figures(connection, SETTINGS, [before])[before] if before else {}
            plan = load_plan(connection, SETTINGS, Window(today, outlook.window.last_day))
            for place, figure in outlook.at_end.items():
                coming = [each.figure for each in plan if each.figure.place == place]
                past = facts.get(place, Figure(outlook.window, place))
                assert figure.revenue_excl_vat == (past.revenue_excl_vat or 0) + sum(
                    each.revenue_excl_vat or 0 for each in coming
                )
                if figure.wage_cost is not None:
                    assert figure.wage_cost == (past.wage_cost or 0) + sum(each.wage_cost or 0 for each in coming)

    assert [outlook.window.first_day for outlook in outlooks] == [week_of(today).first_day, month_of(today).first_day]


def test_a_week_is_held_against_its_target_where_everything_of_it_is_known(
    empty_tables: duckdb.DuckDBPyConnection,
) -> None:
    wednesday = TODAY + 2 * ONE_DAY
    with rolled_back(empty_tables) as connection:
        week, month = stand_at(
            connection, wednesday, revenue={"Bar": 1_000, "Kitchen": 2_000}, wages={"Bar": 330, "Kitchen": 600}
        )

    assert week.places == [Place("Aarhus"), VESTERBRO, COMPANY]
    assert week.so_far[VESTERBRO].wage_cost == Decimal(2 * 930)
    assert week.at_end[VESTERBRO].wage_percentage == Decimal(31)
    assert (week.at_end[VESTERBRO].target, week.at_end[VESTERBRO].is_over_target) == (Decimal("33.33"), False)
    # A month is long, and the plan reaches no further than it does.
    assert (month.window.last_day, month.is_cut) == (wednesday + dt.timedelta(days=13), True)
    assert month.at_end[VESTERBRO].revenue_excl_vat == Decimal(17 * 3_000)


def test_without_a_plan_of_today_nothing_is_said_of_where_anything_ends(
    empty_tables: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rolled_back(empty_tables) as connection:
        set_now(monkeypatch, dt.datetime.combine(TODAY, dt.time(7), COPENHAGEN))
        assert load_outlooks(connection, SETTINGS) == []
        stand_at(connection, TODAY, revenue={"Bar": 1_000}, wages={}, plan_days=3)
        set_now(monkeypatch, dt.datetime.combine(TODAY + 3 * ONE_DAY, dt.time(7), COPENHAGEN))
        assert load_outlooks(connection, SETTINGS) == []


@few
@given(company=companies)
def test_nothing_in_an_outlook_tells_what_one_person_earns(
    empty_tables: duckdb.DuckDBPyConnection, company: Company
) -> None:
    parts = list(costs_of(company))
    today = DAYS.first_day + ONE_DAY
    of_days = {
        is_fact: pa.Table.from_pylist(
            [row for row in wage_rows(company) if (row["business_date"] < today) == is_fact],  # type: ignore[operator]
            schema=WAGE_COST_SCHEMA,
        )
        for is_fact in (True, False)
    }
    with rolled_back(empty_tables) as connection, pytest.MonkeyPatch.context() as patch:
        set_now(patch, dt.datetime.combine(today, dt.time(7), COPENHAGEN))
        fact = Window(DAYS.first_day, DAYS.first_day)
        store_wage_costs(connection, SETTINGS, WageCosts(rows=of_days[True]), fact, run_id="run")
        make_plan_of(
            connection,
            SETTINGS,
            Window(today, DAYS.last_day),
            revenue=dict.fromkeys(UNITS, Decimal(REVENUE["wage_cost"])),
            wages=of_days[False].to_pylist(),
        )
        calculate_wage_percentage(connection, SETTINGS, fact)
        outlooks = load_outlooks(connection, SETTINGS)
        shown = [each.figure for each in load_plan(connection, SETTINGS, Window(today, DAYS.last_day))]
    for outlook in outlooks:
        shown += [*outlook.so_far.values(), *outlook.at_end.values()]
    told = [amount for each in shown for amount in (each.wage_cost, each.wage_cost_judged) if amount is not None]
    known_sums = equations("\n".join(f"{amount:,.2f}" for amount in told), parts)

    assert found_out(known_sums, parts) == set()
    assert (known_sums.size > 0) == any(len(people) > 1 for people in company.values())
