"""The report's periods as CSV, as Excel opens it in the language."""

import csv
import io
import re
from decimal import Decimal

from ajour_revenue.reports.budget import budget_columns
from ajour_revenue.reports.columns import Value, figure_columns
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.text.bilingual import Language

SEPARATORS: dict[Language, tuple[str, str]] = {"da": (";", ","), "en": (",", ".")}
"""Between fields, and before decimals."""

FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def csv_file(report: Report, texts: Texts) -> bytes:
    """Write a row per period and place, then one per location whose revenue no unit has; no other row counts it.

    In UTF-8 with the mark that Excel looks for; ISO dates, amounts in DKK.
    """
    between, point = SEPARATORS[texts.language]
    columns = [*figure_columns(texts), *budget_columns(report.budgets, texts)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between)
    writer.writerow([column.heading for column in columns])
    for period in report.periods:
        for figure in report.places_of(period):
            writer.writerow([cell(column.value(figure), point) for column in columns])
    for finding in report.unmapped:
        if finding.facts.revenue_excl_vat is None:
            continue
        not_counted: dict[str, Value] = {
            texts.first_day: report.window.first_day,
            texts.last_day: report.window.last_day,
            texts.department: texts.findings.kinds[finding.kind].title,
            texts.unit: texts.findings.named_location(finding),
            texts.revenue_excl_vat: finding.facts.revenue_excl_vat,
            texts.revenue_incl_vat: finding.facts.revenue_incl_vat,
            texts.remarks: texts.findings.facts(finding),
        }
        writer.writerow([cell(not_counted.get(column.heading), point) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def cell(value: Value, point: str) -> str:
    """Return what stands in a field, with this mark before decimals."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", point)
    text = "" if value is None else str(value)
    # Excel would take it for a formula, and carry it out.
    return f"'{text}" if FORMULA.match(text) else text
