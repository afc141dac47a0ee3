"""The plan: its sums are those of its rows, nobody's wage can be read in it, and a day leaves it when it is over."""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ajour_revenue.alerts.news import Subject, news
from ajour_revenue.attention.finding import Facts, Finding
from ajour_revenue.attention.findings import findings
from ajour_revenue.days import COPENHAGEN, Window, yesterday
from ajour_revenue.plan.expected_revenue import expect_revenue, load_expected, store_expected, stored_expected
from ajour_revenue.plan.wage_plan import (
    Planned,
    calculate_wage_plan,
    coming_days,
    forget_passed_wages,
    load_plan,
)
from ajour_revenue.upcoming import never
from ajour_revenue.wages.figures import COMPANY, Place
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.clock import set_now
from ajour_revenue_tests.kit import IN_BOTH_STORES, store_revenue
from ajour_revenue_tests.plan.kit import TODAY, UNITS, VESTERBRO, make_plan_of, planned, rolled_back, settings_of
from ajour_revenue_tests.wages.people import (
    FRIENDS,
    REVENUE,
    Company,
    companies,
    costs_of,
    equations,
    found_out,
    wage_rows,
)

CELLS = [("Vesterbro", "Bar"), ("Vesterbro", "Kitchen"), ("Vesterbro", None), ("Aarhus", "Shop"), ("Aarhus", None)]
FOUR_DAYS = Window(TODAY, TODAY + dt.timedelta(days=3))
BAR = Place("Vesterbro", "Bar")

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
amounts = st.decimals(0, 100_000, places=2)
wages = st.dictionaries(
    st.tuples(st.sampled_from(FOUR_DAYS.days), st.sampled_from(CELLS)),
    st.tuples(amounts, st.one_of(st.none(), st.integers(0, 3))),
    max_size=12,
)


SETTINGS = settings_of()


def by_place(plan: list[Planned], day: dt.date = TODAY) -> dict[Place, Planned]:
    return {each.figure.place: each for each in plan if each.day == day}


