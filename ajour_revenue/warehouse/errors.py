"""What can go wrong with the warehouse's file, and what to do about each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb

from ajour_revenue.errors import ActionableError


class WarehouseError(ActionableError):
    """The warehouse cannot be used; the message says why, and what to do. Nothing was changed."""


class WarehouseLockedError(WarehouseError):
    """Another process kept the warehouse open, or had its turn, for longer than we wait."""


class WarehouseUnusableError(WarehouseError):
    """The file is not a warehouse that this version can use."""


class WarehouseUnwritableError(WarehouseError):
    """The disk, or this user's rights, keep the warehouse from being read or written."""


class Cause(NamedTuple):
    """A cause of errors, told from the words of what stores the warehouse."""

    words: re.Pattern[str]
    error: type[WarehouseError]
    message: str
    """Of a file, `{warehouse}` and `{version}` of DuckDB are filled in; the words themselves follow."""


CAUSES = (
    Cause(
        re.compile(r"Could not set lock|being used by another process|different configuration"),
        WarehouseLockedError,
        "The warehouse {warehouse} is kept open by another process. Close the program that has it open (a DuckDB "
        "shell, a notebook, a BI tool), or wait for the run that writes to it, then try again.",
    ),
    Cause(
        re.compile(r"No space left|not enough space|[Qq]uota exceeded|File too large"),
        WarehouseUnwritableError,
        "The disk of the warehouse {warehouse} is full. Nothing of this was stored, and what was there stays. Make "
        "room, then try again.",
    ),
    Cause(
        re.compile(r"Permission denied|Access is denied|Operation not permitted"),
        WarehouseUnwritableError,
        "This user may not read and write the warehouse {warehouse}, or write to its folder. Run this as the user who "
        "owns them, or have their owner changed.",
    ),
    Cause(
        re.compile(r"Read-only file system"),
        WarehouseUnwritableError,
        "The warehouse {warehouse} is on a file system that can only be read. Mount it writable, or name another "
        "warehouse in the settings.",
    ),
    Cause(
        re.compile(r"replaying WAL"),
        WarehouseUnusableError,
        "The file {warehouse}.wal, which stands beside the warehouse, does not belong to it: a backup was put in its "
        "place, say, and the .wal of the file before was left. Move the .wal away, then try again.",
    ),
    Cause(
        re.compile(r"database file with version number|created with DuckDB version|newer version of DuckDB"),
        WarehouseUnusableError,
        "The warehouse {warehouse} was written by a newer DuckDB than the one installed here, {version}. Open it with "
        "that DuckDB and export it, or name another warehouse in the settings.",
    ),
    Cause(
        re.compile(r"Is a directory|Not a directory|levels of symbolic links"),
        WarehouseUnusableError,
        "The warehouse {warehouse} is no file: a folder, or something else, stands in its place. Name the file in the "
        "settings.",
    ),
    Cause(
        # Older formats and files of other databases are taken for a request to install an extension.
        re.compile(r"not a valid DuckDB database|sqlite_scanner|extension", re.IGNORECASE),
        WarehouseUnusableError,
        "The warehouse {warehouse} is not a DuckDB file. Name another one in the settings, or restore it from a "
        "backup.",
    ),
    Cause(
        re.compile(r"Corrupt|checksum|Could not read enough bytes|Failed to deserialize|has been invalidated"),
        WarehouseUnusableError,
        "The warehouse {warehouse} is damaged. Restore it from a backup; where there is none, move it away and fetch "
        "the days again: what was entered by hand is in that file alone.",
    ),
    Cause(
        re.compile(r"Input/output error|[Ss]tale file handle|Cannot open file|Could not (read|write|sync)"),
        WarehouseUnwritableError,
        "The warehouse {warehouse} cannot be read or written. Look whether its disk is there and in order.",
    ),
)
"""Most telling first: one error may have the words of several."""

LOCKED = CAUSES[0].words


@contextmanager
def explained(warehouse: Path) -> Iterator[None]:
    """Raise a WarehouseError for what is the matter with the file; any other error is raised as it is."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        told = _told(warehouse, error)
        if told is None:
            raise
        raise told from error


def _told(warehouse: Path, error: duckdb.Error | OSError) -> WarehouseError | None:
    # The block may work with other files than this one and its log.
    if isinstance(error, OSError) and not str(error.filename).startswith(str(warehouse)):
        return None
    for cause in CAUSES:
        if cause.words.search(str(error)):
            message = cause.message.format(warehouse=warehouse, version=duckdb.__version__)
            return cause.error(f"{message} What was said: {error}")
    return None
