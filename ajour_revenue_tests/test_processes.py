"""Whether the process that a run lives in is still there."""

import os
import subprocess
import sys

import psutil
import pytest

from ajour_revenue.processes import PROCESS_TAG, RunProcess


def test_this_process_is_there_and_its_tag_names_it() -> None:
    this = RunProcess.this("1a2b-3c")

    assert not this.is_gone
    assert this.pid == os.getpid()
    assert RunProcess.of("1a2b-3c", this.tags) == this
    assert str(this) == f"run 1a2b, process {os.getpid()} on {this.host}"


@pytest.mark.parametrize("tag", [None, "", "soon", "[]", '{"pid": 1}'])
def test_a_run_whose_tag_names_no_process_has_none(tag: str | None) -> None:
    assert RunProcess.of("run", {} if tag is None else {PROCESS_TAG: tag}) is None


def test_a_run_has_not_the_process_of_the_run_that_it_repeats() -> None:
    assert RunProcess.of("again", RunProcess.this("before").tags) is None


def test_a_process_that_has_ended_is_gone_before_and_after_its_parent_took_note() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started_at = psutil.Process(child.pid).create_time()
        process = RunProcess.this("run").model_copy(update={"pid": child.pid, "started_at": started_at})
        assert not process.is_gone

        child.kill()
        # Nobody has asked for its exit code yet.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process.is_gone
    assert process.is_gone


def test_another_process_of_the_same_number_is_not_it() -> None:
    this = RunProcess.this("run")

    assert this.model_copy(update={"started_at": this.started_at - 3600}).is_gone


@pytest.mark.parametrize("pid", [1, 2**30])
def test_of_a_process_on_another_machine_nobody_knows(pid: int) -> None:
    assert not RunProcess(run_id="run", host="another-machine", pid=pid, started_at=0.0).is_gone
