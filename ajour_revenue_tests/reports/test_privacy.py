"""The wage of a single person is in no format of the report, and cannot be worked out from one (D5)."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from rich.console import Console

from ajour_revenue.days import Window
from ajour_revenue.reports.csv_file import csv_file
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.terminal import terminal_tables
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.reports.xlsx import xlsx_workbook
from ajour_revenue.text.bilingual import Language
from ajour_revenue.wages.figures import Period
from ajour_revenue_tests.reports.kit import HIDDEN_WAGE, MONDAY, Books, days_before


def of_csv(report: Report, texts: Texts) -> str:
    return csv_file(report, texts).decode("utf-8")


def of_xlsx(report: Report, texts: Texts) -> str:
    with zipfile.ZipFile(io.BytesIO(xlsx_workbook(report, texts))) as archive:
        return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def of_terminal(report: Report, texts: Texts) -> str:
    console = Console(file=io.StringIO(), width=80)
    for table in terminal_tables(report, texts):
        console.print(table)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


# 10000 was sold on the day, so 43.21 % would tell it too; and so would its sum with Sunday's 2700. A terminal shows
# whole kroner.
TELLING = re.compile(r"4[.,]?321[.,]09|\b4[.,]321\b|43[.,]21|\b43[.,]2\b|0\.4321|7[.,]?021[.,]09|\b7[.,]021\b")

FORMATS: dict[str, Callable[[Report, Texts], str]] = {
    "html": html_page,
    "csv": of_csv,
    "xlsx": of_xlsx,
    "table": of_terminal,
}


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_no_format_tells_the_wage_of_one_person(books: Books, by: Period) -> None:
    books.earn("Bar", "10000")
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)
    books.earn("Bar", "9000", days_before(1))
    books.pay("Vesterbro", "Bar", "2700", days_before(1), people=5)
    books.pay("Aarhus", None, HIDDEN_WAGE, days_before(2), people=1)
    written = [(name, language) for name in FORMATS for language in TEXTS]

    def telling(report: Report) -> list[tuple[str, Language]]:
        return [
            (name, language) for name, language in written if TELLING.search(FORMATS[name](report, TEXTS[language]))
        ]

    window = Window(days_before(9), MONDAY)
    assert telling(books.report(window, by)) == []
    books.change(wages={"source": "planday", "show_single_person": True})
    assert telling(books.report(window, by)) == written


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("write", [html_page, of_csv, of_terminal])
def test_what_is_left_out_is_said(books: Books, write: Callable[[Report, Texts], str], texts: Texts) -> None:
    books.earn("Bar", "10000")
    books.pay("Vesterbro", "Bar", HIDDEN_WAGE, people=1)

    assert texts.hidden in write(books.report(Window(MONDAY, MONDAY), "day"), texts)
