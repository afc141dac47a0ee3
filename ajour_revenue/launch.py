"""Running a window of days from this process: the real job, on the user's Dagster instance."""

import uuid
from collections.abc import Callable

import dagster as dg

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.errors import ActionableError
from ajour_revenue.partitions import window_tags
from ajour_revenue.processes import RunProcess
from ajour_revenue.runs import failure_reasons, job_name
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual

INTERRUPTED = Bilingual(da="Kørslen blev afbrudt.", en="The run was interrupted.")

Listener = Callable[[dg.DagsterEvent], object]


class RunFailedError(ActionableError):
    """A run failed; the message says which steps or checks, and why."""


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
        reasons = "\n".join(failure_reasons(result.all_events, settings.report.language))
        raise RunFailedError(Bilingual(da=reasons, en=reasons) if reasons else INTERRUPTED)
    return result
