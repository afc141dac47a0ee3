"""Which days exist, and how many of them one run may take (R3, R4, D8, D9)."""

import datetime as dt
import warnings
from collections.abc import Mapping

import dagster as dg

from ajour_revenue.days import COPENHAGEN, MAX_DAYS, Window, yesterday
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual, lines
from ajour_revenue.text.faults import FaultError

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
PARTITION_TAG = "dagster/partition"

LAST_BEFORE_FIRST = "den sidste dag er før den første"
NO_DAY = Bilingual(
    da=f"Kørslen nævner ingen dag. Vælg en eller flere partitioner, højst {MAX_DAYS}, når du materialiserer.",
    en=f"This run names no day. Choose one or several partitions, at most {MAX_DAYS}, when you materialize.",
)


class UnusableDaysError(ActionableError):
    """A run asks for days that it cannot be for."""


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


def _in_danish(window: Window) -> str:
    first, last = window.first_day, window.last_day
    return str(first) if first == last else f"{first} til {last}"


def tagged_window(tags: Mapping[str, str]) -> Window | None:
    """Return the days that a run's tags ask for; None where they name no day.

    Raises UnusableDaysError where they name something else than a day, or a last day before the first.
    """
    day = tags.get(PARTITION_TAG)
    first, last = tags.get(RANGE_START_TAG, day), tags.get(RANGE_END_TAG, day)
    try:
        return Window(_tagged_day(first), _tagged_day(last)) if first and last else None
    except ValueError as error:
        why = error.text if isinstance(error, FaultError) else Bilingual(da=LAST_BEFORE_FIRST, en=str(error))
        raise UnusableDaysError(
            Bilingual(
                da=f"Kørslen beder om dagene fra {first} til {last}: {why.da}. Intet blev hentet.",
                en=f"This run asks for days from {first} to {last}: {why.en}. Nothing was fetched.",
            )
        ) from error


def _tagged_day(text: str) -> dt.date:
    # Python takes more for a day than Dagster's keys: 2026-W47, 20261201.
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise FaultError(Bilingual(da=f"{text!r} er ikke en dag", en=str(error))) from error
    if day.isoformat() != text:
        told = Bilingual(
            da=f"{text!r} er ikke en dag, som partitioner har den; skriv {day}",
            en=f"{text!r} is no day as partitions have it; write {day}",
        )
        raise FaultError(told)
    return day


def requested_window(tags: Mapping[str, str], settings: Settings) -> Window:
    """Return the days that a run is to fetch.

    Raises UnusableDaysError where the run names no day, more than 31 days (D8), or days that do not exist
    (D9); the text says what to launch instead.
    """
    window = tagged_window(tags)
    if window is None:
        raise UnusableDaysError(NO_DAY)
    asked = Bilingual(da=_in_danish(window), en=str(window))
    if window.first_day < settings.activation_date or window.last_day > yesterday():
        first, last = settings.activation_date, yesterday()
        raise UnusableDaysError(
            Bilingual(
                da=f"Kørslen beder om {asked.da}, men der er kun omsætning fra aktiveringsdatoen {first} til i går, "
                f"{last}. Start den for dage inden for dem.",
                en=f"This run asks for {asked.en}, but there is revenue only from the activation date {first} up to "
                f"yesterday, {last}. Launch it for days within these.",
            )
        )
    if len(window.days) > MAX_DAYS:
        number = len(window.days)
        ranges = lines(Bilingual(da=f"  {_in_danish(part)}", en=f"  {part}") for part in window.split())
        raise UnusableDaysError(
            Bilingual(
                da=f"Kørslen beder om {number} dage, {asked.da}; en kørsel tager højst {MAX_DAYS}. Intet blev hentet. "
                f"Start den som en backfill, som Dagster selv deler op, eller som en kørsel for hver af:\n{ranges.da}",
                en=f"This run asks for {number} days, {asked.en}; one run takes at most {MAX_DAYS}. Nothing was "
                "fetched. Launch it as a backfill, which Dagster splits by itself, or as one run for each of:\n"
                f"{ranges.en}",
            )
        )
    return window
