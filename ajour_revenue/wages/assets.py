"""Wage costs per unit and day, and the wage percentage."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa

from ajour_revenue.days import Window, latest_days
from ajour_revenue.mapping import register_units
from ajour_revenue.partitions import backfill_policy, daily_partitions, requested_window
from ajour_revenue.planday.errors import PlandayError
from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue.planday.structure import department_ids
from ajour_revenue.planday.wages import aggregate_shifts, fetch_shifts, foreign_currencies
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue.ui.metadata import (
    chart,
    column_lineage,
    column_schema,
    daily_chart,
    figures,
    report_rows_per_day,
    table,
)
from ajour_revenue.ui.sparkline import Day
from ajour_revenue.wages.figures import Figure, daily_totals
from ajour_revenue.wages.file import WageFileError, read_wage_file
from ajour_revenue.warehouse.warehouse import Warehouse, set_variables

WAGE_PERCENTAGE_SQL = (Path(__file__).parent / "sql" / "wage_percentage.sql").read_text(encoding="utf-8")

WAGE_COST_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "department": pa.string(),
        "unit": pa.string(),
        "wage_cost": pa.decimal128(18, 2),
        "hours": pa.decimal128(18, 2),
    },
)

PEOPLE_SCHEMA = pa.schema({"business_date": pa.date32(), "department": pa.string(), "people": pa.int32()})

# A row that says what it said before keeps its time and run.
REPLACE_WAGE_COSTS = """
    CREATE OR REPLACE TEMP TABLE stored_wage_costs AS
    FROM wage_costs
    WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

    DELETE FROM wage_costs
    WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

    INSERT INTO wage_costs BY NAME
    SELECT
        given.*,
        coalesce(same.updated_at, getvariable('now')) AS updated_at,
        coalesce(same.run_id, getvariable('run_id')) AS run_id
    FROM given
    LEFT JOIN stored_wage_costs AS same
        ON same.business_date = given.business_date
        AND same.department = given.department
        AND same.unit IS NOT DISTINCT FROM given.unit
        AND same.wage_cost = given.wage_cost
        AND same.hours = given.hours;

    DELETE FROM wage_cost_people
    WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

    INSERT INTO wage_cost_people BY NAME FROM given_people;
"""

# What one person costs is in no total either (D5).
WAGE_COST_FIGURES = """
    WITH before AS (
        FROM wage_costs WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day')
    ),
    after AS (
        SELECT given.*, shown(wage_cost, people, getvariable('show_single_person')) AS shown_cost
        FROM given LEFT JOIN given_people USING (business_date, department)
    )
    SELECT
        count(after.wage_cost) AS "dagster/row_count",
        coalesce(sum(shown_cost), 0)::DECIMAL(18, 2) AS wage_cost,
        coalesce(sum(shown_cost) FILTER (after.unit IS NULL), 0)::DECIMAL(18, 2) AS wage_cost_not_allocated,
        count(*) FILTER (before.wage_cost IS NULL) AS rows_new,
        count(*) FILTER (before.wage_cost <> after.wage_cost OR before.hours <> after.hours) AS rows_corrected,
        count(*) FILTER (after.wage_cost IS NULL) AS rows_disappeared
    FROM after
    FULL JOIN before
        ON before.business_date = after.business_date
        AND before.department = after.department
        AND before.unit IS NOT DISTINCT FROM after.unit
"""

WAGE_COST_PREVIEW = """
    SELECT
        department,
        coalesce(unit, 'not allocated') AS unit,
        count(*) AS days,
        sum(shown(hours, people, getvariable('show_single_person')))::DECIMAL(18, 2) AS hours,
        sum(shown(wage_cost, people, getvariable('show_single_person')))::DECIMAL(18, 2) AS wage_cost
    FROM given LEFT JOIN given_people USING (business_date, department)
    GROUP BY ALL
    ORDER BY department, unit
    LIMIT 50
"""

WAGE_COST_PER_DAY = """
    SELECT business_date, sum(shown(wage_cost, people, getvariable('show_single_person')))
    FROM wage_costs LEFT JOIN wage_cost_people USING (business_date, department)
    WHERE business_date BETWEEN ? AND ?
    GROUP BY ALL
"""

WAGE_PERCENTAGE_FIGURES = """
    SELECT
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(18, 2) AS revenue_excl_vat,
        coalesce(sum(wage_cost), 0)::DECIMAL(18, 2) AS wage_cost,
        count(*) FILTER (note IS NOT NULL) AS department_days_with_notes
    FROM shown_days(getvariable('first_day'), getvariable('last_day'), getvariable('show_single_person'))
    WHERE unit IS NULL
"""

WAGE_PERCENTAGE_PREVIEW = """
    SELECT * REPLACE (coalesce(unit, 'total') AS unit)
    FROM wage_percentage_of(getvariable('first_day'), getvariable('last_day'), getvariable('show_single_person'))
    LIMIT 50
