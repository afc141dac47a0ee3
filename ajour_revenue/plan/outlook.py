"""Where a week or a month will end: what it brought so far, and with the plan of the days that are left of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ajour_revenue.days import Window, month_of, today, week_of
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import ONE_DAY, Figure, Period, Place, add_up, figures_of_periods, make_days
from ajour_revenue.warehouse.run import value

LAST_PLANNED_DAY = """
    SELECT max(business_date) FROM planned_cells($first_day::DATE, '9999-12-31'::DATE, $show_single_person)
"""


@dataclass(frozen=True)
class Outlook:
    """A week or month that is not over."""

    period: Period
    window: Window
    """All of it, or as far as the plan goes."""
    is_cut: bool
    """Whether the plan ends before it."""
    so_far: Mapping[Place, Figure]
    """Of its days before today: facts."""
    at_end: Mapping[Place, Figure]
    """Of all its days: facts before today, from then on what is expected to be sold and the planned wages."""

    @property
    def places(self) -> list[Place]:
        """The departments, and last the whole of what it is about."""
        return [place for place in self.at_end if not place.is_part]


def load_outlooks(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Outlook]:
    """Return where this week and this month will end; none where there is no plan from today on."""
    day = today()
    plan_ends: dt.date | None = value(
        connection, LAST_PLANNED_DAY, first_day=day, show_single_person=settings.wages.show_single_person
    )
    if plan_ends is None:
        return []
    whole: list[tuple[Period, Window]] = [("week", week_of(day)), ("month", month_of(day))]
    cut = [Window(_first_day(each, settings), min(each.last_day, plan_ends)) for _, each in whole]
    before = [Window(each.first_day, day - ONE_DAY) for each in cut if each.first_day < day]
    make_days(
        connection,
        settings,
        Window(min(each.first_day for each in cut), max(each.last_day for each in cut)),
        planned_from=day,
    )
    add_up(connection, [*cut, *before])
    figures = figures_of_periods(connection)
    return [
        Outlook(
            period=period,
            window=window,
            is_cut=window.last_day < of_calendar.last_day,
            so_far=figures.get(Window(window.first_day, day - ONE_DAY), {}) if window.first_day < day else {},
            at_end=figures.get(window, {}),
        )
        for (period, of_calendar), window in zip(whole, cut, strict=True)
    ]


def _first_day(window: Window, settings: Settings) -> dt.date:
    # Before its activation date Ajour delivers nothing (R3), and nothing lacks.
    return min(max(window.first_day, settings.activation_date), today())
