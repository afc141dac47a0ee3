"""Through a real Dagster instance with its daemon, driven as the UI drives it.

Two instances: `main` is `dagster dev`, on which everything is launched at once and then looked at; `troubled` is a
webserver and a daemon apart, whose settings, environment and Ajour are what goes wrong.
"""

import datetime as dt
import itertools
import json
import re
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import COPENHAGEN, MAX_DAYS, WEEKDAYS, Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue_tests.clock import LAST_DAY, MOMENT
from ajour_revenue_tests.dagster_server import REPOSITORY, DagsterServer
from ajour_revenue_tests.kit import (
    COMPANY_ID,
    Company,
    SqliteAjour,
    settings_dict,
    write_env_file,
    write_settings,
    write_wages,
)
from ajour_revenue_tests.processes import PATIENCE_SECONDS, launch, stop

pytestmark = pytest.mark.slow

ACTIVATION_DATE = LAST_DAY - dt.timedelta(days=140)
LOCATIONS = ("10", "20")
PASSWORD = "S3cret-Pass"

JOB_ASSETS = {
    *("ajour_locations", "raw_revenue", "unit_revenue", "wage_costs", "wage_percentage", "readers_copy", "wage_report"),
    *("expected_revenue", "planned_wages", "wage_plan"),
}
FETCHING = {"ajour_locations", "raw_revenue", "unit_revenue"}
DAILY_ASSETS = {"raw_revenue", "unit_revenue", "wage_costs", "wage_percentage"}
CHECKS = {
    "ajour_database": {"ajour_connection"},
    "ajour_locations": {"locations_mapped"},
    "raw_revenue": {"days_covered"},
    "manual_revenue": set(),
    "unit_revenue": {"revenue_reconciles", "revenue_complete", "revenue_usual"},
    "wage_costs": {"wages_fetched"},
    "wage_percentage": {"within_target"},
    "readers_copy": set(),
    "wage_report": set(),
    "expected_revenue": set(),
    "planned_wages": {"planned_wages_fetched"},
    "wage_plan": set(),
}


def back(first: int, last: int) -> Window:
    """Return the days from so many to so many days before the last."""
    return Window(LAST_DAY - dt.timedelta(days=first), LAST_DAY - dt.timedelta(days=last))


ONE_DAY = back(0, 0)
BACKFILLED_31 = back(31, 1)
BACKFILLED_40 = back(71, 32)
REFUSED_32 = back(103, 72)
OVERLAPPING = back(60, 45)
BYPASSED = back(134, 119)
NEVER_FETCHED = back(138, 135)


def make_company(folder: Path, **settings: Any) -> Company:  # noqa: ANN401 (YAML may hold anything)
    """Make a company of two locations that each sold something on every day since the activation date."""
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations(dict.fromkeys(LOCATIONS, "Bar"))
    days = Window(ACTIVATION_DATE, LAST_DAY).days
    with sqlite3.connect(ajour.path) as database:
        database.executemany(
            "INSERT INTO daily_revenue VALUES (?, ?, ?, '125.00', '100.00')",
            [(COMPANY_ID, day.isoformat(), location) for day in days for location in LOCATIONS],
        )
    write_wages(folder / "wages.csv", [(day, "Vesterbro", "Bar", "40.00", "2.5") for day in days])
    units = [{"name": "Bar", "department": "Vesterbro", "locations": list(LOCATIONS)}]
    changes = {"activation_date": ACTIVATION_DATE, "task": task(), "units": units} | settings
    return Company(folder, load_settings(write_settings(folder, **changes)), ajour)


