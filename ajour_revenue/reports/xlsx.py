"""The report as an Excel workbook: real numbers and dates, and a chart of Excel's own."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from ajour_revenue.attention.finding import Finding
from ajour_revenue.reports.columns import Column, Value, figure_columns
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import COMPANY, Figure, cut

WIDTHS = {"day": 11, "text": 20, "money": 16, "percent": 11, "points": 11, "hours": 11}
PERCENTAGES = {"percent", "provisional percent"}
BLUE, BROWN, GREY = "#7A9CB2", "#5B4A3F", "#59636B"


def xlsx_workbook(report: Report, texts: Texts) -> bytes:
    """Write a workbook: the periods, the days of the window with their chart, and what needs attention."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{texts.title} · {report.name}"})
        sheets = _Sheets(book, texts)
        figures = [figure for period in report.periods for figure in report.places_of(period)]
        sheets.figures(texts.figures_sheet, figure_columns(texts), figures)
        days = [report.figure(day, COMPANY) for day in cut(report.window, "day")]
        sheets.days_with_chart(days)
        sheets.attention(report)
    return file.getvalue()


class _Sheets:
    """The sheets of one workbook, with its formats."""

    def __init__(self, book: Any, texts: Texts) -> None:  # noqa: ANN401 (the library is not typed)
        self.book = book
        self.texts = texts
        heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#F3F7F9"}
        self.heading = book.add_format(heading)
        # Excel shows the separators of its reader's own language.
        patterns = {
            "day": "dd-mm-yyyy" if texts.language == "da" else "d mmm yyyy",
            "money": "#,##0.00",
            "percent": "0.0%",
            "points": "+0.0;-0.0;0.0",
            "hours": "#,##0.00",
        }
        self.formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in patterns.items()}
        for kind in ("percent", "money"):
            grey = {"num_format": patterns[kind], "font_color": GREY, "italic": True}
            self.formats[f"provisional {kind}"] = book.add_format(grey)

    def table(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Value]]) -> Any:  # noqa: ANN401
        """Add a sheet with one table; `columns` are headings with the kind of what stands below them."""
        sheet = self.book.add_worksheet(name)
        for number, (heading, kind) in enumerate(columns):
            sheet.set_column(number, number, WIDTHS[kind])
            sheet.write_string(0, number, heading, self.heading)
        for number, row in enumerate(rows, start=1):
            for column, ((_, kind), value) in enumerate(zip(columns, row, strict=True)):
                self.write(sheet, number, column, kind, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def write(self, sheet: Any, row: int, column: int, kind: str, value: Value) -> None:  # noqa: ANN401
        """Write one cell; nothing where there is no value."""
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), self.formats["day"])
        elif isinstance(value, Decimal):
            # Excel's percentages are hundredths.
            sheet.write_number(row, column, value / 100 if kind in PERCENTAGES else value, self.formats[kind])
        elif value:
            sheet.write_string(row, column, value)

    def figures(self, name: str, columns: Sequence[Column], figures: Sequence[Figure]) -> Any:  # noqa: ANN401
        """Add a sheet with a row for each figure; the ratios of one that is provisional are grey."""
        headings = [(column.heading, column.kind) for column in columns]
        sheet = self.table(name, headings, [[column.value(figure) for column in columns] for figure in figures])
        ratios = {self.texts.wage_percentage, self.texts.revenue_per_hour}
        for place, column in enumerate(columns):
            if column.heading in ratios:
                for number, figure in enumerate(figures, start=1):
                    if figure.is_provisional:
                        self.write(sheet, number, place, f"provisional {column.kind}", column.value(figure))
        return sheet

    def days_with_chart(self, days: Sequence[Figure]) -> None:
        """Add the sheet of the company's days, with the chart of revenue and wage percentage beside them."""
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
