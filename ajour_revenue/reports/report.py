"""The report's figures: from the warehouse to typed rows. Amounts are DKK, percentages are percent."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import duckdb

from ajour_revenue.days import Window, latest_days
from ajour_revenue.settings.model import Settings, Vat
from ajour_revenue.wages.figures import COMPANY, WEEK, YEAR, Figure, Period, Place, cut, earlier, load_figures
from ajour_revenue.warehouse.run import rows, sql_file

Kind = Literal["missing", "wages without revenue", "revenue without wages", "negative revenue"]
Source = Literal["ajour", "manual"]

NOTICES_SQL, UNMAPPED_SQL, CORRECTIONS_SQL = (
    sql_file(__package__, name) for name in ("notices", "unmapped", "corrections")
)


@dataclass(frozen=True)
class Notice:
    """Days in a row on which a place needs attention; amounts in DKK, summed over them."""

    kind: Kind
    days: Window
    place: Place
    locations: str | None
    """The names of the missing locations."""
    revenue_excl_vat: Decimal | None
    wage_cost: Decimal | None
    hidden: bool
    """Whether the wage is hidden (D5)."""


@dataclass(frozen=True)
class Unmapped:
    """A location that feeds no unit (R13), and what it sold, in DKK, that no report counts."""

    location_id: str
    name: str
    revenue_excl_vat: Decimal | None
    revenue_incl_vat: Decimal | None


@dataclass(frozen=True)
class Correction:
    """A unit-day whose figure was changed after it was first stored (D7); DKK, with VAT or without as `vat` says."""

    day: dt.date
    department: str | None
    unit: str
    vat: Vat
    revenue_before: Decimal | None
    revenue_after: Decimal | None
    source_before: Source | None
    source_after: Source | None
    changed_at: dt.datetime
    reason: str | None
    """Why somebody entered the present figure."""


@dataclass(frozen=True)
class Report:
    """Everything that the formats of a report show."""

    name: str
    window: Window
    """The days that `periods`, and what needs attention, are about. The last of them is the day on top."""
    chart_days: Window
    by: Period
    figures: Mapping[Window, Mapping[Place, Figure]]
    notices: tuple[Notice, ...]
    unmapped: tuple[Unmapped, ...]
    corrections: tuple[Correction, ...]

    @property
    def day(self) -> Window:
        """The day on top."""
        return Window(self.window.last_day, self.window.last_day)

    @property
    def periods(self) -> list[Window]:
        """The window cut into days, ISO weeks or months; the first and the last may be part of one only."""
        return cut(self.window, self.by)

    @property
    def to_date(self) -> list[Window]:
        """The week of the day up to it, the week before, the month up to it, and the month before."""
        return _to_date(self.window.last_day)

    @property
    def places(self) -> list[Place]:
        """Departments with their units, as the tables of the day list them; a department stands before its units."""
        known = {place for window in (self.day, *self.to_date) for place in self.figures.get(window, {})}
        return sorted(known - {COMPANY}, key=lambda place: (place.department or "", place.unit or ""))

    def figure(self, window: Window, place: Place = COMPANY) -> Figure:
        """Return the figure of a place in a period; one without amounts where there is none."""
        return self.figures.get(window, {}).get(place, Figure(window, place))

    def places_of(self, window: Window) -> list[Figure]:
        """Return the figures of a period: each department with its units, the company last."""
        return list(self.figures.get(window, {}).values())


def load_report(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window, by: Period) -> Report:
    """Read a report from the warehouse: the last day of the window on top, the whole window by day, week or month."""
    chart_days = latest_days(window.last_day, since=settings.activation_date)
    figures = load_figures(connection, settings, _windows(window, chart_days, by))
    days = {"first_day": window.first_day, "last_day": window.last_day}
    return Report(
        name=settings.name,
        window=window,
        chart_days=chart_days,
        by=by,
        figures=figures,
        notices=tuple(
            rows(connection, NOTICES_SQL, _notice, **days, show_single_person=settings.wages.show_single_person)
        ),
        unmapped=tuple(rows(connection, UNMAPPED_SQL, Unmapped, **days)),
        corrections=tuple(rows(connection, CORRECTIONS_SQL, Correction, **days, vat=settings.revenue.vat)),
    )


def _to_date(day: dt.date) -> list[Window]:
    monday = day - dt.timedelta(days=day.weekday())
    month = day.replace(day=1)
    last_of_month_before = month - dt.timedelta(days=1)
    return [
        Window(monday, day),
        Window.back_from(monday, days=7),
        Window(month, day),
        Window(last_of_month_before.replace(day=1), last_of_month_before),
    ]


def _windows(window: Window, chart_days: Window, by: Period) -> set[Window]:
    """Every period that some part of a report shows, or compares with."""
    day = Window(window.last_day, window.last_day)
    shown = [day, *_to_date(window.last_day)]
    return {
        *shown,
        *(earlier(each, YEAR) for each in shown),
        earlier(day, WEEK),
        *cut(chart_days, "day"),
        *cut(window, "day"),
        *cut(window, by),
    }


def _notice(
    *,
    kind: Kind,
    first_day: dt.date,
    last_day: dt.date,
    department: str,
    unit: str | None,
    **details: Any,  # noqa: ANN401 (the rest of a Notice)
) -> Notice:
    return Notice(kind=kind, days=Window(first_day, last_day), place=Place(department, unit), **details)