def task(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (YAML may hold anything)
    """Return a scheduled task, none of whose ticks falls into the time of these tests."""
    time = "05:00" if 6 <= MOMENT.hour < 18 else "12:00"
    given: dict[str, Any] = settings_dict()["task"]
    return given | {"time": time, "start_date": ACTIVATION_DATE + dt.timedelta(days=1)} | changes


@dataclass
class JobExecution:
    """The job executed from a terminal, which no queue knows of."""

    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def of(cls, company: Company, window: Window) -> "JobExecution":
        """Begin to execute the job over a window of days."""
        dagster = Path(sys.executable).with_name("dagster")
        command = [dagster, "job", "execute", "--module-name", "ajour_revenue.definitions", "--job", company.job_name]
        tags = ["--tags", json.dumps(window_tags(window))]
        log = company.folder / f"{window.first_day}.log"
        home = {"DAGSTER_HOME": str(company.folder)}
        return cls(log, launch(*command, *tags, folder=company.folder, log=log, environment=home))


@dataclass
class Main:
    """The instance on which everything is launched at once, and what was launched."""

    company: Company
    server: DagsterServer
    one_day: str
    backfill_31: str
    backfill_40: str
    refused: str
    overlapping: str
    bypassing: JobExecution


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Main]:
    """Run `dagster dev` in a folder with ajour.yaml and .env, as `make dev` does; launch what the tests look at."""
    company = make_company(tmp_path_factory.mktemp("main"))
    write_env_file(company.folder, company.ajour.environment)
    server = DagsterServer(company.folder)
    with server.dev(), ExitStack() as terminals:
        bypassing = JobExecution.of(company, BYPASSED)
        terminals.callback(stop, bypassing.process)
        yield Main(
            company,
            server,
            one_day=server.launch_day(ONE_DAY),
            backfill_31=server.backfill_job(BACKFILLED_31),
            backfill_40=server.backfill(BACKFILLED_40, assets=DAILY_ASSETS),
            overlapping=server.launch_window(OVERLAPPING),
            refused=server.launch_window(REFUSED_32),
            bypassing=bypassing,
        )


@dataclass
class Troubled:
    """The instance whose daemon each test starts with what it needs; it began with a broken settings file."""

    company: Company
    server: DagsterServer
    broken_location: dict[str, Any]


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """Run the UI as a service does: the credentials in the environment, and the daemon apart from it."""
    # Fetches on another weekday than the last, so that a test can switch the last one on.
    weekday = (MOMENT + dt.timedelta(days=3)).weekday()
    company = make_company(tmp_path_factory.mktemp("troubled"), task=task(weekdays=[WEEKDAYS[weekday]], days_back=7))
    server = DagsterServer(company.folder, company.ajour.environment)
    settings_file = company.folder / "ajour.yaml"
    right = settings_file.read_text()
    write_settings(
        company.folder,
        name="de mo",
        activation_date="soon",
        task=task(time="04:30", days_back=32),
        revenue={"vat": "included", "overwrite_existing": True, "overwrite": False},
    )
    with server.webserver():
        broken_location = server.location()
        settings_file.write_text(right)
        server.reload()
        yield Troubled(company, server, broken_location)


@pytest.fixture(autouse=True)
def show_log_of_failed_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print what Dagster logged meanwhile; pytest shows it where the test fails."""
    servers = [request.getfixturevalue(name).server for name in ("main", "troubled") if name in request.fixturenames]
    starts = [server.log.stat().st_size for server in servers]
    yield
    for server, start in zip(servers, starts, strict=True):
        print(server.logged(start))  # noqa: T201


def rows_of(company: Company, table: str, window: Window) -> int:
    between = f"business_date BETWEEN '{window.first_day}' AND '{window.last_day}'"
    [(count,)] = company.query(f"SELECT count(*) FROM {table} WHERE {between}")
    return int(count)


def days_of_runs(runs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (run["tags"]["dagster/asset_partition_range_start"], run["tags"]["dagster/asset_partition_range_end"])
        for run in runs
    ]


def assert_whole(company: Company, window: Window) -> None:
    """Every location has its row, every unit its revenue and every department its percentage, on every day."""
    days = len(window.days)
    assert rows_of(company, "raw_revenue", window) == days * len(LOCATIONS)
    assert rows_of(company, "unit_revenue", window) == days
    assert rows_of(company, "wage_costs", window) == days
    assert rows_of(company, "wage_percentage", window) == days * 2  # the unit, and its department


def test_everything_defined_is_seen(main: Main) -> None:
    location = main.server.location()

    assert location["__typename"] == "RepositoryLocation", location.get("message")
    [repository] = location["repositories"]
    assert {
        "/".join(node["assetKey"]["path"]): {check["name"] for check in node["assetChecksOrError"]["checks"]}
        for node in repository["assetNodes"]
    } == {f"demo/{asset}": checks for asset, checks in CHECKS.items()}
    assert {node["assetKey"]["path"][-1] for node in repository["assetNodes"] if node["isPartitioned"]} == DAILY_ASSETS
    assert main.company.job_name in {job["name"] for job in repository["jobs"]}
    assert {schedule["name"]: schedule["scheduleState"]["status"] for schedule in repository["schedules"]} == {
        "demo_plan": "STOPPED",
        **{f"demo_{weekday}": "RUNNING" for weekday in WEEKDAYS},
    }
    assert {schedule["executionTimezone"] for schedule in repository["schedules"]} == {"Europe/Copenhagen"}


def test_a_settings_file_with_five_errors_is_one_readable_message(troubled: Troubled) -> None:
    error = troubled.broken_location

    assert error["__typename"] == "PythonError"
    # What the UI shows: the message, and whatever it was caused by.
    shown = "\n".join([error["message"], *(link["error"]["message"] for link in error["errorChain"])])
    assert f"{troubled.company.folder / 'ajour.yaml'} cannot be used; 5 things to change:" in shown
    for key in ("name: ", "activation_date: ", "task.time: ", "task.days_back: ", "revenue.overwrite: "):
        assert shown.count(f"\n  - {key}") == 1, shown


def test_a_mended_settings_file_is_taken_by_reloading(troubled: Troubled) -> None:
    assert troubled.server.location()["__typename"] == "RepositoryLocation"


@contextmanager
def stored_state(server: DagsterServer, schedule: str) -> Iterator[tuple[dg.DagsterInstance, Any]]:
    """Yield what an instance remembers of a schedule."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(server.folder)
        with dg.DagsterInstance.from_config(str(server.folder)) as instance:
            [state] = [state for state in instance.all_instigator_state() if state.instigator_name == schedule]
            yield instance, state


