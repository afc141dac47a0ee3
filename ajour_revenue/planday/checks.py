"""Checks that the settings fit Planday, and that Planday has taken the revenue."""

import dagster as dg

from ajour_revenue.explained import explained_failures
from ajour_revenue.mapping import register_units
from ajour_revenue.outstanding import outstanding_check
from ajour_revenue.partitions import tagged_window
from ajour_revenue.planday.units import unit_problems
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual, lines
from ajour_revenue.ui.metadata import table
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, value

CREATE_NOT_TAKEN = """
    CREATE OR REPLACE TEMP TABLE not_taken AS
    SELECT business_date, unit, turnover, outcome
    FROM planday_revenue
    WHERE outcome IN ('no shift that day', 'refused')
        AND business_date BETWEEN coalesce($first_day::DATE, business_date) AND coalesce($last_day::DATE, business_date)
"""


NOT_TAKEN = Bilingual(
    da="Planday tog ikke imod tallet for {number} enhedsdag(e). Planlæg en vagt i Planday for dem, der ingen har, og "
    "kør disse dage igen; indtast i hånden det, som Planday afviser.",
    en="Planday did not take {number} unit-day(s). Plan a shift in Planday for those with none, and run these days "
    "again; enter by hand what it refuses.",
)


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
        with explained_failures(settings.report.language), warehouse.reading() as connection:
            register_units(connection, settings)
            problems = unit_problems(connection)
        return dg.AssetCheckResult(
            passed=not problems,
            severity=dg.AssetCheckSeverity.WARN,
            description=lines(problems).in_language(settings.report.language)
            or f"All {len(settings.units)} units are as in Planday.",
        )

    return units_match_planday


def revenue_published(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that Planday has taken what it was told."""

    @dg.asset_check(asset=dg.AssetKey([settings.name, "planday_revenue"]), name="revenue_published")
    def revenue_published(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        """Planday has taken every unit-day that it was told.

        It does not take revenue of a day without shifts; the next run that covers the day tries again.
        """
        with explained_failures(settings.report.language), warehouse.reading() as connection:
            window = tagged_window(context.run.tags)
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
            description=NOT_TAKEN.format(number=not_taken).in_language(settings.report.language)
            if not_taken
            else "Planday has taken every figure that it was told.",
            metadata={"not_taken": listed},
        )

    return revenue_published
