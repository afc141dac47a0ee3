"""Locations that were taken out of the settings, although stored figures are made of their revenue (D13)."""

import datetime as dt
import warnings
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from ajour_revenue.mapping import register_units
from ajour_revenue.settings.load import SettingsWarning
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.errors import WarehouseError
from ajour_revenue.warehouse.run import rows

REMOVED_LOCATIONS = """
    SELECT
        location_id,
        any_value(location_name) AS location_name,
        stored.unit,
        min(business_date) AS first_day,
        max(business_date) AS last_day,
        count(*) AS days
    FROM (SELECT business_date, unit, unnest(locations) AS location_id FROM unit_revenue) AS stored
    LEFT JOIN ajour_locations USING (location_id)
    WHERE location_id NOT IN (SELECT location_id FROM mapping)
    GROUP BY location_id, stored.unit
    ORDER BY ALL
"""


@dataclass(frozen=True)
class RemovedLocation:
    """A location that the settings no longer name, and the days whose stored figures are made of its revenue."""

    location_id: str
    location_name: str | None
    unit: str
    first_day: dt.date
    last_day: dt.date
    days: int

    @property
    def text(self) -> Bilingual:
        """What would be lost, and which date keeps it."""
        name = f" ({self.location_name})" if self.location_name else ""
        return Bilingual(
            da=f"Lokation {self.location_id}{name} står ikke længere i indstillingerne, men tallene for {self.days} "
            f"gemte dag(e) i {self.unit}, {self.first_day} til {self.last_day}, er lavet af dens omsætning og mister "
            "den, når de beregnes igen. Er den lukket eller erstattet, så behold den blandt enhedens lokationer med "
            f'dens sidste dag: {{id: "{self.location_id}", to: {self.last_day}}}. Har den aldrig hørt til enheden, så '
            "giv den en sidste dag før den første.",
            en=f"Location {self.location_id}{name} is no longer in the settings, but {self.days} stored day(s) of "
            f"{self.unit}, {self.first_day} to {self.last_day}, are made of its revenue, and lose it when they are "
            "calculated again. If it has closed or was replaced, keep it among the unit's locations with its last "
            f'day: {{id: "{self.location_id}", to: {self.last_day}}}. If it never belonged there, give it a last day '
            "before the first.",
        )


def removed_locations(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[RemovedLocation]:
    """Return the locations without which stored figures would be lowered."""
    register_units(connection, settings)
    return rows(connection, REMOVED_LOCATIONS, RemovedLocation)


def warn_of_removed_locations(settings: Settings) -> None:
    """Warn (SettingsWarning) of each of them, with the date that keeps the figures.

    Where the warehouse cannot be read just now, nothing is said: whatever needs it says so itself, and the next one who
    loads the settings is warned.
    """
    with suppress(WarehouseError), reading(settings.warehouse, patience_seconds=0) as connection:
        for location in removed_locations(connection, settings):
            warnings.warn(SettingsWarning(location.text), stacklevel=2)
