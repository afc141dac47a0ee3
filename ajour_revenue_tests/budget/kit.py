"""Budgets as tests make them up."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import duckdb

from ajour_revenue.budget.file import BudgetLine
from ajour_revenue.budget.spread import spread_budget, store_budget
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.kit import settings_dict

UNITS = {"Bar": "Vesterbro", "Kitchen": "Vesterbro", "Shop": "Aarhus"}
BUDGETED = Settings.model_validate(settings_dict(activation_date=dt.date(2024, 1, 1), budget={"file": "budget.csv"}))


def line(
    place: str, period: dt.date | Window, revenue: Decimal | int | str | None, percentage: Decimal | int | None = None
) -> BudgetLine:
    """Return the budget of a unit or a department for a day, or for a month, as `month_of` gives it."""
    unit = place if place in UNITS else None
    return BudgetLine(
        department=UNITS.get(place, place),
        unit=unit,
        period=period if isinstance(period, Window) else Window(period, period),
        revenue_excl_vat=None if revenue is None else Decimal(revenue),
        wage_percentage=None if percentage is None else Decimal(percentage),
    )


def store(connection: duckdb.DuckDBPyConnection, lines: Iterable[BudgetLine]) -> None:
    """Spread and store budgets."""
    spread_budget(connection, BUDGETED, list(lines))
    store_budget(connection, run_id="run")
