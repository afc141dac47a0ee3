"""The wage report, written at the end of each run."""

import datetime as dt
from functools import cache, partial
from pathlib import Path

import dagster as dg

from ajour_revenue.days import latest_days, yesterday
from ajour_revenue.explained import explained_failures
from ajour_revenue.readers.assets import LAST
from ajour_revenue.readers.copy import bring_up_to_date, reading_copy
from ajour_revenue.reports.history import write_department_pages, write_pages
from ajour_revenue.reports.report import Report, load_report
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.reports.write import Pages
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import upcoming_fetch
from ajour_revenue.wages.assets import wage_chart
from ajour_revenue.wages.figures import Figure, cut, load_figures


def wage_report(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the wage report."""

    @dg.asset(
        key=[settings.name, "wage_report"],
        deps=[[settings.name, "readers_copy"]],
        group_name="reports",
        kinds={"html"},
        owners=["team:controlling"],
        required_resource_keys={"warehouse"},
        op_tags=LAST,
    )
    def wage_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """One page to read in the morning: yesterday's revenue, wage cost and wage percentage, and what came before.

        Against target and the same weekday of the week and the year before; per department and unit; the last 31 days;
        weeks and months to date; what needs attention. Wages of fewer than two people are hidden.
        """
        texts = TEXTS[settings.report.language]
        with explained_failures(settings.report.language):
            bring_up_to_date(settings)
        with explained_failures(settings.report.language), reading_copy(settings) as connection:
            window = latest_days(yesterday(), since=settings.activation_date)
            upcoming = partial(upcoming_fetch, context.instance, settings)
            load = partial(load_report, connection, settings, by="week", upcoming=upcoming)
            of_departments = settings.report.department_pages
            report = load(window, with_plan=True, of_departments=of_departments)

            # Departments ask for the same days one after the other.
            @cache
            def report_of(day: dt.date) -> Report:
                return load(latest_days(day, since=settings.activation_date), of_departments=of_departments)

            pages = Pages.of(settings)
            figures_of = partial(load_figures, connection, settings)
            changed = write_pages(pages, report, texts, figures_of=figures_of, report_of=report_of)
            if of_departments:
                names = sorted({unit.department for unit in settings.units})
                write_department_pages(pages, names, report, texts, figures_of=figures_of, report_of=report_of)
        day = report.figure(report.day)
        return dg.MaterializeResult(
            metadata={
                "report": _address(settings, pages.latest),
                "day_page": _address(settings, pages.page(report.window.last_day)),
                "days_written_anew": ", ".join(map(str, changed)) or "none",
                **wage_chart([report.figure(each) for each in cut(report.chart_days, "day")], report.chart_days),
                "reported_day": str(report.day),
                "revenue_excl_vat": texts.formats.kroner(day.revenue_excl_vat),
                "revenue_incl_vat": texts.formats.kroner(day.revenue_incl_vat),
                "wage_cost": texts.formats.kroner(day.wage_cost),
                "wage_percentage": texts.formats.percent(day.wage_percentage),
                **_numbers(day),
            },
        )

    return wage_report


def _numbers(day: Figure) -> dict[str, float]:
    """Return a day's figures as numbers for Dagster's plots, which cannot read what is written for people."""
    figures = {
        "day_revenue_excl_vat": day.revenue_excl_vat,
        "day_wage_cost": day.wage_cost,
        # Nothing in a plot would say that it is provisional.
        "day_wage_percentage": None if day.is_provisional else day.wage_percentage,
    }
    return {name: float(figure) for name, figure in figures.items() if figure is not None}


def _address(settings: Settings, page: Path) -> dg.MetadataValue:
    """Return where a page is read: its address where a web server has the reports' folder, else its file."""
    if settings.report.url is None:
        return dg.MetadataValue.path(str(page.resolve()))
    path = page.relative_to(settings.report.folder).as_posix()
    return dg.MetadataValue.url(f"{settings.report.url.rstrip('/')}/{path}")
