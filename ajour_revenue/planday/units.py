"""How the settings' units and Planday's differ (R13)."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from ajour_revenue.text.names import distinct, hidden_difference, looks_like
from ajour_revenue.warehouse.run import rows, run, values

MISMATCHES = """
    WITH revenue_units AS (
        SELECT
            revenue_units.id,
            revenue_units.name,
            coalesce(departments.name, 'a department that it does not list') AS department
        FROM planday_structure AS revenue_units
        LEFT JOIN planday_structure AS departments
            ON departments.kind = 'department' AND departments.id = revenue_units.department_id
        WHERE revenue_units.kind = 'revenue unit'
    )
    SELECT
        unit,
        units.department,
        planday_unit_id,
        id,
        name,
        revenue_units.department AS planday_department
    FROM units FULL JOIN revenue_units ON id = planday_unit_id
    WHERE id IS NULL OR unit IS NULL OR units.department IS DISTINCT FROM revenue_units.department
"""

UNITS_IN_PLANDAY = """
    SELECT unit
    FROM units JOIN planday_structure ON kind = 'revenue unit' AND id = planday_unit_id
"""

# Units are told apart by their ids; departments, in the settings, by their names.
DEPARTMENTS_OF_ONE_NAME = """
    SELECT departments.name, list_sort(list(DISTINCT departments.id))
    FROM planday_structure AS departments
    JOIN planday_structure AS revenue_units
        ON revenue_units.kind = 'revenue unit' AND revenue_units.department_id = departments.id
    JOIN units ON units.planday_unit_id = revenue_units.id
    WHERE departments.kind = 'department'
    GROUP BY departments.name
    HAVING count(DISTINCT departments.id) > 1
"""


class Mismatch(NamedTuple):
    """A unit of the settings and one of Planday's; what one of them is not in is None."""

    unit: str | None
    department: str | None
    planday_unit_id: int | None
    id: int | None
    name: str | None
    planday_department: str | None


def unit_problems(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Say how the registered `units` and Planday's, as `planday_structure` lists them, differ (R13)."""
    mismatches = rows(connection, MISMATCHES, Mismatch)
    names = [*values(connection, UNITS_IN_PLANDAY), *(each.name for each in mismatches if each.unit is None)]
    return sorted(
        [
            *(_told(mismatch, names) for mismatch in mismatches),
            *(
                f"Planday has {len(ids)} departments that are called {name!r} ({', '.join(map(str, ids))}), and the "
                "settings cannot tell them apart: what they cost is added up. Give each a name of its own, in Planday "
                "and in the settings."
                for name, ids in run(connection, DEPARTMENTS_OF_ONE_NAME).fetchall()
            ),
        ]
    )


def _told(mismatch: Mismatch, names: Sequence[str]) -> str:
    unit, department, planday_unit_id, planday_id, name, planday_department = mismatch
    if unit is None:
        told = (
            f"Planday's revenue unit {planday_id} ({name}, {planday_department}) is not listed. Add it to the settings"
        )
        if sum(looks_like(each) == looks_like(str(name)) for each in names) == 1:
            return f"{told}."
        proposed = distinct(names, str(name), str(planday_department), str(planday_id))
        return f"{told} by a name of its own, such as {proposed!r}, since it is not the only one of this name."
    if planday_unit_id is None:
        return f"Unit {unit!r} has no planday_unit_id, so it gets no wages and is not published."
    if planday_id is None:
        return f"Unit {unit!r} has the planday_unit_id {planday_unit_id}, which Planday does not know."
    apart = hidden_difference(str(department), str(planday_department))
    return (
        f"Unit {unit!r} belongs to {department} in the settings, and to {planday_department} in Planday"
        f"{f': {apart}' if apart else ''}."
    )
