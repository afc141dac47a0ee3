"""The report's periods as tables for a terminal of 80 columns."""

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ajour_revenue.days import Window
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure


def terminal_tables(report: Report, texts: Texts) -> Iterator[RenderableType]:
    """Give a table for each period, of whole DKK, each place a row; over target is said in words too.

    The files have every amount to the øre, and with VAT: of both there is no room beside what explains a percentage.
    """
    periods = [period for period in report.periods if report.places_of(period)]
    if not periods:
        yield Text(texts.nothing_in.format(texts.formats.days(report.window.first_day, report.window.last_day)))
    for period in periods:
        yield Padding(_table(report, period, texts), (0, 0, 1, 0))
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
        show_edge=False,
        padding=0,
    )
    table.add_column(texts.department_or_unit, overflow="fold")
    for heading in (
        *(texts.revenue_excl_vat, texts.wage_cost_narrow, texts.wage_percentage_narrow, texts.target),
        *(texts.hours, texts.revenue_per_hour_narrow),
    ):
        # A number is never broken in two; so that the names have the room, the headings are.
        table.add_column(heading.replace(" ", "\n"), no_wrap=True, justify="right")
    for figure in report.places_of(period):
        table.add_row(
            Text("  " * bool(figure.place.unit) + texts.place(figure.place)),
            formats.whole(figure.revenue_excl_vat),
            texts.whole_wages_of(figure),
            _percentage(figure, texts),
            formats.percent(figure.target),
            texts.hours_of(figure),
            _revenue_per_hour(figure, texts),
            style="" if figure.place.unit else "bold",
        )
    return table


def _percentage(figure: Figure, texts: Texts) -> Text:
    percentage = texts.percentage_of(figure)
    if figure.is_over_target:
        return Text(f"{texts.over_narrow} {percentage}", style="red")
    return (
        _in_brackets(percentage) if figure.is_provisional and figure.wage_percentage is not None else Text(percentage)
    )


def _revenue_per_hour(figure: Figure, texts: Texts) -> Text:
    amount = texts.revenue_per_hour_of(figure)
    return _in_brackets(amount) if figure.is_provisional and figure.revenue_per_hour is not None else Text(amount)


def _in_brackets(ratio: str) -> Text:
    """Write a ratio that does not cover everything (D19)."""
    return Text(f"({ratio})", style="dim")


def _remarks(report: Report, period: Window, texts: Texts) -> Iterator[str]:
    """Give what there is to remark on the company, and on each place that is in brackets."""
    for figure in report.places_of(period):
        # Of the whole company the wages of no unit lack what those of its departments do.
        is_repeated = figure.place.unallocated and figure.place.department is None
        if (remarks := texts.remarks_on(figure, report.missing(figure))) and not is_repeated:
            yield f"{texts.place(figure.place)}: {remarks}"
