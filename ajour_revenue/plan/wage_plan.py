"""The plan: what the shifts of the coming days will cost of what is expected to be sold, for every place."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from ajour_revenue.days import Window, today
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import Figure, add_up, cut, figure_of, make_days
from ajour_revenue.warehouse.run import rows, run, sql_file, value

if TYPE_CHECKING:
    from ajour_revenue.wages.source import WageCosts

WAGE_PLAN_SQL = sql_file(__package__, "wage_plan")
PLANNED_PLACES_SQL = sql_file(__package__, "planned_places")

STORE_PLANNED_WAGES = """
    DELETE FROM planned_wages;
    INSERT INTO planned_wages BY NAME SELECT *, $asked_at AS fetched_at, $run_id AS run_id FROM given;
"""

FORGET_PASSED_WAGES = "DELETE FROM planned_wages WHERE business_date < $first_day"

# Of the whole company the wages of no unit are the sum of its departments'.
PLACES_IN_ORDER = """
    FROM planned_places
    WHERE department IS NOT NULL OR NOT unallocated
    ORDER BY first_day, department NULLS LAST, unallocated, unit NULLS FIRST
"""


@dataclass(frozen=True)
class Planned:
    """What a place is expected to sell on a day, and what its planned shifts cost."""

    figure: Figure
    """Its revenue is the expected one and its wages are the planned ones; what is hidden or lacks is as ever."""
    low: Decimal | None
    """DKK excl. VAT: with `high`, the interval that a unit's revenue is in four times of five. Of several units the
    sum, which holds more often; None where too few past figures tell."""
    high: Decimal | None
    wage_cost_at_target: Decimal | None
    """DKK that the wages which are judged would be at the target; None where a unit has none."""
    over_target: Decimal | None
    """DKK by which they are over it, negative under it; None without a target, or where the figure is provisional."""
    note: str | None
    """Of a unit, as `ExpectedDay.note`."""
    holiday: str | None
    """Danish name of the holiday, or of the eve."""
    holiday_english: str | None

    @property
    def day(self) -> dt.date:
        """The day."""
        return self.figure.window.first_day


def _planned(  # noqa: PLR0913 (what a row has beside the figure)
    *,
    low: Decimal | None,
    high: Decimal | None,
    wage_cost_at_target: Decimal | None,
    over_target: Decimal | None,
    note: str | None,
    holiday: str | None,
    holiday_english: str | None,
    **figure: Any,  # noqa: ANN401 (as Figure has them)
) -> Planned:
    return Planned(figure_of(**figure), low, high, wage_cost_at_target, over_target, note, holiday, holiday_english)


def coming_days(settings: Settings) -> Window:
    """Return the days of the plan: from today, which is a fact no earlier than tomorrow."""
    first_day = today()
    return Window(first_day, first_day + dt.timedelta(days=settings.plan.days - 1))


def store_planned_wages(
    connection: duckdb.DuckDBPyConnection, costs: "WageCosts", *, asked_at: dt.datetime, run_id: str
) -> None:
    """Put the coming days' wages in place of those that are stored."""
    connection.register("given", costs.rows)
    run(connection, STORE_PLANNED_WAGES, asked_at=asked_at, run_id=run_id)


def forget_passed_wages(connection: duckdb.DuckDBPyConnection, window: Window) -> None:
    """Forget the planned wages of the days before a window: these are facts."""
    run(connection, FORGET_PASSED_WAGES, first_day=window.first_day)


def calculate_wage_plan(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> None:
    """Replace the plan by what expected revenue, planned wages and targets make of a window of days."""
    register_units(connection, settings)
    run(connection, WAGE_PLAN_SQL, first_day=window.first_day, last_day=window.last_day)


def make_plan(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> None:
    """Make the temporary table `planned_places`: what may be shown of the plan, for every place and day of a window."""
    make_days(connection, settings, window, planned_from=window.first_day)
    add_up(connection, cut(window, "day"))
    run(connection, PLANNED_PLACES_SQL)


def load_plan(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> list[Planned]:
    """Return what may be shown of the plan, by day: departments before their units, the company last."""
    make_plan(connection, settings, window)
    return rows(connection, PLACES_IN_ORDER, _planned)


def plan_made_at(connection: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """Return when the plan was last made; None where it never was."""
    made_at: dt.datetime | None = value(connection, "SELECT max(made_at) FROM expected_revenue")
    return made_at
