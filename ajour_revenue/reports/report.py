"""The report's figures: from the warehouse to typed rows. Amounts are DKK, percentages are percent."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from ajour_revenue.attention.finding import Finding
from ajour_revenue.attention.findings import findings
from ajour_revenue.budget.compare import Budgets, load_budgets
from ajour_revenue.days import Window, latest_days, month_of, today, week_of, yesterday
from ajour_revenue.plan.danish_holidays import same_holiday_last_year
from ajour_revenue.plan.outlook import Outlook, load_outlooks
from ajour_revenue.plan.wage_plan import Planned, load_plan, plan_made_at
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import Upcoming
from ajour_revenue.wages.figures import COMPANY, ONE_DAY, WEEK, YEAR, Figure, Period, Place, cut, earlier, load_figures


@dataclass(frozen=True)
class Report:
    """Everything that the formats of a report show."""

    title: str
    """What people call the company."""
    window: Window
    """The days that `periods`, and what needs attention, are about. The last of them is the day on top."""
    chart_days: Window
    by: Period
    figures: Mapping[Window, Mapping[Place, Figure]]
    findings: tuple[Finding, ...]
    """What needs attention."""
    plan: tuple[Planned, ...] = ()
    """Today and the week from tomorrow, where the day on top is yesterday and a plan was asked for."""
    plan_made_at: dt.datetime | None = None
    outlooks: tuple[Outlook, ...] = ()
    """Where this week and this month will end, where `plan` is."""
    whole: Place = COMPANY
    """What all of it is about: the company, or the one department that its readers may see."""
    budgets: Budgets | None = None
    """Of the periods whose figures it has; None where the settings name no budget file."""

    @property
    def unmapped(self) -> list[Finding]:
        """Locations that feed no unit."""
        return [finding for finding in self.findings if finding.kind == "unmapped"]

    @property
    def changes(self) -> list[Finding]:
        """Figures that have changed since they were first stored."""
        return [finding for finding in self.findings if finding.kind == "changed"]

    @property
    def notices(self) -> list[Finding]:
        """All other findings."""
        return [finding for finding in self.findings if finding.kind not in {"unmapped", "changed"}]

    @property
    def day(self) -> Window:
        """The day on top."""
        return Window(self.window.last_day, self.window.last_day)

    @property
    def same_holiday(self) -> Window | None:
        """The holiday of the day on top, in the year before; None where it is none."""
        return _same_holiday(self.window.last_day)

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
        """Departments with their units, and the wages of no unit, as the tables of the day list them in this order."""
        known = {place for window in (self.day, *self.to_date) for place in self.figures.get(window, {})}
        in_departments = [place for place in known if place.department is not None]
        return sorted(in_departments, key=lambda place: (place.department, place.unallocated, place.unit or ""))

    def figure(self, window: Window, place: Place | None = None) -> Figure:
        """Return the figure of a place, by default the whole, in a period; one without amounts where there is none."""
        place = place or self.whole
        return self.figures.get(window, {}).get(place, Figure(window, place))

    def missing(self, figure: Figure) -> list[str]:
        """Name the locations that gave no revenue to a figure's place on a day of its period."""
        place, first_day, last_day = figure.place, figure.window.first_day, figure.window.last_day
        names = {
            each.location.name or each.location.location_id: None
            for each in self.findings
            if each.kind == "missing" and each.location and each.days
            if place.unit in (None, each.place.unit) and place.department in (None, each.place.department)
            if each.days.first_day <= last_day and first_day <= each.days.last_day
        }
        return list(names)

    def places_of(self, window: Window) -> list[Figure]:
        """Return the figures of a period: each department with its units, the company last."""
        return list(self.figures.get(window, {}).values())


def load_report(  # noqa: PLR0913 (what a report is of, and with what)
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
    by: Period,
    upcoming: Upcoming,
    *,
    with_plan: bool = False,
    of_departments: bool = False,
) -> Report:
    """Read a report from the warehouse: the last day of the window on top, the whole window by day, week or month.

    With what lies ahead, where it is wanted and the day on top is the latest one. The days of the chart are those of
    the company alone, or of every place where departments get reports of their own.
    """
    chart_days = latest_days(window.last_day, since=settings.activation_date)
    in_charts = {*cut(chart_days, "day"), *cut(window, "day")}
    windows = _windows(window, by)
    if of_departments:
        windows |= in_charts
    figures = load_figures(connection, settings, windows, of_company=in_charts)
    is_ahead = with_plan and window.last_day == yesterday()
    plan = tuple(load_plan(connection, settings, Window(today(), today() + WEEK))) if is_ahead else ()
    outlooks = tuple(load_outlooks(connection, settings)) if is_ahead else ()
    return Report(
        title=settings.display_name,
        window=window,
        chart_days=chart_days,
        by=by,
        figures=figures,
        findings=tuple(sorted(findings(connection, settings, upcoming=upcoming, days=window), key=_latest_first)),
        plan=plan,
        plan_made_at=plan_made_at(connection) if is_ahead else None,
        outlooks=outlooks,
        budgets=load_budgets(connection, settings, {*windows, *_windows_ahead(plan, outlooks)}),
    )


def from_worst(figure: Figure) -> tuple[bool, bool, bool, Decimal, str, str]:
    """Return what puts figures of a day in order: departments before units, those most over target first.

    What is not judged comes after what is (D19), and the wages of no unit last.
    """
    place = figure.place
    return (
        place.unallocated,
        place.unit is not None,
        figure.from_target is None,
        -(figure.from_target or Decimal(0)),
        place.department or "",
        place.unit or "",
    )


def _windows_ahead(plan: Iterable[Planned], outlooks: Iterable[Outlook]) -> set[Window]:
    """Every period of what lies ahead that is held against a budget."""
    return {*(planned.figure.window for planned in plan), *(outlook.window for outlook in outlooks)}


def _latest_first(finding: Finding) -> tuple[dt.timedelta, Decimal]:
    """The latest days stand first, and of locations that feed no unit the one that sold most."""
    before = dt.date.max - (finding.days.last_day if finding.days else dt.date.min)
    return before, -(finding.facts.revenue_excl_vat or Decimal(0)) if finding.kind == "unmapped" else Decimal(0)


def _to_date(day: dt.date) -> list[Window]:
    week, month = week_of(day), month_of(day)
    return [
        Window(week.first_day, day),
        week_of(week.first_day - ONE_DAY),
        Window(month.first_day, day),
        month_of(month.first_day - ONE_DAY),
    ]


def _same_holiday(day: dt.date) -> Window | None:
    then = same_holiday_last_year(day)
    return Window(then, then) if then else None


def _windows(window: Window, by: Period) -> set[Window]:
    """Every period of which some part of a report shows places, or compares with."""
    day = Window(window.last_day, window.last_day)
    shown = [day, *_to_date(window.last_day)]
    return {
        *shown,
        *(earlier(each, YEAR) for each in shown),
        earlier(day, WEEK),
        *filter(None, [_same_holiday(window.last_day)]),
        *cut(window, by),
    }