def test_a_tick_makes_one_run_over_the_right_days_and_its_repetition_none(troubled: Troubled) -> None:
    """The daemon was down at the last scheduled time, comes up, makes the run, and crashes before it noted that."""
    server, company = troubled.server, troubled.company
    time = company.settings.task.time
    day = MOMENT.date() if MOMENT.time() > time else LAST_DAY
    tick_time = dt.datetime.combine(day, time, COPENHAGEN)
    window = Window.back_from(day, days=company.settings.task.days_back)
    schedule = f"demo_{WEEKDAYS[day.weekday()]}"
    started = server.start_schedule(schedule)
    with stored_state(server, schedule) as (instance, state):
        an_hour_before = (tick_time - dt.timedelta(hours=1)).timestamp()
        was_running_then = state.with_data(state.instigator_data._replace(start_timestamp=an_hour_before))
        instance.update_instigator_state(was_running_then)

    with server.daemon():
        tick = server.wait_for_tick(schedule)
        for run_id in tick["runIds"]:
            server.wait_for_run(run_id)
    runs = server.runs(schedule_name=schedule)

    assert started == "RUNNING"
    assert tick["timestamp"] == tick_time.timestamp()
    assert [(run["id"], run["status"]) for run in runs] == [(tick["runIds"][0], "SUCCESS")]
    assert days_of_runs(runs) == [(str(window.first_day), str(window.last_day))]
    assert runs[0]["tags"]["dagster/run_key"] == f"demo {day}"
    assert_whole(company, window)
    assert company.query("SELECT count(*) FROM fetches") == [(len(window.days),)]

    with stored_state(server, schedule) as (instance, _):
        instance.update_instigator_state(was_running_then)
        [stored] = instance.get_ticks(was_running_then.instigator_origin_id, was_running_then.selector_id)
        instance.update_tick(stored.with_status(type(stored.status).STARTED))
    with server.daemon():
        again = server.wait_for_tick(schedule)

    assert again["timestamp"] == tick["timestamp"]
    assert server.runs(schedule_name=schedule) == runs


def test_a_failing_connection_check_stops_the_fetch(troubled: Troubled) -> None:
    server = troubled.server
    before = troubled.company.contents() if troubled.company.settings.warehouse_file.exists() else {}
    with server.daemon(
        **{AJOUR_CREDENTIALS["database"]: str(troubled.company.folder / "no-such-folder" / "ajour.sqlite")}
    ):
        whole_job = server.launch_window(NEVER_FETCHED)
        assert server.wait_for_run(whole_job) == "FAILURE"
        check_alone = server.launch({}, job="__ASSET_JOB", assets=[], checks=[("ajour_database", "ajour_connection")])
        server.wait_for_run(check_alone)

    found = server.evaluations(whole_job)["ajour_connection"]
    assert (found["success"], found["severity"]) == (False, "ERROR")
    assert "AJOUR_DATABASE" in found["description"]
    assert not server.started_steps(whole_job) & FETCHING
    button = server.latest_check("ajour_database", "ajour_connection")
    assert button["runId"] == check_alone
    assert button["status"] == "FAILED"
    assert button["evaluation"]["description"] == found["description"]
    assert server.materialized_assets(check_alone) == set()
    after = troubled.company.contents() if troubled.company.settings.warehouse_file.exists() else {}
    for table in ("raw_revenue", "unit_revenue", "ajour_locations", "fetches"):
        assert after.get(table, []) == before.get(table, [])


