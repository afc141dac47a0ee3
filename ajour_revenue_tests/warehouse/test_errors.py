"""Each thing that can be the matter with the file is told in its own words, at once, and nothing is lost."""

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import (
    CAUSES,
    Cause,
    WarehouseError,
    WarehouseUnusableError,
    WarehouseUnwritableError,
)
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.processes import clean_environment

Break = Callable[[Path], object]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "company.duckdb"
    with transaction(path) as connection:
        connection.execute("CREATE TABLE sold AS SELECT range AS øre FROM range(200000)")
    return path


def other_warehouse(folder: Path) -> Path:
    path = folder / "other.duckdb"
    with transaction(path) as connection:
        connection.execute("CREATE TABLE other_table (n INTEGER)")
    return path


def leave_the_log_of(source: Path) -> None:
    """Write to a warehouse and die before what was written is in the file."""
    program = """
import os, sys
from pathlib import Path
from ajour_revenue.warehouse import connect, file
file.CONFIGURATION["checkpoint_threshold"] = "1GB"
with connect.transaction(Path(sys.argv[1])) as connection:
    connection.execute("CREATE TABLE late AS SELECT 1 AS n")
    connection.commit()
    os._exit(0)
"""
    subprocess.run([sys.executable, "-c", program, str(source)], env=clean_environment({}), check=True)
    assert source.with_name(f"{source.name}.wal").stat().st_size


def put_the_log_of_another_beside(path: Path) -> None:
    other = other_warehouse(path.parent)
    leave_the_log_of(other)
    other.with_name(f"{other.name}.wal").rename(path.with_name(f"{path.name}.wal"))


def restore_a_backup_and_leave_the_log(path: Path) -> None:
    backup = path.with_name("backup")
    shutil.copy(path, backup)
    with transaction(path) as connection:
        connection.execute("INSERT INTO sold VALUES (1)")
    leave_the_log_of(path)
    shutil.copy(backup, path)


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def replace_by_sqlite(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE sold (n)")
    database.close()


def damage(first: int, last: int) -> Break:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        for position in range(first, min(last, len(content))):
            content[position] ^= 255
        path.write_bytes(content)

    return flip


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "is not a DuckDB file", id="empty"),
        pytest.param(lambda path: path.write_text("day;unit\n" * 9000), "is not a DuckDB file", id="text"),
        pytest.param(replace_by_sqlite, "is not a DuckDB file", id="sqlite"),
        pytest.param(damage(4096, 12288), "is damaged", id="both headers damaged"),
        pytest.param(damage(12288, 10**9), "is damaged", id="blocks damaged"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:20000]), "is damaged", id="cut"),
        pytest.param(replace_by_a_folder, "is no file", id="folder"),
        pytest.param(put_the_log_of_another_beside, r"company.duckdb.wal.* does not belong to it", id="log of another"),
        pytest.param(restore_a_backup_and_leave_the_log, r"company.duckdb.wal.* does not belong to it", id="restored"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_once_and_left_as_it_is(
    warehouse: Path, caplog: pytest.LogCaptureFixture, break_it: Break, told: str
) -> None:
    break_it(warehouse)
    broken = warehouse.read_bytes() if warehouse.is_file() else None

    for way in (transaction, reading):
        with (
            caplog.at_level(logging.WARNING),
            pytest.raises(WarehouseUnusableError, match=told) as error,
            way(warehouse) as connection,
        ):
            connection.execute("SELECT sum(øre) FROM sold").fetchall()

        assert str(warehouse) in str(error.value)
        assert_said_in_both(error.value.text)
    assert not caplog.records  # nobody waited
    assert broken == (warehouse.read_bytes() if warehouse.is_file() else None)


def test_a_symbolic_link_that_leads_to_itself_is_no_new_warehouse(warehouse: Path) -> None:
    replace_by_a_loop(warehouse)

    with pytest.raises(WarehouseError, match="symbolic links"), transaction(warehouse):
        pass


def test_what_a_process_left_in_the_log_when_it_died_is_there_again(warehouse: Path) -> None:
    leave_the_log_of(warehouse)

    with reading(warehouse) as connection:
        assert connection.execute("FROM late").fetchall() == [(1,)]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.words.pattern)
def test_every_cause_is_told_in_both_languages(cause: Cause) -> None:
    assert_said_in_both(cause.message.format(warehouse="/srv/company.duckdb", version="1.5.4"))


def test_an_error_of_the_query_is_raised_as_it_is(warehouse: Path) -> None:
    with pytest.raises(duckdb.CatalogException), transaction(warehouse) as connection:
        connection.execute("FROM no_such_table")


AS_SOMEBODY = """
import os, sys
from pathlib import Path
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import WarehouseError
if os.getuid() == 0:
    os.setuid(65534)
way, path, sql = sys.argv[1:]
try:
    with {"reading": reading, "transaction": transaction}[way](Path(path)) as connection:
        connection.execute(sql)
except WarehouseError as error:
    print(type(error).__name__, error)
"""


def as_somebody_else(way: str, path: Path, sql: str = "SELECT 1") -> str:
    """Use a warehouse as a user who is not root, and return what is said."""
    for folder in (path.parent, *path.parent.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o111)
    command = [sys.executable, "-c", AS_SOMEBODY, way, str(path), sql]
    outcome = subprocess.run(
        command, env=clean_environment({}), capture_output=True, text=True, check=True, cwd=path.parent
    )
    return outcome.stdout


@pytest.mark.parametrize("way", ["reading", "transaction"])
def test_missing_rights_are_told(warehouse: Path, way: str) -> None:
    warehouse.chmod(0)

    said = as_somebody_else(way, warehouse)

    assert said.startswith(f"WarehouseUnwritableError This user may not read and write the warehouse {warehouse}")


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_stored(warehouse: Path) -> None:
    warehouse.chmod(0o666)
    warehouse.parent.chmod(0o555)

    said = as_somebody_else("transaction", warehouse, "INSERT INTO sold VALUES (1)")

    assert "or write to its folder" in said
    with reading(warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM sold").fetchall() == [(200000,)]


def test_a_warehouse_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(WarehouseUnwritableError, match="cannot be made: Not a directory") as error,
        transaction(tmp_path / "file" / "company.duckdb"),
    ):
        pass
    assert "kan ikke oprettes: en del af stien er ikke en mappe." in error.value.text.da
    assert_said_in_both(error.value.text)
    tmp_path.chmod(0o555)
    assert "cannot be made: Permission denied" in as_somebody_else("transaction", tmp_path / "company.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.errors import WarehouseError
size = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    with transaction(Path(sys.argv[1])) as connection:
        connection.execute("INSERT INTO sold SELECT hash(range) % 100000000 FROM range(2000000)")
except WarehouseError as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_told_and_what_was_there_stays(warehouse: Path) -> None:
    # The kernel lets no file grow beyond this, as it does on a disk that is full.
    size = warehouse.stat().st_size + 100_000
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(warehouse), str(size)]

    outcome = subprocess.run(command, env=clean_environment({}), capture_output=True, text=True, check=True)

    assert outcome.stdout.startswith(f"WarehouseUnwritableError The disk of the warehouse {warehouse} is full.")
    with reading(warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM sold").fetchall() == [(200000,)]


def test_a_warehouse_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path / "company.duckdb"), "20000"]

    outcome = subprocess.run(command, env=clean_environment({}), capture_output=True, text=True, check=True)

    assert "is full" in outcome.stdout
    assert list(tmp_path.iterdir()) == []
