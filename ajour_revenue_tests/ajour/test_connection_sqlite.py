"""What only a SQLite file can show: loose types, and a database that is a path."""

import sqlite3
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.ajour.errors import ContractBrokenError, UnknownDatabaseError
from ajour_revenue_tests.ajour.kit import WINDOW, Source, locations_failure, revenue_failure

DAY = WINDOW.first_day.isoformat()
CAST = "CAST(sum(amount) AS TEXT)"


def sales(source: Source, column_type: str, amounts: Sequence[object], *, revenue: str = "amount") -> AjourConnection:
    """Return a connection to a table of sales, one a location in this order, with a query that gives what they are."""
    with sqlite3.connect(source.database) as database:
        database.execute("DROP TABLE IF EXISTS sales")
        database.execute(f"CREATE TABLE sales (location_id INTEGER, amount {column_type})")
        database.executemany("INSERT INTO sales VALUES (?, ?)", list(enumerate(amounts)))
    database.close()
    query = (
        f"SELECT '{DAY}' AS business_date, location_id, {revenue} AS revenue_incl_vat, '1.00' AS revenue_excl_vat "
        "FROM sales GROUP BY location_id"
    )
    return source.ajour(revenue=query)


def amounts_of(ajour: AjourConnection) -> list[Decimal]:
    """Return the amounts incl. VAT, in the order of the locations."""
    return [row["revenue_incl_vat"] for row in ajour.daily_revenue(WINDOW).rows.to_pylist()]


@pytest.mark.parametrize(
    ("column_type", "revenue", "amounts"),
    [
        ("TEXT", "amount", ["99", "99.95"]),
        ("TEXT", "amount", ["0.005", "-0.07"]),
        ("DECIMAL(10,2)", "amount", [99, 99.95]),
        ("DECIMAL(10,2)", "amount", [99.95, 99]),
        ("", "amount", ["99", "99.95"]),
        ("", CAST, [99, 99.95]),
        ("NUMERIC", CAST, [99, 99.95]),
        ("NUMERIC", CAST, [99.95, 99]),
        ("REAL", CAST, [99, 99.95]),
        ("INTEGER", CAST, [3_000_000_000_000, 99.95]),
        ("DECIMAL(10,2)", CAST, [99, 99.95]),
    ],
)
def test_money_that_comes_as_text_becomes_an_exact_decimal(
    sqlite_ajour: Source, column_type: str, revenue: str, amounts: list[object]
) -> None:
    expected = [Decimal(str(amount)) for amount in amounts]

    assert amounts_of(sales(sqlite_ajour, column_type, amounts, revenue=revenue)) == expected


@pytest.mark.parametrize(
    ("column_type", "revenue", "amounts", "found"),
    [
        ("", "amount", [99, 99.95], "whole"),
        ("", "sum(amount)", [99, 99.95], "whole"),
        ("", "amount", [99.95, 99], "floating-point"),
        ("NUMERIC", "sum(amount)", [99, 99.95], "whole"),
        ("NUMERIC", "sum(amount)", [99.95, 99], "floating-point"),
        ("NUMERIC", "amount", [99, 99.95], "floating-point"),
        ("DECIMAL(10,2)", "sum(amount)", [99, 99.95], "whole"),
        ("DECIMAL(10,2)", "sum(amount)", [99.95, 99], "floating-point"),
        ("REAL", "amount", [99, 99.95], "floating-point"),
        ("REAL", "sum(amount)", [99, 99.95], "floating-point"),
        # As a whole number of 32 bits: 2112827392.
        ("INTEGER", "amount", [3_000_000_000_000], "whole"),
        ("INTEGER", "amount / 100", [9995], "whole"),
    ],
)
def test_money_that_comes_as_a_number_is_refused_with_the_cast_of_its_column(
    sqlite_ajour: Source, column_type: str, revenue: str, amounts: list[object], found: str
) -> None:
    ajour = sales(sqlite_ajour, column_type, amounts, revenue=revenue)

    told = revenue_failure(ContractBrokenError, ajour)

    assert ajour.revenue_query in told
    assert "nothing was stored" in told
    assert f"\n  revenue_incl_vat: found {found} numbers; make it text: {CAST} AS revenue_incl_vat" in told
    assert "revenue_excl_vat" not in told


def test_each_column_of_numbers_is_named(sqlite_ajour: Source) -> None:
    query = f"SELECT '{DAY}' AS business_date, '10' AS location_id, 5 AS revenue_incl_vat, 4.5 AS revenue_excl_vat"

    told = revenue_failure(ContractBrokenError, sqlite_ajour.ajour(revenue=query)).splitlines()

    assert [line.split(";")[0] for line in told[1:]] == [
        "  revenue_incl_vat: found whole numbers",
        "  revenue_excl_vat: found floating-point numbers",
    ]


@pytest.mark.parametrize("column_type", ["", "NUMERIC", "REAL", "INTEGER", "DECIMAL(10,2)"])
@pytest.mark.parametrize("revenue", ["amount", "sum(amount)", CAST])
def test_an_answer_without_rows_is_no_money_that_was_cut(sqlite_ajour: Source, column_type: str, revenue: str) -> None:
    assert amounts_of(sales(sqlite_ajour, column_type, [], revenue=revenue)) == []


@pytest.mark.parametrize("revenue", ["sum(amount)", CAST])
def test_an_amount_that_is_not_there_is_no_zero(sqlite_ajour: Source, revenue: str) -> None:
    told = revenue_failure(ContractBrokenError, sales(sqlite_ajour, "NUMERIC", [None, 99.95], revenue=revenue))

    assert "row 1, revenue_incl_vat: found None" in told


KRONER = st.integers(-(10**9), 10**9).map(lambda ore: Decimal(ore) / 100)


@given(
    column_type=st.sampled_from(["", "NUMERIC", "DECIMAL(10,2)", "REAL", "INTEGER", "TEXT"]),
    revenue=st.sampled_from(["amount", "sum(amount)", "max(amount)", CAST]),
    amounts=st.lists(KRONER, min_size=1, max_size=5),
    stored=st.sampled_from([str, float, lambda amount: int(amount) if amount == int(amount) else float(amount)]),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_amount_is_ever_cut(
    sqlite_ajour: Source,
    column_type: str,
    revenue: str,
    amounts: list[Decimal],
    stored: Callable[[Decimal], object],
) -> None:
    ajour = sales(sqlite_ajour, column_type, [stored(amount) for amount in amounts], revenue=revenue)

    try:
        assert amounts_of(ajour) == amounts
    except ContractBrokenError:
        assert revenue != CAST


def test_a_database_file_that_is_missing_is_told_and_not_created(sqlite_ajour: Source, tmp_path: Path) -> None:
    missing = tmp_path / "mistyped.sqlite"

    told = locations_failure(UnknownDatabaseError, sqlite_ajour.ajour(database=str(missing)))

    assert "AJOUR_DATABASE" in told
    assert not missing.exists()


def test_a_folder_is_no_database(sqlite_ajour: Source, tmp_path: Path) -> None:
    locations_failure(UnknownDatabaseError, sqlite_ajour.ajour(database=str(tmp_path)))


def test_a_file_that_is_no_database_is_told(sqlite_ajour: Source, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"PK" * 1000)

    assert "AJOUR_DATABASE" in locations_failure(UnknownDatabaseError, sqlite_ajour.ajour(database=str(other)))
