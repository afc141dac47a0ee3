"""Revenue per unit and day."""

import dagster as dg

from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.partitions import backfill_policy, daily_partitions, requested_window
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_lineage, column_schema, daily_chart, figures, report_rows_per_day, table
from ajour_revenue.warehouse.warehouse import Warehouse

TOTALS = """
    SELECT
        coalesce(sum(revenue_incl_vat), 0)::DECIMAL(18, 2) AS revenue_incl_vat,
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(18, 2) AS revenue_excl_vat,
        count(*) FILTER (len(missing_locations) > 0) AS unit_days_with_missing_locations,
        count(*) FILTER (kept IS NOT NULL) AS unit_days_kept
    FROM unit_revenue_after
"""

CHANGES = """
    SELECT
        business_date,
        unit,
        before.revenue AS revenue_before,
        after.revenue AS revenue_after,
        before.source AS source_before,
        after.source AS source_after
    FROM unit_revenue_after AS after FULL JOIN stored_units AS before USING (business_date, unit)
    WHERE before.unit IS NOT NULL
        AND (before.revenue IS DISTINCT FROM after.revenue OR before.source IS DISTINCT FROM after.source)
    ORDER BY business_date, unit
"""

MISSING = """
    SELECT business_date, unit, array_to_string(missing_locations, ', ') AS missing_locations, revenue, kept
    FROM unit_revenue_after
    WHERE len(missing_locations) > 0
    ORDER BY business_date, unit
"""

PREVIEW = """
    SELECT
        department,
        unit,
        count(revenue) AS days_with_revenue,
        sum(revenue_incl_vat) AS revenue_incl_vat,
        sum(revenue_excl_vat) AS revenue_excl_vat
    FROM unit_revenue_after
    GROUP BY ALL
    ORDER BY department, unit
"""

REVENUE_PER_DAY = """
    SELECT business_date, sum(revenue_excl_vat) FROM unit_revenue WHERE business_date BETWEEN ? AND ? GROUP BY ALL
"""


def unit_revenue(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the revenue per unit and day."""
    lineage = column_lineage(
        settings,
        business_date=["raw_revenue.business_date"],
        revenue=[f"raw_revenue.revenue_{'incl' if settings.revenue.vat == 'included' else 'excl'}_vat"],
        revenue_incl_vat=["raw_revenue.revenue_incl_vat"],
        revenue_excl_vat=["raw_revenue.revenue_excl_vat"],
        locations=["raw_revenue.location_id"],
    )

    @dg.asset(
        key=[settings.name, "unit_revenue"],
        deps=[[settings.name, "ajour_locations"], [settings.name, "raw_revenue"]],
        group_name="revenue",
        kinds={"duckdb", "sql"},
        owners=["team:data"],
        partitions_def=daily_partitions(settings),
        backfill_policy=backfill_policy,
        metadata={"dagster/column_schema": column_schema("unit_revenue")},
    )
    def unit_revenue(
        context: dg.AssetExecutionContext,
        ajour: AjourResource,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """Revenue per revenue unit and day, including or excluding VAT as the settings say (R11, R13).

        A fetched figure replaces what is there, a manual entry too, where overwrite is on (R12). A mapped location
        without a row is missing, not zero, and never lowers an earlier figure (D3). Every change of a stored figure
        leaves a row in `unit_revenue_revisions` (D7).
        """
        window = requested_window(context.run.tags, settings)
        with warehouse.transaction() as connection:
            calculate_unit_revenue(connection, settings, window, company_id=ajour.company_id, run_id=context.run.run_id)
            totals = figures(connection, TOTALS)
            tables = {
                name: table(connection, f"{sql} LIMIT 50")
                for name, sql in {"changed": CHANGES, "missing_locations": MISSING, "units": PREVIEW}.items()
            }
            chart = daily_chart(connection, settings, window, "Revenue excl. VAT", REVENUE_PER_DAY)
            report_rows_per_day(context, connection, "unit_revenue", window)
        return dg.MaterializeResult(
            metadata={
                "days": str(window),
                "chart": chart,
                "revenue_is": f"{settings.revenue.vat} VAT (R11)",
                "dagster/column_lineage": lineage,
                **totals,
                **tables,
            },
        )

    return unit_revenue
