"""The report as an Excel workbook: real numbers and dates, and a chart of Excel's own."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from ajour_revenue.attention.finding import Finding
from ajour_revenue.reports.budget import budget_columns
from ajour_revenue.reports.columns import Column, Value, figure_columns, plan_columns
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure, Place, cut

WIDTHS = {"day": 15, "text": 20, "money": 16, "percent": 11, "points": 12, "kroner over": 12, "hours": 11}
OVER = "▲ "
"""Stands before what is over target, so that colour alone does not say it."""
BLUE, BROWN, GREY = "#7A9CB2", "#5B4A3F", "#59636B"


def xlsx_workbook(report: Report, texts: Texts) -> bytes:
    """Write a workbook: the periods, the days of the window with their chart, what needs attention, the coming days."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{texts.title} · {report.title}"})
        sheets = _Sheets(book, texts, report.title)
        figures = [figure for period in report.periods for figure in report.places_of(period)]
        columns = [*figure_columns(texts), *budget_columns(report.budgets, texts)]
        sheets.figures(texts.figures_sheet, columns, figures)
        days = [report.figure(day) for day in cut(report.window, "day")]
        sheets.days_with_chart(days)
        sheets.attention(report)
        if report.plan:
            sheets.plan(report)
    return file.getvalue()


