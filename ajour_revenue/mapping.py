"""Which Ajour location feeds which revenue unit (R13)."""

from collections.abc import Iterable
from difflib import SequenceMatcher

import duckdb
import pyarrow as pa

from ajour_revenue.settings.model import Settings

SIMILAR = 0.5
"""From here on two names are alike enough to suggest one for the other."""


def register_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give SQL the settings' units and mapping.

    As the views `units(unit, department, target, planday_unit_id)` and `mapping(unit, location_id)`.
    """
    connection.register(
        "units",
        pa.table(
            {
                "unit": pa.array([unit.name for unit in settings.units], pa.string()),
                "department": pa.array([unit.department for unit in settings.units], pa.string()),
                "target": pa.array([unit.target_wage_percentage for unit in settings.units], pa.decimal128(5, 2)),
                "planday_unit_id": pa.array([unit.planday_unit_id for unit in settings.units], pa.int64()),
            },
        ),
    )
    pairs = [(unit.name, location) for unit in settings.units for location in unit.locations]
    connection.register(
        "mapping",
        pa.table(
            {
                "unit": pa.array([unit for unit, _ in pairs], pa.string()),
                "location_id": pa.array([location for _, location in pairs], pa.string()),
            },
        ),
    )


def most_similar_unit(location_name: str, units: Iterable[str]) -> str | None:
    """Return the unit whose name is nearest to the location's; None where none is alike."""

    def similarity(unit: str) -> float:
        return SequenceMatcher(None, location_name.casefold(), unit.casefold()).ratio()

    best = max(units, key=similarity, default=None)
    return best if best is not None and similarity(best) >= SIMILAR else None
