"""Which Ajour location feeds which revenue unit (R13, D13), and which target is whose on which weekday (D20)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

import duckdb

from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import EMPTY, Bilingual
from ajour_revenue.text.names import hidden_difference, quoted
from ajour_revenue.warehouse.run import give

SIMILAR = 0.5
"""From here on two names are alike enough to suggest one for the other."""

UNITS = "unit VARCHAR, department VARCHAR, planday_unit_id BIGINT"
MAPPING = "unit VARCHAR, location_id VARCHAR, first_day DATE, last_day DATE"
TARGETS = "department VARCHAR, unit VARCHAR, weekday VARCHAR, target DECIMAL(5, 2)"


def register_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give SQL the settings' units, mapping and targets.

    As the temporary tables `units(unit, department, planday_unit_id)`, `mapping(unit, location_id, first_day,
    last_day)`, both days included, and `targets(department, unit, weekday, target)` in percent, with unit NULL for a
    department's own; a weekday is a name, as `monday`.
    """
    units = [
        {"unit": unit.name, "department": unit.department, "planday_unit_id": unit.planday_unit_id}
        for unit in settings.units
    ]
    give(connection, "units", UNITS, units)
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
    give(connection, "mapping", MAPPING, mapping)
    targets = [
        *((unit.department, unit.name, unit.target_wage_percentage or {}) for unit in settings.units),
        *((department.name, None, department.target_wage_percentage) for department in settings.departments),
    ]
    rows = [
        {"department": department, "unit": unit, "weekday": weekday, "target": target}
        for department, unit, by_weekday in targets
        for weekday, target in by_weekday.items()
    ]
    give(connection, "targets", TARGETS, rows)


def unit_of_locations(settings: Settings, day: dt.date) -> dict[str, str]:
    """Return which unit each mapped location feeds on a day."""
    return {
        location.id: unit.name
        for unit in settings.units
        for location in unit.locations
        if location.days.first_day <= day <= location.days.last_day
    }


def register_days(connection: duckdb.DuckDBPyConnection, days: Iterable[dt.date]) -> None:
    """Give SQL the days that a calculation is for, as the temporary table `days(business_date)`."""
    give(connection, "days", "business_date DATE", ({"business_date": day} for day in sorted(set(days))))


def meant(written: str, known: Iterable[str]) -> Bilingual:
    """Return which of the known names was probably meant, as the end of a message that refuses the written one.

    One that looks the same comes first, with what nobody sees that differs; empty where none is alike.
    """
    known = list(known)
    for name in known:
        if differs := hidden_difference(written, name):
            return Bilingual(da=f"; mente du {name}: {differs.da}", en=f"; did you mean {name}: {differs.en}")
    if similar := most_similar_unit(written, known):
        return Bilingual(da=f"; mente du {similar}", en=f"; did you mean {similar}")
    return EMPTY


def unknown_places(department: str, unit: str | None, departments: Mapping[str, str]) -> Iterator[Bilingual]:
    """Say that a department is none, or a unit none of its; `departments` has the department of each unit."""
    if department not in departments.values():
        known = sorted(set(departments.values()))
        hint = meant(department, known)
        yield Bilingual(
            da=f"afdelingen {quoted(department)} findes ikke blandt {', '.join(known)}{hint.da}",
            en=f"department {quoted(department)} is none of {', '.join(known)}{hint.en}",
        )
    elif unit is not None and departments.get(unit) != department:
        here = [name for name, its_department in departments.items() if its_department == department]
        hint = meant(unit, here)
        yield Bilingual(
            da=f"enheden {quoted(unit)} hører ikke til {department}, som har {', '.join(here)}{hint.da}",
            en=f"unit {quoted(unit)} is none of {department}'s: {', '.join(here)}{hint.en}",
        )


def most_similar_unit(location_name: str, units: Iterable[str]) -> str | None:
    """Return the unit whose name is nearest to the location's; None where none is alike."""

    def similarity(unit: str) -> float:
        return SequenceMatcher(None, location_name.casefold(), unit.casefold()).ratio()

    best = max(units, key=similarity, default=None)
    return best if best is not None and similarity(best) >= SIMILAR else None
