"""A run whose process died is noticed, told, and holds up nobody."""

import json
import os
import shutil
import signal
import subprocess
import sys

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._core.launcher import WorkerStatus

from ajour_revenue.cli import main
from ajour_revenue.days import Window
from ajour_revenue.instance import dagster_instance
from ajour_revenue.processes import RunProcess
from ajour_revenue.run_launcher import WatchingRunLauncher
from ajour_revenue.warehouse.turn import turn
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.kit import Company, tags_of, write_env_file
from ajour_revenue_tests.processes import CHECKOUT, clean_environment, wait_until

ONE_DAY = Window(LAST_DAY, LAST_DAY)

KILLED_IN_MID_FETCH = """
import os, signal
from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.cli import main
AjourConnection.daily_revenue = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


@pytest.fixture
def at_dagster(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company in the working directory, where Dagster keeps its history."""
    monkeypatch.chdir(company.folder)
    shutil.copy(CHECKOUT / "dagster.yaml", ".")
    write_env_file(company.folder, company.ajour.environment)
    company.speak("en")
    return company


def command_killed_in_mid_fetch(company: Company) -> None:
    command = [sys.executable, "-c", KILLED_IN_MID_FETCH, "fetch", "--from", str(LAST_DAY)]
    ended = subprocess.run(
        command, cwd=company.folder, env=clean_environment({}), capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.slow
def test_a_command_that_was_killed_is_told_and_holds_up_nobody(at_dagster: Company) -> None:
    command_killed_in_mid_fetch(at_dagster)

    with dagster_instance() as instance:
        [left_behind] = instance.get_runs()
        assert left_behind.status is dg.DagsterRunStatus.STARTED
        assert isinstance(instance.run_launcher, WatchingRunLauncher)
        health = instance.run_launcher.check_run_worker_health(left_behind)
        living = left_behind.with_tags({**left_behind.tags, **RunProcess.this(left_behind.run_id).tags})
        unnamed = left_behind.with_tags({})
        still_there = [instance.run_launcher.check_run_worker_health(each).status for each in (living, unnamed)]
    assert health.status is WorkerStatus.FAILED
    assert "is gone: it was killed" in str(health.msg)
    assert still_there == [WorkerStatus.RUNNING, WorkerStatus.RUNNING]

    told = json.loads(CliRunner().invoke(main, ["status", "--json"]).stdout)["integrations"][0]
    assert [(each["state"], each["first_day"]) for each in told["under_way"]] == [("gone", str(LAST_DAY))]
    shown = " ".join(CliRunner().invoke(main, ["status"]).stdout.split())
    assert f"Under way run {left_behind.run_id.partition('-')[0]}, process" in shown
    assert "its process is gone; Dagster's daemon, where it runs, marks it as failed within a minute" in shown

    fetched = CliRunner().invoke(main, ["fetch", "--from", str(LAST_DAY)])
    assert fetched.exit_code == 0, fetched.stderr
    assert at_dagster.query("SELECT count(*) FROM fetches") == [(1,)]


@pytest.mark.slow
def test_the_daemon_marks_runs_of_dead_processes_as_failed_and_starts_again_those_that_it_launched(
    at_dagster: Company,
) -> None:
    command_killed_in_mid_fetch(at_dagster)
    server = DagsterServer(at_dagster.folder)

    def process_of(run_id: str) -> RunProcess | None:
        with dagster_instance() as instance:
            return RunProcess.of(run_id, tags_of(instance, run_id))

    def started_again() -> list[str]:
        return [each["id"] for each in server.runs() if each["id"] not in (by_command, launched)]

    with server.webserver():
        [by_command] = [each["id"] for each in server.runs()]
        # It waits in the queue behind the dead one, and then for its turn.
        launched = server.launch_window(ONE_DAY)
        with server.daemon():
            assert server.wait_for_run(by_command) == "FAILURE"
            with turn(at_dagster.settings.warehouse_file, who="the test"):
                process = wait_until(lambda: process_of(launched), "the run's process")
                assert process
                os.kill(process.pid, signal.SIGKILL)
                assert server.wait_for_run(launched) == "FAILURE"
            [again] = wait_until(started_again, "the run that is started again")
            assert server.wait_for_run(again) == "SUCCESS"
    assert at_dagster.query("SELECT count(*) FROM fetches") == [(1,)]
