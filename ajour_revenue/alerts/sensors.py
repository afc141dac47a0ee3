"""When alerts are sent: one sensor for each channel, which remembers in its cursor what it has sent.

Not Dagster's own run status sensors: these go on to the next run even where sending an alert of one has failed, and are
not called again before another run ends. Here what could not be sent is still due.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from ajour_revenue import days
from ajour_revenue.alerts.channels import MailServer, NotSentError, Webhook
from ajour_revenue.alerts.failures import begin_at, ended_since, failure_alert, failures_by_event
from ajour_revenue.alerts.messages import Alert, subject_of, text_of
from ajour_revenue.alerts.news import Subject, alerts_of, news
from ajour_revenue.alerts.texts import ALERT_TEXTS
from ajour_revenue.attention.finding import URGENT, Finding
from ajour_revenue.attention.findings import findings
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import upcoming_fetch
from ajour_revenue.warehouse.errors import WarehouseError

MOST_TRIES = 12
LONGEST_PAUSE = dt.timedelta(hours=1)
"""A message is tried after 1, 2, 4 ... minutes again, then every hour: over about six hours."""

EVENTS_REMEMBERED = 50


class Channel(Protocol):
    """What sends alerts."""

    def send(self, subject: str, text: str) -> str:
        """Send one message, and return what to say of it. Raises NotSentError where that failed."""


class Memory(BaseModel):
    """What a sensor knows from one evaluation to the next."""

    model_config = ConfigDict(frozen=True)

    failures: str
    """Dagster's cursor in the failed runs."""
    successes: str
    """Dagster's cursor in the successful runs."""
    sent: tuple[Subject, ...] = ()
    """The findings that were sent and are still so."""
    failed: tuple[str, ...] = ()
    """The last failed runs and backfills that an alert was sent of."""
    tries: int = 0
    """How often the message that is due now could not be sent."""
    not_before: dt.datetime | None = None
    """When it is tried again."""


@dataclass(frozen=True)
class Due:
    """What there is to send, and what to remember once it has been sent."""

    subject: str
    alerts: list[Alert]
    memory: Memory
    note: str = ""


def alert_channels(settings: Settings) -> dict[str, MailServer | Webhook]:
    """Return the resources that the settings switch on, by name; none by default."""
    channels: dict[str, MailServer | Webhook] = {}
    if settings.alerts.mail:
        channels["mail"] = MailServer.from_settings(settings.alerts.mail)
    if settings.alerts.webhook:
        channels["webhook"] = Webhook.from_settings(settings)
    return channels


def alert_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Define a sensor for each channel that the settings switch on; none by default."""
    return [_alert_sensor(settings, channel) for channel in alert_channels(settings)]


def _alert_sensor(settings: Settings, channel: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{settings.name}_alerts_by_{channel}",
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={channel, "ajour"},
        description="Sends alerts of failed runs, and after each successful one of days never fetched, locations to "
        "map, missing revenue and wage percentages over target: each once, and again only when it grows.",
    )
    def alert_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        memory = recall(context.cursor)
        if memory is None:
            memory = Memory(
                failures=begin_at(context, dg.DagsterEventType.RUN_FAILURE),
                successes=begin_at(context, dg.DagsterEventType.RUN_SUCCESS),
            )
            context.update_cursor(memory.model_dump_json())
            return dg.SkipReason("Sends alerts of the runs that end from now on.")
        now = days.now()
        if memory.not_before and now < memory.not_before:
            return dg.SkipReason(
                f"Could not be sent {memory.tries} time(s); tries again at {memory.not_before:%H:%M} UTC."
            )
        due = what_is_due(context, settings, memory, company_id=context.resources.ajour.company_id)
        said, memory = send(context, due, memory, getattr(context.resources, channel), now)
        context.update_cursor(memory.model_dump_json())
        return dg.SkipReason(said)

    return alert_sensor


def recall(cursor: str | None) -> Memory | None:
    """Return what the cursor holds; None where it holds nothing, or was changed by hand into something else."""
    try:
        return Memory.model_validate_json(cursor or "")
    except ValidationError:
        return None


def what_is_due(context: dg.SensorEvaluationContext, settings: Settings, memory: Memory, *, company_id: str) -> Due:
    """Look for what has happened since the last evaluation that people do not know of yet."""
    failed = ended_since(context, dg.DagsterEventType.RUN_FAILURE, memory.failures)
    events = {event: runs for event, runs in failures_by_event(failed.runs).items() if event not in memory.failed}
    texts = ALERT_TEXTS[settings.report.language]
    alerts = [failure_alert(context.instance, runs, texts) for runs in events.values()]
    known: dict[str, object] = {
        "failures": failed.cursor,
        "failed": (*memory.failed, *events)[-EVENTS_REMEMBERED:],
    }
    note = ""
    succeeded = ended_since(context, dg.DagsterEventType.RUN_SUCCESS, memory.successes)
    try:
        if succeeded.runs:
            found = _urgent_findings(context, settings, company_id)
            alerts += alerts_of(news(found, memory.sent), texts)
            # What is no longer so is forgotten, and sent when it comes back.
            known["sent"] = tuple(map(Subject.of, found))
        known["successes"] = succeeded.cursor
    except WarehouseError as error:
        note = str(error)
    subject = subject_of(alerts, texts, name=settings.display_name)
    return Due(subject=subject, alerts=alerts, memory=memory.model_copy(update=known), note=note)


def _urgent_findings(context: dg.SensorEvaluationContext, settings: Settings, company_id: str) -> list[Finding]:
    # A sensor must not wait, and is back soon.
    with reading_copy(settings, patience_seconds=0) as connection:
        return findings(
            connection,
            settings,
            upcoming=lambda: upcoming_fetch(context.instance, settings),
            company_id=company_id,
            kinds=URGENT,
        )


def send(
    context: dg.SensorEvaluationContext,
    due: Due,
    memory: Memory,
    channel: Channel,
    now: dt.datetime,
) -> tuple[str, Memory]:
    """Send what is due as one message; return what to say of it in the tick, and what to remember."""
    done = due.memory.model_copy(update={"tries": 0, "not_before": None})
    if not due.alerts:
        return due.note or "Nothing new.", done
    try:
        sent = channel.send(due.subject, text_of(due.alerts))
    except NotSentError as error:
        tries = memory.tries + 1
        if tries < MOST_TRIES:
            pause = min(dt.timedelta(minutes=2 ** (tries - 1)), LONGEST_PAUSE)
            said = f"Try {tries} of {MOST_TRIES} failed. {error} Not sent yet: {due.subject}."
            memory = memory.model_copy(update={"tries": tries, "not_before": now + pause})
        else:
            said = f"Given up after {tries} tries. {error} Not sent: {due.subject}."
            # The runs are passed over; what is in the warehouse is due again after the next run.
            memory = done.model_copy(update={"sent": memory.sent})
        context.log.error(said)  # noqa: TRY400 (it says all; a stack trace says nothing more)
        return said, memory
    return f"Alert {sent}: {due.subject}. {due.note}".rstrip(), done
