"""Launching runs so that one whose process has died is noticed: named in dagster.yaml."""

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from ajour_revenue.processes import RunProcess


class WatchingRunLauncher(dg.DefaultRunLauncher):
    """Dagster's own launcher of runs in processes, which also tells run monitoring when such a process is gone.

    A power cut, a kill or a restart leaves a run "started" in Dagster's history, where it would hold the one place in
    the queue. Run monitoring marks it as failed with its next look, also a run that a command carried out itself, and
    run retries start it again. Runs that name no process, and those of other machines, are left alone.
    """

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Make run monitoring ask."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Tell whether a run's process is still there."""
        process = RunProcess.of(run.run_id, run.tags)
        if process and process.is_gone:
            return CheckRunHealthResult(
                WorkerStatus.FAILED,
                f"Process {process.pid} on {process.host}, which carried it out, is gone: it was killed, or the "
                "machine was restarted. What the run had stored by then stays.",
            )
        return CheckRunHealthResult(WorkerStatus.RUNNING)
