"""The report as one self-contained HTML page: no script, and nothing from the network."""

from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ajour_revenue import days as clock
from ajour_revenue.days import COPENHAGEN, yesterday
from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.budget import budget_cells, budget_sentence
from ajour_revenue.reports.budget_texts import BUDGET_TEXTS
from ajour_revenue.reports.charts import NARROW, WIDE, legend, revenue_chart_svg
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.report import Report, from_worst
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import WEEK, YEAR, Figure, cut, earlier

TEMPLATES = Environment(
    loader=PackageLoader("ajour_revenue.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html_page(report: Report, texts: Texts, *, links: str = "", mark: str = "") -> str:
    """Write a report as a page: the day on top, places, the last 31 days, weeks and months, what needs attention.

    `links` to other pages stand on top, and `mark` tells later whether its figures are still the same.
    """
    formats = texts.formats
    chart_days = [report.figure(day) for day in cut(report.chart_days, "day")]
    week, _, month, _ = report.to_date
    units = [figure for figure in report.places_of(report.day) if figure.place.unit and figure.from_target is not None]
    return TEMPLATES.get_template("page.html").render(
        report=report,
        texts=texts,
        missing=report.missing,
        links=links,
        mark=mark,
        # Ours, and without any text of others in it.
        style=Markup(TEMPLATES.get_template("page.css").render()),  # noqa: S704
        written_at=formats.moment(clock.now()),
        window=formats.days(report.window.first_day, report.window.last_day),
        is_yesterday=report.window.last_day == yesterday(),
        attention=len(report.findings),
        comparison=_comparison(report, texts),
        units_with_target=len(units),
        units_over=sum(unit.is_over_target for unit in units),
        week_head=texts.week_to_date.format(week.last_day.isocalendar().week),
        month_head=texts.month_to_date.format(formats.month(month.last_day)),
        chart_days=chart_days,
        # The chart escapes what it takes.
        wide_chart=Markup(revenue_chart_svg(chart_days, texts, WIDE)),  # noqa: S704
        narrow_chart=Markup(revenue_chart_svg(chart_days, texts, NARROW)),  # noqa: S704
        # The marks are ours; the words are escaped where they stand.
        legend=[(Markup(mark), words) for mark, words in legend(chart_days, texts)],  # noqa: S704
        to_date=_to_date(report, texts),
        plan_texts=PLAN_TEXTS[texts.language],
        coming_days=_coming_days(report),
        departments=_departments(report),
        plan_made_at=report.plan_made_at and report.plan_made_at.astimezone(COPENHAGEN),
        budget_caption=BUDGET_TEXTS[texts.language].caption,
        budget_cells=budget_cells(report.budgets, texts),
        against_budget=lambda figure: budget_sentence(report.budgets, figure, texts),
    )


def _departments(report: Report) -> list[tuple[Figure, list[Figure]]]:
    """Return each department's figure of the day with those of its units, the worst first; what is not judged last."""
    figures = [report.figure(report.day, place) for place in report.places]
    # The wages of no unit, where they are hidden, would be a line that says nothing.
    figures = [each for each in figures if not (each.place.unallocated and each.wage_cost is None)]
    departments = [list(places) for _, places in groupby(figures, key=lambda figure: figure.place.department)]
    ordered = [(places[0], sorted(places[1:], key=from_worst)) for places in departments]
    return sorted(ordered, key=lambda each: from_worst(each[0]))


def _coming_days(report: Report) -> list[tuple[Planned, list[Planned]]]:
    """Return the plan of each day of all that the report is about, with that of what it consists of."""
    days = [list(of_day) for _, of_day in groupby(report.plan, key=lambda planned: planned.day)]
    return [
        (
            next(each for each in places if each.figure.place == report.whole),
            [each for each in places if each.figure.place != report.whole],
        )
        for places in days
    ]


def _comparison(report: Report, texts: Texts) -> list[tuple[str, Figure]]:
    """Return the day, and the same weekday of the week and the year before and the same holiday, with their names."""
    days = {
        texts.this_day: report.day,
        texts.week_before: earlier(report.day, WEEK),
        texts.year_before: earlier(report.day, YEAR),
    }
    if report.same_holiday:
        days[texts.same_holiday] = report.same_holiday
    return [(name, report.figure(day)) for name, day in days.items()]


def _to_date(report: Report, texts: Texts) -> list[tuple[str, Figure, Figure]]:
    """Return week and month to date and the ones before: its name, its figure, and that of a year before."""
    week, week_before, month, month_before = report.to_date
    numbers = [str(each.last_day.isocalendar().week) for each in (week, week_before)]
    months = [texts.formats.month(each.last_day).capitalize() for each in (month, month_before)]
    names = [name.format(what) for name, what in zip(texts.to_date_rows, [*numbers, *months], strict=True)]
    return [
        (name, report.figure(window), report.figure(earlier(window, YEAR)))
        for name, window in zip(names, report.to_date, strict=True)
    ]
