"""Which Ajour location feeds which revenue unit (R13, D13), and which target is whose on which weekday (D20)."""

import datetime as dt
from collections.abc import Iterable
from difflib import SequenceMatcher

import duckdb
import pyarrow as pa

from ajour_revenue.settings.model import Settings
from ajour_revenue.text.names import hidden_difference

SIMILAR = 0.5
"""From here on two names are alike enough to suggest one for the other."""

UNITS_SCHEMA = pa.schema(
    {
        "unit": pa.string(),
        "department": pa.string(),
        "planday_unit_id": pa.int64(),
    },
)

MAPPING_SCHEMA = pa.schema(
    {"unit": pa.string(), "location_id": pa.string(), "first_day": pa.date32(), "last_day": pa.date32()},
)

TARGETS_SCHEMA = pa.schema(
    {"department": pa.string(), "unit": pa.string(), "weekday": pa.string(), "target": pa.decimal128(5, 2)},
)


def register_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give SQL the settings' units, mapping and targets.

    As the views `units(unit, department, planday_unit_id)`, `mapping(unit, location_id, first_day, last_day)`, both
    days included, and `targets(department, unit, weekday, target)` in percent, with unit NULL for a department's own;
    a weekday is a name, as `monday`.
    """
    units = [
        {"unit": unit.name, "department": unit.department, "planday_unit_id": unit.planday_unit_id}
        for unit in settings.units
    ]
    connection.register("units", pa.Table.from_pylist(units, schema=UNITS_SCHEMA))
    mapping = [
        {
            "unit": unit.name,
            "location_id": location.id,
            "first_day": location.days.first_day,
            "last_day": location.days.last_day,
        }
        for unit in settings.units
        for location in unit.locations
    ]
    connection.register("mapping", pa.Table.from_pylist(mapping, schema=MAPPING_SCHEMA))
    targets = [
        *((unit.department, unit.name, unit.target_wage_percentage or {}) for unit in settings.units),
        *((department.name, None, department.target_wage_percentage) for department in settings.departments),
    ]
    rows = [
        {"department": department, "unit": unit, "weekday": weekday, "target": target}
        for department, unit, by_weekday in targets
        for weekday, target in by_weekday.items()
    ]
    connection.register("targets", pa.Table.from_pylist(rows, schema=TARGETS_SCHEMA))


def unit_of_locations(settings: Settings, day: dt.date) -> dict[str, str]:
    """Return which unit each mapped location feeds on a day."""
    return {
        location.id: unit.name
        for unit in settings.units
        for location in unit.locations
        if location.days.first_day <= day <= location.days.last_day
    }


def register_days(connection: duckdb.DuckDBPyConnection, days: Iterable[dt.date]) -> None:
    """Give SQL the days that a calculation is for, as the view `days(business_date)`."""
    connection.register("days", pa.table({"business_date": pa.array(sorted(set(days)), pa.date32())}))


def meant(written: str, known: Iterable[str]) -> str:
    """Return which of the known names was probably meant, as the end of a message that refuses the written one.

    One that looks the same comes first, with what nobody sees that differs; empty where none is alike.
    """
    known = list(known)
    for name in known:
        if differs := hidden_difference(written, name):
            return f"; did you mean {name}: {differs}"
    similar = most_similar_unit(written, known)
    return f"; did you mean {similar}" if similar else ""


def most_similar_unit(location_name: str, units: Iterable[str]) -> str | None:
    """Return the unit whose name is nearest to the location's; None where none is alike."""

    def similarity(unit: str) -> float:
        return SequenceMatcher(None, location_name.casefold(), unit.casefold()).ratio()

    best = max(units, key=similarity, default=None)
    return best if best is not None and similarity(best) >= SIMILAR else None
