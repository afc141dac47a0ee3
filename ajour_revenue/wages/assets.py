"""Wage costs per unit and day, and the wage percentage."""

from collections.abc import Sequence

import dagster as dg
import duckdb

from ajour_revenue import days
from ajour_revenue.daily_asset import daily_asset
from ajour_revenue.days import Window, latest_days
from ajour_revenue.errors import ActionableError
from ajour_revenue.outstanding import forget, go_on_without
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import chart, column_lineage, daily_chart, figures, plot, table
from ajour_revenue.ui.sparkline import Day
from ajour_revenue.wages.figures import Figure, daily_totals, make_figures
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.wages.source import WageCosts, WageSource
from ajour_revenue.warehouse.errors import WarehouseError
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, sql_file

STORE_WAGE_COSTS = sql_file(__package__, "store_wage_costs")

# What one person costs is in no total either (D21).
WAGE_COST_FIGURES = """
    WITH before AS (
        FROM wage_costs WHERE business_date BETWEEN $first_day AND $last_day
    ),
    after AS (
        SELECT *, shown(wage_cost, people, $show_single_person) AS shown_cost FROM given
    )
    SELECT
        count(after.wage_cost) AS "dagster/row_count",
        coalesce(sum(shown_cost), 0)::DECIMAL(38, 2) AS wage_cost,
        coalesce(sum(shown_cost) FILTER (after.unit IS NULL), 0)::DECIMAL(38, 2) AS wage_cost_not_allocated,
        count(*) FILTER (after.wage_cost IS NOT NULL AND shown_cost IS NULL) AS wage_costs_hidden,
        count(*) FILTER (before.wage_cost IS NULL) AS rows_new,
        count(*) FILTER (before.wage_cost <> after.wage_cost OR before.hours <> after.hours) AS rows_corrected,
        count(*) FILTER (after.wage_cost IS NULL) AS rows_disappeared
    FROM after
    FULL JOIN before
        ON before.business_date = after.business_date
        AND before.department = after.department
        AND before.unit IS NOT DISTINCT FROM after.unit
"""

# A page of 1280 pixels has room for some five columns, whose headings are never broken.
WAGE_COST_PREVIEW = """
    SELECT
        department || ', ' || coalesce(unit, 'not allocated') AS place,
        count(*) AS days,
        count(*) FILTER (shown(wage_cost, people, $show_single_person) IS NULL) AS hidden,
        sum(shown(hours, people, $show_single_person))::DECIMAL(38, 2) AS hours,
        sum(shown(wage_cost, people, $show_single_person))::DECIMAL(38, 2) AS wage_cost
    FROM given
    GROUP BY department, unit
    ORDER BY department, unit
    LIMIT 50
"""

WAGE_COST_PER_DAY = """
    SELECT costs.business_date, sum(shown(wage_cost, people, $show_single_person))
    FROM wage_costs AS costs
    LEFT JOIN wage_cost_people AS counted
        ON counted.business_date = costs.business_date
        AND counted.department = costs.department
        AND counted.unit IS NOT DISTINCT FROM costs.unit
    WHERE costs.business_date BETWEEN $first_day AND $last_day
    GROUP BY ALL
"""

WAGE_PERCENTAGE_FIGURES = """
    SELECT
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(38, 2) AS revenue_excl_vat,
        coalesce(sum(wage_cost), 0)::DECIMAL(38, 2) AS wage_cost,
        (
            SELECT count(*) FROM wage_percentage
            WHERE unit IS NULL AND note IS NOT NULL AND business_date BETWEEN $first_day AND $last_day
        ) AS department_days_with_notes
    FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
    WHERE unit IS NULL
"""

OF_PLACES = """
    SELECT
        department || ', ' || CASE WHEN unallocated THEN 'not allocated' ELSE coalesce(unit, 'total') END AS place,
        {columns}
    FROM figures
    WHERE department IS NOT NULL
    ORDER BY department, figures.unallocated, figures.unit NULLS LAST
    LIMIT 50
"""

WAGE_PERCENTAGE_PREVIEWS = {
    "wage_percentage": OF_PLACES.format(columns="revenue_excl_vat, wage_cost, wage_percentage AS wage_pct, target"),
    "hours": OF_PLACES.format(columns="judged_percentage, hours, revenue_per_hour"),
    "days_not_covered": OF_PLACES.format(
        columns="days_without_wages AS no_wages, days_without_revenue AS no_revenue, days_hidden AS hidden"
    ),
}


