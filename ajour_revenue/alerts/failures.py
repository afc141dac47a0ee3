"""Which runs have ended, and what those that failed say."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import dagster as dg

from ajour_revenue.alerts.messages import Alert, bullets, shorten
from ajour_revenue.alerts.texts import AlertTexts
from ajour_revenue.days import Window
from ajour_revenue.partitions import UnusableDaysError, tagged_window
from ajour_revenue.planday.sensors import AGAIN_TAG
from ajour_revenue.runs import explained_in

BACKFILL_TAG = "dagster/backfill"
WILL_RETRY_TAG = "dagster/will_retry"
CHECK_FAILED = "DagsterAssetCheckFailedError"

RUNS_AT_ONCE = 500
"""How many runs are looked at in one evaluation; after a longer pause the next one goes on."""


class Ended(NamedTuple):
    """Runs of this code location that have ended in one way, and where to go on looking for more."""

    runs: list[dg.DagsterRun]
    cursor: str


def begin_at(context: dg.SensorEvaluationContext, how: dg.DagsterEventType) -> str:
    """Return the cursor from which on only runs are seen that end from now on."""
    return context.instance.fetch_run_status_changes(how, limit=1).cursor


def ended_since(context: dg.SensorEvaluationContext, how: dg.DagsterEventType, cursor: str) -> Ended:
    """Return the runs that have ended since the cursor, the earliest first."""
    changes = context.instance.fetch_run_status_changes(how, limit=RUNS_AT_ONCE, cursor=cursor, ascending=True)
    runs = (context.instance.get_run_by_id(change.event_log_entry.run_id) for change in changes.records)
    return Ended([run for run in runs if run and _is_of_this_code_location(run, context)], changes.cursor)


def _is_of_this_code_location(run: dg.DagsterRun, context: dg.SensorEvaluationContext) -> bool:
    """Several integrations may live in one Dagster instance, each in a code location of its own."""
    origin = run.remote_job_origin
    location = context.code_location_origin
    return (
        origin.repository_origin.code_location_origin.location_name if origin else None,
        origin.repository_origin.repository_name if origin else None,
    ) == (location.location_name if location else None, context.repository_name)


def failures_by_event(runs: Iterable[dg.DagsterRun]) -> dict[str, list[dg.DagsterRun]]:
    """Sort failed runs by what is one event: a run, or all runs of a backfill.

    A run that Dagster is about to start again has not failed yet. One that tries again what Planday has held up was
    told of when it first failed.
    """
    events: dict[str, list[dg.DagsterRun]] = {}
    for run in runs:
        if run.tags.get(WILL_RETRY_TAG) != "true" and AGAIN_TAG not in run.tags:
            events.setdefault(run.tags.get(BACKFILL_TAG, run.run_id), []).append(run)
    return events


def failure_alert(instance: dg.DagsterInstance, runs: Sequence[dg.DagsterRun], texts: AlertTexts) -> Alert:
    """Say of the failed runs of one event which days they were for, what went wrong, and what to do."""
    formats = texts.findings.formats
    windows = _joined(window for run in runs if (window := window_of(run)))
    days = ", ".join(formats.days(window.first_day, window.last_day) for window in windows) or texts.no_days
    backfill = runs[0].tags.get(BACKFILL_TAG)
    if backfill:
        what, advice = texts.backfill_failed.format(backfill, days), texts.told_once
    else:
        run_id = runs[0].run_id.partition("-")[0]
        what, advice = texts.run_failed.format(run_id, runs[0].job_name, days), texts.run_again
    problems = bullets(_problems(instance, runs, texts), texts)
    return Alert(texts.run_failed_title.format(days), f"{what}\n{problems}\n{advice}")


def window_of(run: dg.DagsterRun) -> Window | None:
    """Return the days that a run is for; None where it names none."""
    try:
        return tagged_window(run.tags)
    except UnusableDaysError:
        # Its tags name no days; the run's own message says so.
        return None


def _joined(windows: Iterable[Window]) -> list[Window]:
    """Join windows that follow each other or overlap: a backfill may come as a run for each day."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.first_day <= joined[-1].last_day + dt.timedelta(days=1):
            joined[-1] = Window(joined[-1].first_day, max(joined[-1].last_day, window.last_day))
        else:
            joined.append(window)
    return joined


def _problems(instance: dg.DagsterInstance, runs: Iterable[dg.DagsterRun], texts: AlertTexts) -> list[str]:
    """Say what went wrong, each thing once, and which checks and steps say so."""
    said: dict[str, dict[str, None]] = {}
    for run in runs:
        kinds = {
            dg.DagsterEventType.ASSET_CHECK_EVALUATION,
            dg.DagsterEventType.STEP_FAILURE,
            dg.DagsterEventType.RUN_FAILURE,
        }
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kinds) if entry.dagster_event]
        problems = [problem for event in events if (problem := _problem(event, texts))]
        if not problems:
            # The run failed beside its steps: its process died, say, or its turn never came.
            problems = [("Dagster", _beside_steps(event, texts)) for event in events if event.is_run_failure]
        for who, text in problems:
            said.setdefault(text, {})[who] = None
    return [f"{', '.join(_once(who))}: {shorten(text)}" for text, who in said.items()]


def _once(who: Iterable[str]) -> list[str]:
    """Leave out the step of a check that says something itself; it is named after its asset and the check."""
    names = list(who)
    return [name for name in names if not any(name.endswith(f"_{check}") for check in names)]


def _beside_steps(event: dg.DagsterEvent, texts: AlertTexts) -> str:
    error = event.event_specific_data and event.job_failure_data.error
    explained = explained_in(error.cause) if error and error.cause else None
    return explained or event.message or texts.failed


def _problem(event: dg.DagsterEvent, texts: AlertTexts) -> tuple[str, str] | None:
    """Return who says what is wrong; None where the event says nothing, or what another one says too."""
    if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        check = event.asset_check_evaluation_data
        is_error = not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        return (check.check_name, check.description or texts.failed) if is_error else None
    if not event.is_step_failure:
        return None
    # A step is named after its asset's key: demo__raw_revenue.
    who = (event.step_key or "").rpartition("__")[-1]
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return who, failure.user_failure_data.description
    error = failure.error and (failure.error.cause or failure.error)
    if error is None or error.cls_name == CHECK_FAILED:
        return None
    # Only messages that were written for people leave the house: another one may quote anything.
    return who, texts.failed_unexpectedly.format(error.cls_name)
