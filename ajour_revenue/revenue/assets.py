"""Revenue per unit and day, and the manual entries that go into it."""

import dagster as dg

from ajour_revenue.daily_asset import daily_asset
from ajour_revenue.days import Window
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_lineage, column_schema, daily_chart, figures, plot, table
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run

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
        business_date AS day,
        unit,
        format('{} ({} to {})', change, coalesce(source_before, 'none'), coalesce(source_after, 'none')) AS change,
        revenue_before AS before,
        revenue_after AS after
    FROM unit_revenue_changes
    WHERE unit_revenue_changes.change <> 'first figure'
    ORDER BY business_date, unit
    LIMIT 50
"""

MISSING = """
    SELECT business_date, unit, array_to_string(missing_locations, ', ') AS missing_locations, revenue, kept
    FROM unit_revenue_after
    WHERE len(missing_locations) > 0
    ORDER BY business_date, unit
    LIMIT 50
"""

PREVIEW = """
    SELECT
        department || ', ' || unit AS place,
        count(revenue) AS days,
        sum(revenue_incl_vat) AS incl_vat,
        sum(revenue_excl_vat) AS excl_vat
    FROM unit_revenue_after
    GROUP BY department, unit
    ORDER BY department, unit
    LIMIT 50
"""

REVENUE_PER_DAY = """
    SELECT business_date, sum(revenue_excl_vat)
    FROM unit_revenue
    WHERE business_date BETWEEN $first_day AND $last_day
    GROUP BY ALL
"""


def manual_revenue(settings: Settings) -> dg.AssetSpec:
    """Describe the manual entries: people make them, with the command `ajour-revenue enter`."""
    return dg.AssetSpec(
        [settings.name, "manual_revenue"],
        description="Figures that people entered by hand with `ajour-revenue enter`, for instance after a till was "
        "down: both amounts, why, when and by whom. Entries are only ever added; each one shows here.",
        group_name="revenue",
        kinds={"duckdb"},
        owners=["team:controlling"],
        metadata={"dagster/column_schema": column_schema("manual_revenue")},
    )


def unit_revenue(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the revenue per unit and day."""
    lineage = column_lineage(
        settings,
        business_date=["raw_revenue.business_date"],
        revenue=[
            f"{source}.revenue_{'incl' if settings.revenue.vat == 'included' else 'excl'}_vat"
            for source in ("raw_revenue", "manual_revenue")
        ],
        revenue_incl_vat=["raw_revenue.revenue_incl_vat", "manual_revenue.revenue_incl_vat"],
        revenue_excl_vat=["raw_revenue.revenue_excl_vat", "manual_revenue.revenue_excl_vat"],
        locations=["raw_revenue.location_id"],
    )

    @daily_asset(
        settings,
        group_name="revenue",
        kinds={"duckdb", "sql"},
        owners=["team:data"],
        deps=["ajour_locations", "raw_revenue", "manual_revenue"],
    )
    def unit_revenue(context: dg.AssetExecutionContext, window: Window, warehouse: Warehouse) -> dg.MaterializeResult:
        """Revenue per revenue unit and day, including or excluding VAT as the settings say.

        Calculated from what Ajour answered, from manual entries and from the settings alone, so it can be materialized
        again at any time without asking Ajour. A fetched figure replaces what is there, a manual entry too, where
        overwrite is on. A mapped location without a row is missing, not zero, and never lowers an earlier figure. Every
        change of a stored figure leaves a row in `unit_revenue_revisions`.
        """
        with warehouse.transaction() as connection:
            calculate_unit_revenue(connection, settings, window.days, run_id=context.run.run_id)
            totals = figures(connection, TOTALS)
            tables = {
                name: table(connection, sql)
                for name, sql in {"changed": CHANGES, "missing_locations": MISSING, "units": PREVIEW}.items()
            }
            chart = daily_chart(connection, settings, window, "Revenue excl. VAT", REVENUE_PER_DAY)
            per_day = run(connection, REVENUE_PER_DAY, first_day=window.first_day, last_day=window.last_day).fetchall()
        plot(context, "day_revenue_excl_vat", dict(per_day))
        return dg.MaterializeResult(
            metadata={
                **chart,
                "revenue_is": f"VAT {settings.revenue.vat}",
                "dagster/column_lineage": lineage,
                **totals,
                **tables,
            },
        )

    return unit_revenue
