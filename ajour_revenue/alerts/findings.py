"""What the warehouse holds, after a run, that somebody should know of."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import duckdb

from ajour_revenue.ajour.checks import listed_locations, mapping_problems, never_fetched
from ajour_revenue.alerts.messages import Alert, bullets
from ajour_revenue.days import MAX_DAYS, WEEKDAYS, Window, now, yesterday
from ajour_revenue.schedules import window_to_fetch
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.run import run

Topic = Literal["never fetched", "mapping", "missing", "over target"]

HEADINGS: dict[Topic, tuple[str, str]] = {
    "never fetched": (
        "days never fetched",
        "Days since the activation date that no run has fetched. Launch a backfill for each line:",
    ),
    "mapping": (
        "locations to map",
        "The units' locations in the settings and Ajour's list of locations differ:",
    ),
    "missing": (
        "revenue missing",
        "Locations that gave no revenue. Where a place was open, ask Ajour, and fetch the days again:",
    ),
    "over target": (
        "wage percentage over target",
        "Wage percentage over its target yesterday:",
    ),
}
"""Per topic, in the order of a message: its title, and what stands over its list."""

# Where somebody has entered a figure by hand, nothing is left to do.
MISSING_LOCATIONS = """
    WITH missing AS (
        SELECT DISTINCT unit, unnest(missing_locations) AS location_id, business_date
        FROM unit_revenue
        WHERE source = 'ajour' AND business_date BETWEEN $first_day AND $last_day
    ),
    islands AS (
        SELECT
            *,
            business_date
                - row_number() OVER (PARTITION BY unit, location_id ORDER BY business_date)::INTEGER AS island
        FROM missing
    )
    -- One that Ajour does not list at all is a matter of the mapping.
    SELECT islands.unit, location_id, location_name, min(business_date) AS first_day, max(business_date)
    FROM islands JOIN ajour_locations USING (location_id)
    WHERE company_id = $company_id
    GROUP BY islands.unit, location_id, location_name, island
    ORDER BY islands.unit, location_id, first_day
"""

# The macro hides what the wage of fewer than two people would show (D5).
OVER_TARGET = """
    SELECT unit, department, wage_cost, revenue_excl_vat, wage_percentage, target, note
    FROM wage_percentage_of($day::DATE, $day::DATE, $show_single_person) AS shown
    LEFT JOIN (
        SELECT department, unit, note FROM wage_percentage WHERE business_date = $day
    ) AS notes USING (department, unit)
    WHERE unit IS NOT NULL AND shown.wage_percentage > target
    ORDER BY department, unit
"""


@dataclass(frozen=True)
class Subject:
    """What a finding is about; whoever has been told of it is not told again."""

    topic: Topic
    about: str
    days: Window | None = None

    def includes(self, other: "Subject") -> bool:
        """Whether who has been told of this one knows of the other too: the same, on no other days."""
        if (self.topic, self.about) != (other.topic, other.about):
            return False
        if self.days is None or other.days is None:
            return self.days == other.days
        return self.days.first_day <= other.days.first_day and other.days.last_day <= self.days.last_day


@dataclass(frozen=True)
class Finding:
    """One thing that needs attention."""

    subject: Subject
    text: str


def news(findings: Iterable[Finding], told: Iterable[Subject]) -> list[Finding]:
    """Return the findings that nobody has been told of: new ones, and those that have grown."""
    told = list(told)
    return [finding for finding in findings if not any(old.includes(finding.subject) for old in told)]


def alerts_of(findings: Iterable[Finding]) -> list[Alert]:
    """Return one alert for each topic of the findings."""
    by_topic: dict[Topic, list[str]] = {topic: [] for topic in HEADINGS}
    for finding in findings:
        by_topic[finding.subject.topic].append(finding.text)
    return [
        Alert(title, f"{heading}\n{bullets(by_topic[topic])}")
        for topic, (title, heading) in HEADINGS.items()
        if by_topic[topic]
    ]


def find(settings: Settings, *, company_id: str) -> list[Finding]:
    """Return everything in the warehouse that needs attention now. Raises WarehouseError."""
    # A sensor must not wait, and is back soon.
    with reading(settings.warehouse, patience_seconds=0) as connection:
        return [
            *_never_fetched(connection, settings, company_id),
            *_mapping(connection, settings, company_id),
            *_missing(connection, company_id),
            *_over_target(connection, settings),
        ]


def _never_fetched(connection: duckdb.DuckDBPyConnection, settings: Settings, company_id: str) -> list[Finding]:
    upcoming = upcoming_fetch(settings, now())
    # What the next fetch brings by itself is no gap.
    last_day = upcoming.first_day - dt.timedelta(days=1) if upcoming else yesterday()
    if last_day < settings.activation_date:
        return []
    since = Window(settings.activation_date, last_day)
    return [
        Finding(Subject("never fetched", "", gap), str(gap))
        for gap in never_fetched(connection, since, company_id=company_id)
    ]


def upcoming_fetch(settings: Settings, now: dt.datetime) -> Window | None:
    """Return the days that the next scheduled fetch covers; None where none is to come. `now` is Danish time."""
    for days in range(len(WEEKDAYS) + 1):
        day = now.date() + dt.timedelta(days=days)
        is_over = days == 0 and now.time() >= settings.task.time
        if WEEKDAYS[day.weekday()] in settings.task.weekdays and not is_over:
            window = window_to_fetch(settings, day)
            return window if isinstance(window, Window) else None
    return None


def _mapping(connection: duckdb.DuckDBPyConnection, settings: Settings, company_id: str) -> list[Finding]:
    listed = listed_locations(connection, company_id=company_id)
    # A run of a check alone, the first of all, has listed none.
    problems = mapping_problems(settings, listed) if listed else []
    return [Finding(Subject("mapping", problem), problem) for problem in problems]


def _missing(connection: duckdb.DuckDBPyConnection, company_id: str) -> list[Finding]:
    """Look at as many days as a fetch can bring; what is older is history, which the report tells."""
    recent = Window.back_from(yesterday() + dt.timedelta(days=1), days=MAX_DAYS)
    missing = run(
        connection,
        MISSING_LOCATIONS,
        first_day=recent.first_day,
        last_day=recent.last_day,
        company_id=company_id,
    ).fetchall()
    return [
        Finding(
            Subject("missing", f"{location} of {unit}", window := Window(first_day, last_day)),
            f"{unit}: location {location!r} ({name}), {window}",
        )
        for unit, location, name, first_day, last_day in missing
    ]


def _over_target(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Finding]:
    day = yesterday()
    over_target = run(
        connection,
        OVER_TARGET,
        day=day,
        show_single_person=settings.wages.show_single_person,
    ).fetchall()
    return [
        Finding(
            # Told again where a correction has changed it.
            Subject("over target", f"{unit}: {percentage}", Window(day, day)),
            f"{unit} ({department}), {day}: {DANISH.percent(percentage)}, target {DANISH.percent(target)}. "
            f"Wage cost {DANISH.kroner(wage_cost)}, revenue {DANISH.kroner(revenue)} excl. VAT"
            + (f" ({note})." if note else "."),
        )
        for unit, department, wage_cost, revenue, percentage, target, note in over_target
    ]
