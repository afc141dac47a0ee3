"""What a place sold and paid in a period, as typed rows: amounts in DKK, percentages in percent."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any, Literal

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import give, rows, run, sql_file

Period = Literal["day", "week", "month"]

CELLS = """
    CREATE OR REPLACE TEMP TABLE cells AS
    FROM shown_cells($first_day::DATE, $last_fact::DATE, $show_single_person)
    UNION ALL BY NAME
    FROM planned_cells($first_planned::DATE, $last_day::DATE, $show_single_person);
"""

DAYS_OF_PLACES_SQL = sql_file(__package__, "days_of_places")
FIGURES_SQL = sql_file(__package__, "figures")

FIGURES_IN_ORDER = """
    FROM figures ORDER BY first_day, last_day, department NULLS LAST, unallocated, unit NULLS FIRST
"""

ONE_DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
YEAR = dt.timedelta(days=364)
"""Last year is compared with by the same weekday, not by the same date."""

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Place:
    """A revenue unit; with unit None its department, with both None the whole company."""

    department: str | None = None
    unit: str | None = None
    unallocated: bool = False
    """Whether it stands for those wages of a department, or of the company, that belong to no unit (D20)."""

    @property
    def is_part(self) -> bool:
        """Whether it is what a department consists of: a unit, or the wages of none."""
        return self.unit is not None or self.unallocated


COMPANY = Place()


@dataclass(frozen=True)
class Figure:
    """What a place sold and paid in a period.

    Sums in DKK, and the ratio of the sums (D2). None where nothing is known, and where a wage is hidden (D21): then the
    percentage leaves out that unit-day's revenue too.
    """

    window: Window
    place: Place
    revenue_excl_vat: Decimal | None = None
    revenue_incl_vat: Decimal | None = None
    wage_cost: Decimal | None = None
    wage_cost_judged: Decimal | None = None
    """What the target is for: a department without a target of its own is judged on the wages of its units alone
    (D20)."""
    hours: Decimal | None = None
    """What the wage cost was paid for; hidden with it (D21)."""
    lacks_hours: bool = False
    """Whether some of the revenue compared was earned for wages without hours, as a wage file may have them."""
    revenue_compared: Decimal | None = None
    """The revenue excl. VAT that the wage cost is compared with: all of it but that of hidden wages."""
    wage_percentage: Decimal | None = None
    judged_percentage: Decimal | None = None
    """The percentage that `wage_cost_judged` is."""
    revenue_per_hour: Decimal | None = None
    """What an hour of work brought in: revenue compared / hours, in DKK excl. VAT, a ratio of sums.

    There is one where there is a wage percentage, and it is as provisional. None where no hours are known, or not those
    of all the revenue: nothing beside it would say so."""
    target: Decimal | None = None
    """The mean of the days' targets, weighed by revenue."""
    has_own_target: bool = False
    """Whether a department has a target of its own, which judges all its wages; else its units' targets do."""
    days: int = 0
    """Days of the period that have been calculated."""
    days_incomplete: int = 0
    """Days on which a mapped location gave no revenue (D3)."""
    days_hidden: int = 0
    """Days on which a wage is left out, since fewer than two people earned it (D21)."""
    units: int = 0
    """Units of the place that should have both revenue and wages (D19)."""
    units_with_wages: int = 0
    units_with_revenue: int = 0
    days_without_wages: int = 0
    """Days on which at least one of the units has revenue and no wages."""
    days_without_revenue: int = 0
    """Days on which the revenue of at least one of the units is not known, or not all of it."""
    is_provisional: bool = False
    """Whether the percentage covers less than it should, so that nothing can be said of the target (D19)."""

    @property
    def from_target(self) -> Decimal | None:
        """By how many percentage points what is judged is over its target; negative under it, None if provisional."""
        if self.judged_percentage is None or self.target is None or self.is_provisional:
            return None
        return self.judged_percentage - self.target

    @property
    def is_over_target(self) -> bool:
        """Whether what is judged is over its target."""
        return self.from_target is not None and self.from_target > 0

    def revenue_change(self, before: "Figure") -> Decimal | None:
        """Return by how many percent revenue excl. VAT has grown; None where the two cannot be compared."""
        now, then = self.revenue_excl_vat, before.revenue_excl_vat
        if now is None or then is None or then <= 0 or self.days != before.days:
            return None
        return ((now - then) * 100 / then).quantize(HUNDREDTH, ROUND_HALF_UP)

    def percentage_change(self, before: "Figure") -> Decimal | None:
        """Return by how many percentage points the wage percentage has grown; None where the two cannot be compared."""
        if self.wage_percentage is None or before.wage_percentage is None or self.days != before.days:
            return None
        if self.is_provisional or before.is_provisional:
            return None
        return self.wage_percentage - before.wage_percentage


