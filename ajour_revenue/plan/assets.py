"""The plan as assets: what the coming days are expected to sell, and what their planned shifts cost."""

from collections.abc import Sequence

import dagster as dg

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError
from ajour_revenue.explained import explained_failures
from ajour_revenue.plan.expected_revenue import expect_revenue, store_expected
from ajour_revenue.plan.wage_plan import (
    Planned,
    calculate_wage_plan,
    coming_days,
    forget_passed_wages,
    load_plan,
    store_planned_wages,
)
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.ui.metadata import chart, column_lineage, column_schema, figures, table, table_of
from ajour_revenue.ui.sparkline import Day
from ajour_revenue.wages.figures import COMPANY
from ajour_revenue.wages.source import WageSource
from ajour_revenue.warehouse.errors import WarehouseError
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run

GROUP = "plan"
PLANNED_WAGES_FETCHED = "planned_wages_fetched"

EXPECTED_PREVIEW = """
    SELECT
        business_date AS day,
        department || ', ' || unit AS place,
        expected_revenue_excl_vat AS expected_excl_vat,
        low,
        high
    FROM expected_revenue
    ORDER BY business_date, department, unit
    LIMIT 100
"""

EXPECTED_NOTES = """
    SELECT business_date AS day, department || ', ' || unit AS place, note, holiday
    FROM expected_revenue
    WHERE note IS NOT NULL OR holiday IS NOT NULL
    ORDER BY business_date, department, unit
    LIMIT 100
"""

EXPECTED_FIGURES = """
    SELECT
        count(*) AS "dagster/row_count",
        coalesce(sum(expected_revenue_excl_vat), 0)::DECIMAL(38, 2) AS expected_revenue_excl_vat,
        count(*) FILTER (expected_revenue_excl_vat IS NULL) AS unit_days_without_figure
    FROM expected_revenue
"""

EXPECTED_PER_DAY = """
    SELECT sum(expected_revenue_excl_vat) FROM expected_revenue GROUP BY business_date ORDER BY business_date
"""

# What one person costs is in no total either (D21).
PLANNED_WAGES_PREVIEW = """
    SELECT
        business_date AS day,
        department,
        sum(shown(hours, people, $show_single_person))::DECIMAL(38, 2) AS hours,
        sum(shown(wage_cost, people, $show_single_person))::DECIMAL(38, 2) AS wage_cost,
        count(*) FILTER (shown(wage_cost, people, $show_single_person) IS NULL) AS hidden
    FROM planned_wages
    GROUP BY ALL
    ORDER BY ALL
    LIMIT 100
"""


