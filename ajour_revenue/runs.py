"""What Dagster's events of an integration's runs say."""

from collections.abc import Iterable
from typing import NamedTuple

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual, Language

FRAMEWORK_ERRORS = ("DagsterExecutionStepExecutionError", "DagsterResourceFunctionError", "RetryRequestedFromPolicy")
"""Errors that only wrap the one that happened in a step or a resource."""

EXPLAINED = f"{dg.Failure.__module__}.{dg.Failure.__qualname__}: "
"""What Dagster puts before the message of a dg.Failure."""


def job_name(settings: Settings) -> str:
    """Return the name of the job that fetches an integration's days, scheduled or not."""
    return f"{settings.name}_daily_revenue"


INTERRUPTED = Bilingual(da="afbrudt", en="interrupted")


def failure_reasons(events: Iterable[dg.DagsterEvent], language: Language) -> list[str]:
    """Return why a run failed: the failed checks that stopped it, else the failed steps, else what kept all of them.

    In the language of its company, in which its errors were told; of other errors, there are their own words alone.
    """
    checks, steps, others = [], [], []
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR:
                checks.append(f"{evaluation.check_name}: {evaluation.description}")
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            steps.append(f"{event.step_key}: {_reason(event, language)}")
        elif event.event_type is dg.DagsterEventType.RUN_FAILURE:
            error = event.event_specific_data and event.job_failure_data.error
            others.append(_words(error) if error else str(event.message))
    return checks or steps or others


def _reason(event: dg.DagsterEvent, language: Language) -> str:
    """Return the words of what failed, without frames of the framework: Dagster's own log keeps those."""
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    if error is None or error.cls_name == "DagsterExecutionInterruptedError":
        return INTERRUPTED.in_language(language)
    return _words(error)


def _words(error: SerializableErrorInfo) -> str:
    while error.cause and error.cls_name in FRAMEWORK_ERRORS:
        error = error.cause
    return explained_in(error) or error.message.strip()


def explained_in(error: SerializableErrorInfo) -> str | None:
    """Return what an error says that was written for people; None where it is another one."""
    message = error.message.strip()
    return message.removeprefix(EXPLAINED) if message.startswith(EXPLAINED) else None


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
