"""How the settings' units and Planday's differ (R13)."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.names import distinct, hidden_difference, looks_like
from ajour_revenue.warehouse.run import rows, run, values

MISMATCHES = """
    WITH revenue_units AS (
        SELECT revenue_units.id, revenue_units.name, departments.name AS department
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


NOT_LISTED = Bilingual(da="en afdeling, som ikke er på dens liste", en="a department that it does not list")


class Mismatch(NamedTuple):
    """A unit of the settings and one of Planday's; what one of them is not in is None."""

    unit: str | None
    department: str | None
    planday_unit_id: int | None
    id: int | None
    name: str | None
    planday_department: str | None


def unit_problems(connection: duckdb.DuckDBPyConnection) -> list[Bilingual]:
    """Say how the registered `units` and Planday's, as `planday_structure` lists them, differ (R13)."""
    mismatches = rows(connection, MISMATCHES, Mismatch)
    names = [*values(connection, UNITS_IN_PLANDAY), *(each.name for each in mismatches if each.unit is None)]
    return sorted(
        [
            *(_told(mismatch, names) for mismatch in mismatches),
            *(
                _of_one_name(name, ", ".join(map(str, ids)), len(ids))
                for name, ids in run(connection, DEPARTMENTS_OF_ONE_NAME).fetchall()
            ),
        ],
        key=lambda problem: problem.en,
    )


def _of_one_name(name: str, ids: str, number: int) -> Bilingual:
    return Bilingual(
        da=f"Planday har {number} afdelinger, der hedder {name!r} ({ids}), og indstillingerne kan ikke skelne dem: "
        "det, de koster, lægges sammen. Giv hver sit navn, i Planday og i indstillingerne.",
        en=f"Planday has {number} departments that are called {name!r} ({ids}), and the settings cannot tell them "
        "apart: what they cost is added up. Give each a name of its own, in Planday and in the settings.",
    )


def _told(mismatch: Mismatch, names: Sequence[str]) -> Bilingual:
    unit, department, planday_unit_id, planday_id, name, planday_department = mismatch
    place = Bilingual(da=planday_department, en=planday_department) if planday_department else NOT_LISTED
    if unit is None:
        da = f"Plandays omsætningsenhed {planday_id} ({name}, {place.da}) mangler. Føj den til indstillingerne"
        en = f"Planday's revenue unit {planday_id} ({name}, {place.en}) is not listed. Add it to the settings"
        if sum(looks_like(each) == looks_like(str(name)) for each in names) == 1:
            return Bilingual(da=f"{da}.", en=f"{en}.")
        further = filter(None, [planday_department, str(planday_id)])
        proposed = distinct(names, str(name), *further)
        return Bilingual(
            da=f"{da} med et navn for sig selv, for eksempel {proposed!r}, for den er ikke den eneste af det navn.",
            en=f"{en} by a name of its own, such as {proposed!r}, since it is not the only one of this name.",
        )
    if planday_unit_id is None:
        return Bilingual(
            da=f"Enheden {unit!r} har intet planday_unit_id, så den får ingen løn, og dens omsætning sendes ikke.",
            en=f"Unit {unit!r} has no planday_unit_id, so it gets no wages and is not published.",
        )
    if planday_id is None:
        return Bilingual(
            da=f"Enheden {unit!r} har planday_unit_id {planday_unit_id}, som Planday ikke kender.",
            en=f"Unit {unit!r} has the planday_unit_id {planday_unit_id}, which Planday does not know.",
        )
    apart = hidden_difference(str(department), str(planday_department))
    return Bilingual(
        da=f"Enheden {unit!r} hører til {department} i indstillingerne, men til {place.da} i Planday"
        f"{f': {apart.da}' if apart else ''}.",
        en=f"Unit {unit!r} belongs to {department} in the settings, and to {place.en} in Planday"
        f"{f': {apart.en}' if apart else ''}.",
    )
