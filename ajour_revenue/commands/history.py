"""What Dagster remembers of an integration's runs."""

import datetime as dt
from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from ajour_revenue.commands.overview import LastRun, RunResult, RunState, RunUnderWay
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.partitions import UnusableDaysError, tagged_window
from ajour_revenue.processes import RunProcess
from ajour_revenue.runs import failure_reasons, job_name
from ajour_revenue.settings.model import Settings

ASSET_JOB = "__ASSET_JOB"
"""What Dagster calls the job of a run that was started from an asset's page, or by its backfill."""

RECENT_RUNS = 100
"""Among so many such runs, of all integrations, those of one are looked for."""

RESULTS: dict[dg.DagsterRunStatus, RunResult] = {
    dg.DagsterRunStatus.SUCCESS: "success",
    dg.DagsterRunStatus.FAILURE: "failure",
    dg.DagsterRunStatus.CANCELED: "canceled",
}


def last_run_of(instance: dg.DagsterInstance, settings: Settings) -> LastRun | None:
    """Return the last run of an integration that has ended; None where Dagster remembers none."""
    ended = [*_ended(instance, job_name(settings), limit=1), *_ended(instance, ASSET_JOB, limit=RECENT_RUNS)]
    of_it = [record for record in ended if _is_of(settings, record.dagster_run)]
    if not of_it:
        return None
    record = max(of_it, key=lambda record: record.storage_id)
    run = record.dagster_run
    failed = run.status is dg.DagsterRunStatus.FAILURE
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id)] if failed else []
    return LastRun(
        run_id=run.run_id,
        result=RESULTS[run.status],
        at=_began(record) if record.end_time is None else _moment(record.end_time),
        window=_tagged(run.tags),
        reasons=tuple(failure_reasons(filter(None, events), settings.report.language)),
    )


def _ended(instance: dg.DagsterInstance, job: str, *, limit: int) -> Sequence[dg.RunRecord]:
    """Return the latest runs of a job that have ended."""
    return instance.get_run_records(dg.RunsFilter(job_name=job, statuses=list(RESULTS)), limit=limit)


def _is_of(settings: Settings, run: dg.DagsterRun) -> bool:
    # A backfill from an asset's page has no job of ours.
    selected = any(key.path[0] == settings.name for key in run.asset_selection or ())
    return run.job_name == job_name(settings) or selected


def runs_under_way(instance: dg.DagsterInstance, settings: Settings, working: str | None) -> list[RunUnderWay]:
    """Return the runs of an integration that have not ended, the earliest first.

    `working` is who has the turn to work on the warehouse.
    """
    return [
        RunUnderWay(
            run_id=record.dagster_run.run_id,
            state=_state(record.dagster_run, working),
            since=_began(record),
            window=_tagged(record.dagster_run.tags),
            process=RunProcess.of(record.dagster_run.run_id, record.dagster_run.tags),
        )
        for record in instance.get_run_records(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES), ascending=True)
        if _is_of(settings, record.dagster_run)
    ]


def _state(run: dg.DagsterRun, working: str | None) -> RunState:
    process = RunProcess.of(run.run_id, run.tags)
    if process and process.is_gone:
        return "gone"
    match run.status:
        case dg.DagsterRunStatus.STARTED:
            has_its_turn = working is None or run.run_id.partition("-")[0] in working
            return "working" if has_its_turn else "waiting for its turn"
        case dg.DagsterRunStatus.STARTING:
            return "starting"
        case dg.DagsterRunStatus.CANCELING:
            return "ending"
        case _:
            return "queued"


def _began(record: dg.RunRecord) -> dt.datetime:
    return _moment(record.start_time) if record.start_time else record.create_timestamp.astimezone(COPENHAGEN)


def _tagged(tags: Mapping[str, str]) -> Window | None:
    try:
        return tagged_window(tags)
    except UnusableDaysError:
        return None


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, COPENHAGEN)
