"""What comes from Planday and goes to it: its structure, and the revenue that we publish."""

from collections import Counter

import dagster as dg

from ajour_revenue.daily_asset import daily_asset
from ajour_revenue.days import Window
from ajour_revenue.explained import explained_failures
from ajour_revenue.mapping import register_units
from ajour_revenue.outstanding import forget, go_on_without, note
from ajour_revenue.partitions import tagged_window
from ajour_revenue.planday.errors import PlandayError
from ajour_revenue.planday.publish import publish
from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue.planday.structure import fetch_structure
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_lineage, column_schema, daily_chart, table
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, sql_file

REPLACE_STRUCTURE = """
    DELETE FROM planday_structure;
    INSERT INTO planday_structure BY NAME FROM listed;
"""

# It is the same for all days.
STRUCTURE_IS_LISTED = "DELETE FROM outstanding WHERE asset = 'planday_structure'"

STRUCTURE_PREVIEW = """
    SELECT departments.name AS department, revenue_units.id, revenue_units.name AS revenue_unit, units.unit
    FROM planday_structure AS revenue_units
    LEFT JOIN planday_structure AS departments
        ON departments.kind = 'department' AND departments.id = revenue_units.department_id
    LEFT JOIN units ON units.planday_unit_id = revenue_units.id
    WHERE revenue_units.kind = 'revenue unit'
    ORDER BY ALL
"""

OUTCOMES_PREVIEW = """
    SELECT business_date, unit, turnover, outcome
    FROM planday_revenue
    WHERE business_date BETWEEN $first_day AND $last_day
        AND outcome NOT IN ('published', 'unchanged')
    ORDER BY ALL
    LIMIT 50
"""

STILL_IN_PLANDAY_SQL = sql_file(__package__, "still_in_planday")

TURNOVER_PER_DAY = """
    SELECT business_date, sum(turnover)
    FROM planday_revenue
    WHERE outcome IN ('published', 'unchanged') AND business_date BETWEEN $first_day AND $last_day
    GROUP BY ALL
"""


def planday_structure(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of Planday's departments, revenue units and positions."""

    @dg.asset(
        key=[settings.name, "planday_structure"],
        group_name="planday",
        kinds={"planday", "duckdb"},
        owners=["team:data"],
        metadata={"dagster/column_schema": column_schema("planday_structure")},
    )
    def planday_structure(
        context: dg.AssetExecutionContext, planday: PlandayResource, warehouse: Warehouse
    ) -> dg.MaterializeResult:
        """The portal, its departments, its revenue units and its positions, as Planday lists them.

        Where Planday does not answer, those that it last listed stay, and a run for some days goes on with them.
        """
        with explained_failures(settings.report.language):
            window = tagged_window(context.run.tags)
            try:
                listed = fetch_structure(planday.client)
            except PlandayError as error:
                if window is None:
                    raise
                language = settings.report.language
                return go_on_without(context, warehouse, "planday_structure", window, error, language=language)
            with warehouse.transaction() as connection:
                register_units(connection, settings)
                connection.register("listed", listed)
                run(connection, REPLACE_STRUCTURE)
                run(connection, STRUCTURE_IS_LISTED)
                revenue_units = table(connection, STRUCTURE_PREVIEW)
        kinds = Counter(listed["kind"].to_pylist())
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": listed.num_rows,
                "departments": kinds["department"],
                "positions": kinds["position"],
                "revenue_units": revenue_units,
            },
        )

    return planday_structure


def planday_revenue(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the revenue that is published to Planday."""

    @daily_asset(
        settings,
        group_name="planday",
        kinds={"planday", "duckdb"},
        owners=["team:data"],
        deps=["unit_revenue", "planday_structure"],
    )
    def planday_revenue(
        context: dg.AssetExecutionContext,
        window: Window,
        planday: PlandayResource,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """What Planday shows beside the wages: each unit-day's revenue, incl. or excl. VAT as the settings choose.

        Posts the figures that differ from Planday's. A unit-day with a missing location is not published. With
        overwrite off, a value that Planday has from somebody else stays. Each outcome is stored as it happens.
        """
        try:
            outcomes = publish(planday.client, warehouse, settings, window, run_id=context.run.run_id)
        except PlandayError as error:
            run_id, language = context.run.run_id, settings.report.language
            note(warehouse, "planday_revenue", window, error, run_id=run_id, language=language)
            raise
        with warehouse.transaction() as connection:
            forget(connection, "planday_revenue", window)
        with warehouse.reading() as connection:
            remarkable = table(connection, OUTCOMES_PREVIEW, first_day=window.first_day, last_day=window.last_day)
            register_units(connection, settings)
            run(connection, STILL_IN_PLANDAY_SQL, first_day=window.first_day, last_day=window.last_day)
            no_longer_fed = table(connection, "FROM still_in_planday ORDER BY ALL LIMIT 50")
            chart = daily_chart(connection, settings, window, "Revenue in Planday", TURNOVER_PER_DAY)
        return dg.MaterializeResult(
            metadata={
                **chart,
                "revenue_is": f"VAT {settings.revenue.vat}",
                "dagster/column_lineage": column_lineage(settings, turnover=["unit_revenue.revenue"]),
                **{outcome.replace(" ", "_"): count for outcome, count in outcomes.items()},
                "not_published": remarkable,
                "no_longer_fed": no_longer_fed,
            },
        )

    return planday_revenue
