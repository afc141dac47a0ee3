"""The check that unit revenue adds up to what Ajour gave."""

import dagster as dg

from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.mapping import register_units
from ajour_revenue.partitions import tagged_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import table
from ajour_revenue.warehouse.warehouse import Warehouse, set_variables

# The øre of a unit-day is rounded once (D1), so both sides are compared unit-day by unit-day.
CREATE_DIFFERENCES = """
    CREATE OR REPLACE TEMP TABLE differences AS
    WITH raw AS (
        SELECT
            business_date,
            unit,
            round(sum(revenue_incl_vat), 2)::DECIMAL(18, 2) AS raw_incl_vat,
            round(sum(revenue_excl_vat), 2)::DECIMAL(18, 2) AS raw_excl_vat
        FROM raw_revenue JOIN mapping USING (location_id)
        WHERE company_id = getvariable('company_id')
        GROUP BY ALL
    )
    SELECT
        business_date,
        unit,
        raw_incl_vat,
        revenue_incl_vat AS unit_incl_vat,
        raw_excl_vat,
        revenue_excl_vat AS unit_excl_vat,
        CASE
            WHEN stored.source = 'manual' THEN 'manual entry kept'
            WHEN len(stored.missing_locations) > 0 THEN 'missing location'
            WHEN stored.revenue IS NOT NULL AND NOT getvariable('overwrite') THEN 'overwrite is off'
        END AS reason
    FROM raw FULL JOIN unit_revenue AS stored USING (business_date, unit)
    WHERE (raw_incl_vat IS DISTINCT FROM revenue_incl_vat OR raw_excl_vat IS DISTINCT FROM revenue_excl_vat)
        AND business_date BETWEEN
            coalesce(getvariable('first_day')::DATE, business_date)
            AND coalesce(getvariable('last_day')::DATE, business_date)
"""


def revenue_reconciles(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that nothing is lost between Ajour and the units."""

    @dg.asset_check(asset=dg.AssetKey([settings.name, "unit_revenue"]), name="revenue_reconciles")
    def revenue_reconciles(
        context: dg.AssetCheckExecutionContext,
        ajour: AjourResource,
        warehouse: Warehouse,
    ) -> dg.AssetCheckResult:
        """Raw revenue of mapped locations equals unit revenue to the øre, or the difference has a known reason.

        Known reasons: a manual entry is kept or overwrite is off (R12), or a location is missing (D3). Looks at the
        days of the run; run alone, at all days.
        """
        window = tagged_window(context.run.tags)
        with warehouse.transaction() as connection:
            register_units(connection, settings)
            set_variables(
                connection,
                first_day=window and window.first_day,
                last_day=window and window.last_day,
                company_id=ajour.company_id,
                overwrite=settings.revenue.overwrite_existing,
            )
            connection.execute(CREATE_DIFFERENCES)
            explained, unexplained = connection.execute(
                "SELECT count(reason), count(*) - count(reason) FROM differences",
            ).fetchone() or (0, 0)
            listed = table(connection, "FROM differences ORDER BY reason NULLS FIRST, business_date, unit LIMIT 50")
        if unexplained:
            description = (
                f"{unexplained} unit-day(s) differ from raw revenue for no known reason. Materialize unit_revenue for "
                "the days listed; if they still differ, the warehouse was changed by hand."
            )
        elif explained:
            description = f"{explained} unit-day(s) differ from raw revenue, each for the reason listed."
        else:
            description = "Unit revenue equals the raw revenue of mapped locations to the øre."
        return dg.AssetCheckResult(
            passed=unexplained == 0,
            description=description,
            metadata={"explained": explained, "unexplained": unexplained, "differences": listed},
        )

    return revenue_reconciles
