"""Which Ajour location feeds which revenue unit (R13), and from when until when."""

import datetime as dt
from collections.abc import Iterable
from difflib import SequenceMatcher

import duckdb
import pyarrow as pa

from ajour_revenue.settings.model import Settings

SIMILAR = 0.5
"""From here on two names are alike enough to suggest one for the other."""

UNITS_SCHEMA = pa.schema(
    {
        "unit": pa.string(),
        "department": pa.string(),
        "target": pa.decimal128(5, 2),
        "planday_unit_id": pa.int64(),
    },
)

MAPPING_SCHEMA = pa.schema(
    {"unit": pa.string(), "location_id": pa.string(), "first_day": pa.date32(), "last_day": pa.date32()},
)


def register_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give SQL the settings' units and mapping.

    As the views `units(unit, department, target, planday_unit_id)` and `mapping(unit, location_id, first_day,
    last_day)`, both days included.
    """
    units = [
        {
            "unit": unit.name,
            "department": unit.department,
            "target": unit.target_wage_percentage,
            "planday_unit_id": unit.planday_unit_id,
        }
        for unit in settings.units
    ]
    connection.register("units", pa.Table.from_pylist(units, schema=UNITS_SCHEMA))
    mapping = [
        {"unit": unit.name, "location_id": location, "first_day": dt.date.min, "last_day": dt.date.max}
        for unit in settings.units
        for location in unit.locations
    ]
    connection.register("mapping", pa.Table.from_pylist(mapping, schema=MAPPING_SCHEMA))


def register_days(connection: duckdb.DuckDBPyConnection, days: Iterable[dt.date]) -> None:
    """Give SQL the days that a calculation is for, as the view `days(business_date)`."""
    connection.register("days", pa.table({"business_date": pa.array(sorted(set(days)), pa.date32())}))


def most_similar_unit(location_name: str, units: Iterable[str]) -> str | None:
    """Return the unit whose name is nearest to the location's; None where none is alike."""

    def similarity(unit: str) -> float:
        return SequenceMatcher(None, location_name.casefold(), unit.casefold()).ratio()

    best = max(units, key=similarity, default=None)
    return best if best is not None and similarity(best) >= SIMILAR else None
