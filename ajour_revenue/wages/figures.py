"""What a place sold and paid in a period, as typed rows: amounts in DKK, percentages in percent."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Literal

import duckdb
import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import rows, sql_file

Period = Literal["day", "week", "month"]

FIGURES_SQL = sql_file(__package__, "figures")

WEEK = dt.timedelta(days=7)
YEAR = dt.timedelta(days=364)
"""Last year is compared with by the same weekday, not by the same date."""

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Place:
    """A revenue unit; with unit None its department, with both None the whole company."""

    department: str | None = None
    unit: str | None = None


COMPANY = Place()


@dataclass(frozen=True)
class Figure:
    """What a place sold and paid in a period.

    Sums in DKK, and the ratio of the sums (D2). None where nothing is known, and where a wage is hidden (D5): then the
    percentage leaves out that day's revenue too.
    """

    window: Window
    place: Place
    revenue_excl_vat: Decimal | None = None
    revenue_incl_vat: Decimal | None = None
    wage_cost: Decimal | None = None
    wage_percentage: Decimal | None = None
    target: Decimal | None = None
    days: int = 0
    """Days of the period that have been calculated."""
    days_incomplete: int = 0
    """Days on which a mapped location gave no revenue (D3)."""
    days_hidden: int = 0
    """Days whose wage is left out, since fewer than two people earned it (D5)."""

    @property
    def from_target(self) -> Decimal | None:
        """By how many percentage points the wage percentage is over its target; negative under it."""
        if self.wage_percentage is None or self.target is None:
            return None
        return self.wage_percentage - self.target

    @property
    def is_over_target(self) -> bool:
        """Whether the wage percentage is over its target."""
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
        return self.wage_percentage - before.wage_percentage


@dataclass(frozen=True)
class _Row:
    """A row of figures.sql."""

    first_day: dt.date
    last_day: dt.date
    department: str | None
    unit: str | None
    revenue_excl_vat: Decimal | None
    revenue_incl_vat: Decimal | None
    wage_cost: Decimal | None
    wage_percentage: Decimal | None
    target: Decimal | None
    days: int
    days_incomplete: int
    days_hidden: int

    def figure(self) -> Figure:
        values = asdict(self)
        window = Window(values.pop("first_day"), values.pop("last_day"))
        return Figure(window, Place(values.pop("department"), values.pop("unit")), **values)


def load_figures(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    windows: Iterable[Window],
) -> dict[Window, dict[Place, Figure]]:
    """Return the figures of every place in each of some periods."""
    windows = sorted(windows)
    connection.register(
        "periods",
        pa.table(
            {
                "first_day": pa.array([window.first_day for window in windows], pa.date32()),
                "last_day": pa.array([window.last_day for window in windows], pa.date32()),
            },
        ),
    )
    shown = rows(
        connection,
        FIGURES_SQL,
        _Row,
        first_day=min(window.first_day for window in windows),
        last_day=max(window.last_day for window in windows),
        show_single_person=settings.wages.show_single_person,
    )
    connection.unregister("periods")
    figures: dict[Window, dict[Place, Figure]] = {}
    for row in shown:
        figure = row.figure()
        figures.setdefault(figure.window, {})[figure.place] = figure
    return figures


def daily_totals(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> list[Figure]:
    """Return the whole company's figure of each day of a window, a day without figures included."""
    days = cut(window, "day")
    figures = load_figures(connection, settings, days)
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