def figure_of(
    *,
    first_day: dt.date,
    last_day: dt.date,
    department: str | None,
    unit: str | None,
    unallocated: bool,
    **values: Any,  # noqa: ANN401 (as Figure has them)
) -> Figure:
    """Return a row of the temporary table `figures`."""
    return Figure(Window(first_day, last_day), Place(department, unit, unallocated), **values)


def make_days(
    connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window, *, planned_from: dt.date | None = None
) -> None:
    """Make the temporary table `days_of_places`: what every place sold and paid on each day of a window.

    From `planned_from` on, what it is expected to sell and its planned wages. Also the temporary table `cells`.
    """
    first_planned = planned_from or window.last_day + ONE_DAY
    run(
        connection,
        f"{CELLS} {DAYS_OF_PLACES_SQL}",
        first_day=window.first_day,
        last_fact=min(window.last_day, first_planned - ONE_DAY),
        first_planned=max(window.first_day, first_planned),
        last_day=window.last_day,
        show_single_person=settings.wages.show_single_person,
    )


def add_up(
    connection: duckdb.DuckDBPyConnection, windows: Iterable[Window], *, of_company: Iterable[Window] = ()
) -> None:
    """Make the temporary table `figures` from `days_of_places`: those of every place in each of some periods.

    Of further periods, `of_company`, those of the company alone.
    """
    windows = set(windows)
    periods = (
        {"first_day": each.first_day, "last_day": each.last_day, "of_company_alone": each not in windows}
        for each in sorted(windows | set(of_company))
    )
    give(connection, "periods", "first_day DATE, last_day DATE, of_company_alone BOOLEAN", periods)
    run(connection, FIGURES_SQL)


def make_figures(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    windows: Iterable[Window],
    *,
    of_company: Iterable[Window] = (),
) -> None:
    """Make the temporary table `figures` as `add_up` does, from what is stored."""
    windows, of_company = set(windows), set(of_company)
    periods = windows | of_company
    whole = Window(min(each.first_day for each in periods), max(each.last_day for each in periods))
    make_days(connection, settings, whole)
    add_up(connection, windows, of_company=of_company)


def load_figures(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    windows: Iterable[Window],
    *,
    of_company: Iterable[Window] = (),
) -> dict[Window, dict[Place, Figure]]:
    """Return the figures of every place in each of some periods; of further ones, those of the company alone."""
    make_figures(connection, settings, windows, of_company=of_company)
    return figures_of_periods(connection)


def figures_of_periods(connection: duckdb.DuckDBPyConnection) -> dict[Window, dict[Place, Figure]]:
    """Return what `add_up` made: of each period a department before what it consists of, the company last."""
    figures: dict[Window, dict[Place, Figure]] = {}
    for figure in rows(connection, FIGURES_IN_ORDER, figure_of):
        figures.setdefault(figure.window, {})[figure.place] = figure
    return figures


def daily_totals(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> list[Figure]:
    """Return the whole company's figure of each day of a window, a day without figures included."""
    days = cut(window, "day")
    figures = load_figures(connection, settings, [], of_company=days)
    return [figures.get(day, {}).get(COMPANY, Figure(day, COMPANY)) for day in days]


def cut(window: Window, by: Period) -> list[Window]:
    """Cut a window at the ends of days, ISO weeks or months."""
    keys = {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
    }
    parts = [list(part) for _, part in groupby(window.days, key=keys[by])]
    return [Window(part[0], part[-1]) for part in parts]


def earlier(window: Window, by: dt.timedelta) -> Window:
    """Return a window of as many days, earlier."""
    return Window(window.first_day - by, window.last_day - by)
