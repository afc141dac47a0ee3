"""A warehouse in a DuckDB file.

DuckDB lets one process write at a time and locks every other one out.
"""

import logging
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import tenacity

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.system_errors import reason_of
from ajour_revenue.warehouse import schema
from ajour_revenue.warehouse.errors import LOCKED, WarehouseUnusableError, WarehouseUnwritableError, explained
from ajour_revenue.warehouse.run import identifier, quoted, run, value

logger = logging.getLogger(__name__)

STORAGE_VERSION = "v1.4.0"
"""Files of this version tell whether a write-ahead log is theirs, and DuckDB 1.4 and later read them."""

# Within a process, DuckDB wants the same configuration for all; the first is as dagster-duckdb opens it.
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "custom_user_agent": "dagster",
    "storage_compatibility_version": STORAGE_VERSION,
    # No extension comes from the network, whatever a file looks like.
    "autoinstall_known_extensions": False,
    # What does not fit into memory would be written where others can read it; see `overflowing`.
    "temp_directory": "",
}

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def transaction_in_file(warehouse: Path, *, patience_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose work is stored whole, or not at all where the block raises.

    Makes the file where there is none, and brings one of an older version up to date, with a backup beside it. Only its
    owner can read what is written (D22). Raises WarehouseError.
    """
    if not warehouse.exists():
        _make(warehouse)
    with explained(warehouse):
        connection, is_up_to_date = _opened(warehouse, read_only=False, patience_seconds=patience_seconds)
        try:
            _keep_private(warehouse)
            if not is_up_to_date:
                connection = _brought_up_to_date(connection, warehouse, patience_seconds)
            _make_private_log(warehouse)
            overflow = warehouse.with_name(f"{warehouse.name}.overflow")
            with overflowing(connection, overflow), all_or_nothing(connection):
                yield connection
        finally:
            _drop_empty_log(warehouse)
            connection.close()


@contextmanager
def overflowing(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[None]:
    """Let what does not fit into memory be written to a folder that only its owner can look into.

    It is gone afterwards; what a killed process has left there goes when the next one begins.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        run(connection, f"SET temp_directory = {quoted(folder)}")
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def reading_file(warehouse: Path, *, patience_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that can only read; to an empty warehouse where there is no file yet.

    Waits for a writer. Raises WarehouseError.
    """
    with explained(warehouse):
        connection = _opened_to_read(warehouse, patience_seconds)
        try:
            yield connection
        finally:
            connection.close()


def empty() -> duckdb.DuckDBPyConnection:
    """Return an empty warehouse in memory."""
    connection = set_up(duckdb.connect())
    schema.bring_up_to_date(connection)
    return connection


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into, and those above it, where they are not there."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _make(warehouse: Path) -> None:
    """Make an empty warehouse: private and whole before it stands in its place."""
    try:
        make_private_folder(warehouse.parent)
        with TemporaryDirectory(dir=warehouse.parent, prefix=f".{warehouse.name}.") as folder:
            made = Path(folder) / warehouse.name
            with explained(warehouse), duckdb.connect(str(made), config=CONFIGURATION) as connection:
                set_up(connection).begin()
                schema.bring_up_to_date(connection)
                connection.commit()
            made.chmod(0o600)
            # Where another process has made one meanwhile, that one it is.
            with suppress(FileExistsError):
                warehouse.hardlink_to(made)
    except OSError as error:
        reason = reason_of(error)
        message = Bilingual(
            da=f"Datalageret {warehouse} kan ikke oprettes: {reason.da}. Se, om der er plads på disken, og om denne "
            "bruger må skrive i dets mappe; eller angiv et andet datalager i indstillingerne.",
            en=f"The warehouse {warehouse} cannot be made: {reason.en}. Look whether its disk has room, and whether "
            "this user may write to its folder; or name another warehouse in the settings.",
        )
        raise WarehouseUnwritableError(message) from error


def _keep_private(warehouse: Path) -> None:
    """Take from others what a file that was there before allows them; another's file is another's to keep."""
    status = warehouse.stat()
    if status.st_mode & OTHERS and hasattr(os, "getuid") and status.st_uid == os.getuid():
        warehouse.chmod(0o600)


def log_of(warehouse: Path) -> Path:
    """Return where DuckDB writes what it has not put into the file yet."""
    return warehouse.with_name(f"{warehouse.name}.wal")


def _make_private_log(warehouse: Path) -> None:
    """Make the log before DuckDB does, which would let everybody read it."""
    with suppress(FileExistsError):
        os.close(os.open(log_of(warehouse), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _drop_empty_log(warehouse: Path) -> None:
    log = log_of(warehouse)
    if log.is_file() and log.stat().st_size == 0:
        log.unlink()


def _opened_to_read(warehouse: Path, patience_seconds: float) -> duckdb.DuckDBPyConnection:
    if not warehouse.exists():
        return empty()
    connection, is_up_to_date = _opened(warehouse, read_only=True, patience_seconds=patience_seconds)
    if is_up_to_date:
        return connection
    connection.close()
    with transaction_in_file(warehouse, patience_seconds=patience_seconds):
        pass
    connection, _ = _opened(warehouse, read_only=True, patience_seconds=patience_seconds)
    return connection


def _opened(warehouse: Path, *, read_only: bool, patience_seconds: float) -> tuple[duckdb.DuckDBPyConnection, bool]:
    """Return a connection, and whether its tables are up to date; raises WarehouseUnusableError for newer ones."""

    @tenacity.retry(
        retry=tenacity.retry_if_exception(lambda error: bool(LOCKED.search(str(error)))),
        stop=tenacity.stop_after_delay(patience_seconds),
        # Even pauses: whoever has waited long is not behind those who came late.
        wait=tenacity.wait_random(0.1, 0.5),
        before_sleep=_tell_once,
        reraise=True,
    )
    def connect() -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(warehouse), read_only=read_only, config=CONFIGURATION)

    connection = set_up(connect())
    if schema.is_up_to_date(connection):
        return connection, True
    present = schema.version_of(connection)
    if present is not None and present > schema.latest_version():
        connection.close()
        message = Bilingual(
            da=f"Datalageret {warehouse} er oprettet af en nyere version af ajour-revenue (dets tabeller er af version "
            f"{present}; denne kender {schema.latest_version()}). Installér den version, eller angiv et andet "
            "datalager i indstillingerne.",
            en=f"The warehouse {warehouse} was made by a newer version of ajour-revenue (its tables are of version "
            f"{present}; this one knows {schema.latest_version()}). Install that version, or name another warehouse in "
            "the settings.",
        )
        raise WarehouseUnusableError(message)
    return connection, False


WAITING = Bilingual(
    da="Venter på datalageret. DuckDB siger: {said}", en="Waiting for the warehouse. DuckDB says: {said}"
)


def _tell_once(state: tenacity.RetryCallState) -> None:
    if state.attempt_number == 1 and state.outcome:
        logger.warning("%s", WAITING.format(said=state.outcome.exception()))


def set_up(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Have times shown in Danish time."""
    return connection.execute("SET TimeZone = 'Europe/Copenhagen'")


@contextmanager
def all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block does, or roll it back where it raises."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        # It may have rolled back by itself, or be gone; what went wrong is the news, not that.
        with suppress(duckdb.Error):
            connection.rollback()
        raise


def _brought_up_to_date(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, patience_seconds: float
) -> duckdb.DuckDBPyConnection:
    version = schema.version_of(connection)
    is_older = version is not None and version < schema.latest_version()
    if is_older:
        _back_up(connection, warehouse.with_name(f"{warehouse.name}.version-{version}.backup"))
    _make_private_log(warehouse)
    with all_or_nothing(connection):
        schema.bring_up_to_date(connection)
    if not is_older:
        return connection
    _drop_empty_log(warehouse)
    connection.close()
    _raise_storage_version(warehouse)
    connection, _ = _opened(warehouse, read_only=False, patience_seconds=patience_seconds)
    return connection


def _back_up(connection: duckdb.DuckDBPyConnection, backup: Path) -> None:
    """Copy everything to a file of its own; by DuckDB, since another open and close would drop the file's lock."""
    main = value(connection, "SELECT current_database()")
    with TemporaryDirectory(dir=backup.parent, prefix=f".{backup.name}.") as folder:
        copy = Path(folder) / backup.name
        copied = f"COPY FROM DATABASE {identifier(main)} TO backup"
        run(connection, f"ATTACH {quoted(copy)} AS backup; {copied}; DETACH backup;")
        copy.chmod(0o600)
        copy.replace(backup)


def _raise_storage_version(warehouse: Path) -> None:
    attached = f"ATTACH {quoted(warehouse)} AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')"
    with duckdb.connect(config=CONFIGURATION) as connection:
        run(connection, f"{attached}; CHECKPOINT warehouse;")