def stored(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    result = run(connection, "FROM wage_plan ORDER BY ALL")
    names = [column[0] for column in result.description]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def total(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal()) if known else None


@IN_BOTH_STORES
def test_a_day_is_planned_against_what_it_is_expected_to_sell(empty_tables: duckdb.DuckDBPyConnection) -> None:
    with rolled_back(empty_tables) as connection:
        wages = [planned(TODAY, "Bar", "330"), planned(TODAY, "Kitchen", "600"), planned(TODAY, None, "50", people=1)]
        make_plan_of(
            connection, SETTINGS, FOUR_DAYS, revenue={"Bar": 1_000, "Kitchen": 2_000, "Shop": 500}, wages=wages
        )

        plan = by_place(load_plan(connection, SETTINGS, FOUR_DAYS))
        [bar] = [each for each in stored(connection) if each["unit"] == "Bar" and each["business_date"] == TODAY]
        assert stored_expected(connection, FOUR_DAYS) == load_expected(connection)

    assert bar == {
        "business_date": TODAY,
        "department": "Vesterbro",
        "unit": "Bar",
        "expected_revenue_excl_vat": Decimal(1_000),
        "low": Decimal(1_000),
        "high": Decimal(1_000),
        "planned_wage_cost": Decimal(330),
        "planned_hours": Decimal(7),
        "planned_wage_percentage": Decimal(33),
        "target": Decimal(30),
        "wage_cost_at_target": Decimal(300),
        "note": None,
    }
    assert (plan[BAR].figure.wage_percentage, plan[BAR].over_target) == (Decimal(33), Decimal(30))
    # 330 + 600 of 3.000, where the targets would have let them be 300 + 700; the manager's wage is hidden.
    assert plan[VESTERBRO].figure.wage_cost == Decimal(930)
    assert plan[VESTERBRO].wage_cost_at_target == Decimal(1_000)
    assert plan[VESTERBRO].over_target == Decimal(-70)
    assert plan[VESTERBRO].figure.target == Decimal("33.33")
    # Nobody has been planned in the shop, so that nothing can be said of it, nor of the company.
    assert plan[Place("Aarhus", "Shop")].figure.is_provisional
    assert plan[COMPANY].over_target is None


def test_a_departments_own_target_judges_all_its_wages(empty_tables: duckdb.DuckDBPyConnection) -> None:
    own = settings_of(departments=[{"name": "Vesterbro", "target_wage_percentage": 31}])
    wages = [planned(TODAY, "Bar", "330"), planned(TODAY, "Kitchen", "600"), planned(TODAY, None, "50")]
    with rolled_back(empty_tables) as connection:
        make_plan_of(connection, own, FOUR_DAYS, revenue={"Bar": 1_000, "Kitchen": 2_000}, wages=wages)

        vesterbro = by_place(load_plan(connection, own, FOUR_DAYS))[VESTERBRO]

    assert (vesterbro.figure.target, vesterbro.wage_cost_at_target) == (Decimal(31), Decimal(930))
    assert vesterbro.over_target == Decimal(50)


@few
@given(revenue=st.dictionaries(st.sampled_from(sorted(UNITS)), amounts), wages=wages, own=st.booleans())
def test_the_sums_of_the_plan_are_those_of_its_rows(
    empty_tables: duckdb.DuckDBPyConnection,
    revenue: dict[str, Decimal],
    wages: dict[tuple[dt.date, tuple[str, str | None]], tuple[Decimal, int | None]],
    own: bool,  # noqa: FBT001 (hypothesis gives it)
) -> None:
    of = settings_of(departments=[{"name": "Vesterbro", "target_wage_percentage": 31}] if own else [])
    given_wages = [
        planned(day, unit, cost, people=people, department=department)
        for (day, (department, unit)), (cost, people) in wages.items()
    ]
    with rolled_back(empty_tables) as connection:
        make_plan_of(connection, of, FOUR_DAYS, revenue=revenue, wages=given_wages)
        rows, plan = stored(connection), load_plan(connection, of, FOUR_DAYS)

    assert {(each["business_date"], each["department"], each["unit"]) for each in rows} == {
        (day, department, unit) for day in FOUR_DAYS.days for department, unit in CELLS
    }
    for whole in rows:
        key = whole["business_date"], whole["department"]
        units = [each for each in rows if (each["business_date"], each["department"]) == key and each["unit"]]
        if whole["unit"] is None:
            assert whole["expected_revenue_excl_vat"] == total([each["expected_revenue_excl_vat"] for each in units])
            of_no_unit = [cost for (day, cell), (cost, _) in wages.items() if (day, *cell) == (*key, None)]
            assert whole["planned_wage_cost"] == total([*(each["planned_wage_cost"] for each in units), *of_no_unit])
            if not (own and key[1] == "Vesterbro"):
                assert whole["wage_cost_at_target"] == total([each["wage_cost_at_target"] for each in units])
    for day in FOUR_DAYS.days:
        places = by_place(plan, day)
        in_departments = {place: planned for place, planned in places.items() if place.department}
        departments = [planned for place, planned in in_departments.items() if place == Place(place.department)]
        parts = [planned for place, planned in in_departments.items() if place != Place(place.department)]
        for sums in (departments, parts):
            assert places[COMPANY].figure.revenue_excl_vat == total([each.figure.revenue_excl_vat for each in sums])
            assert places[COMPANY].figure.wage_cost == total([each.figure.wage_cost for each in sums])
            assert places[COMPANY].figure.hours == total([each.figure.hours for each in sums])
        assert places[COMPANY].wage_cost_at_target == total([each.wage_cost_at_target for each in departments])


# Nobody's wage


@few
@given(company=companies)
@example(company=FRIENDS)
def test_nothing_in_the_plan_tells_what_one_person_will_earn(
    empty_tables: duckdb.DuckDBPyConnection, company: Company
) -> None:
    parts = list(costs_of(company))
    window = Window(min(day for day, _, _ in company), max(day for day, _, _ in company))
    with rolled_back(empty_tables) as connection:
        revenue = dict.fromkeys(UNITS, Decimal(REVENUE["wage_cost"]))
        make_plan_of(connection, SETTINGS, window, revenue=revenue, wages=wage_rows(company))
        plan = load_plan(connection, SETTINGS, window)
    told = [each.figure.wage_cost for each in plan] + [each.figure.wage_cost_judged for each in plan]
    shown = equations("\n".join(f"{amount:,.2f}" for amount in told if amount is not None), parts)

    assert found_out(shown, parts) == set()
    assert (shown.size > 0) == any(len(people) > 1 for people in company.values())


def test_hours_are_hidden_where_the_wage_is_and_what_is_compared_leaves_its_revenue_out(
    empty_tables: duckdb.DuckDBPyConnection,
) -> None:
    wages = [planned(TODAY, "Bar", "330", people=1), planned(TODAY, "Kitchen", "600")]
    with rolled_back(empty_tables) as connection:
        make_plan_of(connection, SETTINGS, FOUR_DAYS, revenue={"Bar": 1_000, "Kitchen": 2_000}, wages=wages)
        plan = by_place(load_plan(connection, SETTINGS, FOUR_DAYS))
        single = settings_of(wages={"source": "file", "show_single_person": True})
        everything = by_place(load_plan(connection, single, FOUR_DAYS))

    hidden, whole = plan[BAR].figure, plan[VESTERBRO].figure
    assert (hidden.wage_cost, hidden.hours, hidden.wage_percentage) == (None, None, None)
    assert (whole.wage_cost, whole.hours, whole.revenue_compared) == (Decimal(600), Decimal(7), Decimal(2_000))
    assert (whole.revenue_excl_vat, whole.is_provisional, plan[VESTERBRO].over_target) == (Decimal(3_000), True, None)
    assert (everything[BAR].figure.wage_cost, everything[BAR].over_target) == (Decimal(330), Decimal(30))


# From plan to fact

moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 12, 31), timezones=st.just(COPENHAGEN))  # noqa: DTZ001


