"""An outage of Planday: what goes on without it, and what is made up for when it is back (D25)."""

import datetime as dt
import itertools
from decimal import Decimal

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.outstanding import TRIED_AGAIN, USED_MEANWHILE
from ajour_revenue.partitions import tagged_window
from ajour_revenue.planday.errors import UnknownIdError
from ajour_revenue.planday.wages import NEVER_LISTED
from ajour_revenue_tests.clock import now
from ajour_revenue_tests.kit import execute
from ajour_revenue_tests.planday.connected import (
    BAR,
    LAST,
    TOKEN,
    WINDOW,
    ConnectedCompany,
    failures,
    with_patience,
)
from ajour_revenue_tests.planday.kit import answers
from ajour_revenue_tests.processes import open_in_another_process

NOTHING = "Nothing waits for Planday."


def look(company: ConnectedCompany) -> list[dg.RunRequest] | str:
    """Evaluate the sensor as the daemon does; return the runs that it asks for, or why it asks for none."""
    definitions = build_definitions(company.settings)
    [sensor] = [sensor for sensor in definitions.sensors or [] if sensor.name == "demo_planday_again"]
    assert isinstance(sensor, dg.SensorDefinition)
    resources = {key: (definitions.resources or {})[key] for key in sensor.required_resource_keys}
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance=instance, definitions=definitions, resources=resources) as context,
    ):
        tick = sensor.evaluate_tick(context)
    return list(tick.run_requests or []) or str(tick.skip_message)


def launch(company: ConnectedCompany, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    """Run what the sensor asks for, as the daemon does."""
    job = build_definitions(company.settings).resolve_job_def(company.job_name)
    return execute(job.get_subset(asset_selection=set(request.asset_selection or [])), tags=dict(request.tags))


def break_down(company: ConnectedCompany, *, is_down: bool) -> None:
    company.planday.faults.order(TOKEN, itertools.repeat(answers(503)) if is_down else ())


def test_a_run_says_in_its_companys_language_what_it_went_on_without(
    connected_company: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = connected_company
    company.speak("da")
    with_patience(monkeypatch, 0.1)
    break_down(company, is_down=True)

    result = company.run(WINDOW)

    [(reason,)] = company.query("SELECT DISTINCT reason FROM outstanding WHERE asset = 'planday_structure'")
    assert reason.startswith("POST /connect/token: Planday svarede 503 ved det sidste af ")
    assert reason.endswith(" forsøg inden for 0.1 s. Det, der er gemt, er uændret; kør det igen, når Planday svarer.")
    told = failures(result)
    assert f"{reason} {USED_MEANWHILE.da} {TRIED_AGAIN.da}" in told["planday_structure_structure_listed"]
    assert f"{NEVER_LISTED.da} {USED_MEANWHILE.da}" in told["wage_costs_wages_fetched"]
    assert "Planday svarede 503 ved det sidste af " in told["planday_revenue"]


def test_revenue_percentage_and_report_go_on_and_all_else_follows_when_planday_is_back(
    connected_company: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = connected_company
    with_patience(monkeypatch, 0.1)
    break_down(company, is_down=True)

    result = company.run(WINDOW)

    assert not result.success
    assert set(failures(result)) == {
        "planday_structure_structure_listed",
        "wage_costs_wages_fetched",
        "planday_revenue",
    }
    assert company.query("SELECT count(*) FROM unit_revenue") == [(9,)]
    noted = "SELECT count(*), count(wage_percentage), max(note) FROM wage_percentage WHERE unit IS NOT NULL"
    assert company.query(noted) == [(9, 0, "revenue without wages")]
    assert (company.folder / "reports").exists()
    assert "does not answer yet: POST /connect/token: Planday answered 503" in str(look(company))

    break_down(company, is_down=False)
    requests = look(company)
    assert isinstance(requests, list)
    [request] = requests
    result = launch(company, request)

    assert result.success
    done = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert done == {
        "planday_structure",
        "wage_costs",
        "wage_percentage",
        "readers_copy",
        "wage_report",
        "planday_revenue",
    }
    assert len(company.portal.revenue) == 9
    assert company.query(noted) == [(9, 9, None)]
    assert company.query("FROM outstanding") == []
    assert look(company) == NOTHING


def hold_up(company: ConnectedCompany, *, since: dt.timedelta, tried: dt.timedelta, transient: bool = True) -> None:
    """Note that the wages of the last two days are outstanding: since when, and when it was last tried."""
    company.list_structure()
    times = f"'{now() - since}', '{now() - tried}'"
    company.change(
        f"""
        INSERT INTO outstanding
        SELECT '{LAST}'::DATE - day::INTEGER, 'wage_costs', 'why', {transient}, {times}, 'a run'
        FROM range(2) AS days(day)
        """
    )


@pytest.mark.parametrize(
    ("since", "tried", "is_due"),
    [(0, 0, True), (10, 0, False), (10, 4, False), (10, 5, True), (60 * 24, 359, False), (60 * 24, 360, True)],
)
def test_what_fails_though_planday_answers_is_tried_more_and_more_seldom(
    connected_company: ConnectedCompany,
    since: int,
    tried: int,
    is_due: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    hold_up(connected_company, since=dt.timedelta(minutes=since), tried=dt.timedelta(minutes=tried))

    asked = look(connected_company)

    if is_due:
        assert isinstance(asked, list)
        assert [(request.run_key, tagged_window(request.tags)) for request in asked] == [
            ("demo again a run", Window(LAST - dt.timedelta(days=1), LAST)),
        ]
    else:
        assert asked == NOTHING


def test_what_somebody_has_to_mend_is_not_tried_again(connected_company: ConnectedCompany) -> None:
    hold_up(connected_company, since=dt.timedelta(1), tried=dt.timedelta(1), transient=False)

    assert look(connected_company) == NOTHING


def test_a_warehouse_in_use_is_not_waited_for(connected_company: ConnectedCompany) -> None:
    hold_up(connected_company, since=dt.timedelta(), tried=dt.timedelta())
    with open_in_another_process(connected_company.settings.warehouse_file):
        assert "is kept open by another process" in str(look(connected_company))


def test_the_sensor_is_on_only_where_the_task_is(connected_company: ConnectedCompany) -> None:
    def status() -> dg.DefaultSensorStatus:
        [sensor] = build_definitions(connected_company.settings).get_repository_def().sensor_defs
        return sensor.default_status

    assert status() is dg.DefaultSensorStatus.RUNNING
    task = connected_company.settings.task.model_dump(mode="json") | {"active": False, "time": "07:00"}
    connected_company.reload(task=task)
    assert status() is dg.DefaultSensorStatus.STOPPED


def test_with_overwrite_off_nothing_is_published_to_units_that_planday_has_never_listed(
    connected_company: ConnectedCompany,
) -> None:
    connected_company.reload(revenue={"vat": "excluded", "overwrite_existing": False})
    connected_company.portal.revenue[BAR, LAST] = Decimal(7)
    connected_company.list_structure()
    connected_company.change("DELETE FROM planday_structure")
    connected_company.earn("Bar", LAST, "100.00")

    with pytest.raises(UnknownIdError, match="Planday has not listed Bar, Kitchen, Shop by the planday_unit_id"):
        connected_company.publish()

    assert connected_company.portal.revenue == {(BAR, LAST): Decimal(7)}
