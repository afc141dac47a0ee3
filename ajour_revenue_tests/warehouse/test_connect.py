"""The warehouse: whole transactions, and one writer at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ajour_revenue.warehouse import connect
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import WarehouseLockedError
from ajour_revenue.warehouse.run import values
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.processes import PATIENCE_SECONDS

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "data" / "demo.duckdb"


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield holder
        let_go(holder)


def let_go(holder: subprocess.Popen[str]) -> None:
    assert holder.stdin
    holder.stdin.close()
    assert holder.wait(timeout=PATIENCE_SECONDS) == 0


def store(warehouse: Path, name: str) -> None:
    with transaction(warehouse) as connection:
        connection.execute("INSERT INTO ajour_locations VALUES ('1', ?, ?, NULL, now())", [name, name])


def stored(warehouse: Path) -> list[str]:
    with reading(warehouse) as connection:
        return values(connection, "SELECT location_name FROM ajour_locations")


def test_the_folder_and_the_tables_are_made_where_they_are_not_there_yet(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

    assert {
        "ajour_locations",
        "raw_revenue",
        "unit_revenue",
        "unit_revenue_revisions",
        "wage_costs",
        "wage_percentage",
    } <= tables


def test_what_a_transaction_stores_is_there_for_the_next(warehouse: Path) -> None:
    store(warehouse, "Bar")

    assert stored(warehouse) == ["Bar"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, dg.Failure])
def test_whatever_is_raised_inside_a_transaction_leaves_everything_as_it_was(
    warehouse: Path, error: type[BaseException]
) -> None:
    store(warehouse, "Bar")

    def clear_and_fail() -> None:
        with transaction(warehouse) as connection:
            connection.execute("DELETE FROM ajour_locations")
            connection.execute("CREATE TABLE half_done (n INTEGER)")
            raise error

    with pytest.raises(error):
        clear_and_fail()

    assert stored(warehouse) == ["Bar"]
    with transaction(warehouse) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("FROM half_done")


def test_a_statement_that_fails_takes_back_those_before_it(warehouse: Path) -> None:
    store(warehouse, "Bar")

    def clear_and_break_a_constraint() -> None:
        with transaction(warehouse) as connection:
            connection.execute("DELETE FROM ajour_locations")
            connection.execute("INSERT INTO ajour_locations VALUES ('1', '2', NULL, NULL, now())")

    with pytest.raises(duckdb.ConstraintException):
        clear_and_break_a_constraint()

    assert stored(warehouse) == ["Bar"]


def test_the_file_is_let_go_after_a_transaction(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        connection.execute("SELECT 1")

    with held_by_another_process(warehouse):
        assert connection  # still in somebody's hands, and closed


def test_the_file_is_let_go_after_an_error(warehouse: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction(warehouse) as connection:
        _ = 1 / 0

    with held_by_another_process(warehouse):
        assert connection


def test_times_are_shown_in_danish_time(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        [[winter, summer]] = connection.execute(
            "SELECT '2026-01-01 12:00:00Z'::TIMESTAMPTZ::VARCHAR, '2026-07-01 12:00:00Z'::TIMESTAMPTZ::VARCHAR"
        ).fetchall()

    assert (winter, summer) == ("2026-01-01 13:00:00+01", "2026-07-01 14:00:00+02")


def test_a_file_that_another_process_keeps_open_is_named_with_what_to_do(warehouse: Path) -> None:
    store(warehouse, "Bar")

    with (
        held_by_another_process(warehouse) as holder,
        pytest.raises(WarehouseLockedError) as error,
        transaction(warehouse, patience_seconds=0),
    ):
        pass

    message = str(error.value)
    assert f"The warehouse {warehouse} is kept open by another process" in message
    assert "Close the program" in message
    assert str(holder.pid) in message
    assert error.value.text.da.startswith(f"Datalageret {warehouse} holdes åbent af en anden proces. Luk det program")
    assert str(holder.pid) in error.value.text.da
    assert_said_in_both(error.value.text)
    assert stored(warehouse) == ["Bar"]


def test_a_reader_that_may_not_wait_is_refused_at_once_while_another_process_writes(warehouse: Path) -> None:
    store(warehouse, "Bar")

    with (
        held_by_another_process(warehouse),
        pytest.raises(WarehouseLockedError),
        reading(warehouse, patience_seconds=0),
    ):
        pass


def test_a_transaction_waits_until_another_process_lets_go(warehouse: Path) -> None:
    store(warehouse, "Bar")

    with held_by_another_process(warehouse) as holder, ThreadPoolExecutor() as threads:
        stored_meanwhile = threads.submit(store, warehouse, "Kitchen")
        let_go(holder)
        stored_meanwhile.result(timeout=connect.WRITER_PATIENCE_SECONDS)

    assert stored(warehouse) == ["Bar", "Kitchen"]


def test_readers_read_beside_each_other_and_cannot_write(warehouse: Path) -> None:
    store(warehouse, "Bar")

    with reading(warehouse) as one, reading(warehouse) as other:
        assert values(one, "SELECT location_name FROM ajour_locations") == ["Bar"]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            other.execute("DELETE FROM ajour_locations")


def test_where_there_is_no_warehouse_yet_an_empty_one_is_read_and_none_is_made(warehouse: Path) -> None:
    with reading(warehouse) as connection:
        assert values(connection, "SELECT unit FROM unit_revenue") == []

    assert not warehouse.parent.exists()


# Who can read it (D22)


def modes(folder: Path) -> dict[str, str]:
    """Return what others than the owner may do with each file and folder, as the last two digits of its mode."""
    return {str(path.relative_to(folder)): oct(path.stat().st_mode)[-2:] for path in folder.rglob("*")}


def test_only_its_owner_can_read_what_is_written(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "made" / "for it" / "company.duckdb"

    with transaction(path) as connection:
        connection.execute("CREATE TABLE wages AS SELECT range FROM range(100000)")
        connection.commit()
        connection.begin()
        while_open = modes(tmp_path)
    path.with_name("beside").write_text("as ever")

    stays = {"made", "made/for it", "made/for it/company.duckdb"}
    goes = {"made/for it/company.duckdb.wal", "made/for it/company.duckdb.overflow"}
    assert while_open == dict.fromkeys(stays | goes, "00")
    assert modes(tmp_path) == dict.fromkeys(stays, "00") | {"made/for it/beside": oct(0o666 & ~mask)[-2:]}


def test_what_does_not_fit_into_memory_is_written_where_only_the_owner_can_look(tmp_path: Path) -> None:
    path = tmp_path / "company.duckdb"
    left_by_a_killed_process = tmp_path / "company.duckdb.overflow"
    left_by_a_killed_process.mkdir()
    left_by_a_killed_process.joinpath("wages").touch()

    with transaction(path) as connection:
        emptied = list(left_by_a_killed_process.iterdir())
        connection.execute("SET memory_limit = '20MB'")
        connection.execute("CREATE TEMP TABLE many AS SELECT range, hash(range)::VARCHAR FROM range(2_000_000)")
        written = sum(file.stat().st_size for file in left_by_a_killed_process.iterdir())
        mode = modes(tmp_path)["company.duckdb.overflow"]

    assert emptied == []
    assert written > 0
    assert mode == "00"
    assert not left_by_a_killed_process.exists()


def test_a_warehouse_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    path = tmp_path / "company.duckdb"
    with transaction(path):
        pass
    path.chmod(0o644)

    with transaction(path):
        assert set(modes(tmp_path).values()) == {"00"}
    assert modes(tmp_path) == {"company.duckdb": "00"}


@pytest.fixture
def mask() -> Iterator[int]:
    """Let new files be readable by all, as most systems do."""
    before = os.umask(0o022)
    yield 0o022
    os.umask(before)
