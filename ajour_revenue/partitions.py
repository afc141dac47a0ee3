"""Which days exist, and how many of them one run may take (R3, R4, D8, D9)."""

import datetime as dt
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import dagster as dg

from ajour_revenue.settings import COPENHAGEN, MAX_DAYS, Settings

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
PARTITION_TAG = "dagster/partition"

# Dagster calls backfill policies beta, once for each asset; its release is pinned.
warnings.filterwarnings("ignore", message=".*backfill_policy", category=dg.BetaWarning)

backfill_policy = dg.BackfillPolicy.multi_run(max_partitions_per_run=MAX_DAYS)


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Every day since the activation date is a partition, up to yesterday in Denmark."""
    return dg.DailyPartitionsDefinition(start_date=settings.activation_date.isoformat(), timezone=COPENHAGEN.key)


def yesterday() -> dt.date:
    """Return the latest business date that Ajour can have closed, in Danish time."""
    return dt.datetime.now(COPENHAGEN).date() - dt.timedelta(days=1)


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

    @property
    def tags(self) -> dict[str, str]:
        """The run tags that make one run cover this window."""
        return {RANGE_START_TAG: self.first_day.isoformat(), RANGE_END_TAG: self.last_day.isoformat()}

    def split(self) -> Iterator["Window"]:
        """Cut the window into windows that one run may take (D8)."""
        days = self.days
        for start in range(0, len(days), MAX_DAYS):
            part = days[start : start + MAX_DAYS]
            yield Window(part[0], part[-1])

    def __str__(self) -> str:
        """Say it as people do: one day, or from-to."""
        return f"{self.first_day}" if self.first_day == self.last_day else f"{self.first_day} to {self.last_day}"


def latest_days(settings: Settings, last_day: dt.date) -> Window:
    """Return the 31 days up to a day, or those of them that have revenue at all (R3)."""
    first_day = last_day - dt.timedelta(days=MAX_DAYS - 1)
    return Window(min(max(first_day, settings.activation_date), last_day), last_day)


def tagged_window(tags: Mapping[str, str]) -> Window | None:
    """Return the days that a run's tags ask for; None where they name no day.

    Raises dg.Failure where they name something else than a day, or a last day before the first.
    """
    day = tags.get(PARTITION_TAG)
    first, last = tags.get(RANGE_START_TAG, day), tags.get(RANGE_END_TAG, day)
    try:
        return Window(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if first and last else None
    except ValueError as error:
        message = f"This run asks for days from {first} to {last}: {error}. Nothing was fetched."
        raise dg.Failure(message) from error


def requested_window(tags: Mapping[str, str], settings: Settings) -> Window:
    """Return the days that a run is to fetch.

    Raises dg.Failure where the run names no day, more than 31 days (D8), or days that do not exist
    (D9); the message says what to launch instead.
    """
    window = tagged_window(tags)
    if window is None:
        message = "This run names no day. Choose one or several partitions, at most 31, when you materialize."
        raise dg.Failure(message)
    if window.first_day < settings.activation_date or window.last_day > yesterday():
        message = (
            f"This run asks for {window}, but there is revenue only from the activation date "
            f"{settings.activation_date} up to yesterday, {yesterday()} (R3). Launch it for days within these."
        )
        raise dg.Failure(message)
    if len(window.days) > MAX_DAYS:
        ranges = "\n".join(f"  {part}" for part in window.split())
        message = (
            f"This run asks for {len(window.days)} days, {window}; one run takes at most {MAX_DAYS} (D8). Nothing was "
            f"fetched. Launch it as a backfill, which Dagster splits by itself, or as one run for each of:\n{ranges}"
        )
        raise dg.Failure(message)
    return window