def wage_costs(settings: Settings, *, source: str, deps: Sequence[str]) -> dg.AssetsDefinition:
    """Define the asset of the wage costs that the resource `wage_source` gives.

    `source` is the kind that Dagster's UI shows, `deps` the assets that the source reads.
    """

    @daily_asset(settings, group_name="wages", kinds={source, "duckdb"}, owners=["team:data"], deps=deps)
    def wage_costs(
        context: dg.AssetExecutionContext,
        window: Window,
        wage_source: dg.ResourceParam[WageSource],
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """What the planned shifts of a day cost, per department and revenue unit; wages carry no VAT.

        On the date that the shift starts. Cost that belongs to no unit stays with the department. There is nothing per
        employee in it. Where they cannot be fetched, those that are known stay, and the run goes on with them.
        """
        try:
            costs = wage_source.fetch(window)
        except WarehouseError:
            # It is not the source's fault, and keeps the other steps from going on too.
            raise
        except ActionableError as error:
            language = settings.report.language
            return go_on_without(context, warehouse, "wage_costs", window, error, language=language)
        for warning in costs.warnings:
            context.log.warning(warning)
        with warehouse.transaction() as connection:
            shown = store_wage_costs(connection, settings, costs, window, run_id=context.run.run_id)
            forget(connection, "wage_costs", window)
            per_day = run(connection, WAGE_COST_PER_DAY, **_about(settings, window)).fetchall()
        plot(context, "day_wage_cost", dict(per_day))
        return dg.MaterializeResult(metadata={**shown, **costs.metadata})

    return wage_costs


def store_wage_costs(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    costs: WageCosts,
    window: Window,
    *,
    run_id: str,
) -> dict[str, dg.MetadataValue]:
    """Replace the window's wage costs; return what to show of them."""
    about = _about(settings, window)
    connection.register("given", costs.rows)
    shown = {
        **figures(connection, WAGE_COST_FIGURES, **about),
        "departments": table(connection, WAGE_COST_PREVIEW, **about),
    }
    run(
        connection,
        STORE_WAGE_COSTS,
        first_day=window.first_day,
        last_day=window.last_day,
        now=days.now(),
        run_id=run_id,
    )
    single = settings.wages.show_single_person
    chart = daily_chart(connection, settings, window, "Wage cost", WAGE_COST_PER_DAY, show_single_person=single)
    return {**chart, **shown}


def _about(settings: Settings, window: Window) -> dict[str, object]:
    return {
        "first_day": window.first_day,
        "last_day": window.last_day,
        "show_single_person": settings.wages.show_single_person,
    }


def wage_percentage(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the wage percentages."""
    lineage = column_lineage(
        settings,
        revenue_excl_vat=["unit_revenue.revenue_excl_vat"],
        wage_cost=["wage_costs.wage_cost"],
        wage_percentage=["unit_revenue.revenue_excl_vat", "wage_costs.wage_cost"],
        note=["unit_revenue.missing_locations"],
    )

    @daily_asset(
        settings,
        group_name="wages",
        kinds={"duckdb", "sql"},
        owners=["team:controlling"],
        deps=["unit_revenue", "wage_costs"],
    )
    def wage_percentage(
        context: dg.AssetExecutionContext,
        window: Window,
        warehouse: Warehouse,
    ) -> dg.MaterializeResult:
        """Wage cost in percent of the revenue excl. VAT, per revenue unit, department and day.

        NULL where revenue is 0 or missing; the note says what is missing. Beside it, in each materialization, are the
        hours and the revenue excl. VAT per hour. Those of several days are ratios of sums, never means of the days'.
        """
        with warehouse.transaction() as connection:
            calculate_wage_percentage(connection, settings, window)
            totals = figures(connection, WAGE_PERCENTAGE_FIGURES, **_about(settings, window))
            make_figures(connection, settings, [window])
            tables = {name: table(connection, sql) for name, sql in WAGE_PERCENTAGE_PREVIEWS.items()}
            latest = latest_days(window.last_day, since=settings.activation_date)
            totals_per_day = daily_totals(connection, settings, latest)
        in_run = {each.window.first_day: each for each in totals_per_day if each.window.first_day in window.days}
        plot(context, "day_revenue_excl_vat", {day: each.revenue_excl_vat for day, each in in_run.items()})
        plot(context, "day_wage_cost", {day: each.wage_cost for day, each in in_run.items()})
        # Nothing in a plot would say that a percentage is provisional.
        of_all = {day: each.wage_percentage for day, each in in_run.items() if not each.is_provisional}
        plot(context, "day_wage_percentage", of_all)
        return dg.MaterializeResult(
            metadata={
                **wage_chart(totals_per_day, latest),
                "dagster/column_lineage": lineage,
                **totals,
                **tables,
            },
        )

    return wage_percentage


def wage_chart(days: Sequence[Figure], window: Window) -> dict[str, dg.MetadataValue]:
    """Return revenue excl. VAT and wage percentage as the small chart that a materialization shows."""
    small = [Day(day.revenue_excl_vat, day.wage_percentage, day.is_over_target) for day in days]
    return chart("Wage percentage", small, window, bars="Revenue excl. VAT")
