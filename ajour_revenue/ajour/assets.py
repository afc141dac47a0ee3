"""What comes from Ajour: its locations, and its revenue as it gave it."""

from dataclasses import asdict

import dagster as dg
import pandas as pd

from ajour_revenue.ajour.errors import AjourError
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.mapping import most_similar_unit, register_units
from ajour_revenue.partitions import backfill_policy, daily_partitions, requested_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_schema, daily_chart, figures, report_rows_per_day, table, table_of
from ajour_revenue.warehouse.warehouse import Warehouse, set_variables

REPLACE_LOCATIONS = """
    INSERT OR REPLACE INTO ajour_locations BY NAME
    SELECT getvariable('company_id') AS company_id, location_id, location_name, getvariable('now') AS last_seen_at
    FROM listed;

    UPDATE ajour_locations
    SET unit = (SELECT mapping.unit FROM mapping WHERE mapping.location_id = ajour_locations.location_id);
"""

COMPARE_RAW_REVENUE = """
    SELECT
        count(*) FILTER (stored.location_id IS NULL) AS rows_new,
        count(*) FILTER (
            stored.revenue_incl_vat <> fetched.revenue_incl_vat OR stored.revenue_excl_vat <> fetched.revenue_excl_vat
        ) AS rows_corrected,
        count(*) FILTER (fetched.location_id IS NULL) AS rows_disappeared,
        coalesce(sum(fetched.revenue_incl_vat), 0)::DECIMAL(18, 2) AS revenue_incl_vat,
        coalesce(sum(fetched.revenue_excl_vat), 0)::DECIMAL(18, 2) AS revenue_excl_vat
    FROM fetched
    FULL JOIN (
        FROM raw_revenue
        WHERE company_id = getvariable('company_id')
            AND business_date BETWEEN getvariable('first_day') AND getvariable('last_day')
    ) AS stored USING (business_date, location_id)
"""

REPLACE_RAW_REVENUE = """
    DELETE FROM raw_revenue
    WHERE company_id = getvariable('company_id')
        AND business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

    INSERT INTO raw_revenue BY NAME
    SELECT
        getvariable('company_id') AS company_id,
        fetched.*,
        getvariable('now') AS fetched_at,
        getvariable('run_id') AS run_id
    FROM fetched;

    INSERT OR REPLACE INTO fetched_days BY NAME
    SELECT
        getvariable('company_id') AS company_id,
        unnest(generate_series(getvariable('first_day'), getvariable('last_day'), INTERVAL 1 DAY))::DATE
            AS business_date,
        getvariable('now') AS fetched_at,
        getvariable('run_id') AS run_id;
"""

RAW_REVENUE_PREVIEW = """
    SELECT
        location_id,
        coalesce(location_name, 'not in Ajour''s list') AS location_name,
        unit,
        count(*) AS days,
        sum(revenue_incl_vat)::DECIMAL(18, 2) AS revenue_incl_vat,
        sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat
    FROM raw_revenue LEFT JOIN ajour_locations USING (company_id, location_id)
    WHERE company_id = getvariable('company_id')
        AND business_date BETWEEN getvariable('first_day') AND getvariable('last_day')
    GROUP BY ALL
    ORDER BY revenue_excl_vat DESC
    LIMIT 20
"""

RAW_REVENUE_PER_DAY = """
    SELECT business_date, sum(revenue_excl_vat)
    FROM raw_revenue
    WHERE company_id = getvariable('company_id') AND business_date BETWEEN ? AND ?
    GROUP BY ALL
"""


def ajour_database(settings: Settings) -> dg.AssetSpec:
    """Describe Ajour's database: it is not ours to materialize, only to check."""
    return dg.AssetSpec(
        [settings.name, "ajour_database"],
        description="Ajour's own database, reached over ODBC with the five credentials that Ajour gives (R1). "
        "Its check `ajour_connection` is the button 'Test settings': it connects and lists the locations (R2).",
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
        """Every location that Ajour has listed, and the revenue unit that it feeds (R2, R13)."""
        try:
            listed = ajour.locations()
        except AjourError as error:
            raise dg.Failure(str(error)) from error
        unit_of = {location: unit.name for unit in settings.units for location in unit.locations}
        unmapped = [location for location in listed if location.location_id not in unit_of]
        with warehouse.transaction() as connection:
            register_units(connection, settings)
            set_variables(connection, company_id=ajour.company_id)
            rows = [(location.location_id, location.location_name) for location in listed]
            connection.register("listed", pd.DataFrame(rows, columns=["location_id", "location_name"], dtype=str))
            connection.execute(REPLACE_LOCATIONS)
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

    @dg.asset(
        key=[settings.name, "raw_revenue"],
        deps=[[settings.name, "ajour_database"]],
        group_name="ajour",
        kinds={"odbc", "duckdb"},
        owners=["team:data"],
        partitions_def=daily_partitions(settings),
        backfill_policy=backfill_policy,
        metadata={"dagster/column_schema": column_schema("raw_revenue")},
    )
    def raw_revenue(
        context: dg.AssetExecutionContext,
        ajour: AjourResource,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """What every location sold on each business date, kept as Ajour gave it (D4, D6, D7).

        A run replaces exactly the days that it asked for, at most 31 (D8), so figures corrected in Ajour come in (R10).
        """
        window = requested_window(context.run.tags, settings)
        try:
            fetched = ajour.daily_revenue(window).rows
        except AjourError as error:
            raise dg.Failure(str(error)) from error
        with warehouse.transaction() as connection:
            set_variables(connection, **asdict(window), company_id=ajour.company_id, run_id=context.run.run_id)
            connection.register("fetched", fetched)
            compared = figures(connection, COMPARE_RAW_REVENUE)
            connection.execute(REPLACE_RAW_REVENUE)
            report_rows_per_day(context, connection, "raw_revenue", window)
            preview = table(connection, RAW_REVENUE_PREVIEW)
            chart = daily_chart(connection, settings, window, "Raw revenue excl. VAT", RAW_REVENUE_PER_DAY)
        return dg.MaterializeResult(
            metadata={
                "days": str(window),
                "chart": chart,
                "dagster/row_count": fetched.num_rows,
                **compared,
                "locations": preview,
            },
        )

    return raw_revenue
