"""One schedule per weekday of the fetch (R4-R9), and when the next fetch comes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from ajour_revenue.days import COPENHAGEN, WEEKDAYS, Window, now
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.model import Settings

FIRST_WEEK = dt.timedelta(days=7)
TIME_TO_RUN = dt.timedelta(hours=1)


def window_to_fetch(settings: Settings, day: dt.date) -> Window | str:
    """Return the sales dates that the scheduled task fetches on a Danish calendar day, or why it fetches none.

    R4 and R5: `days_back` days up to the day before. Cut at the activation date (D9).
    """
    task = settings.task
    if not task.active:
        return "The task is switched off: task.active is false in the settings."
    if day < task.start_date:
        return f"The task starts on {task.start_date}."
    if not task.repeat_weekly and day >= task.start_date + FIRST_WEEK:
        return f"The task does not repeat: its only week began on {task.start_date}."
    window = Window.back_from(day, days=task.days_back)
    if window.last_day < settings.activation_date:
        return f"There is no revenue before the activation date {settings.activation_date}."
    return Window(max(window.first_day, settings.activation_date), window.last_day)


@dataclass(frozen=True)
class NextFetch:
    """When revenue is fetched next, and the sales dates that it covers."""

    at: dt.datetime
    window: Window


def next_fetch(settings: Settings, moment: dt.datetime, switched: Mapping[str, bool]) -> NextFetch | str:
    """Return the next scheduled fetch after a `moment`, Danish time, or why there is none.

    `switched` holds the weekdays whose schedule somebody has switched in Dagster, on or off.
    """
    task = settings.task
    first_day = max(moment.date(), task.start_date, settings.activation_date + dt.timedelta(days=1))
    reason = window_to_fetch(settings, first_day)
    for days in range(len(WEEKDAYS) + 1):
        day = first_day + dt.timedelta(days=days)
        at = dt.datetime.combine(day, task.time, COPENHAGEN)
        weekday = WEEKDAYS[day.weekday()]
        if at <= moment or not switched.get(weekday, weekday in task.weekdays):
            continue
        window = window_to_fetch(settings, day)
        if isinstance(window, Window):
            return NextFetch(at, window)
        reason = window
    return reason if isinstance(reason, str) else "Every schedule is switched off in Dagster."


def upcoming_fetch(instance: dg.DagsterInstance, settings: Settings) -> NextFetch | str:
    """Return the next scheduled fetch from now on, or why there is none, as `next_fetch` does."""
    return next_fetch(settings, now(), switched_weekdays(instance, settings))


def switched_weekdays(instance: dg.DagsterInstance, settings: Settings) -> dict[str, bool]:
    """Return the weekdays whose schedule somebody has switched in Dagster, on (True) or off."""
    # An instance that forgets everything keeps nothing about schedules.
    if instance.schedule_storage is None:
        return {}
    schedules = {f"{settings.name}_{weekday}": weekday for weekday in WEEKDAYS}
    return {
        schedules[state.instigator_name]: state.status.value == "RUNNING"
        for state in instance.all_instigator_state()
        # Else it is as the settings declare it.
        if state.instigator_name in schedules and state.status.value in {"RUNNING", "STOPPED"}
    }


def freshness_policy(settings: Settings) -> dg.FreshnessPolicy:
    """Expect the daily assets within an hour of each ticked weekday's fetch.

    It says whether the pipeline ran; whether each day's revenue is there, the check `days_covered` says.
    """
    task = settings.task
    deadline = dt.datetime.combine(dt.date.min, task.time) + TIME_TO_RUN
    days_later = (deadline.date() - dt.date.min).days
    weekdays = sorted(_cron_weekday(WEEKDAYS.index(weekday) + days_later) for weekday in task.weekdays)
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"{deadline.minute} {deadline.hour} * * {','.join(map(str, weekdays))}",
        lower_bound_delta=TIME_TO_RUN,
        timezone=COPENHAGEN.key,
    )


def weekday_schedules(settings: Settings, *, job_name: str) -> list[dg.ScheduleDefinition]:
    """Define seven schedules; those of the ticked weekdays run by default, and all can be switched in the UI."""
    return [_weekday_schedule(settings, number, job_name=job_name) for number in range(len(WEEKDAYS))]


def _weekday_schedule(settings: Settings, number: int, *, job_name: str) -> dg.ScheduleDefinition:
    task, weekday = settings.task, WEEKDAYS[number]
    running = task.active and weekday in task.weekdays

    @dg.schedule(
        name=f"{settings.name}_{weekday}",
        job_name=job_name,
        cron_schedule=f"{task.time.minute} {task.time.hour} * * {_cron_weekday(number)}",
        execution_timezone=COPENHAGEN.key,
        default_status=dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED,
        description=f"Fetches on {weekday.capitalize()} at {task.time:%H:%M}, Danish time, the revenue of the "
        f"{task.days_back} day(s) before.",
    )
    def weekday_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        # The time of the tick and not of now: a tick made up for after downtime still fetches its own days.
        day = context.scheduled_execution_time.astimezone(COPENHAGEN).date()
        window = window_to_fetch(settings, day)
        if isinstance(window, str):
            return dg.SkipReason(window)
        return dg.RunRequest(run_key=f"{settings.name} {day}", tags=window_tags(window))

    return weekday_schedule


def _cron_weekday(number: int) -> int:
    """Cron counts the weekdays from Sunday, we from Monday."""
    return (number + 1) % 7
