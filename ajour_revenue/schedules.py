"""One schedule per weekday of the fetch (R4-R9), and one for the plan of the coming days."""

import datetime as dt

import dagster as dg

from ajour_revenue.days import COPENHAGEN, WEEKDAYS
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NoFetch, window_to_fetch

TIME_TO_RUN = dt.timedelta(hours=1)


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
        if isinstance(window, NoFetch):
            return dg.SkipReason(str(window))
        return dg.RunRequest(run_key=f"{settings.name} {day}", tags=window_tags(window))

    return weekday_schedule


def plan_schedule(settings: Settings, *, job_name: str) -> dg.ScheduleDefinition:
    """Define the schedule that makes the plan anew through the day; off, until somebody switches it on in the UI."""
    return dg.ScheduleDefinition(
        name=f"{settings.name}_plan",
        job_name=job_name,
        cron_schedule="0 */2 * * *",
        execution_timezone=COPENHAGEN.key,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Makes the plan of the coming days anew every two hours: shifts change, and new figures come.",
    )


def _cron_weekday(number: int) -> int:
    """Cron counts the weekdays from Sunday, we from Monday."""
    return (number + 1) % 7