class _Sheets:
    """The sheets of one workbook, with its formats."""

    def __init__(self, book: Any, texts: Texts, title: str) -> None:  # noqa: ANN401 (the library is not typed)
        self.book = book
        self.texts = texts
        self.title = title
        # Excel shows the separators, and the names of weekdays, of its reader's own language.
        self.patterns = {
            "day": "ddd dd-mm-yyyy" if texts.language == "da" else "ddd d mmm yyyy",
            "money": "#,##0.00",
            "percent": "0.0%",
            "points": f"[Red]{OVER}+0.0;-0.0;0.0",
            "kroner over": f"[Red]{OVER}+#,##0;-#,##0;0",
            "hours": "#,##0.00",
        }

    @cache  # noqa: B019 (it lives as long as its workbook)
    def format(self, kind: str, *, is_bold: bool = False, is_grey: bool = False) -> Any:  # noqa: ANN401
        """Return the format of a kind of cell; Excel counts every one that is added."""
        look: dict[str, object] = {"num_format": self.patterns[kind]} if kind in self.patterns else {}
        look |= {"bold": True} if is_bold else {}
        return self.book.add_format(look | ({"font_color": GREY, "italic": True} if is_grey else {}))

    @cache  # noqa: B019 (it lives as long as its workbook)
    def heading(self, kind: str) -> Any:  # noqa: ANN401
        """Return the format of a heading, which stands over what is below it: numbers stand on the right."""
        look = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#F3F7F9"}
        return self.book.add_format(look | {"align": "left" if kind in {"day", "text"} else "right"})

    def table(
        self,
        name: str,
        columns: Sequence[tuple[str, str]],
        rows: Sequence[Sequence[Value]],
        places: Sequence[Place] = (),
    ) -> Any:  # noqa: ANN401
        """Add a sheet with one table; `columns` are headings with the kind of what stands below them.

        Where rows are of `places`, those of departments and the company are bold, and what they consist of is below
        them in Excel's outline.
        """
        sheet = self.book.add_worksheet(name)
        for number, (heading, kind) in enumerate(columns):
            sheet.set_column(number, number, WIDTHS[kind])
            sheet.write_string(0, number, heading, self.heading(kind))
        for number, row in enumerate(rows, start=1):
            is_sum = bool(places) and not places[number - 1].is_part
            if places and not is_sum:
                sheet.set_row(number, None, None, {"level": 1})
            for column, ((_, kind), value) in enumerate(zip(columns, row, strict=True)):
                self.write(sheet, number, column, kind, value, is_bold=is_sum)
        sheet.outline_settings(True, False, False, False)  # noqa: FBT003 (visible, and sums stand above)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{_printed(self.title)}&R&A")
        sheet.set_footer("&L&D&R&P / &N")
        return sheet

    def write(  # noqa: PLR0913 (what a cell has)
        self,
        sheet: Any,  # noqa: ANN401
        row: int,
        column: int,
        kind: str,
        value: Value,
        *,
        is_bold: bool = False,
        is_grey: bool = False,
    ) -> None:
        """Write one cell; nothing where there is no value."""
        look = self.format(kind, is_bold=is_bold, is_grey=is_grey)
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
        elif isinstance(value, Decimal):
            # Excel's percentages are hundredths.
            sheet.write_number(row, column, value / 100 if kind == "percent" else value, look)
        elif value:
            sheet.write_string(row, column, value, look)

    def figures(self, name: str, columns: Sequence[Column[Figure]], figures: Sequence[Figure]) -> Any:  # noqa: ANN401
        """Add a sheet with a row for each figure; the ratios of one that is provisional are grey."""
        headings = [(column.heading, column.kind) for column in columns]
        values = [[column.value(figure) for column in columns] for figure in figures]
        # Days of the company alone are no sums of what stands below them.
        of_places = [figure.place for figure in figures] if any(figure.place.is_part for figure in figures) else []
        sheet = self.table(name, headings, values, of_places)
        ratios = {self.texts.wage_percentage, self.texts.revenue_per_hour}
        for place, column in enumerate(columns):
            if column.heading in ratios:
                for number, figure in enumerate(figures, start=1):
                    if figure.is_provisional:
                        self.write(sheet, number, place, column.kind, column.value(figure), is_grey=True)
        return sheet

    def days_with_chart(self, days: Sequence[Figure]) -> None:
        """Add the sheet of the days of the whole, with the chart of revenue and wage percentage beside them."""
        texts = self.texts
        left_out = {texts.last_day, texts.department, texts.unit}
        columns = [column for column in figure_columns(texts) if column.heading not in left_out]
        sheet = self.figures(texts.days_sheet, columns, days)
        places = {column.heading: number for number, column in enumerate(columns)}

        def series(heading: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
            column = places[heading]
            return {
                "name": [texts.days_sheet, 0, column],
                "categories": [texts.days_sheet, 1, 0, len(days), 0],
                "values": [texts.days_sheet, 1, column, len(days), column],
                **options,
            }

        chart = self.book.add_chart({"type": "column"})
        chart.add_series(series(texts.revenue_excl_vat, fill={"color": BLUE}, gap=40))
        lines = self.book.add_chart({"type": "line"})
        wages = {"line": {"color": BROWN, "width": 2}, "marker": {"type": "circle", "size": 4}, "y2_axis": True}
        lines.add_series(series(texts.wage_percentage, **wages))
        target = {"line": {"color": GREY, "width": 1, "dash_type": "dash"}, "y2_axis": True}
        lines.add_series(series(texts.target, **target))
        chart.combine(lines)
        window = texts.formats.days(days[0].window.first_day, days[-1].window.last_day)
        chart.set_title({"name": texts.chart_caption.format(window), "name_font": {"size": 12}})
        chart.set_x_axis({"date_axis": True, "num_format": "dd-mm", "major_unit": 7, "major_unit_type": "days"})
        chart.set_y_axis({"name": f"{texts.revenue_excl_vat}, {texts.in_kroner}", "num_format": "#,##0"})
        lines.set_y2_axis({"name": texts.wage_percentage, "num_format": "0%"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 900, "height": 420})
        sheet.insert_chart(1, len(columns) + 1, chart, {"description": texts.chart_caption.format(window)})

    def attention(self, report: Report) -> None:
        """Add the sheet of what needs attention, each thing a row."""
        texts = self.texts
        columns = [
            *((texts.first_day, "day"), (texts.last_day, "day")),
            *((texts.where, "text"), (texts.what, "text"), (texts.details, "text")),
            *((texts.revenue_excl_vat, "money"), (texts.wage_cost, "money")),
            *((texts.before, "money"), (texts.after, "money"), (texts.vat_head, "text"), (texts.source, "text")),
            (texts.to_do, "text"),
        ]
        rows = [self.finding(finding) for finding in report.findings]
        self.table(texts.attention_sheet, columns, rows)

    def plan(self, report: Report) -> None:
        """Add the sheet of the coming days, with their budget last where one is set."""
        plan_texts = PLAN_TEXTS[self.texts.language]
        columns, of_budget = plan_columns(plan_texts), budget_columns(report.budgets, self.texts)
        headings = [(column.heading, column.kind) for column in columns]
        headings += [(column.heading, column.kind) for column in of_budget]
        rows = [
            [*(column.value(planned) for column in columns), *(column.value(planned.figure) for column in of_budget)]
            for planned in report.plan
        ]
        self.table(plan_texts.plan_sheet, headings, rows, [planned.figure.place for planned in report.plan])

    def finding(self, finding: Finding) -> list[Value]:
        """Return the row of a finding."""
        texts, facts, days = self.texts, finding.facts, finding.days
        return [
            *((days.first_day, days.last_day) if days else (None, None)),
            *(texts.path(finding.place), texts.findings.kinds[finding.kind].title),
            texts.details_of(finding),
            *(facts.revenue_excl_vat, facts.wage_cost),
            *(facts.revenue_before, facts.revenue_after),
            *((texts.findings.vat[facts.vat], texts.findings.source(facts)) if facts.vat else (None, None)),
            texts.action(finding),
        ]


def _printed(text: str) -> str:
    """Return a text as it stands in a printed header, where & begins a code."""
    return text.replace("&", "&&")
