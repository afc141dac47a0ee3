"""What comes from Ajour: its locations, and its revenue as it gave it."""

import dagster as dg
import pandas as pd

from ajour_revenue import days
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.daily_asset import daily_asset
from ajour_revenue.days import Window
from ajour_revenue.explained import explained_failures
from ajour_revenue.mapping import most_similar_unit, register_units, unit_of_locations
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_schema, daily_chart, figures, table, table_of
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, sql_file

REPLACE_LOCATIONS = """
    INSERT OR REPLACE INTO ajour_locations BY NAME
    SELECT $company_id AS company_id, location_id, location_name, $now AS last_seen_at
    FROM listed;

    UPDATE ajour_locations
    SET unit = (
        SELECT mapping.unit
        FROM mapping
        WHERE mapping.location_id = ajour_locations.location_id AND $today BETWEEN first_day AND last_day
    );
"""

STORE_RAW_REVENUE = sql_file(__package__, "raw_revenue")

# Nobody can tell beforehand how much a database will answer; what does not fit is written beside the warehouse.
STORE_WITHIN = "SET memory_limit = '128MB'"

REVENUE_OF_NO_UNIT_SQL = sql_file(__package__, "revenue_of_no_unit")

RAW_REVENUE_TOTALS = """
    SELECT
        coalesce(sum(revenue_incl_vat), 0)::DECIMAL(18, 2) AS revenue_incl_vat,
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(18, 2) AS revenue_excl_vat,
        (SELECT count(*) FROM raw_changes WHERE revenue_incl_vat_before IS NULL) AS rows_new,
        (
            SELECT count(*)
            FROM raw_changes
            WHERE revenue_incl_vat_before IS NOT NULL AND revenue_incl_vat_after IS NOT NULL
        ) AS rows_corrected,
        (SELECT count(*) FROM raw_changes WHERE revenue_incl_vat_after IS NULL) AS rows_disappeared,
        $last_day::DATE - $first_day::DATE + 1 - (SELECT count(*) FROM answered_days) AS days_asked_later_by_another_run
    FROM fetched
"""

OF_NO_UNIT_TOTALS = """
    SELECT
        coalesce(sum(revenue_incl_vat), 0)::DECIMAL(18, 2) AS of_no_unit_incl_vat,
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(18, 2) AS of_no_unit_excl_vat
    FROM revenue_of_no_unit
"""

OF_NO_UNIT = """
    SELECT
        location_id || ' ' || coalesce(location_name, 'not in Ajour''s list') AS location,
        count(*) AS days,
        sum(revenue_incl_vat)::DECIMAL(18, 2) AS incl_vat,
        sum(revenue_excl_vat)::DECIMAL(18, 2) AS excl_vat
    FROM revenue_of_no_unit
    LEFT JOIN (FROM ajour_locations WHERE company_id = $company_id) USING (location_id)
    GROUP BY location_id, location_name
    ORDER BY excl_vat DESC, location_id
    LIMIT 50
"""

RAW_REVENUE_PREVIEW = """
    SELECT
        location_id || ' ' || coalesce(location_name, 'not in Ajour''s list') AS location,
        count(*) AS days,
        sum(revenue_incl_vat)::DECIMAL(18, 2) AS incl_vat,
        sum(revenue_excl_vat)::DECIMAL(18, 2) AS excl_vat
    FROM raw_revenue
    LEFT JOIN ajour_locations USING (company_id, location_id)
    WHERE company_id = $company_id AND business_date BETWEEN $first_day AND $last_day
    GROUP BY location_id, location_name
    ORDER BY excl_vat DESC
    LIMIT 20
"""

RAW_REVENUE_PER_DAY = """
    SELECT business_date, sum(revenue_excl_vat)
    FROM raw_revenue
    WHERE company_id = $company_id AND business_date BETWEEN $first_day AND $last_day
    GROUP BY ALL
"""


