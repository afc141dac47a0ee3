"""What each place sold and paid, or is expected to, against its budget."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import HUNDREDTH, Figure, Place
from ajour_revenue.warehouse.run import give, rows, run, sql_file

BUDGET_OF_PLACES_SQL = sql_file(__package__, "budget_of_places")
BUDGET_FIGURES_SQL = sql_file(__package__, "budget_figures")


@dataclass(frozen=True)
class BudgetFigure:
    """The budget of a place in a period; None where it does not cover every day and unit of it."""

    window: Window
    place: Place
    revenue_excl_vat: Decimal | None = None
    """In DKK."""
    wage_percentage: Decimal | None = None
    """Of several days and units the ratio of the sums."""

    def revenue_deviation(self, figure: Figure) -> Decimal | None:
        """Return by how many DKK a figure is over the budget; None where not all its revenue is known."""
        if self.revenue_excl_vat is None or figure.revenue_excl_vat is None or not _is_whole(figure):
            return None
        return figure.revenue_excl_vat - self.revenue_excl_vat

    def revenue_change(self, figure: Figure) -> Decimal | None:
        """Return by how many percent a figure is over the budget; None where not all its revenue is known."""
        deviation = self.revenue_deviation(figure)
        if deviation is None or not self.revenue_excl_vat:
            return None
        return (deviation * 100 / self.revenue_excl_vat).quantize(HUNDREDTH, ROUND_HALF_UP)

    def percentage_change(self, figure: Figure) -> Decimal | None:
        """Return by how many percentage points a figure is over the budget; None where it is provisional (D19)."""
        if self.wage_percentage is None or figure.wage_percentage is None or figure.is_provisional:
            return None
        return figure.wage_percentage - self.wage_percentage


def _is_whole(figure: Figure) -> bool:
    return figure.days == len(figure.window.days) and not figure.days_without_revenue


@dataclass(frozen=True)
class Budgets:
    """The budgets of places in some periods."""

    figures: Mapping[tuple[Window, Place], BudgetFigure] = field(default_factory=dict)

    def of(self, figure: Figure) -> BudgetFigure:
        """Return the budget that a figure is held against; one without amounts where there is none."""
        key = (figure.window, figure.place)
        return self.figures.get(key, BudgetFigure(*key))


def make_budget_of_places(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the temporary table `budget_of_places`: the budget of every place and day that is stored."""
    register_units(connection, settings)
    run(connection, BUDGET_OF_PLACES_SQL, is_budgeted=settings.budget.file is not None)


def load_budgets(
    connection: duckdb.DuckDBPyConnection, settings: Settings, windows: Iterable[Window]
) -> Budgets | None:
    """Return the budgets of every place in each of some periods; None where the settings name no budget file."""
    if settings.budget.file is None:
        return None
    make_budget_of_places(connection, settings)
    periods = ({"first_day": each.first_day, "last_day": each.last_day} for each in sorted(set(windows)))
    give(connection, "periods", "first_day DATE, last_day DATE", periods)
    found = rows(connection, BUDGET_FIGURES_SQL, _budget_figure)
    return Budgets({(each.window, each.place): each for each in found})


def _budget_figure(
    *,
    first_day: dt.date,
    last_day: dt.date,
    department: str | None,
    unit: str | None,
    **amounts: Decimal | None,
) -> BudgetFigure:
    return BudgetFigure(Window(first_day, last_day), Place(department, unit), **amounts)