@given(moment=moments, length=st.integers(1, 31))
@example(moment=dt.datetime(2026, 12, 31, 23, 59, tzinfo=COPENHAGEN), length=14)
@example(moment=dt.datetime(2027, 1, 1, tzinfo=COPENHAGEN), length=14)
@example(moment=dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC), length=31)
@example(moment=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC), length=1)
def test_the_plan_begins_on_the_day_after_the_last_that_can_be_a_fact(moment: dt.datetime, length: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        set_now(patch, moment)
        plan = coming_days(settings_of(plan={"days": length}))
        last_fact = yesterday()

    assert plan.first_day == last_fact + dt.timedelta(days=1) == moment.astimezone(COPENHAGEN).date()
    assert len(plan.days) == length


def test_a_day_that_is_over_leaves_the_plan_and_the_next_one_comes_in(empty_tables: duckdb.DuckDBPyConnection) -> None:
    next_day = TODAY + dt.timedelta(days=1)
    later = Window(next_day, next_day + dt.timedelta(days=6))
    wages = [planned(TODAY, "Bar", "300"), planned(next_day, "Bar", "330")]
    with rolled_back(empty_tables) as connection:
        make_plan_of(connection, SETTINGS, FOUR_DAYS, revenue={"Bar": 1_000}, wages=wages)
        store_revenue(connection, TODAY, "Bar", "Vesterbro", Decimal(1_100))

        # Planday does not answer: what is known stays, but for the day that is over.
        forget_passed_wages(connection, later)
        expect_revenue(connection, SETTINGS, later)
        store_expected(connection, run_id="next")
        calculate_wage_plan(connection, SETTINGS, later)

        for table in ("expected_revenue", "wage_plan"):
            held = run(connection, f"SELECT DISTINCT business_date FROM {table} ORDER BY ALL").fetchall()
            assert [day for (day,) in held] == later.days, table
        kept = run(connection, "SELECT business_date, wage_cost, run_id FROM planned_wages").fetchall()
        known = stored_expected(connection, later)

    assert kept == [(next_day, Decimal(330), "run")]
    assert TODAY in {past.business_date for day in known for past in day.learnt_from}


def test_where_nothing_can_be_said_the_plan_says_so(empty_tables: duckdb.DuckDBPyConnection) -> None:
    with rolled_back(empty_tables) as connection:
        wages = [planned(TODAY, "Kitchen", "600")]
        make_plan_of(connection, SETTINGS, FOUR_DAYS, revenue={"Bar": 1_000, "Shop": 0}, wages=wages)
        notes = {
            (each["department"], each["unit"]): each["note"]
            for each in stored(connection)
            if each["business_date"] == TODAY
        }
        plan = by_place(load_plan(connection, SETTINGS, FOUR_DAYS))

    assert notes == {
        ("Vesterbro", "Bar"): "no shifts planned",
        ("Vesterbro", "Kitchen"): "fewer than four such weekdays",
        ("Vesterbro", None): "nothing expected of Kitchen; no shifts planned for Bar",
        ("Aarhus", "Shop"): "closed",
        ("Aarhus", None): None,
    }
    assert not plan[Place("Aarhus", "Shop")].figure.is_provisional
    assert plan[VESTERBRO].over_target is None
    assert {place.unit: each.note for place, each in plan.items() if each.note} == {
        "Kitchen": "fewer than four such weekdays",
        "Shop": "closed",
    }


# Told of in time


@pytest.mark.parametrize(("points", "told"), [(None, False), (2, True), (3, False)])
def test_a_day_of_the_coming_week_that_is_planned_over_target_is_told_of_where_the_settings_say_so(
    empty_tables: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, *, points: int | None, told: bool
) -> None:
    set_now(monkeypatch, dt.datetime.combine(TODAY, dt.time(7), COPENHAGEN))
    of = settings_of(alerts={"plan_over_target_points": points})
    window = coming_days(of)
    wages = [planned(day, "Bar", "330") for day in (TODAY, window.days[7])]
    wages.append(planned(window.days[1], "Bar", "320"))
    wages.append(planned(window.days[2], "Bar", "990", people=1))
    with rolled_back(empty_tables) as connection:
        make_plan_of(connection, of, window, revenue={"Bar": 1_000}, wages=wages)
        found = findings(connection, of, upcoming=never, kinds=["plan over target"])
        of_the_past = findings(
            connection,
            of,
            upcoming=never,
            kinds=["plan over target"],
            days=Window(TODAY, TODAY),
        )

    assert of_the_past == []
    assert [(each.days, each.place, each.facts.wage_percentage) for each in found] == [
        (Window(TODAY, TODAY), BAR, Decimal(33))
    ] * told


@pytest.mark.parametrize(("percentage", "is_news"), [("33.10", False), ("34.00", True)])
def test_a_planned_day_is_told_of_again_where_it_has_changed_by_what_people_would_notice(
    percentage: str, *, is_news: bool
) -> None:
    def over(percentage: str) -> Finding:
        return Finding("plan over target", Window(TODAY, TODAY), BAR, facts=Facts(wage_percentage=Decimal(percentage)))

    assert bool(news([over(percentage)], [Subject.of(over("33.00"))])) == is_news
