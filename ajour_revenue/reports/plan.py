"""The plan of the coming days, and where week and month will end: for a terminal of 80 columns, as CSV and records."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ajour_revenue.budget.compare import Budgets
from ajour_revenue.plan.outlook import Outlook
from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.budget import budget_columns, budget_sentence
from ajour_revenue.reports.columns import plan_columns
from ajour_revenue.reports.csv_file import SEPARATORS, cell
from ajour_revenue.reports.plan_texts import PlanTexts
from ajour_revenue.wages.figures import Figure

AMOUNT_WIDTH = 10
"""Room for 99.999.999."""


def plan_tables(plan: Sequence[Planned], texts: PlanTexts, budgets: Budgets | None) -> Iterator[RenderableType]:
    """Give a sentence and a table for each day, each place a row, in whole kroner, and the budget below it."""
    for _, of_day in groupby(plan, key=lambda planned: planned.day):
        places = list(of_day)
        # The company stands last.
        company = places[-1]
        name = texts.name_of_day(company)
        heading = f"{name[0].upper()}{name[1:]}"
        yield Text(f"{heading}: {texts.sentence(company)}", style="bold")
        against_budget = budget_sentence(budgets, company.figure, texts.common)
        yield _table(places, texts, [*_remarks(places, texts), *filter(None, [against_budget])])


def outlook_table(outlook: Outlook, texts: PlanTexts, budgets: Budgets | None) -> Table:
    """Give a table of where a week or month will end: departments and company, in whole kroner, and their budget."""
    common, formats = texts.common, texts.common.formats
    remarks = [
        f"{common.place(figure.place)}: {remark}"
        for figure in map(outlook.at_end.__getitem__, outlook.places)
        for remark in (common.remarks_on(figure), budget_sentence(budgets, figure, common))
        if remark
    ]
    table = Table(
        title=texts.outlook_name(outlook),
        title_justify="left",
        title_style="bold",
        caption="\n".join(remarks) or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(common.department, overflow="fold")
    for heading in (
        *(texts.so_far, common.wage_percentage),
        *(texts.at_end, common.wage_cost_narrow, common.wage_percentage, common.target),
    ):
        table.add_column(heading, no_wrap=True, justify="right")
    for place in outlook.places:
        so_far, at_end = outlook.so_far.get(place), outlook.at_end[place]
        table.add_row(
            Text(common.place(place)),
            formats.whole(so_far.revenue_excl_vat if so_far else None),
            common.percentage_of(so_far) if so_far else formats.percent(None),
            formats.whole(at_end.revenue_excl_vat),
            common.whole_wages_of(at_end),
            _percentage_of(at_end, texts),
            formats.percent(at_end.target),
            style="" if place.department else "bold",
        )
    return table


def _table(places: Sequence[Planned], texts: PlanTexts, remarks: Sequence[str]) -> Table:
    formats = texts.common.formats
    table = Table(
        caption="\n".join(remarks) or None,
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
    for planned in places:
        figure = planned.figure
        is_hidden = figure.wage_cost is None and figure.days_hidden
        table.add_row(
            Text("  " * bool(figure.place.unit) + texts.common.place(figure.place)),
            formats.whole(figure.revenue_excl_vat),
            texts.common.hidden if is_hidden else formats.whole(figure.wage_cost),
            _percentage_of(figure, texts),
            formats.percent(figure.target),
            formats.whole(planned.over_target),
            style="" if figure.place.unit else "bold",
        )
    return table


def _percentage_of(figure: Figure, texts: PlanTexts) -> Text:
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


def plan_csv(plan: Sequence[Planned], texts: PlanTexts, budgets: Budgets | None) -> bytes:
    """Write a row per day and place as Excel opens it in the language: UTF-8 with its mark, ISO dates, DKK.

    Where a budget is set, it stands last.
    """
    between, point = SEPARATORS[texts.common.language]
    columns = plan_columns(texts)
    of_budget = budget_columns(budgets, texts.common)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between)
    writer.writerow([*(column.heading for column in columns), *(column.heading for column in of_budget)])
    for planned in plan:
        values = [column.value(planned) for column in columns] + [column.value(planned.figure) for column in of_budget]
        writer.writerow([cell(value, point) for value in values])
    return text.getvalue().encode("utf-8-sig")


def plan_records(plan: Sequence[Planned], budgets: Budgets | None) -> list[dict[str, object]]:
    """Return a record per day and place, of which each field is named as a column of the readers' table `plan`.

    Where a budget is set, it stands last, as in the readers' table `budget`.
    """
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
            **_budget_record(budgets, planned),
        }
        for planned in plan
    ]


def _budget_record(budgets: Budgets | None, planned: Planned) -> dict[str, object]:
    if budgets is None:
        return {}
    budget, figure = budgets.of(planned.figure), planned.figure
    return {
        "budget_revenue_excl_vat": budget.revenue_excl_vat,
        "budget_wage_percentage": budget.wage_percentage,
        "revenue_over_budget": budget.revenue_deviation(figure),
        "points_over_budget": budget.percentage_change(figure),
    }