def test_missing_credentials_are_named(troubled: Troubled) -> None:
    server = troubled.server
    with server.daemon(**{AJOUR_CREDENTIALS["password"]: None, AJOUR_CREDENTIALS["host"]: None}):
        run = server.launch_day(NEVER_FETCHED)
        assert server.wait_for_run(run) == "FAILURE"

    found = server.evaluations(run)["ajour_connection"]
    assert not found["success"]
    missing = f"{AJOUR_CREDENTIALS['password']}, {AJOUR_CREDENTIALS['host']}"
    assert found["description"].startswith(f"{missing} har ingen værdi. ")
    assert not server.started_steps(run) & FETCHING
    [tags] = [found["tags"] for found in server.runs() if found["id"] == run]
    assert tags["dagster/will_retry"] == "false"


def test_one_day_is_materialized(main: Main) -> None:
    day = str(ONE_DAY.first_day)

    assert main.server.wait_for_run(main.one_day) == "SUCCESS"

    assert main.server.materialized_assets(main.one_day) == JOB_ASSETS
    assert set(main.server.evaluations(main.one_day)) == set.union(*CHECKS.values())
    assert main.server.started_steps(main.one_day) >= JOB_ASSETS
    for asset, rows in {"raw_revenue": 2, "unit_revenue": 1, "wage_costs": 1, "wage_percentage": 2}.items():
        materializations = main.server.materializations(asset, [day])
        assert [found["metadata"]["dagster/partition_row_count"] for found in materializations] == [rows], asset
    assert_whole(main.company, ONE_DAY)


def test_a_backfill_of_31_days_is_one_run(main: Main) -> None:
    runs = main.server.wait_for_backfill(main.backfill_31)

    assert days_of_runs(runs) == [(str(BACKFILLED_31.first_day), str(BACKFILLED_31.last_day))]
    assert main.server.materialized_assets(runs[0]["id"]) == JOB_ASSETS
    for asset in DAILY_ASSETS:
        found = main.server.materializations(asset, [str(day) for day in BACKFILLED_31.days])
        assert len({materialization["partition"] for materialization in found}) == len(found) == MAX_DAYS
        assert {materialization["runId"] for materialization in found} == {runs[0]["id"]}
    assert_whole(main.company, BACKFILLED_31)


def test_a_backfill_of_40_days_is_two_runs_of_at_most_31(main: Main) -> None:
    runs = main.server.wait_for_backfill(main.backfill_40)

    first, second = BACKFILLED_40.split()
    assert sorted(days_of_runs(runs)) == [
        (str(first.first_day), str(first.last_day)),
        (str(second.first_day), str(second.last_day)),
    ]
    assert (len(first.days), len(second.days)) == (31, 9)
    assert_whole(main.company, BACKFILLED_40)


def test_the_bar_of_partitions_shows_what_was_materialized(main: Main) -> None:
    """The day and the two backfills lie side by side; whatever was refused stays empty."""
    main.server.wait_for_run(main.one_day)
    main.server.wait_for_run(main.refused)
    for backfill in (main.backfill_31, main.backfill_40):
        main.server.wait_for_backfill(backfill)

    for asset in DAILY_ASSETS:
        [*_, latest] = sorted(main.server.materialized_ranges(asset))
        assert latest == (str(BACKFILLED_40.first_day), str(ONE_DAY.last_day))


def test_a_run_over_32_days_is_refused_before_anything_is_fetched(main: Main) -> None:
    assert main.server.wait_for_run(main.refused) == "FAILURE"

    check = main.server.evaluations(main.refused)["ajour_connection"]
    assert not check["success"]
    assert "Kørslen beder om 32 dage" in check["description"]
    for part in REFUSED_32.split():
        assert f"  {str(part).replace(' to ', ' til ')}" in check["description"].splitlines()
    assert not main.server.started_steps(main.refused) & FETCHING
    assert main.server.materialized_assets(main.refused) == set()
    for table in ("raw_revenue", "unit_revenue", "wage_costs", "wage_percentage", "fetches"):
        assert rows_of(main.company, table, REFUSED_32) == 0