def ajour_database(settings: Settings) -> dg.AssetSpec:
    """Describe Ajour's database: it is not ours to materialize, only to check."""
    return dg.AssetSpec(
        [settings.name, "ajour_database"],
        description="Ajour's own database, reached over ODBC with the five credentials that Ajour gives. "
        "Its check `ajour_connection` is the button 'Test settings': it connects and lists the locations.",
        group_name="ajour",
        kinds={"odbc"},
        owners=["team:ajour"],
    )


def ajour_locations(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of Ajour's locations."""

    @dg.asset(
        key=[settings.name, "ajour_locations"],
        deps=[[settings.name, "ajour_database"]],
        group_name="ajour",
        kinds={"odbc", "duckdb"},
        owners=["team:data"],
        metadata={"dagster/column_schema": column_schema("ajour_locations")},
    )
    def ajour_locations(ajour: AjourResource, warehouse: Warehouse) -> dg.MaterializeResult:
        """Every location that Ajour has listed, and the revenue unit that it feeds."""
        with explained_failures(settings.report.language):
            listed = ajour.locations()
            with warehouse.transaction() as connection:
                register_units(connection, settings)
                rows = [(location.location_id, location.location_name) for location in listed]
                connection.register("listed", pd.DataFrame(rows, columns=["location_id", "location_name"], dtype=str))
                now = days.now()
                run(connection, REPLACE_LOCATIONS, company_id=ajour.company_id, now=now, today=now.date())
        unit_of = unit_of_locations(settings, now.date())
        unmapped = [location for location in listed if location.location_id not in unit_of]
        names = [unit.name for unit in settings.units]
        locations = [
            {
                "location": location.location_id,
                "name": location.location_name,
                "unit": unit_of.get(location.location_id, "NOT MAPPED"),
                "most similar unit": ""
                if location.location_id in unit_of
                else most_similar_unit(location.location_name, names) or "",
            }
            for location in sorted(listed, key=lambda location: location.location_id in unit_of)
        ]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(listed),
                "unmapped_locations": len(unmapped),
                "locations": table_of(locations),
            },
        )

    return ajour_locations


def raw_revenue(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the revenue as Ajour gave it."""

    @daily_asset(settings, group_name="ajour", kinds={"odbc", "duckdb"}, owners=["team:data"], deps=["ajour_database"])
    def raw_revenue(
        context: dg.AssetExecutionContext,
        window: Window,
        ajour: AjourResource,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """What every location sold on each business date, kept as Ajour gave it.

        A run asks for at most 31 days, and takes over what Ajour has corrected in them since. What each fetch changed
        is kept in `raw_revenue_history`.
        """
        fetched = ajour.daily_revenue(window)
        about = {"company_id": ajour.company_id, "first_day": window.first_day, "last_day": window.last_day}
        with warehouse.transaction() as connection:
            run(connection, STORE_WITHIN)
            connection.register("answer", fetched.reader())
            run(
                connection,
                STORE_RAW_REVENUE,
                **about,
                asked_at=fetched.asked_at,
                overwrite=settings.revenue.overwrite_existing,
                run_id=context.run.run_id,
            )
            totals = figures(connection, RAW_REVENUE_TOTALS, **about)
            register_units(connection, settings)
            run(connection, REVENUE_OF_NO_UNIT_SQL, **about)
            totals |= figures(connection, OF_NO_UNIT_TOTALS)
            of_no_unit = table(connection, OF_NO_UNIT, company_id=ajour.company_id)
            preview = table(connection, RAW_REVENUE_PREVIEW, **about)
            chart = daily_chart(
                connection,
                settings,
                window,
                "Raw revenue excl. VAT",
                RAW_REVENUE_PER_DAY,
                company_id=ajour.company_id,
            )
        return dg.MaterializeResult(
            metadata={
                **chart,
                "dagster/row_count": fetched.row_count,
                **totals,
                "locations": preview,
                "of_no_unit": of_no_unit,
            },
        )

    return raw_revenue
