"""The plan of the coming days as tables for a terminal of 80 columns, as CSV, and as records for programs."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.csv_file import SEPARATORS, cell
from ajour_revenue.reports.plan_texts import PlanTexts
from ajour_revenue.wages.figures import COMPANY

AMOUNT_WIDTH = 10
"""Room for 99.999.999."""


def plan_tables(plan: Sequence[Planned], texts: PlanTexts) -> Iterator[RenderableType]:
    """Give a sentence and a table for each day, each place a row, in whole kroner."""
    for day, of_day in groupby(plan, key=lambda planned: planned.day):
        places = list(of_day)
        [company] = [planned for planned in places if planned.figure.place == COMPANY]
        name = texts.common.formats.weekday_and_date(day)
        holiday = next(filter(None, map(texts.holiday_of, places)), None)
        heading = f"{name[0].upper()}{name[1:]}" + (f" ({holiday})" if holiday else "")
        yield Text(f"{heading}: {texts.sentence(company)}", style="bold")
        yield _table(places, texts)


def _table(places: Sequence[Planned], texts: PlanTexts) -> Table:
    formats = texts.common.formats
    table = Table(
        caption="\n".join(_remarks(places, texts)) or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(texts.common.department_or_unit, overflow="fold")
    for heading in (texts.expected_revenue, texts.planned_wages):
        table.add_column(heading, justify="right", width=AMOUNT_WIDTH)
    table.add_column(texts.common.wage_percentage, no_wrap=True, justify="right")
    table.add_column(texts.common.target, no_wrap=True, justify="right")
    table.add_column(texts.from_target, justify="right", width=AMOUNT_WIDTH)
    for planned in _shown(places):
        figure = planned.figure
        is_hidden = figure.wage_cost is None and figure.days_hidden
        table.add_row(
            Text("  " * bool(figure.place.unit) + texts.common.place(figure.place)),
            formats.whole(figure.revenue_excl_vat),
            texts.common.hidden if is_hidden else formats.whole(figure.wage_cost),
            _percentage(planned, texts),
            formats.percent(figure.target),
            formats.whole(planned.over_target),
            style="" if figure.place.unit else "bold",
        )
    return table


def _percentage(planned: Planned, texts: PlanTexts) -> Text:
    figure = planned.figure
    percentage = texts.common.percentage_of(figure)
    if figure.is_over_target:
        return Text(f"{texts.common.over_narrow} {percentage}", style="red")
    if figure.is_provisional and figure.wage_percentage is not None:
        return Text(f"({percentage})", style="dim")
    return Text(percentage)


def _remarks(places: Sequence[Planned], texts: PlanTexts) -> Iterator[str]:
    """Give what there is to remark on units; their department lacks no more than they do."""
    for planned in places:
        if planned.figure.place.unit and (remarks := "; ".join(texts.remarks_on(planned))):
            yield f"{planned.figure.place.unit}: {remarks}"


def _shown(places: Sequence[Planned]) -> Iterator[Planned]:
    # Of the whole company the wages of no unit are the sum of its departments'.
    return (planned for planned in places if not planned.figure.place.unallocated or planned.figure.place.department)


def plan_csv(plan: Sequence[Planned], texts: PlanTexts) -> bytes:
    """Write a row per day and place as Excel opens it in the language: UTF-8 with its mark, ISO dates, DKK."""
    between, point = SEPARATORS[texts.common.language]
    common = texts.common
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between)
    writer.writerow(
        [
            *(common.day, common.department, common.unit, texts.expected_revenue, *texts.between),
            *(texts.planned_wages, texts.planned_hours, common.wage_percentage, common.target),
            *(texts.wage_cost_at_target, texts.from_target, texts.holiday, common.remarks),
        ]
    )
    for planned in _shown(plan):
        figure, place = planned.figure, planned.figure.place
        values = [
            *(planned.day, place.department or common.company),
            common.unallocated if place.unallocated else place.unit,
            *(figure.revenue_excl_vat, planned.low, planned.high, figure.wage_cost, figure.hours),
            *(figure.wage_percentage, figure.target, planned.wage_cost_at_target, planned.over_target),
            *(texts.holiday_of(planned), "; ".join(texts.remarks_on(planned))),
        ]
        writer.writerow([cell(value, point) for value in values])
    return text.getvalue().encode("utf-8-sig")


def plan_records(plan: Sequence[Planned]) -> list[dict[str, object]]:
    """Return a record per day and place, of which each field is named as a column of the readers' table `plan`."""
    return [
        {
            "day": planned.day,
            "department": planned.figure.place.department,
            "unit": planned.figure.place.unit,
            "is_unallocated": planned.figure.place.unallocated,
            "expected_revenue_excl_vat": planned.figure.revenue_excl_vat,
            "low": planned.low,
            "high": planned.high,
            "planned_wage_cost": planned.figure.wage_cost,
            "planned_hours": planned.figure.hours,
            "planned_wage_percentage": planned.figure.wage_percentage,
            "target": planned.figure.target,
            "wage_cost_at_target": planned.wage_cost_at_target,
            "over_target": planned.over_target,
            "is_provisional": planned.figure.is_provisional,
            "has_hidden_wages": planned.figure.days_hidden > 0,
            "note": planned.note,
            "holiday": planned.holiday,
        }
        for planned in _shown(plan)
    ]
