"""Checks that the settings fit Planday, and that Planday has taken the revenue."""

from collections.abc import Sequence
from typing import NamedTuple

import dagster as dg
import duckdb

from ajour_revenue.mapping import register_units
from ajour_revenue.outstanding import outstanding_check
from ajour_revenue.partitions import tagged_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.names import distinct, hidden_difference, looks_like
from ajour_revenue.ui.metadata import table
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import rows, run, value, values

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

CREATE_NOT_TAKEN = """
    CREATE OR REPLACE TEMP TABLE not_taken AS
    SELECT business_date, unit, turnover, outcome
    FROM planday_revenue
    WHERE outcome IN ('no shift that day', 'refused')
        AND business_date BETWEEN coalesce($first_day::DATE, business_date) AND coalesce($last_day::DATE, business_date)
"""


def structure_listed(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that Planday has listed its structure."""
    return outstanding_check(
        settings,
        "planday_structure",
        description="Planday has listed its departments, revenue units and positions. Where it could not, the run goes "
        "on with those that it listed last, and fails by this check.",
        passed="Planday has listed its departments, revenue units and positions.",
    )


def units_match_planday(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check of the settings' units against Planday's."""

    @dg.asset_check(asset=dg.AssetKey([settings.name, "planday_structure"]), name="units_match_planday")
    def units_match_planday(warehouse: Warehouse) -> dg.AssetCheckResult:
        """Every unit of the settings is one of Planday's, in the same department, and none of Planday's is left out."""
        with warehouse.reading() as connection:
            register_units(connection, settings)
            problems = unit_problems(connection)
        return dg.AssetCheckResult(
            passed=not problems,
            severity=dg.AssetCheckSeverity.WARN,
            description="\n".join(problems) or f"All {len(settings.units)} units are as in Planday.",
        )

    return units_match_planday


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


def revenue_published(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that Planday has taken what it was told."""

    @dg.asset_check(asset=dg.AssetKey([settings.name, "planday_revenue"]), name="revenue_published")
    def revenue_published(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        """Planday has taken every unit-day that it was told.

        It does not take revenue of a day without shifts; the next run that covers the day tries again.
        """
        window = tagged_window(context.run.tags)
        with warehouse.reading() as connection:
            run(
                connection,
                CREATE_NOT_TAKEN,
                first_day=window and window.first_day,
                last_day=window and window.last_day,
            )
            not_taken = value(connection, "SELECT count(*) FROM not_taken")
            listed = table(connection, "FROM not_taken ORDER BY ALL LIMIT 50")
        return dg.AssetCheckResult(
            passed=not_taken == 0,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Planday did not take {not_taken} unit-day(s). Plan a shift in Planday for those with none, "
            "and run these days again; enter by hand what it refuses."
            if not_taken
            else "Planday has taken every figure that it was told.",
            metadata={"not_taken": listed},
        )

    return revenue_published