def expected_revenue(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of what the units are expected to sell."""

    @dg.asset(
        key=[settings.name, "expected_revenue"],
        deps=[[settings.name, "unit_revenue"]],
        group_name=GROUP,
        kinds={"duckdb", "sql"},
        owners=["team:controlling"],
        metadata={"dagster/column_schema": column_schema("expected_revenue")},
    )
    def expected_revenue(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        """What each unit is expected to sell today and on the coming days, in DKK excl. VAT, and which days say so.

        What the weekday usually brings, by how the last four weeks went, and by what a holiday made of it last year;
        with the interval that the revenue is in four times of five. No figure where there are fewer than four such
        weekdays to learn from.
        """
        window = coming_days(settings)
        with explained_failures(settings.report.language), warehouse.transaction() as connection:
            expect_revenue(connection, settings, window)
            store_expected(connection, run_id=context.run.run_id)
            per_day = [amount for (amount,) in run(connection, EXPECTED_PER_DAY).fetchall()]
            return dg.MaterializeResult(
                metadata={
                    **chart(
                        "Expected revenue",
                        [Day(amount) for amount in per_day],
                        window,
                        bars="Expected revenue excl. VAT",
                    ),
                    "days": str(window),
                    **figures(connection, EXPECTED_FIGURES),
                    "expected": table(connection, EXPECTED_PREVIEW),
                    "notes": table(connection, EXPECTED_NOTES),
                },
            )

    return expected_revenue


def planned_wages(settings: Settings, *, source: str, deps: Sequence[str]) -> dg.AssetsDefinition:
    """Define the asset of the coming days' wages that the resource `wage_source` gives.

    `source` is the kind that Dagster's UI shows, `deps` the assets that the source reads.
    """
    key = dg.AssetKey([settings.name, "planned_wages"])

    @dg.asset(
        key=key,
        # After the past ones, so that nothing is asked in a run that is refused.
        deps=[[settings.name, dep] for dep in ("wage_costs", *deps)],
        group_name=GROUP,
        kinds={source, "duckdb"},
        owners=["team:data"],
        metadata={"dagster/column_schema": column_schema("planned_wages")},
        check_specs=[
            dg.AssetCheckSpec(
                PLANNED_WAGES_FETCHED,
                asset=key,
                description="The coming days' wages could be fetched. It warns, and never fails a run.",
            )
        ],
    )
    def planned_wages(
        context: dg.AssetExecutionContext, wage_source: dg.ResourceParam[WageSource], warehouse: Warehouse
    ) -> dg.MaterializeResult:
        """What the shifts planned for today and the coming days cost, per department and revenue unit, without VAT.

        Open shifts, which nobody has taken yet, are not in it: Planday gives them no cost. There is nothing per
        employee in it. Where the wages cannot be fetched, those that are known stay, and the plan is made of them.
        """
        window, language = coming_days(settings), settings.report.language
        asked_at = days.now()
        try:
            costs = wage_source.fetch(window)
        except WarehouseError as error:
            # It is not the source's fault.
            raise dg.Failure(error.text.in_language(language)) from error
        except ActionableError as error:
            with explained_failures(settings.report.language), warehouse.transaction() as connection:
                forget_passed_wages(connection, window)
            said = Bilingual(
                da=f"{error.text.da} Planen beholder de lønninger, der er kendt.",
                en=f"{error.text.en} The plan keeps the wages that are known.",
            )
            context.log.warning(said.en)
            return dg.MaterializeResult(
                metadata={"not_fetched": error.text.in_language(language)},
                check_results=[_fetched(said.in_language(language))],
            )
        for warning in costs.warnings:
            context.log.warning(warning)
        with explained_failures(settings.report.language), warehouse.transaction() as connection:
            store_planned_wages(connection, costs, asked_at=asked_at, run_id=context.run.run_id)
            preview = table(connection, PLANNED_WAGES_PREVIEW, show_single_person=settings.wages.show_single_person)
        return dg.MaterializeResult(
            metadata={
                "days": str(window),
                "dagster/row_count": costs.rows.num_rows,
                "departments": preview,
                **costs.metadata,
            },
            check_results=[_fetched(None)],
        )

    return planned_wages


def _fetched(error: str | None) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=PLANNED_WAGES_FETCHED,
        passed=error is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=error or "The wages of the coming days were fetched.",
    )


def wage_plan(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the plan."""
    lineage = column_lineage(
        settings,
        expected_revenue_excl_vat=["expected_revenue.expected_revenue_excl_vat"],
        planned_wage_cost=["planned_wages.wage_cost"],
        planned_hours=["planned_wages.hours"],
        planned_wage_percentage=["expected_revenue.expected_revenue_excl_vat", "planned_wages.wage_cost"],
        wage_cost_at_target=["expected_revenue.expected_revenue_excl_vat"],
        note=["expected_revenue.note"],
    )

    @dg.asset(
        key=[settings.name, "wage_plan"],
        deps=[[settings.name, "expected_revenue"], [settings.name, "planned_wages"]],
        group_name=GROUP,
        kinds={"duckdb", "sql"},
        owners=["team:controlling"],
        metadata={"dagster/column_schema": column_schema("wage_plan")},
    )
    def wage_plan(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:  # noqa: ARG001 (Dagster's)
        """Planned wages in percent of expected revenue, today and on the coming days, per department and unit.

        With what the wages would be at the target. Open shifts, which nobody has taken yet, are not in it. A day is in
        the plan until it is over; then it is fetched.
        """
        window = coming_days(settings)
        with explained_failures(settings.report.language), warehouse.transaction() as connection:
            calculate_wage_plan(connection, settings, window)
            plan = load_plan(connection, settings, window)
        of_places = [each for each in plan if each.figure.place.department][:100]
        return dg.MaterializeResult(
            metadata={
                **plan_chart([each for each in plan if each.figure.place == COMPANY], window),
                "days": str(window),
                "dagster/column_lineage": lineage,
                "plan": table_of([_row(each) for each in of_places]),
                "notes": table_of([_note(each) for each in of_places if each.note]),
            },
        )

    return wage_plan


def plan_chart(of_company: Sequence[Planned], window: Window) -> dict[str, dg.MetadataValue]:
    """Return expected revenue and planned wage percentage as the small chart that a materialization shows."""
    small = [
        Day(each.figure.revenue_excl_vat, each.figure.wage_percentage, each.figure.is_over_target)
        for each in of_company
    ]
    return chart("Planned wage percentage", small, window, bars="Expected revenue excl. VAT")


def _row(planned: Planned) -> dict[str, object]:
    figure = planned.figure
    return {
        "day": planned.day,
        "place": _place(planned),
        "expected_excl_vat": figure.revenue_excl_vat,
        "wage_cost": figure.wage_cost,
        "wage_pct": figure.wage_percentage,
        "target": figure.target,
        "over_dkk": planned.over_target,
    }


def _note(planned: Planned) -> dict[str, object]:
    return {"day": planned.day, "place": _place(planned), "note": planned.note}


def _place(planned: Planned) -> str:
    place = planned.figure.place
    return f"{place.department}, {'not allocated' if place.unallocated else place.unit or 'total'}"
