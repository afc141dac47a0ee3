"""Whether the process that a run lives in is still there."""

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from ajour_revenue.processes import RunProcess


def test_this_process_is_there_and_its_tag_names_it() -> None:
    this = RunProcess.this()

    assert not this.is_gone
    assert this.pid == os.getpid()
    assert RunProcess.of(this.tags) == this
    assert str(this) == f"process {os.getpid()} on {this.host}"


def test_a_run_without_the_tag_names_no_process() -> None:
    assert RunProcess.of({"dagster/partition": "2026-01-01"}) is None


def test_a_process_that_has_ended_is_gone_before_and_after_its_parent_took_note() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started_at = psutil.Process(child.pid).create_time()
        process = RunProcess(RunProcess.this().host, child.pid, started_at)
        assert not process.is_gone

        child.kill()
        # Nobody has asked for its exit code yet.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process.is_gone
    assert process.is_gone


def test_another_process_of_the_same_number_is_not_it() -> None:
    this = RunProcess.this()

    assert replace(this, started_at=this.started_at - 3600).is_gone


@pytest.mark.parametrize("pid", [1, 2**30])
def test_of_a_process_on_another_machine_nobody_knows(pid: int) -> None:
    assert not RunProcess("another-machine", pid, 0.0).is_gone
