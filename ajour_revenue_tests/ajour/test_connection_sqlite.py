"""What only a SQLite file can show: loose types, and a database that is a path."""

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.ajour.errors import UnknownDatabaseError
from ajour_revenue_tests.ajour.kit import COMPANY_ID, WINDOW, Source, locations_failure


@pytest.mark.parametrize(
    ("column_type", "stored", "expected"),
    [
        ("TEXT", "1250.25", "1250.25"),
        ("TEXT", "0.005", "0.005"),
        ("REAL", 0.1, "0.1"),
        ("REAL", 1250.25, "1250.25"),
        ("REAL", -0.07, "-0.07"),
        ("INTEGER", 1250, "1250"),
        ("DECIMAL(18,2)", "1250.25", "1250.25"),
        ("DECIMAL(18,2)", 1250, "1250"),
    ],
)
def test_money_becomes_an_exact_decimal_whatever_the_type_of_its_column(
    sqlite_ajour: Source, column_type: str, stored: object, expected: str
) -> None:
    with sqlite3.connect(sqlite_ajour.database) as database:
        database.executescript(
            "DROP TABLE daily_revenue; CREATE TABLE daily_revenue (company_id TEXT, business_date DATE, "
            f"location_id TEXT, revenue_incl_vat {column_type}, revenue_excl_vat {column_type});",
        )
        database.execute(
            "INSERT INTO daily_revenue VALUES (?, ?, ?, ?, ?)", (COMPANY_ID, "2026-03-29", "10", stored, stored)
        )
    database.close()

    [row] = sqlite_ajour.ajour().daily_revenue(WINDOW).rows.to_pylist()

    assert row == {
        "business_date": date(2026, 3, 29),
        "location_id": "10",
        "revenue_incl_vat": Decimal(expected),
        "revenue_excl_vat": Decimal(expected),
    }


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
