"""The pages that people read each morning: the latest, one for each day, and an index of them by month."""

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from ajour_revenue.days import Window
from ajour_revenue.reports.page import TEMPLATES, html_page
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.restricted import of_department, restricted_to
from ajour_revenue.reports.texts import Texts
from ajour_revenue.reports.write import Pages, write
from ajour_revenue.wages.figures import Figure, Place

LINKS = re.compile(r"<!-- days -->.*?<!-- /days -->", re.DOTALL)
MARK = re.compile(r'<meta name="figures" content="(\w+)">')


FiguresOf = Callable[[Sequence[Window]], Mapping[Window, Mapping[Place, Figure]]]


def write_pages(
    pages: Pages,
    report: Report,
    texts: Texts,
    *,
    figures_of: FiguresOf,
    report_of: Callable[[dt.date], Report],
) -> list[dt.date]:
    """Write the latest page, that of its day, those of earlier days whose figures have changed since, and the index.

    Returns the earlier days. Of the days of the chart that have a page, `figures_of` gives the figures as they are
    now, and `report_of` the report. Raises ReportNotWrittenError; each page is whole, the one before or the new one.
    """
    day = report.window.last_day
    had = [each for each in pages.days if each in report.chart_days.days and each != day]
    windows = {each: Window(each, each) for each in had}
    now = figures_of(list(windows.values())) if had else {}
    changed = [each for each in had if _mark_of(pages.page(each)) != mark(now.get(windows[each], {}))]
    for each in changed:
        _write_day(pages, report_of(each), texts)
    is_new = not pages.page(day).exists()
    html = _write_day(pages, report, texts)
    days = pages.days
    for neighbour in _beside(day, days) if is_new else []:
        _link_anew(pages, neighbour, days, texts)
    write(pages.latest, _linked(html, _links(pages, pages.latest, day, days, texts)))
    write(pages.index, _index(pages, days, report, texts).encode("utf-8"))
    return changed


def write_department_pages(  # noqa: PLR0913 (what pages are made of)
    pages: Pages,
    departments: Sequence[str],
    report: Report,
    texts: Texts,
    *,
    figures_of: FiguresOf,
    report_of: Callable[[dt.date], Report],
) -> None:
    """Write such pages for each department, with nothing in them of any other or of the whole company."""
    for name in departments:

        def figures_of_department(windows: Sequence[Window], name: str = name) -> dict[Window, dict[Place, Figure]]:
            return {window: of_department(places, name) for window, places in figures_of(windows).items()}

        def report_of_department(day: dt.date, name: str = name) -> Report:
            return restricted_to(report_of(day), name)

        write_pages(
            pages.of_department(name, departments),
            restricted_to(report, name),
            texts,
            figures_of=figures_of_department,
            report_of=report_of_department,
        )


def mark(figures: Mapping[Place, Figure]) -> str:
    """Return what tells whether a day's figures are still those of its page."""
    return hashlib.sha256(repr(list(figures.values())).encode()).hexdigest()


def _mark_of(page: Path) -> str | None:
    found = MARK.search(page.read_text(encoding="utf-8"))
    return found and found[1]


def _write_day(pages: Pages, report: Report, texts: Texts) -> str:
    """Write the page of a report's day, and return it."""
    day = report.window.last_day
    page = pages.page(day)
    days = sorted({*pages.days, day})
    links = _links(pages, page, day, days, texts)
    html = html_page(report, texts, links=links, mark=mark(report.figures.get(report.day, {})))
    write(page, html.encode("utf-8"))
    return html


def _beside(day: dt.date, days: Sequence[dt.date]) -> Iterator[dt.date]:
    """Give the days that have a page, before and after a day."""
    at = days.index(day)
    yield from days[max(at - 1, 0) : at]
    yield from days[at + 1 : at + 2]


def _link_anew(pages: Pages, day: dt.date, days: Sequence[dt.date], texts: Texts) -> None:
    page = pages.page(day)
    links = _links(pages, page, day, days, texts)
    write(page, _linked(page.read_text(encoding="utf-8"), links))


def _linked(html: str, links: str) -> bytes:
    """Return a page with other links to the days beside it."""
    return LINKS.sub(lambda _: links, html).encode("utf-8")


def _links(pages: Pages, page: Path, day: dt.date, days: Sequence[dt.date], texts: Texts) -> Markup:
    """Write the links to the day before, the day after and the index, from where a page is."""
    before = max((each for each in days if each < day), default=None)
    after = min((each for each in days if each > day), default=None)
    links = [
        (name, os.path.relpath(target, page.parent).replace(os.sep, "/"))
        for name, target in (
            (f"← {texts.formats.weekday_and_date(before)}" if before else "", before and pages.page(before)),
            (texts.all_days, pages.index),
            (f"{texts.formats.weekday_and_date(after)} →" if after else "", after and pages.page(after)),
        )
        if target
    ]
    return Markup(TEMPLATES.get_template("days.html").render(links=links))  # noqa: S704 (rendered with escaping)


def _index(pages: Pages, days: Sequence[dt.date], report: Report, texts: Texts) -> str:
    months = [
        (
            texts.formats.month(first).capitalize(),
            [(texts.formats.weekday_and_date(day), pages.page(day).relative_to(pages.folder).as_posix()) for day in of],
        )
        for first, of in ((of[0], of) for of in _by_month(days))
    ]
    return TEMPLATES.get_template("index.html").render(
        texts=texts,
        title=report.title,
        department=report.whole.department,
        style=Markup(TEMPLATES.get_template("page.css").render()),  # noqa: S704 (ours)
        latest=pages.latest.name,
        months=months,
    )


def _by_month(days: Sequence[dt.date]) -> Iterator[list[dt.date]]:
    """Give the days of each month, the latest first."""
    for _, of_month in groupby(reversed(days), key=lambda day: (day.year, day.month)):
        yield list(of_month)
