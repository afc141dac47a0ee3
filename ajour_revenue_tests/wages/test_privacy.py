"""D21: nobody's wage can be read, nor found by any sums and differences of what is shown."""

import io
import json
from collections.abc import Iterable, Iterator
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
    WAGE_PERCENTAGE_PREVIEWS,
    store_wage_costs,
)
from ajour_revenue.wages.figures import Period, make_figures
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue_tests.kit import IN_BOTH_STORES
from ajour_revenue_tests.reports.kit import Books
from ajour_revenue_tests.wages.people import (
    DAYS,
    FRIENDS,
    REVENUE,
    Company,
    Secret,
    companies,
    costs_of,
    equations,
    found_out,
    wage_rows,
)


def shown_of(
    connection: duckdb.DuckDBPyConnection,
    company: Company,
    by: Period,
    secret: Secret = "wage_cost",
    **wages: Any,  # noqa: ANN401 (as the settings have them)
) -> str:
    """Return everything that anybody is shown of a company's wages, as one text."""
    books = Books(connection)
    books.change(wages={"source": "planday", **wages})
    for day in DAYS.days:
        for unit in ("Bar", "Kitchen", "Shop"):
            books.earn(unit, REVENUE[secret], day)
    given_wages = WageCosts(rows=pa.Table.from_pylist(wage_rows(company, secret), schema=WAGE_COST_SCHEMA))
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
        yield from (metadata_text(table(connection, sql)) for sql in WAGE_PERCENTAGE_PREVIEWS.values())
    for texts in TEXTS.values():
        yield html_page(report, texts)
        terminal = Console(file=io.StringIO(), width=200)
        terminal.print(*terminal_tables(report, texts))
        yield str(terminal.file.getvalue())  # type: ignore[attr-defined]
        amounts = [column for column in figure_columns(texts) if column.kind in {"money", "hours"}]
        yield "\n".join(
            f"{column.value(figure) or 0:,.2f}"
            for period in report.periods
            for figure in report.places_of(period)
            for column in amounts
        )
        assert csv_file(report, texts)
    yield from map(line, report.findings)


def metadata_text(value: Any) -> str:  # noqa: ANN401 (of any kind of metadata)
    if hasattr(value, "records"):
        return "\n".join(json.dumps(record.data, ensure_ascii=False) for record in value.records)
    return str(value.value)


@settings(max_examples=12)
@given(company=companies, by=st.sampled_from(["day", "week", "month"]), secret=st.sampled_from(["wage_cost", "hours"]))
def test_no_set_of_shown_figures_tells_what_one_person_earned_or_how_long_one_worked(
    empty_tables: duckdb.DuckDBPyConnection, company: Company, by: Period, secret: Secret
) -> None:
    parts = list(costs_of(company))
    empty_tables.begin()
    try:
        shown = equations(shown_of(empty_tables, company, by, secret), parts)
    finally:
        empty_tables.rollback()

    assert found_out(shown, parts) == set()
    # What two or more earned is there to be read.
    assert (shown.size > 0) == any(len(people) > 1 for people in company.values())


@IN_BOTH_STORES
@pytest.mark.parametrize("secret", ["wage_cost", "hours"])
@pytest.mark.parametrize("show", [False, True])
def test_the_same_finds_those_out_whose_wages_the_settings_show(
    empty_tables: duckdb.DuckDBPyConnection,
    show: bool,  # noqa: FBT001 (a parameter of the test)
    secret: Secret,
) -> None:
    parts = list(costs_of(FRIENDS))
    empty_tables.begin()
    try:
        shown = equations(shown_of(empty_tables, FRIENDS, "day", secret, show_single_person=show), parts)
    finally:
        empty_tables.rollback()

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
