"""The warehouse: whole transactions, and one writer at a time."""

import datetime as dt
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ajour_revenue.warehouse.warehouse import Warehouse, WarehouseLockedError
from ajour_revenue_tests.processes import let_go, open_in_another_process

DELAYS = "dagster._utils.backoff.exponential_delay_generator"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(database=str(tmp_path / "data" / "demo.duckdb"))


def store(warehouse: Warehouse, name: str) -> None:
    with warehouse.transaction() as connection:
        connection.execute("INSERT INTO ajour_locations VALUES ('1', ?, ?, NULL, now())", [name, name])


def stored(warehouse: Warehouse) -> list[str]:
    with warehouse.transaction() as connection:
        return [name for (name,) in connection.execute("SELECT location_name FROM ajour_locations").fetchall()]


def test_the_folder_and_the_tables_are_made_where_they_are_not_there_yet(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

    assert {
        "ajour_locations",
        "raw_revenue",
        "unit_revenue",
        "unit_revenue_revisions",
        "wage_costs",
        "wage_percentage",
    } <= tables


def test_what_a_transaction_stores_is_there_for_the_next(warehouse: Warehouse) -> None:
    store(warehouse, "Bar")

    assert stored(warehouse) == ["Bar"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, dg.Failure])
def test_whatever_is_raised_inside_a_transaction_leaves_everything_as_it_was(
    warehouse: Warehouse, error: type[BaseException]
) -> None:
    store(warehouse, "Bar")

    def clear_and_fail() -> None:
        with warehouse.transaction() as connection:
            connection.execute("DELETE FROM ajour_locations")
            connection.execute("CREATE TABLE half_done (n INTEGER)")
            raise error

    with pytest.raises(error):
        clear_and_fail()

    assert stored(warehouse) == ["Bar"]
    with warehouse.transaction() as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("FROM half_done")


def test_a_statement_that_fails_takes_back_those_before_it(warehouse: Warehouse) -> None:
    store(warehouse, "Bar")

    def clear_and_break_a_constraint() -> None:
        with warehouse.transaction() as connection:
            connection.execute("DELETE FROM ajour_locations")
            connection.execute("INSERT INTO ajour_locations VALUES ('1', '2', NULL, NULL, now())")

    with pytest.raises(duckdb.ConstraintException):
        clear_and_break_a_constraint()

    assert stored(warehouse) == ["Bar"]


def test_the_file_is_let_go_after_a_transaction(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        connection.execute("SELECT 1")

    with open_in_another_process(warehouse.database):
        assert connection  # still in somebody's hands, and closed


def test_the_file_is_let_go_after_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), warehouse.transaction() as connection:
        _ = 1 / 0

    with open_in_another_process(warehouse.database):
        assert connection


def test_sql_reads_the_instant_of_the_transaction(warehouse: Warehouse) -> None:
    before = dt.datetime.now(dt.UTC)
    with warehouse.transaction() as connection:
        [[now]] = connection.execute("SELECT getvariable('now')").fetchall()

    assert before <= now <= dt.datetime.now(dt.UTC)


def test_times_are_shown_in_danish_time(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        [[winter, summer]] = connection.execute(
            "SELECT '2026-01-01 12:00:00Z'::TIMESTAMPTZ::VARCHAR, '2026-07-01 12:00:00Z'::TIMESTAMPTZ::VARCHAR"
        ).fetchall()

    assert (winter, summer) == ("2026-01-01 13:00:00+01", "2026-07-01 14:00:00+02")


def test_a_file_that_another_process_keeps_is_told_with_what_to_do(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(warehouse, "Bar")
    monkeypatch.setattr(DELAYS, lambda: repeat(0))

    with open_in_another_process(warehouse.database) as holder, pytest.raises(WarehouseLockedError) as error:
        store(warehouse, "Kitchen")

    message = str(error.value)
    assert f"The warehouse {warehouse.database} is kept open by another process" in message
    assert "Close the program" in message
    assert str(holder.pid) in message
    assert stored(warehouse) == ["Bar"]


def test_a_transaction_waits_until_another_process_lets_go(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(warehouse, "Bar")

    with open_in_another_process(warehouse.database) as holder:

        def delays() -> Iterator[float]:
            yield 0
            let_go(holder)
            yield from repeat(0)

        monkeypatch.setattr(DELAYS, delays)
        store(warehouse, "Kitchen")

    assert stored(warehouse) == ["Bar", "Kitchen"]


def test_a_file_that_is_no_warehouse_is_not_taken_for_a_locked_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DELAYS, lambda: repeat(0))
    path = tmp_path / "unlocked.duckdb"
    path.write_text("business_date,department\n" * 1000)

    with pytest.raises(duckdb.IOException, match="not a valid DuckDB database"):
        store(Warehouse(database=str(path)), "Bar")