"""


def wage_costs(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the wage costs, from the source that the settings name."""
    key = [settings.name, "wage_costs"]
    partitions_def = daily_partitions(settings)
    metadata = {"dagster/column_schema": column_schema("wage_costs")}

    @dg.asset(
        key=key,
        group_name="wages",
        kinds={"csv", "duckdb"},
        owners=["team:data"],
        partitions_def=partitions_def,
        backfill_policy=backfill_policy,
        metadata=metadata,
    )
    def from_file(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        """What the planned shifts of a day cost, per department and revenue unit; wages carry no VAT.

        From the file that the settings name. Cost that belongs to no unit stays with the department. There is nothing
        per employee in it (D5).
        """
        window = requested_window(context.run.tags, settings)
        try:
            rows = read_wage_file(settings)
        except WageFileError as error:
            raise dg.Failure(str(error)) from error
        asked = [row.model_dump() for row in rows if window.first_day <= row.business_date <= window.last_day]
        with warehouse.transaction() as connection:
            connection.register("given", pa.Table.from_pylist(asked, schema=WAGE_COST_SCHEMA))
            connection.register("given_people", PEOPLE_SCHEMA.empty_table())
            stored = store_wage_costs(context, connection, settings, window)
        return dg.MaterializeResult(metadata={"days": str(window), **stored})

    @dg.asset(
        key=key,
        deps=[[settings.name, "planday_structure"]],
        group_name="wages",
        kinds={"planday", "duckdb"},
        owners=["team:data"],
        partitions_def=partitions_def,
        backfill_policy=backfill_policy,
        metadata=metadata,
    )
    def from_planday(
        context: dg.AssetExecutionContext,
        planday: PlandayResource,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """What the planned shifts of a day cost, per department and revenue unit; wages carry no VAT.

        From Planday, on the date that the shift starts (D4), aggregated before it is stored (D5). Cost that belongs to
        no unit stays with the department; that of positions which do not affect revenue is left out.
        """
        window = requested_window(context.run.tags, settings)
        with warehouse.transaction() as connection:
            register_units(connection, settings)
            departments = department_ids(connection)
        if not departments:
            message = (
                "None of the settings' units is known in Planday. Give them their planday_unit_id, and materialize "
                "planday_structure; its check names the ids."
            )
            raise dg.Failure(message)
        try:
            shifts = fetch_shifts(planday.client, departments, window)
        except PlandayError as error:
            raise dg.Failure(str(error)) from error
        if foreign := foreign_currencies(shifts):
            context.log.warning("Planday gives wages in %s, not in DKK; they are taken as DKK.", ", ".join(foreign))
        with warehouse.transaction() as connection:
            left_out = aggregate_shifts(connection, settings, shifts, window)
            stored = store_wage_costs(context, connection, settings, window)
        return dg.MaterializeResult(
            metadata={
                "days": str(window),
                **stored,
                "departments_asked": len(departments),
                "wage_cost_not_affecting_revenue": DANISH.kroner(left_out),
                "currency": ", ".join(foreign) or "DKK",
            },
        )

    return from_planday if settings.wages.source == "planday" else from_file


def wage_chart(days: Sequence[Figure]) -> dg.MarkdownMetadataValue:
    """Return revenue excl. VAT and wage percentage as the small chart that a materialization shows."""
    small = [Day(day.revenue_excl_vat, day.wage_percentage, day.is_over_target) for day in days]
    return chart("Wage percentage", small)


def store_wage_costs(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
) -> dict[str, dg.MetadataValue]:
    """Replace the window's wage costs by the relations `given` and `given_people`; return what to show of them."""
    set_variables(
        connection,
        **asdict(window),
        run_id=context.run.run_id,
        show_single_person=settings.wages.show_single_person,
    )
    shown = {**figures(connection, WAGE_COST_FIGURES), "departments": table(connection, WAGE_COST_PREVIEW)}
    connection.execute(REPLACE_WAGE_COSTS)
    chart = daily_chart(connection, settings, window, "Wage cost", WAGE_COST_PER_DAY)
    report_rows_per_day(context, connection, "wage_costs", window)
    return {"chart": chart, **shown}


def calculate_wage_percentage(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> None:
    """Replace the window's wage percentages by what the stored revenue and wage costs make of them (R14, D2)."""
    set_variables(connection, **asdict(window))
    register_units(connection, settings)
    connection.execute(WAGE_PERCENTAGE_SQL)


def wage_percentage(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the wage percentages."""
    lineage = column_lineage(
        settings,
        revenue_excl_vat=["unit_revenue.revenue_excl_vat"],
        wage_cost=["wage_costs.wage_cost"],
        wage_percentage=["unit_revenue.revenue_excl_vat", "wage_costs.wage_cost"],
        note=["unit_revenue.missing_locations"],
    )

    @dg.asset(
        key=[settings.name, "wage_percentage"],
        deps=[[settings.name, "unit_revenue"], [settings.name, "wage_costs"]],
        group_name="wages",
        kinds={"duckdb", "sql"},
        owners=["team:controlling"],
        partitions_def=daily_partitions(settings),
        backfill_policy=backfill_policy,
        metadata={"dagster/column_schema": column_schema("wage_percentage")},
    )
    def wage_percentage(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        """Wage cost in percent of the revenue excl. VAT, per revenue unit, department and day (R14, D2).

        NULL where revenue is 0 or missing; the note says what is missing. The views `wage_percentage_by_week` and
        `wage_percentage_by_month` are ratios of sums, never means of daily percentages.
        """
        window = requested_window(context.run.tags, settings)
        with warehouse.transaction() as connection:
            calculate_wage_percentage(connection, settings, window)
            set_variables(connection, show_single_person=settings.wages.show_single_person)
            totals = figures(connection, WAGE_PERCENTAGE_FIGURES)
            preview = table(connection, WAGE_PERCENTAGE_PREVIEW)
            report_rows_per_day(context, connection, "wage_percentage", window)
            days = daily_totals(connection, settings, latest_days(window.last_day, since=settings.activation_date))
        return dg.MaterializeResult(
            metadata={
                "days": str(window),
                "chart": wage_chart(days),
                "dagster/column_lineage": lineage,
                **totals,
                "wage_percentage": preview,
            },
        )

    return wage_percentage
