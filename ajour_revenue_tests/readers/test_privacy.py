"""D21, D22: nothing that the copy holds tells what one person earned, whatever is added up and subtracted."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import COPENHAGEN
from ajour_revenue.readers.copy import bring_up_to_date
from ajour_revenue.wages.assets import store_wage_costs
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue_tests.clock import set_now
from ajour_revenue_tests.plan.kit import make_plan_of
from ajour_revenue_tests.readers.kit import settings_of
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

PERCENT = {
    *("target", "department_target", "wage_percentage", "planned_wage_percentage", "points_over_target"),
    *("level", "holiday_factor"),
}
"""What of the decimals is no amount."""


def amounts_in(folder: Path) -> Iterator[Decimal]:
    """Return every amount that stands in any of the copy's files."""
    for file in folder.glob("*.duckdb"):
        yield from amounts_of_database(file)
    yield from amounts_of_database(folder / ".details.duckdb")
    with duckdb.connect() as connection:
        for file in folder.glob("*.parquet"):
            yield from amounts_of(connection, f"read_parquet('{file}')")


def amounts_of_database(file: Path) -> Iterator[Decimal]:
    with duckdb.connect(file, read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() UNION SELECT 'shown_days'").fetchall()
        for (table,) in tables:
            if table != "shown_days":
                yield from amounts_of(connection, table)
            elif file.name == ".details.duckdb":
                yield from amounts_of(connection, "shown_days('0001-01-01'::DATE, '9999-12-31'::DATE, true)")


def amounts_of(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[Decimal]:
    result = connection.execute(f"FROM {relation}")
    names = [column[0] for column in result.description]
    for row in result.fetchall():
        yield from (
            value for name, value in zip(names, row, strict=True) if isinstance(value, Decimal) and name not in PERCENT
        )


@settings(max_examples=12, deadline=None)
@given(company=companies, secret=st.sampled_from(["wage_cost", "hours"]))
@example(company=FRIENDS, secret="wage_cost")
@example(company=FRIENDS, secret="hours")
def test_nothing_in_the_copy_tells_what_one_person_earned_or_how_long_one_worked(
    company: Company, secret: Secret
) -> None:
    parts = list(costs_of(company))
    with TemporaryDirectory() as name:
        place = settings_of(Path(name))
        with transaction(place.warehouse) as connection:
            books = Books(connection, place)
            for day in DAYS.days:
                for unit in ("Bar", "Kitchen", "Shop"):
                    books.earn(unit, REVENUE[secret], day)
            wages = WageCosts(rows=pa.Table.from_pylist(wage_rows(company, secret), schema=WAGE_COST_SCHEMA))
            store_wage_costs(connection, place, wages, DAYS, run_id="run")
            calculate_wage_percentage(connection, place, DAYS)
        bring_up_to_date(place)
        shown = equations("\n".join(f"{amount:,.2f}" for amount in amounts_in(place.readers_folder)), parts)

    assert found_out(shown, parts) == set()
    assert (shown.size > 0) == any(len(people) > 1 for people in company.values())


@settings(max_examples=12, deadline=None)
@given(company=companies)
@example(company=FRIENDS)
def test_nothing_in_the_copy_tells_what_one_person_will_earn(company: Company) -> None:
    parts = list(costs_of(company))
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        set_now(patch, dt.datetime.combine(DAYS.first_day, dt.time(7), COPENHAGEN))
        place = settings_of(Path(name))
        with transaction(place.warehouse) as connection:
            revenue = dict.fromkeys(("Bar", "Kitchen", "Shop"), Decimal(REVENUE["wage_cost"]))
            make_plan_of(connection, place, DAYS, revenue=revenue, wages=wage_rows(company))
        bring_up_to_date(place)
        shown = equations("\n".join(f"{amount:,.2f}" for amount in amounts_in(place.readers_folder)), parts)

    assert found_out(shown, parts) == set()
    assert (shown.size > 0) == any(len(people) > 1 for people in company.values())
