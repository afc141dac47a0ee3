"""D21: nobody's wage can be read, nor found by any sums and differences of what is shown.

Each person's part in each cell is a power of two in whole kroner, and nothing else is whole kroner: so every shown
amount tells which parts it is the sum of. What somebody could work out of all of them together is linear algebra.
"""

import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from ajour_revenue.attention.texts import line
from ajour_revenue.days import Window
from ajour_revenue.reports.columns import figure_columns
from ajour_revenue.reports.csv_file import csv_file
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.terminal import terminal_tables
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import figures, table
from ajour_revenue.wages.assets import (
    WAGE_PERCENTAGE_FIGURES,
    WAGE_PERCENTAGE_PREVIEW,
    store_wage_costs,
)
from ajour_revenue.wages.figures import Period, make_figures
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue_tests.reports.kit import Books

# Over the end of a week and of a month.
DAYS = Window(dt.date(2026, 10, 31), dt.date(2026, 11, 2))
CELLS = [("Vesterbro", "Bar"), ("Vesterbro", "Kitchen"), ("Vesterbro", None), ("Aarhus", "Shop"), ("Aarhus", None)]
PEOPLE = range(4)
REVENUE = "7.01"
"""Of each unit and day: no sum of it, with or without VAT, is whole kroner."""

Cell = tuple[dt.date, str, str | None]
Company = dict[Cell, frozenset[int]]
Part = tuple[int, Cell]
"""What a person costs in a cell."""

AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,00(?!\d)|(?<![\d.,])\d{1,3}(?:,\d{3})*\.00(?!\d)")

cells = st.sampled_from([(day, department, unit) for day in DAYS.days for department, unit in CELLS])
companies = st.dictionaries(cells, st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=3), min_size=1)


def costs_of(company: Company) -> dict[Part, Decimal]:
    """Return what each person costs in each cell, in DKK: each amount twice the one before."""
    powers = count()
    return {
        (person, cell): Decimal(2) ** next(powers) for cell in sorted(company, key=repr) for person in company[cell]
    }


def wage_rows(company: Company) -> list[dict[str, object]]:
    """Return a company's wages as a wage source gives them."""
    costs = costs_of(company)
    return [
        {
            "business_date": cell[0],
            "department": cell[1],
            "unit": cell[2],
            "wage_cost": sum((costs[person, cell] for person in people), Decimal()),
            "hours": Decimal("0.01"),
            "people": len(people),
        }
        for cell, people in company.items()
    ]


def shown_of(connection: duckdb.DuckDBPyConnection, company: Company, by: Period, **wages: Any) -> str:  # noqa: ANN401
    """Return everything that anybody is shown of a company's wages, as one text."""
    books = Books(connection)
    books.change(wages={"source": "planday", **wages})
    for day in DAYS.days:
        for unit in ("Bar", "Kitchen", "Shop"):
            books.earn(unit, REVENUE, day)
    given_wages = WageCosts(rows=pa.Table.from_pylist(wage_rows(company), schema=WAGE_COST_SCHEMA))
    stored = store_wage_costs(connection, books.settings, given_wages, DAYS, run_id="run")
    report = books.report(DAYS, by)
    return "\n".join([*map(metadata_text, stored.values()), *texts_of(connection, books.settings, report)])


def texts_of(connection: duckdb.DuckDBPyConnection, company: Settings, report: Report) -> Iterator[str]:
    about = {
        "first_day": DAYS.first_day,
        "last_day": DAYS.last_day,
        "show_single_person": company.wages.show_single_person,
    }
    yield from map(metadata_text, figures(connection, WAGE_PERCENTAGE_FIGURES, **about).values())
    for window in (DAYS, *(Window(day, day) for day in DAYS.days)):
        make_figures(connection, company, [window])
        yield metadata_text(table(connection, WAGE_PERCENTAGE_PREVIEW))
    for texts in TEXTS.values():
        yield html_page(report, texts)
        terminal = Console(file=io.StringIO(), width=200)
        terminal.print(*terminal_tables(report, texts))
        yield str(terminal.file.getvalue())  # type: ignore[attr-defined]
        money = [column for column in figure_columns(texts) if column.kind == "money"]
        yield "\n".join(
            f"{column.value(figure) or 0:,.2f}"
            for period in report.periods
            for figure in report.places_of(period)
            for column in money
        )
        assert csv_file(report, texts)
    yield from map(line, report.findings)


def metadata_text(value: Any) -> str:  # noqa: ANN401 (of any kind of metadata)
    if hasattr(value, "records"):
        return "\n".join(json.dumps(record.data, ensure_ascii=False) for record in value.records)
    return str(value.value)


def equations(text: str, parts: list[Part]) -> np.ndarray:
    """Return which parts each shown amount of whole kroner is the sum of: a row for each, a column for each part."""
    amounts = {int(re.sub(r"[.,]", "", found[:-3])) for found in AMOUNT.findall(text)} - {0}
    assert all(amount < 2 ** len(parts) for amount in amounts), "an amount that is no sum of wages"
    return np.array([[amount >> number & 1 for number in range(len(parts))] for amount in sorted(amounts)]).reshape(
        len(amounts), len(parts)
    )


def found_out(shown: np.ndarray, parts: Sequence[Part]) -> set[int]:
    """Return the people of whose wages alone some combination of what is shown is made."""
    return {
        person
        for person in PEOPLE
        if rank(shown) > rank(shown[:, [number for number, (who, _) in enumerate(parts) if who != person]])
    }


def rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


@settings(max_examples=25)
@given(company=companies, by=st.sampled_from(["day", "week", "month"]))
def test_no_set_of_shown_figures_tells_what_one_person_earned(
    tables_in_memory: duckdb.DuckDBPyConnection, company: Company, by: Period
) -> None:
    parts = list(costs_of(company))
    tables_in_memory.begin()
    try:
        shown = equations(shown_of(tables_in_memory, company, by), parts)
    finally:
        tables_in_memory.rollback()

    assert found_out(shown, parts) == set()
    # What two or more earned is there to be read.
    assert (shown.size > 0) == any(len(people) > 1 for people in company.values())


FRIENDS: Company = {
    (DAYS.first_day, "Vesterbro", "Bar"): frozenset({0, 1}),
    (DAYS.first_day, "Vesterbro", "Kitchen"): frozenset({2}),
    (DAYS.first_day, "Aarhus", None): frozenset({3}),
}


@pytest.mark.parametrize("show", [False, True])
def test_the_same_finds_those_out_whose_wages_the_settings_show(
    tables_in_memory: duckdb.DuckDBPyConnection,
    show: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    parts = list(costs_of(FRIENDS))
    tables_in_memory.begin()
    try:
        shown = equations(shown_of(tables_in_memory, FRIENDS, "day", show_single_person=show), parts)
    finally:
        tables_in_memory.rollback()

    assert found_out(shown, parts) == ({2, 3} if show else set())


@pytest.mark.parametrize(
    ("shown", "people"),
    [
        ([[1, 1, 0], [1, 1, 1]], {2}),
        ([[1, 1, 1], [0, 1, 1]], {0}),
        ([[1, 1, 0], [0, 1, 1], [1, 0, 1]], {0, 1, 2}),
        ([[1, 1, 0], [0, 1, 1]], set()),
    ],
)
def test_a_difference_of_two_sums_finds_somebody_out(shown: list[list[int]], people: Iterable[int]) -> None:
    parts = [(person, (DAYS.first_day, "Vesterbro", None)) for person in range(3)]

    assert found_out(np.array(shown), parts) == set(people)
