"""The reports that are mailed of a day, to each of their readers."""

import datetime as dt
import hashlib
from collections.abc import Sequence

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.reports.report import Report, load_report
from ajour_revenue.reports.restricted import restricted_to
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import Upcoming

DAYS = 7


def daily_report(connection: duckdb.DuckDBPyConnection, settings: Settings, day: dt.date, upcoming: Upcoming) -> Report:
    """Read the whole company's report of a day and the six before it, day by day."""
    first_day = max(day - dt.timedelta(days=DAYS - 1), min(settings.activation_date, day))
    return load_report(connection, settings, Window(first_day, day), "day", upcoming, with_plan=True)


def seen_by(report: Report, departments: Sequence[str]) -> list[Report]:
    """Return what may be seen by the readers of some departments, one report for each; of none, by those of all."""
    return [restricted_to(report, department) for department in departments] or [report]


def fingerprint(reports: Sequence[Report]) -> str:
    """Return what is another one where the day's figures are: what places sold and paid, and what of it is hidden."""
    figures = [
        (place, figure.revenue_excl_vat, figure.wage_cost, figure.wage_percentage, figure.days_hidden)
        for report in reports
        for place, figure in report.figures.get(report.day, {}).items()
    ]
    return hashlib.sha256(repr(figures).encode()).hexdigest()
