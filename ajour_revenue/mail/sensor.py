"""When the report is mailed: one sensor, which remembers in its cursor who has got what.

After a scheduled run over yesterday has succeeded, and later that day after another one where yesterday's figures are
others by then. Whoever launches runs by hand, or a backfill, sends nothing.

There is one mail in each evaluation, so that each is remembered before the next is sent. Where the daemon dies between
sending a mail and remembering it, that one is sent twice; none is ever left out.
"""

import dagster as dg

from ajour_revenue import days
from ajour_revenue.alerts.channels import MailServer, NotSentError
from ajour_revenue.alerts.failures import begin_at, ended_since, window_of
from ajour_revenue.days import WEEKDAYS, yesterday
from ajour_revenue.mail.daily import daily_report, fingerprint, seen_by
from ajour_revenue.mail.memory import Mailed, Memory, Readers, Waiting, recall, sensor_name
from ajour_revenue.planday.sensors import AGAIN_TAG
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.reports.report import Report
from ajour_revenue.settings.model import ReportMail, Settings
from ajour_revenue.upcoming import upcoming_fetch
from ajour_revenue.warehouse.errors import WarehouseError

SCHEDULE_TAG = "dagster/schedule_name"


def mail_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Define the sensor that mails the report, where the settings name somebody to mail it to."""
    return [_mail_sensor(settings)] if settings.report.mail else []


def _mail_sensor(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name=sensor_name(settings.name),
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"mail"},
        description="Mails the report to each of its readers, after the scheduled run of the day has succeeded, and "
        "again where yesterday's figures have changed by another one.",
    )
    def report_by_mail(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        memory = recall(context.cursor)
        if memory is None:
            said = "Mails the report after the scheduled runs that succeed from now on."
            memory = Memory(successes=begin_at(context, dg.DagsterEventType.RUN_SUCCESS))
        else:
            said, memory = _look(context, settings, memory, context.resources.mail)
        context.update_cursor(memory.model_dump_json())
        return dg.SkipReason(said)

    return report_by_mail


def _look(
    context: dg.SensorEvaluationContext, settings: Settings, memory: Memory, server: MailServer
) -> tuple[str, Memory]:
    """Send the first mail that is due; return what to say of it in the tick, and what to remember."""
    memory = _given_up(context, _after_runs(context, settings, memory))
    now = days.now()
    due = [each for each in memory.waiting if not each.not_before or each.not_before <= now]
    if memory.day is None or not due:
        return _waits(memory), memory
    try:
        # A sensor must not wait, and is back soon.
        with reading_copy(settings, patience_seconds=0) as connection:
            report = daily_report(connection, settings, memory.day, lambda: upcoming_fetch(context.instance, settings))
    except WarehouseError as error:
        return str(error), memory
    entries = {Readers.of(entry): entry for entry in settings.report.mail}
    for waiting in due:
        entry, last = entries.get(waiting.readers), memory.last_mail(waiting.readers)
        reports = seen_by(report, waiting.readers.departments)
        mailed = Mailed(readers=waiting.readers, day=memory.day, figures=fingerprint(reports), at=now)
        if entry is None or (last and (last.day, last.figures) == (mailed.day, mailed.figures)):
            # The settings no longer name them, or they know all of it.
            memory = memory.without(waiting.readers)
            continue
        try:
            return _sent(context, settings, entry, reports, server), memory.with_mailed(mailed)
        except NotSentError as error:
            memory = memory.with_waiting(waiting.after_failure(now))
            said = f"The report could not be mailed to {', '.join(entry.to)}. {error} {_waits(memory)}"
            context.log.error(said)  # noqa: TRY400 (it says all; a stack trace says nothing more)
            return said, memory
    return _waits(memory), memory


def _sent(
    context: dg.SensorEvaluationContext,
    settings: Settings,
    entry: ReportMail,
    reports: list[Report],
    server: MailServer,
) -> str:
    # Who mails nothing does not wait for what writes pages.
    from ajour_revenue.mail.letter import letter  # noqa: PLC0415
    from ajour_revenue.mail.texts import MAIL_TEXTS  # noqa: PLC0415

    mail = letter(reports, MAIL_TEXTS[settings.report.language], xlsx=entry.xlsx)
    delivery = server.send_to(entry.to, mail, named_in="report.mail")
    said = f"Report {delivery}."
    if delivery.refused:
        said += " Check the addresses that were refused in report.mail; they are not tried again today."
        context.log.error(said)
    return said


def _after_runs(context: dg.SensorEvaluationContext, settings: Settings, memory: Memory) -> Memory:
    """Return the memory where everybody waits, if a scheduled run over yesterday has succeeded since the last look."""
    succeeded = ended_since(context, dg.DagsterEventType.RUN_SUCCESS, memory.successes)
    memory = memory.model_copy(update={"successes": succeeded.cursor})
    if not any(_brings_yesterday(run) and _is_scheduled(run, context, settings) for run in succeeded.runs):
        return memory
    known = {each.readers: each for each in memory.waiting if memory.day == yesterday()}
    everybody = dict.fromkeys(Readers.of(entry) for entry in settings.report.mail)
    waiting = tuple(known.get(readers, Waiting(readers=readers)) for readers in everybody)
    return memory.model_copy(update={"day": yesterday(), "waiting": waiting})


def _brings_yesterday(run: dg.DagsterRun) -> bool:
    window = window_of(run)
    return window is not None and yesterday() in window.days


def _is_scheduled(run: dg.DagsterRun, context: dg.SensorEvaluationContext, settings: Settings) -> bool:
    """Whether a schedule launched it, or the one that it executes or tries again: Dagster keeps the tag on the former.

    The plan's own schedule brings no figures.
    """
    tried: dg.DagsterRun | None = run
    while tried and (before := tried.tags.get(AGAIN_TAG)):
        tried = context.instance.get_run_by_id(before)
    schedules = {f"{settings.name}_{weekday}" for weekday in WEEKDAYS}
    return tried is not None and tried.tags.get(SCHEDULE_TAG) in schedules


def _given_up(context: dg.SensorEvaluationContext, memory: Memory) -> Memory:
    """Return the memory where nobody waits any longer for the mail of a day that yesterday is not any more."""
    if memory.day is None or memory.day == yesterday():
        return memory
    for waiting in memory.waiting:
        said = (
            f"The report of {memory.day} was not mailed to {', '.join(waiting.readers.to)}: it could not be sent while "
            "that day was yesterday. The next one goes out after the next scheduled run."
        )
        context.log.error(said)
    return memory.model_copy(update={"day": None, "waiting": ()})


def _waits(memory: Memory) -> str:
    """Say what the sensor waits for."""
    later = [waiting.not_before for waiting in memory.waiting if waiting.not_before]
    if not later:
        return "Nothing to mail before the next scheduled run."
    at = min(later).astimezone(days.COPENHAGEN)
    return f"{len(later)} mail(s) could not be sent; tried again from {at:%H:%M} on, until the day is over."
