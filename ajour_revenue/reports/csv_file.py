"""The report's periods as CSV, as Excel opens it in the language."""

import csv
import io
from decimal import Decimal

from ajour_revenue.reports.columns import Value, figure_columns
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.text.formats import Language

SEPARATORS: dict[Language, tuple[str, str]] = {"da": (";", ","), "en": (",", ".")}
"""Between fields, and before decimals."""


def csv_file(report: Report, texts: Texts) -> bytes:
    """Write a row per period and place, in UTF-8 with the mark that Excel looks for; ISO dates, amounts in DKK."""
    between, point = SEPARATORS[texts.language]
    columns = figure_columns(texts)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between)
    writer.writerow([column.heading for column in columns])
    for period in report.periods:
        for figure in report.places_of(period):
            writer.writerow([_write(column.value(figure), point) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _write(value: Value, point: str) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", point)
    return "" if value is None else str(value)