def test_a_run_before_the_activation_date_is_refused_when_it_is_launched(main: Main) -> None:
    day_before = ACTIVATION_DATE - dt.timedelta(days=1)

    with pytest.raises(AssertionError, match=f"{day_before} is before the partitions definition start"):
        main.server.launch_window(Window(day_before, ACTIVATION_DATE))

    assert rows_of(main.company, "fetches", Window(day_before, day_before)) == 0


def test_a_backfill_and_a_run_over_some_of_its_days_both_finish(main: Main) -> None:
    assert main.server.wait_for_run(main.overlapping) == "SUCCESS"
    main.server.wait_for_backfill(main.backfill_40)

    assert_whole(main.company, OVERLAPPING)


def test_the_queue_lets_one_run_through_at_a_time(main: Main) -> None:
    for backfill in (main.backfill_31, main.backfill_40):
        main.server.wait_for_backfill(backfill)
    queued = [run for run in main.server.runs() if run["stats"]["enqueuedTime"]]
    for run in queued:
        main.server.wait_for_run(run["id"])

    queued = [run for run in main.server.runs() if run["stats"]["enqueuedTime"]]
    times = sorted((run["stats"]["launchTime"], run["stats"]["endTime"]) for run in queued)
    assert len(times) >= 6
    for (_, ended), (launched, _) in itertools.pairwise(times):
        assert ended <= launched, times


def test_a_run_that_bypasses_the_queue_finishes_beside_those_in_it(main: Main) -> None:
    assert main.bypassing.process.wait(timeout=PATIENCE_SECONDS) == 0, main.bypassing.log.read_text()

    assert_whole(main.company, BYPASSED)


def test_the_resource_shows_variables_and_no_values(main: Main) -> None:
    answer = main.server.ask(
        """query ($resource: ResourceSelector!) { topLevelResourceDetailsOrError(resourceSelector: $resource) {
            ... on ResourceDetails { description configFields { name } }
        } }""",
        resource={**REPOSITORY, "resourceName": "ajour"},
    )

    shown = answer["topLevelResourceDetailsOrError"]
    for name, variable in AJOUR_CREDENTIALS.items():
        assert f"- `{name}`: from the variable `{variable}`" in shown["description"]
    assert shown["configFields"] == []


@pytest.mark.parametrize("resource", ["ajour", "warehouse", "wage_source", "io_manager"])
def test_the_launchpad_reaches_no_resource(main: Main, resource: str) -> None:
    stolen = {"resources": {resource: {"config": {"password": {"env": "AJOUR_PASSWORD"}, "host": "127.0.0.1"}}}}
    before = main.server.runs()

    for job, assets in (("demo_daily_revenue", None), ("__ASSET_JOB", ["raw_revenue", "wage_costs"])):
        with pytest.raises(AssertionError, match="RunConfigValidationInvalid"):
            main.server.launch(window_tags(NEVER_FETCHED), job=job, assets=assets, run_config=stolen)
    assert len(main.server.runs()) == len(before)


@pytest.mark.parametrize("which", ["main", "troubled"])
def test_no_password_is_stored_anywhere(which: str, request: pytest.FixtureRequest) -> None:
    instance: Main | Troubled = request.getfixturevalue(which)
    for run in instance.server.runs():
        # One that was refused when it was launched never starts, and so never ends.
        if run["status"] != "NOT_STARTED":
            instance.server.wait_for_run(run["id"])
    assert PASSWORD in instance.company.ajour.environment.values()

    texts = stored_texts(instance.company)

    assert any(b"AJOUR_PASSWORD" in text for text in texts.values()), "the names of the variables should be found"
    assert [name for name, text in texts.items() if PASSWORD.encode() in text] == []


def stored_texts(company: Company) -> dict[str, bytes]:
    """Return what the instance has stored, file by file: as it is, and what is compressed in the databases too."""
    texts = {}
    for path in company.folder.rglob("*"):
        if not path.is_file() or path.name == ".env":
            continue
        texts[str(path)] = path.read_bytes()
        if path.suffix == ".db":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                texts[f"{path} unpacked"] = b"\n".join(unpacked(database))
    texts["warehouse"] = repr(company.contents()).encode()
    return texts


def unpacked(database: sqlite3.Connection) -> Iterator[bytes]:
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in database.execute(f"SELECT * FROM {table}"):
            for value in row:
                if isinstance(value, bytes) and re.match(rb"\x78[\x01\x5e\x9c\xda]", value):
                    yield zlib.decompress(value)
