"""A month's budget spread over its days, as the month is expected to go, and stored."""

from collections.abc import Sequence

import duckdb

from ajour_revenue import days
from ajour_revenue.budget.file import BudgetLine
from ajour_revenue.days import Window
from ajour_revenue.plan.expected_revenue import expect_revenue
from ajour_revenue.plan.wage_plan import coming_days
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import give, rows, run, sql_file

KEPT_MONTHS_SQL = sql_file(__package__, "kept_months")
LEARN_SHAPE_SQL = sql_file(__package__, "learn_shape")
SPREAD_SQL = sql_file(__package__, "spread")

BUDGETS = (
    "department VARCHAR, unit VARCHAR, first_day DATE, last_day DATE, is_month BOOLEAN, "
    "revenue_excl_vat DECIMAL(18, 2), wage_percentage DECIMAL(5, 2)"
)
TO_LEARN = """
    SELECT DISTINCT first_day, last_day
    FROM budgets ANTI JOIN kept_months USING (first_day, last_day)
    WHERE is_month AND revenue_excl_vat > 0
    ORDER BY first_day
"""

SHAPES = "business_date DATE, department VARCHAR, unit VARCHAR, weight BIGINT"

STORE_BUDGET = """
    DELETE FROM budget;
    INSERT INTO budget BY NAME SELECT *, $now AS made_at, $run_id AS run_id FROM budget_days;
"""


def shown_lines(settings: Settings, lines: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return the lines of days that anything can be shown of: from the activation date to the end of the plan."""
    last_day = coming_days(settings).last_day
    return [
        line for line in lines if line.period.last_day >= settings.activation_date and line.period.first_day <= last_day
    ]


def spread_budget(connection: duckdb.DuckDBPyConnection, settings: Settings, lines: Sequence[BudgetLine]) -> None:
    """Make the temporary table `budget_days`: budgets per day, department and unit, NULL where it is a department's.

    A month goes as its days are expected to, by what was sold before it: its budget stays where it is while it passes.
    One that is stored already is spread again only where its budget, or anything sold before it, has changed since.
    """
    give(connection, "budgets", BUDGETS, map(_row, lines))
    give(connection, "shapes", SHAPES, [])
    run(connection, KEPT_MONTHS_SQL)
    for month in rows(connection, TO_LEARN, Window):
        expect_revenue(connection, settings, month)
        run(connection, LEARN_SHAPE_SQL)
    run(connection, SPREAD_SQL)


def store_budget(connection: duckdb.DuckDBPyConnection, *, run_id: str) -> None:
    """Put the rows of `budget_days` in place of those that are stored."""
    run(connection, STORE_BUDGET, now=days.now(), run_id=run_id)


def _row(line: BudgetLine) -> dict[str, object]:
    return {
        "department": line.department,
        "unit": line.unit,
        "first_day": line.period.first_day,
        "last_day": line.period.last_day,
        "is_month": line.is_month,
        "revenue_excl_vat": line.revenue_excl_vat,
        "wage_percentage": line.wage_percentage,
    }
