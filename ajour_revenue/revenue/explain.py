"""The whole story of one figure: what Ajour said, what people entered, what was made of it, what Planday was given."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import duckdb

from ajour_revenue.mapping import register_units
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.revenue.change import Change, Source
from ajour_revenue.settings.model import Settings, Vat
from ajour_revenue.warehouse.run import rows, values

LOCATIONS = """
    SELECT
        mapping.location_id,
        any_value(location_name) AS location_name,
        -- Without dates a location is mapped for ever.
        nullif(any_value(first_day), '0001-01-01'::DATE) AS mapped_from,
        nullif(any_value(last_day), '9999-12-31'::DATE) AS mapped_to
    FROM mapping LEFT JOIN ajour_locations USING (location_id)
    WHERE mapping.unit = $unit AND $day BETWEEN first_day AND last_day
    GROUP BY mapping.location_id
    ORDER BY mapping.location_id
"""

# A location that a revision names has been in the figure, wherever it is mapped now.
ANSWERS = """
    SELECT
        location_id,
        asked_at,
        revenue_incl_vat_before,
        revenue_incl_vat_after,
        revenue_excl_vat_before,
        revenue_excl_vat_after,
        run_id
    FROM raw_revenue_history
    WHERE business_date = $day
        AND (
            location_id IN (SELECT location_id FROM mapping WHERE unit = $unit)
            OR location_id IN (SELECT unnest(locations) FROM unit_revenue WHERE business_date = $day AND unit = $unit)
        )
    ORDER BY asked_at, location_id
"""

FETCHES = """
    SELECT asked_at, overwrite, run_id FROM fetches WHERE business_date = $day ORDER BY asked_at
"""

ENTRIES = """
    SELECT location_id, revenue_incl_vat, revenue_excl_vat, reason, entered_at, entered_by
    FROM manual_revenue
    WHERE business_date = $day
        AND unit = $unit
    ORDER BY entered_at
"""

FIGURE = """
    SELECT
        department,
        revenue,
        vat,
        revenue_incl_vat,
        revenue_excl_vat,
        source,
        locations,
        missing_locations,
        updated_at
    FROM unit_revenue
    WHERE business_date = $day AND unit = $unit
"""

REVISIONS = """
    SELECT
        change,
        revenue_before,
        revenue_after,
        vat_before,
        vat_after,
        source_before,
        source_after,
        reason,
        changed_at,
        run_id
    FROM unit_revenue_revisions
    WHERE business_date = $day AND unit = $unit
    ORDER BY changed_at
"""

PUBLICATIONS = """
    SELECT planday_unit_id, turnover, outcome, published_at
    FROM planday_revenue
    WHERE business_date = $day AND unit = $unit
"""

# An id in Planday stays where the unit is renamed.
IN_PLANDAY = """
    SELECT planday_unit_id, turnover, sending, sent_at
    FROM planday_ours
    WHERE business_date = $day
        AND (
            unit = $unit
            OR planday_unit_id IN (
                SELECT planday_unit_id FROM planday_revenue WHERE business_date = $day AND unit = $unit
            )
        )
    ORDER BY planday_unit_id
"""

UNITS_WITH_REVISIONS = "SELECT DISTINCT unit FROM unit_revenue_revisions"


@dataclass(frozen=True)
class MappedLocation:
    """A location that feeds the unit on the day; None where the mapping has no beginning or end."""

    location_id: str
    location_name: str | None
    """None where Ajour does not list it."""
    mapped_from: dt.date | None
    mapped_to: dt.date | None


@dataclass(frozen=True)
class Fetch:
    """One fetch of the day."""

    asked_at: dt.datetime
    overwrite: bool
    run_id: str


@dataclass(frozen=True)
class Answer:
    """What one fetch changed of a location's raw revenue, in DKK; None where Ajour gave no row."""

    location_id: str
    asked_at: dt.datetime
    revenue_incl_vat_before: Decimal | None
    revenue_incl_vat_after: Decimal | None
    revenue_excl_vat_before: Decimal | None
    revenue_excl_vat_after: Decimal | None
    run_id: str


@dataclass(frozen=True)
class Entry:
    """A manual entry, in DKK; for the whole unit where there is no location."""

    location_id: str | None
    revenue_incl_vat: Decimal
    revenue_excl_vat: Decimal
    reason: str
    entered_at: dt.datetime
    entered_by: str | None


@dataclass(frozen=True)
class UnitDay:
    """The figure as it is stored, in DKK."""

    department: str
    revenue: Decimal | None
    vat: Vat
    revenue_incl_vat: Decimal | None
    revenue_excl_vat: Decimal | None
    source: Source
    locations: list[str]
    missing_locations: list[str]
    updated_at: dt.datetime


@dataclass(frozen=True)
class Revision:
    """A change of the figure; DKK, incl. or excl. VAT as `vat_before` and `vat_after` say."""

    change: Change | Literal["first figure"]
    revenue_before: Decimal | None
    revenue_after: Decimal | None
    vat_before: Vat | None
    vat_after: Vat | None
    source_before: Source | None
    source_after: Source | None
    reason: str | None
    changed_at: dt.datetime
    run_id: str


@dataclass(frozen=True)
class Publication:
    """What Planday was given for the unit-day."""

    planday_unit_id: int
    turnover: Decimal
    outcome: Outcome
    published_at: dt.datetime | None


@dataclass(frozen=True)
class InPlanday:
    """What is known to be ours in Planday, in DKK."""

    planday_unit_id: int
    turnover: Decimal | None
    """What we last put there."""
    sending: Decimal | None
    """What was noted to be sent, and is not known to have arrived."""
    sent_at: dt.datetime


@dataclass(frozen=True)
class Story:
    """Everything that is known of a unit-day."""

    unit: str
    day: dt.date
    locations: Sequence[MappedLocation]
    fetches: Sequence[Fetch]
    answers: Sequence[Answer]
    entries: Sequence[Entry]
    figure: UnitDay | None
    revisions: Sequence[Revision]
    publications: Sequence[Publication]
    in_planday: Sequence[InPlanday]


def explain(connection: duckdb.DuckDBPyConnection, settings: Settings, *, unit: str, day: dt.date) -> Story:
    """Return the story of a unit's figure on a business date."""
    register_units(connection, settings)
    about = {"unit": unit, "day": day}
    figures = rows(connection, FIGURE, UnitDay, **about)
    return Story(
        unit=unit,
        day=day,
        locations=rows(connection, LOCATIONS, MappedLocation, **about),
        fetches=rows(connection, FETCHES, Fetch, day=day),
        answers=rows(connection, ANSWERS, Answer, **about),
        entries=rows(connection, ENTRIES, Entry, **about),
        figure=figures[0] if figures else None,
        revisions=rows(connection, REVISIONS, Revision, **about),
        publications=rows(connection, PUBLICATIONS, Publication, **about),
        in_planday=rows(connection, IN_PLANDAY, InPlanday, **about),
    )


def known_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Return the units that have a story: those of the settings, and those that only the warehouse still knows."""
    return sorted({unit.name for unit in settings.units}.union(values(connection, UNITS_WITH_REVISIONS)))
