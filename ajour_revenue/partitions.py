"""Which days exist, and how many of them one run may take (R3, R4, D8, D9)."""

import datetime as dt
import warnings
from collections.abc import Mapping

import dagster as dg

from ajour_revenue.days import COPENHAGEN, MAX_DAYS, Window, yesterday
from ajour_revenue.settings.model import Settings

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
PARTITION_TAG = "dagster/partition"

# Dagster calls backfill policies beta, once for each asset; its release is pinned.
warnings.filterwarnings("ignore", message=".*backfill_policy", category=dg.BetaWarning)

backfill_policy = dg.BackfillPolicy.multi_run(max_partitions_per_run=MAX_DAYS)


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Every day since the activation date is a partition, up to yesterday in Denmark."""
    return dg.DailyPartitionsDefinition(start_date=settings.activation_date.isoformat(), timezone=COPENHAGEN.key)


def window_tags(window: Window) -> dict[str, str]:
    """Return the tags that make one run cover a window, and tell people which days it is for."""
    return {
        RANGE_START_TAG: window.first_day.isoformat(),
        RANGE_END_TAG: window.last_day.isoformat(),
        "days": _short(window),
    }


def _short(window: Window) -> str:
    """Write days as ISO 8601 shortens them, 2026-11-27/29: the list of runs cuts longer tags."""
    first, last = window.first_day, window.last_day
    if first == last:
        return str(first)
    if first.year != last.year:
        return f"{first}/{last}"
    return f"{first}/{last:%m-%d}" if first.month != last.month else f"{first}/{last:%d}"


def tagged_window(tags: Mapping[str, str]) -> Window | None:
    """Return the days that a run's tags ask for; None where they name no day.

    Raises dg.Failure where they name something else than a day, or a last day before the first.
    """
    day = tags.get(PARTITION_TAG)
    first, last = tags.get(RANGE_START_TAG, day), tags.get(RANGE_END_TAG, day)
    try:
        return Window(_tagged_day(first), _tagged_day(last)) if first and last else None
    except ValueError as error:
        message = f"This run asks for days from {first} to {last}: {error}. Nothing was fetched."
        raise dg.Failure(message) from error


def _tagged_day(text: str) -> dt.date:
    # Python takes more for a day than Dagster's keys: 2026-W47, 20261201.
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        msg = f"{text!r} is no day as partitions have it; write {day}"
        raise ValueError(msg)
    return day


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
            f"{settings.activation_date} up to yesterday, {yesterday()}. Launch it for days within these."
        )
        raise dg.Failure(message)
    if len(window.days) > MAX_DAYS:
        ranges = "\n".join(f"  {part}" for part in window.split())
        message = (
            f"This run asks for {len(window.days)} days, {window}; one run takes at most {MAX_DAYS}. Nothing was "
            f"fetched. Launch it as a backfill, which Dagster splits by itself, or as one run for each of:\n{ranges}"
        )
        raise dg.Failure(message)
    return window
