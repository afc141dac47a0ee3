"""The plan's wages from a Planday: what is asked, what stays in an outage, what a run of the plan leaves alone."""

import datetime as dt
import itertools
from decimal import Decimal

import dagster as dg
import pytest

from ajour_revenue.commands.history import last_run_of
from ajour_revenue.days import today
from ajour_revenue.definitions import build_definitions
from ajour_revenue_tests.kit import execute
from ajour_revenue_tests.planday.connected import (
    AARHUS,
    BARTENDER,
    COOK,
    MANAGER,
    TOKEN,
    VESTERBRO,
    WINDOW,
    ConnectedCompany,
    costs_of,
    on_duty,
    with_patience,
)
from ajour_revenue_tests.planday.kit import answers

PLANNED = "SELECT business_date, department, unit, wage_cost, people FROM planned_wages ORDER BY ALL"


@pytest.fixture
def planning(connected_company: ConnectedCompany) -> ConnectedCompany:
    """A company that knows Planday's structure, and plans shifts today, at the end of the plan, and after it."""
    company = connected_company
    company.list_structure()
    company.portal.shifts += [
        on_duty(BARTENDER, "700.00", employee=1, day=today()),
        on_duty(BARTENDER, "650.00", employee=2, day=today()),
        on_duty(MANAGER, "900.00", employee=3, day=today()),
        on_duty(COOK, "800.00", employee=4, day=today() + dt.timedelta(days=13)),
        on_duty(COOK, "999.00", employee=5, day=today() + dt.timedelta(days=14)),
    ]
    return company


def plan_anew(company: ConnectedCompany, instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
    """Run the plan's own job."""
    return execute(build_definitions(company.settings).resolve_job_def("demo_plan"), instance=instance)


def warnings(result: dg.ExecuteInProcessResult) -> list[str]:
    return [
        str(check.description)
        for check in result.get_asset_check_evaluations()
        if check.check_name == "planned_wages_fetched" and not check.passed
    ]


def test_the_plan_costs_a_request_for_each_department_and_has_today_and_no_day_before_or_after(
    planning: ConnectedCompany,
) -> None:
    asked = len(planning.planday.faults.seen)

    assert plan_anew(planning).success

    paths = [seen.path for seen in planning.planday.faults.seen[asked:] if seen.path != TOKEN]
    assert sorted(paths) == [costs_of(VESTERBRO), costs_of(AARHUS)]
    assert planning.query(PLANNED) == [
        (today(), "Vesterbro", "Bar", Decimal(1350), 2),
        (today(), "Vesterbro", None, Decimal(900), 1),
        (today() + dt.timedelta(days=13), "Vesterbro", "Kitchen", Decimal(800), 1),
    ]
    assert planning.query("SELECT count(DISTINCT business_date) FROM wage_plan") == [(14,)]
    assert planning.query("SELECT count(*) FROM wage_costs") == [(0,)]


def test_in_an_outage_the_known_wages_stay_and_a_warning_says_so(
    planning: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan_anew(planning).success
    before = planning.query(PLANNED)
    with_patience(monkeypatch, 0.1)
    planning.planday.faults.order(TOKEN, itertools.repeat(answers(503)))

    result = plan_anew(planning)

    assert result.success
    [warning] = warnings(result)
    assert warning.endswith("The plan keeps the wages that are known.")
    assert planning.query(PLANNED) == before
    # It is no day of the past that would have to be made up for.
    assert planning.query("SELECT count(*) FROM outstanding") == [(0,)]


def test_a_plan_that_fails_leaves_the_figures_of_the_past_and_their_report_as_they_are_without_it(
    planning: ConnectedCompany,
) -> None:
    assert planning.run(WINDOW).success
    planning.query("ALTER TABLE expected_revenue DROP COLUMN level")
    planning.query("DELETE FROM wage_percentage")

    result = planning.run(WINDOW)

    steps = {event.step_key for event in result.get_step_failure_events()}
    assert steps == {"demo__expected_revenue"}
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert made >= {"wage_percentage", "planday_revenue", "readers_copy", "wage_report"}
    assert planning.query("SELECT count(*) FROM wage_percentage WHERE unit IS NOT NULL") == [(9,)]


def test_a_run_of_the_plan_is_not_taken_for_the_last_fetch(planning: ConnectedCompany) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert plan_anew(planning, instance).success
        assert last_run_of(instance, planning.settings) is None

        assert planning.run(WINDOW, instance=instance).success
        fetched = last_run_of(instance, planning.settings)
        # However many there are.
        for _ in range(3):
            assert plan_anew(planning, instance).success

        assert fetched is not None
        assert last_run_of(instance, planning.settings) == fetched


def test_every_run_for_some_days_makes_the_plan_too_and_a_past_day_is_in_one_of_both(
    planning: ConnectedCompany,
) -> None:
    assert planning.run(WINDOW).success

    facts = {day for (day,) in planning.query("SELECT DISTINCT business_date FROM wage_percentage")}
    plan = {day for (day,) in planning.query("SELECT DISTINCT business_date FROM wage_plan")}
    assert facts & plan == set()
    assert max(facts) + dt.timedelta(days=1) == min(plan) == today()
