"""Runs work on a warehouse one after the other."""

import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.processes import RunProcess
from ajour_revenue.runs import failure_reasons
from ajour_revenue.warehouse import connect
from ajour_revenue.warehouse import turn as turns
from ajour_revenue.warehouse.resource import START_AGAIN
from ajour_revenue.warehouse.turn import NoTurnError, turn, whose_turn
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, tags_of
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.processes import clean_environment, open_in_another_process, wait_until

ONE_DAY = Window(LAST_DAY, LAST_DAY)

HOLD = """
import sys
from pathlib import Path
from ajour_revenue.warehouse.turn import turn
with turn(Path(sys.argv[1]), who="run abc, process 1 on nord"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held_by_another_process(warehouse: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(warehouse)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment({})
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "data" / "demo.duckdb"


def test_nobody_has_the_turn_before_and_after_a_run(warehouse: Path) -> None:
    assert whose_turn(warehouse) is None
    with turn(warehouse, who="run abc"):
        assert whose_turn(warehouse) == "run abc"
    assert whose_turn(warehouse) is None


def test_who_waits_comes_next_and_says_whom_it_waits_for(warehouse: Path, caplog: pytest.LogCaptureFixture) -> None:
    worked = []

    def work(who: str) -> None:
        with turn(warehouse, who=who):
            worked.append(who)

    with (
        ThreadPoolExecutor() as runs,
        caplog.at_level(logging.WARNING),
        held_by_another_process(warehouse) as holder,
    ):
        waiting = [runs.submit(work, f"run {number}") for number in range(3)]
        wait_until(lambda: len(caplog.messages) == len(waiting), "three that wait", seconds=60)
        assert worked == []
        # However a process ends, it gives its turn back.
        holder.kill()
        for run in waiting:
            run.result()

    assert sorted(worked) == ["run 0", "run 1", "run 2"]
    assert f"Waiting for the turn of run abc, process 1 on nord, which works on the warehouse {warehouse}." in (
        caplog.messages
    )


def test_who_waits_too_long_is_told_whose_turn_it_was(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)

    with (
        held_by_another_process(warehouse),
        pytest.raises(NoTurnError, match=r"it was the turn of run abc, process 1 on nord .* Nothing was done") as error,
        turn(warehouse, who="run def"),
    ):
        pass

    danish = error.value.text.da
    assert danish.startswith(f"I 0 minutter har kørsel abc, proces 1 på nord haft tur i datalageret {warehouse}.")
    assert_said_in_both(error.value.text)


# In a run


def test_a_run_names_its_process_and_has_the_turn(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    open_to_write = connect.transaction

    def looking(warehouse: Path) -> contextlib.AbstractContextManager[object]:
        seen.append(whose_turn(warehouse))
        return open_to_write(warehouse)

    monkeypatch.setattr(connect, "transaction", looking)
    with dg.DagsterInstance.ephemeral() as instance:
        result = company.run(ONE_DAY, instance=instance)
        tags = tags_of(instance, result.run_id)

    assert result.success
    assert RunProcess.of(result.run_id, tags) == RunProcess.this(result.run_id)
    assert set(seen) == {str(RunProcess.this(result.run_id))}
    assert whose_turn(company.settings.warehouse_file) is None


def test_a_run_whose_turn_never_comes_says_so_and_is_one_that_dagster_starts_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
    company.speak("en")
    with dg.DagsterInstance.ephemeral() as instance, held_by_another_process(company.settings.warehouse_file):
        result = company.run(ONE_DAY, instance=instance)
        tags = tags_of(instance, result.run_id)

    [reason] = failure_reasons(result.all_events, company.settings.report.language)
    assert reason.startswith("For 0 minutes it was the turn of run abc, process 1 on nord to work on the warehouse")
    # Run retries start again what failed beside its steps.
    assert tags["dagster/failure_reason"] == "RUN_EXCEPTION"


def test_a_run_that_another_program_keeps_out_is_one_that_dagster_starts_again(
    fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched_company.speak("en")
    monkeypatch.setattr(connect, "WRITER_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(connect, "transaction", partial(connect.transaction, patience_seconds=0))
    with dg.DagsterInstance.ephemeral() as instance:
        with open_in_another_process(fetched_company.settings.warehouse_file):
            locked = fetched_company.run(ONE_DAY, instance=instance)
        fetched_company.ajour.list_locations({})
        mistaken = fetched_company.run(ONE_DAY, instance=instance)
        tags = [tags_of(instance, result.run_id).items() for result in (locked, mistaken)]

    assert "is kept open by another process" in failure_reasons(locked.all_events, "en")[0]
    assert START_AGAIN.items() <= tags[0]
    assert not START_AGAIN.items() & tags[1]
