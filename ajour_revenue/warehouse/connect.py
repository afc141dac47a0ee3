"""Opening the warehouse: one way to write, `transaction`, and one to read, `reading`.

DuckDB lets one process write at a time and locks every other one out, so open it late and briefly: never during a
fetch.
"""

import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import tenacity

from ajour_revenue.errors import ActionableError
from ajour_revenue.warehouse import schema
from ajour_revenue.warehouse.run import run, value

WRITER_PATIENCE_SECONDS = 100
READER_PATIENCE_SECONDS = 15

# As dagster-duckdb opens it: within a process, DuckDB wants the same configuration.
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {"custom_user_agent": "dagster"}

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_one_writer = threading.RLock()
"""The mask of a process's new files is one for all its threads."""

LOCKED = re.compile(r"Could not set lock|being used by another process|different configuration")
MADE_BY_NEWER_DUCKDB = re.compile(
    r"database file with version number|created with DuckDB version|newer version of DuckDB"
)


class WarehouseError(ActionableError):
    """The warehouse cannot be used; the message says why, and what to do. Nothing was changed."""


class WarehouseLockedError(WarehouseError):
    """Another process kept the warehouse open for longer than we wait."""


class WarehouseUnusableError(WarehouseError):
    """The file is not a warehouse that this version can use."""


@contextmanager
def transaction(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose work is stored whole, or not at all where the block raises.

    Makes the warehouse where there is none, and brings one of an older version up to date, with a backup beside it.
    Only its owner can read what is written (D22). Raises WarehouseError.
    """
    with _private_files():
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        connection = _opened(warehouse, read_only=False, patience_seconds=WRITER_PATIENCE_SECONDS)
        try:
            _keep_private(warehouse)
            if not schema.is_up_to_date(connection):
                _bring_up_to_date(connection, warehouse)
            with _all_or_nothing(connection):
                yield connection
        finally:
            connection.close()


@contextmanager
def reading(warehouse: Path, *, patience_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that can only read; to an empty warehouse where there is none yet.

    Waits for a writer as long as READER_PATIENCE_SECONDS, or as `patience_seconds` say. Raises WarehouseError.
    """
    patience = READER_PATIENCE_SECONDS if patience_seconds is None else patience_seconds
    connection = _opened_to_read(warehouse, patience)
    try:
        yield connection
    finally:
        connection.close()


def empty() -> duckdb.DuckDBPyConnection:
    """Return an empty warehouse in memory."""
    connection = _set_up(duckdb.connect())
    schema.bring_up_to_date(connection)
    return connection


@contextmanager
def _private_files() -> Iterator[None]:
    """Let DuckDB make files and folders that only their owner can read; one writer of the process after the other."""
    with _one_writer:
        mask = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(mask)


def _keep_private(warehouse: Path) -> None:
    """Take from others what a file that was there before allows them; another's file is another's to keep."""
    status = warehouse.stat()
    if status.st_mode & OTHERS and hasattr(os, "getuid") and status.st_uid == os.getuid():
        warehouse.chmod(0o600)


def _opened_to_read(warehouse: Path, patience_seconds: float) -> duckdb.DuckDBPyConnection:
    if not warehouse.exists():
        return empty()
    connection = _opened(warehouse, read_only=True, patience_seconds=patience_seconds)
    if schema.is_up_to_date(connection):
        return connection
    connection.close()
    with transaction(warehouse):
        pass
    return _opened(warehouse, read_only=True, patience_seconds=patience_seconds)


def _opened(warehouse: Path, *, read_only: bool, patience_seconds: float) -> duckdb.DuckDBPyConnection:
    @tenacity.retry(
        retry=tenacity.retry_if_exception(lambda error: bool(LOCKED.search(str(error)))),
        stop=tenacity.stop_after_delay(patience_seconds),
        wait=tenacity.wait_random(0.1, 0.5),
        reraise=True,
    )
    def connect() -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(warehouse), read_only=read_only, config=CONFIGURATION)

    try:
        connection = _set_up(connect())
    except duckdb.Error as error:
        raise _why_not_opened(warehouse, error) from error
    present = schema.version_of(connection)
    if present is not None and present > schema.latest_version():
        connection.close()
        message = (
            f"The warehouse {warehouse} was made by a newer version of ajour-revenue (its tables are of version "
            f"{present}; this one knows {schema.latest_version()}). Install that version, or name another warehouse in "
            "the settings."
        )
        raise WarehouseUnusableError(message)
    return connection


def _set_up(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    return connection.execute("SET TimeZone = 'Europe/Copenhagen'")


def _why_not_opened(warehouse: Path, error: duckdb.Error) -> WarehouseError:
    said = str(error)
    if LOCKED.search(said):
        return WarehouseLockedError(
            f"The warehouse {warehouse} is kept open by another process. Close the program that has it open (a DuckDB "
            f"shell, a notebook, a BI tool), or wait for the run that writes to it, then try again. DuckDB says: {said}"
        )
    if MADE_BY_NEWER_DUCKDB.search(said):
        return WarehouseUnusableError(
            f"The warehouse {warehouse} was written by a newer DuckDB than the one installed here, "
            f"{duckdb.__version__}. Open it with that DuckDB and export it, or name another warehouse in the settings. "
            f"DuckDB says: {said}"
        )
    return WarehouseUnusableError(
        f"The warehouse {warehouse} cannot be opened. Check that it is a DuckDB file and that this user may read and "
        f"write it; else restore it from a backup. DuckDB says: {said}"
    )


@contextmanager
def _all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        # DuckDB may have rolled back by itself; what went wrong is the news, not that.
        with suppress(duckdb.TransactionException):
            connection.rollback()
        raise


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    version = schema.version_of(connection)
    if version is not None and version < schema.latest_version():
        _back_up(connection, warehouse.with_name(f"{warehouse.name}.version-{version}.backup"))
    with _all_or_nothing(connection):
        schema.bring_up_to_date(connection)


def _back_up(connection: duckdb.DuckDBPyConnection, backup: Path) -> None:
    """Copy everything to a file of its own; by DuckDB, since another open and close would drop the file's lock."""
    backup.unlink(missing_ok=True)
    main = value(connection, "SELECT current_database()")
    quoted = str(backup).replace("'", "''")
    run(connection, f"ATTACH '{quoted}' AS backup; COPY FROM DATABASE \"{main}\" TO backup; DETACH backup;")
