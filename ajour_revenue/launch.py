"""Running a window of days from this process: the real job, on the user's Dagster instance."""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.errors import ActionableError
from ajour_revenue.partitions import window_tags
from ajour_revenue.processes import RunProcess
from ajour_revenue.schedules import NextFetch, upcoming_fetch
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.turn import NoTurnError

INSTANCE_FILE = "dagster.yaml"

FRAMEWORK_ERRORS = ("DagsterExecutionStepExecutionError", "DagsterResourceFunctionError", "RetryRequestedFromPolicy")
"""Errors that only wrap the one that happened in a step or a resource."""

Listener = Callable[[dg.DagsterEvent], object]


class RunFailedError(ActionableError):
    """A run failed; the message says which steps or checks, and why."""


def job_name(settings: Settings) -> str:
    """Return the name of the job that fetches an integration's days, scheduled or not."""
    return f"{settings.name}_daily_revenue"


@contextmanager
def dagster_instance() -> Iterator[dg.DagsterInstance]:
    """Open the instance that `dagster dev` would use here; one that forgets everything where there is none.

    That of DAGSTER_HOME, else the one that dagster.yaml in the working directory describes. Raises RunFailedError where
    DAGSTER_HOME leads nowhere.
    """
    try:
        instance = _instance()
    except dg.DagsterInvariantViolationError as error:
        raise RunFailedError(str(error)) from error
    with instance:
        yield instance


def has_dagster_instance() -> bool:
    """Tell whether there is an instance that remembers runs."""
    return bool(os.environ.get("DAGSTER_HOME")) or Path(INSTANCE_FILE).is_file()


def next_fetch_here(settings: Settings) -> NextFetch | str:
    """Return the next scheduled fetch, or why there is none, as the instance here knows the schedules.

    Raises RunFailedError where DAGSTER_HOME leads nowhere.
    """
    with dagster_instance() as instance:
        return upcoming_fetch(instance, settings)


def _instance() -> dg.DagsterInstance:
    if os.environ.get("DAGSTER_HOME"):
        return dg.DagsterInstance.get()
    if Path(INSTANCE_FILE).is_file():
        return dg.DagsterInstance.from_config(str(Path.cwd()), INSTANCE_FILE)
    return dg.DagsterInstance.ephemeral()


def run_window(
    settings: Settings,
    window: Window,
    instance: dg.DagsterInstance,
    *,
    listener: Listener | None = None,
) -> dg.ExecuteInProcessResult:
    """Run the integration's job over a window of at most 31 days (D8), as a backfill does, and wait for its end.

    The listener is told each event of the run as it happens. Raises RunFailedError where the run did not succeed.
    """
    run_id = str(uuid.uuid4())
    if listener:
        instance.add_event_listener(run_id, lambda entry: entry.dagster_event and listener(entry.dagster_event))
    job = build_definitions(settings).resolve_job_def(job_name(settings))
    result = job.execute_in_process(
        instance=instance,
        run_id=run_id,
        tags=window_tags(window) | RunProcess.this(run_id).tags,
        raise_on_error=False,
        # What the run has to say is told by whoever started it.
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    if not result.success:
        raise RunFailedError("\n".join(failure_reasons(result.all_events)) or "The run was interrupted.")
    return result


def failure_reasons(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """Return why a run failed: the failed checks that stopped it, else the failed steps, else what kept all of them."""
    checks, steps, others = [], [], []
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR:
                checks.append(f"{evaluation.check_name}: {evaluation.description}")
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            steps.append(f"{event.step_key}: {_reason(event)}")
        elif event.event_type is dg.DagsterEventType.RUN_FAILURE:
            error = event.event_specific_data and event.job_failure_data.error
            others.append(_words(error) if error else str(event.message))
    return checks or steps or others


def _reason(event: dg.DagsterEvent) -> str:
    """Return the words of what failed, without frames of the framework: Dagster's own log keeps those."""
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    if error is None or error.cls_name == "DagsterExecutionInterruptedError":
        return "interrupted"
    return _words(error)


def _words(error: SerializableErrorInfo) -> str:
    while error.cause and error.cls_name in FRAMEWORK_ERRORS:
        error = error.cause
    return error.message.strip().rpartition(f"{NoTurnError.__name__}: ")[-1]


class CheckWarning(NamedTuple):
    """What a check warns of."""

    check: str
    description: str | None


def warnings_of(events: Iterable[dg.DagsterEvent]) -> list[CheckWarning]:
    """Return what the checks of a run warn of."""
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return [
        CheckWarning(evaluation.check_name, evaluation.description)
        for evaluation in evaluations
        if not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.WARN
    ]
