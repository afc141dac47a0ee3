"""When the next fetch comes, and which days a fetch covers (R4-R9)."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ajour_revenue import days as clock
from ajour_revenue.days import COPENHAGEN, WEEKDAYS, Window
from ajour_revenue.settings.model import Settings

if TYPE_CHECKING:
    import dagster as dg

FIRST_WEEK = dt.timedelta(days=7)

WhyNone = Literal["switched off", "not begun", "over", "before activation", "off in Dagster"]

PLAIN_WHY_NONE: dict[WhyNone, str] = {
    "switched off": "The task is switched off: task.active is false in the settings.",
    "not begun": "The task starts on {}.",
    "over": "The task does not repeat: its only week began on {}.",
    "before activation": "There is no revenue before the activation date {}.",
    "off in Dagster": "Every schedule is switched off in Dagster.",
}


@dataclass(frozen=True)
class NoFetch:
    """Why nothing is fetched, and the day that this is about."""

    why: WhyNone
    day: dt.date | None = None

    def __str__(self) -> str:
        """Say it as Dagster shows it."""
        return PLAIN_WHY_NONE[self.why].format(self.day)


def never() -> NoFetch:
    """Tell that nothing is coming, to whoever looks at something else."""
    return NoFetch("switched off")


def window_to_fetch(settings: Settings, day: dt.date) -> Window | NoFetch:
    """Return the sales dates that the scheduled task fetches on a Danish calendar day, or why it fetches none.

    R4 and R5: `days_back` days up to the day before. Cut at the activation date (D9).
    """
    task = settings.task
    if not task.active:
        return NoFetch("switched off")
    if day < task.start_date:
        return NoFetch("not begun", task.start_date)
    if not task.repeat_weekly and day >= task.start_date + FIRST_WEEK:
        return NoFetch("over", task.start_date)
    window = Window.back_from(day, days=task.days_back)
    if window.last_day < settings.activation_date:
        return NoFetch("before activation", settings.activation_date)
    return Window(max(window.first_day, settings.activation_date), window.last_day)


@dataclass(frozen=True)
class NextFetch:
    """When revenue is fetched next, and the sales dates that it covers."""

    at: dt.datetime
    window: Window


Upcoming = Callable[[], NextFetch | NoFetch]
"""Tells the next scheduled fetch, or why there is none, to whoever needs to know: that may have to ask Dagster."""


def next_fetch(settings: Settings, moment: dt.datetime, switched: Mapping[str, bool]) -> NextFetch | NoFetch:
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
    return reason if isinstance(reason, NoFetch) else NoFetch("off in Dagster")


def upcoming_fetch(instance: "dg.DagsterInstance", settings: Settings) -> NextFetch | NoFetch:
    """Return the next scheduled fetch from now on, or why there is none, as `next_fetch` does."""
    return next_fetch(settings, clock.now(), switched_weekdays(instance, settings))


def switched_weekdays(instance: "dg.DagsterInstance", settings: Settings) -> dict[str, bool]:
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
