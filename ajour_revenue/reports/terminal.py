"""The report's periods as tables for a terminal of 80 columns."""

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ajour_revenue.days import Window
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure

AMOUNT_WIDTH = 12
"""Room for 9.999.999,99."""


def terminal_tables(report: Report, texts: Texts) -> Iterator[RenderableType]:
    """Give a table for each period, of amounts in DKK, each place a row; over target is said in words too."""
    periods = [period for period in report.periods if report.places_of(period)]
    if not periods:
        yield Text(texts.nothing_in.format(texts.formats.days(report.window.first_day, report.window.last_day)))
    for period in periods:
        yield _table(report, period, texts)
    for finding in report.unmapped:
        yield Text(f"{texts.findings.kinds[finding.kind].title}: {texts.details_of(finding)}")


def _table(report: Report, period: Window, texts: Texts) -> Table:
    formats = texts.formats
    table = Table(
        title=f"{texts.period_of(period, report.by)}, {texts.in_kroner}",
        title_justify="left",
        title_style="bold",
        caption="\n".join(_remarks(report, period, texts)) or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(texts.department_or_unit, overflow="fold")
    for heading in (texts.revenue_excl_vat, texts.revenue_incl_vat, texts.wage_cost_narrow):
        table.add_column(heading, justify="right", width=AMOUNT_WIDTH)
    table.add_column(texts.wage_percentage, no_wrap=True, justify="right")
    table.add_column(texts.target, no_wrap=True, justify="right")
    for figure in report.places_of(period):
        table.add_row(
            Text("  " * bool(figure.place.unit) + texts.place(figure.place)),
            formats.money(figure.revenue_excl_vat),
            formats.money(figure.revenue_incl_vat),
            texts.wages_of(figure),
            _percentage(figure, texts),
            formats.percent(figure.target),
            style="" if figure.place.unit else "bold",
        )
    return table


def _percentage(figure: Figure, texts: Texts) -> Text:
    percentage = texts.percentage_of(figure)
    if figure.is_over_target:
        return Text(f"{texts.over_narrow} {percentage}", style="red")
    if figure.is_provisional and figure.wage_percentage is not None:
        return Text(f"({percentage})", style="dim")
    return Text(percentage)


def _remarks(report: Report, period: Window, texts: Texts) -> Iterator[str]:
    """Give what there is to remark on the company, and on each place that is in brackets."""
    for figure in report.places_of(period):
        if remarks := texts.remarks_on(figure):
            yield f"{texts.place(figure.place)}: {remarks}"
