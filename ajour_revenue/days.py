"""Business dates, in Danish time: the windows that are fetched and reported, and which day was yesterday."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MAX_DAYS = 31
"""No fetch ever covers more days than this (R4, D8)."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def now() -> dt.datetime:
    """Return the present moment, in Danish time."""
    return dt.datetime.now(COPENHAGEN)


def yesterday() -> dt.date:
    """Return the latest business date that Ajour can have closed."""
    return today() - dt.timedelta(days=1)


def today() -> dt.date:
    """Return the day that it is in Denmark: the first that is no fact yet."""
    return now().date()


@dataclass(frozen=True, order=True)
class Window:
    """A run of business dates, both ends included."""

    first_day: dt.date
    last_day: dt.date

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.last_day < self.first_day:
            msg = f"a window cannot end ({self.last_day}) before it begins ({self.first_day})"
            raise ValueError(msg)

    @classmethod
    def back_from(cls, day: dt.date, *, days: int) -> Self:
        """Return the `days` days before `day`: what a fetch on `day` covers (R4, R5)."""
        return cls(day - dt.timedelta(days=days), day - dt.timedelta(days=1))

    @property
    def days(self) -> list[dt.date]:
        """Every day of the window, in order."""
        return [self.first_day + dt.timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    def split(self) -> Iterator["Window"]:
        """Cut the window into windows that one run may take (D8)."""
        days = self.days
        for start in range(0, len(days), MAX_DAYS):
            part = days[start : start + MAX_DAYS]
            yield Window(part[0], part[-1])

    def __str__(self) -> str:
        """Say it as people do: one day, or from-to."""
        return f"{self.first_day}" if self.first_day == self.last_day else f"{self.first_day} to {self.last_day}"


def month_of(day: dt.date) -> Window:
    """Return the whole month that a day is in."""
    return Window(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def latest_days(last_day: dt.date, *, since: dt.date) -> Window:
    """Return the 31 days up to a day, or those of them that are not before `since`, the activation date (R3)."""
    first_day = last_day - dt.timedelta(days=MAX_DAYS - 1)
    return Window(min(max(first_day, since), last_day), last_day)


def week_of(day: dt.date) -> Window:
    """Return the ISO week of a day, from Monday to Sunday."""
    monday = day - dt.timedelta(days=day.weekday())
    return Window(monday, monday + dt.timedelta(days=6))
