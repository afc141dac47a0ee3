"""The budget as an asset: read from its file, spread over the days, and stored."""

from pathlib import Path

import dagster as dg

from ajour_revenue.budget.compare import make_budget_of_places
from ajour_revenue.budget.file import BudgetFileError, read_budget
from ajour_revenue.budget.spread import shown_lines, spread_budget, store_budget
from ajour_revenue.days import month_of, today
from ajour_revenue.explained import explained_failures
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.ui.metadata import chart, column_schema, figures, table
from ajour_revenue.ui.sparkline import Day
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import values

BUDGET_READ = "budget_read"

ROWS = 'SELECT count(*) AS "dagster/row_count" FROM budget'

BUDGET_PREVIEW = """
    SELECT
        strftime(business_date, '%Y-%m') AS month,
        coalesce(in_department, 'company') AS department,
        CASE WHEN in_department IS NOT NULL THEN coalesce(in_unit, 'total') END AS unit,
        sum(revenue)::DECIMAL(38, 2) AS budget_revenue_excl_vat,
        count(revenue) AS days
    FROM budget_of_places
    GROUP BY month, in_department, in_unit
    ORDER BY month DESC, in_department NULLS LAST, in_unit NULLS FIRST
    LIMIT 100
"""

BUDGET_PER_DAY = """
    SELECT revenue
    FROM budget_of_places
    WHERE in_department IS NULL AND business_date BETWEEN $first_day AND $last_day
    ORDER BY business_date
"""


def budget(settings: Settings, file: Path) -> dg.AssetsDefinition:
    """Define the asset of the budget that a file holds."""
    key = dg.AssetKey([settings.name, "budget"])

    @dg.asset(
        key=key,
        # What was sold before a month says how it is expected to go.
        deps=[[settings.name, "unit_revenue"]],
        group_name="plan",
        kinds={"csv", "duckdb"},
        owners=["team:controlling"],
        metadata={"dagster/column_schema": column_schema("budget")},
        check_specs=[
            dg.AssetCheckSpec(
                BUDGET_READ,
                asset=key,
                description="The budget file could be read. It warns, and never fails a run.",
            )
        ],
    )
    def budget(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        """What each unit or department is to sell, in DKK excl. VAT, and to pay for it, day by day.

        A month of the budget file is spread over its days as they are expected to go, learnt from what was sold before
        the month. Where the file cannot be used, the budget that was read last stays.
        """
        try:
            lines = read_budget(settings, file)
        except BudgetFileError as error:
            said = Bilingual(
                da=f"{error.text.da}\nDet budget, der sidst blev læst, bliver stående.",
                en=f"{error.text.en}\nThe budget that was read last stays.",
            )
            context.log.warning(said.en)
            language = settings.report.language
            return dg.MaterializeResult(
                metadata={"not_read": error.text.in_language(language)},
                check_results=[_read(said.in_language(language))],
            )
        with explained_failures(settings.report.language), warehouse.transaction() as connection:
            spread_budget(connection, settings, shown_lines(settings, lines))
            store_budget(connection, run_id=context.run.run_id)
            make_budget_of_places(connection, settings)
            month = month_of(today())
            per_day = values(connection, BUDGET_PER_DAY, first_day=month.first_day, last_day=month.last_day)
            return dg.MaterializeResult(
                metadata={
                    **chart("Budget", [Day(amount) for amount in per_day], month, bars="Budget excl. VAT"),
                    **figures(connection, ROWS),
                    "months": table(connection, BUDGET_PREVIEW),
                    "file": dg.MetadataValue.path(str(file)),
                    "lines": len(lines),
                },
                check_results=[_read(None)],
            )

    return budget


def _read(error: str | None) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=BUDGET_READ,
        passed=error is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=error or "The budget file was read.",
    )
