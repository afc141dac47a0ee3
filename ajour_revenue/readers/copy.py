"""The readers' copy: what may be shown (D21, D22), beside the warehouse, so that reading never waits for a run.

Each of its files is replaced by a rename: whoever has the one from before open keeps it, and holds nobody up. In
PostgreSQL, where nobody waits anyway, it is a schema of its own, whose tables are written in one transaction.
"""

import datetime as dt
import hashlib
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from filelock import FileLock, Timeout

from ajour_revenue import days
from ajour_revenue.errors import ActionableError
from ajour_revenue.readers.schema import write_schema
from ajour_revenue.readers.tables import FOR_PEOPLE, LAYOUT, make_cells, make_tables, settings_hash
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.formats import FORMATS
from ajour_revenue.warehouse import connect
from ajour_revenue.warehouse.errors import WarehouseLockedError, explained, worker
from ajour_revenue.warehouse.file import CONFIGURATION, STORAGE_VERSION, empty, log_of, make_private_folder, set_up
from ajour_revenue.warehouse.run import identifier, quoted, run, value
from ajour_revenue.warehouse.schema import FUNCTIONS_SQL, SHOWN_DAYS_SQL
from ajour_revenue.warehouse.turn import whose_turn

logger = logging.getLogger(__name__)

FIGURES_FILE = "figures.duckdb"
DETAILS_FILE = ".details.duckdb"
NOTE_FILE = ".made-from"
FROM_BEFORE = Bilingual(da="Det viste er fra {made}.", en="What is shown is from before, {made}.")
AT_WORK = Bilingual(
    da="{who} er i gang. Det viste er fra {made}.", en="{who} is at work. What is shown is from before, {made}."
)

# Nothing of these is about wages. What is, the details have as cells that may be shown.
WITHOUT_WAGES = (
    "ajour_locations",
    "budget",
    "expected_revenue",
    "fetches",
    "manual_revenue",
    "outstanding",
    "planday_ours",
    "planday_revenue",
    "raw_revenue",
    "raw_revenue_history",
    "unit_revenue",
    "unit_revenue_revisions",
)

# The same names as in the warehouse, so that the same queries run in both. What may be shown was decided when the copy
# was made; `is_current` sees to it that it was decided as the settings want it now.
SHOWN_CELLS_SQL = """
    CREATE MACRO shown_cells(first_day, last_day, show_single_person) AS TABLE
        FROM shown WHERE business_date BETWEEN first_day AND last_day;
    CREATE MACRO planned_cells(first_day, last_day, show_single_person) AS TABLE
        FROM planned WHERE business_date BETWEEN first_day AND last_day
"""

PLANNED = """
    CREATE TABLE details.planned AS
    FROM planned_cells('0001-01-01'::DATE, '9999-12-31'::DATE, $show_single_person)
"""

COMMANDS_LAYOUT = hashlib.sha256("".join((SHOWN_CELLS_SQL, *WITHOUT_WAGES)).encode()).hexdigest()

COMMENTS_SQL = (resources.files(__package__) / "comments.sql").read_text(encoding="utf-8")


class CopyNotWrittenError(ActionableError):
    """The readers' copy could not be written; the one before is still there."""


def bring_up_to_date(settings: Settings, *, patience_seconds: float = connect.WRITER_PATIENCE_SECONDS) -> None:
    """Make the readers' copy anew where the warehouse, its layout or what may be shown has changed since.

    Raises WarehouseError, and CopyNotWrittenError where its disk is full, say.
    """
    if not isinstance(settings.warehouse, Path):
        write_schema(settings.warehouse, settings, patience_seconds=patience_seconds)
        return
    folder = settings.readers_folder
    with _explained(folder):
        make_private_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        with _alone_in(folder, patience_seconds):
            if not is_current(settings):
                _make(settings, patience_seconds)


def is_current(settings: Settings) -> bool:
    """Whether the copy is of the warehouse and the settings as they are."""
    return _noted(settings) == (_kind(settings), _source(settings))


@contextmanager
def reading_copy(
    settings: Settings, *, patience_seconds: float = connect.READER_PATIENCE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the warehouse's tables, but of wages only what may be shown.

    Makes the copy first where it is not up to date, unless a run is at work: then it is the one from before that run.
    Empty where there is no warehouse yet. In PostgreSQL it is the warehouse. Raises WarehouseError, and
    CopyNotWrittenError.
    """
    if not isinstance(settings.warehouse, Path):
        with connect.reading(settings.warehouse) as connection:
            yield connection
        return
    with explained(settings.warehouse):
        there_is_one = settings.warehouse.exists()
        if there_is_one:
            _look_after(settings, patience_seconds)
    if not there_is_one:
        with empty() as connection:
            yield connection
        return
    details = settings.readers_folder / DETAILS_FILE
    with explained(details), duckdb.connect(details, read_only=True, config=CONFIGURATION) as connection:
        yield set_up(connection)


@contextmanager
def reading_figures(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to the tables for people as they are; raises WarehouseError."""
    if not isinstance(settings.warehouse, Path):
        with connect.reading(settings.warehouse) as connection:
            run(connection, "USE warehouse.readers")
            yield connection
        return
    figures = settings.readers_folder / FIGURES_FILE
    with explained(figures), duckdb.connect(figures, read_only=True, config=CONFIGURATION) as connection:
        yield set_up(connection)


def _look_after(settings: Settings, patience_seconds: float) -> None:
    """Bring the copy up to date where that holds up nobody, or where the one that is there may not be used."""
    if is_current(settings):
        return
    noted = _noted(settings)
    is_usable = noted is not None and noted[0] == _kind(settings)
    language = settings.report.language
    if is_usable and (who := whose_turn(settings.warehouse)):
        logger.warning("%s", AT_WORK.format(who=worker(who), made=_time_of_copy(settings)).in_language(language))
        return
    try:
        bring_up_to_date(settings, patience_seconds=0 if is_usable else patience_seconds)
    except (WarehouseLockedError, CopyNotWrittenError) as error:
        if not is_usable:
            raise
        before = FROM_BEFORE.format(made=_time_of_copy(settings)).in_language(language)
        logger.warning("%s %s", before, error.text.in_language(language))


def _time_of_copy(settings: Settings) -> str:
    made = dt.datetime.fromtimestamp((settings.readers_folder / NOTE_FILE).stat().st_mtime, days.COPENHAGEN)
    return FORMATS[settings.report.language].moment(made)


def _make(settings: Settings, patience_seconds: float) -> None:
    folder, source = settings.readers_folder, _source(settings)
    for left_behind in folder.glob(".making.*"):
        shutil.rmtree(left_behind)
    with TemporaryDirectory(dir=folder, prefix=".making.") as name:
        making = Path(name)
        with connect.reading(settings.warehouse, patience_seconds=patience_seconds) as connection, _explained(folder):
            # It is in nobody's way, and takes less of the processor in all.
            run(connection, "SET threads = 1")
            make_cells(connection, settings)
            _write_details(connection, settings, making / DETAILS_FILE)
            _write_figures(connection, settings, making / FIGURES_FILE)
        for file in making.iterdir():
            file.chmod(0o600 if file.name == DETAILS_FILE else 0o644)
            file.replace(folder / file.name)
        # A notebook that writes into a file from before has left its log; it would be taken for the new one's.
        (folder / f"{FIGURES_FILE}.wal").unlink(missing_ok=True)
    _note(settings, source)


@contextmanager
def _alone_in(folder: Path, patience_seconds: float) -> Iterator[None]:
    try:
        lock = FileLock(folder / ".lock", mode=0o600).acquire(timeout=patience_seconds)
    except Timeout:
        message = Bilingual(
            da=f"En anden proces er ved at skrive læsekopien {folder}. Prøv igen om lidt.",
            en=f"Another process is making the readers' copy {folder}. Try again in a moment.",
        )
        raise WarehouseLockedError(message) from None
    with lock:
        yield


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Raise a CopyNotWrittenError for what is the matter with the disk or this user's rights."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        message = Bilingual(
            da=f"Læsekopien {folder} kan ikke skrives; det, der står der, er fra før. Se, om der er plads på disken, "
            f"og om denne bruger må skrive der; eller angiv en anden readers.folder. Meldingen var: {error}",
            en=f"The readers' copy {folder} cannot be written; what stands there is from before. Look whether its disk "
            "has room, and whether this user may write there; or name another readers.folder. What was said: "
            f"{error}",
        )
        raise CopyNotWrittenError(message) from error


def _write_details(connection: duckdb.DuckDBPyConnection, settings: Settings, file: Path) -> None:
    """Write the warehouse's tables as our own commands read them."""
    with _attached(connection, file, "details"):
        for table in WITHOUT_WAGES:
            run(connection, f"CREATE TABLE details.{table} AS FROM {table}")
        run(connection, "CREATE TABLE details.shown AS FROM cells")
        run(connection, PLANNED, show_single_person=settings.wages.show_single_person)
        run(connection, f"USE details; {FUNCTIONS_SQL} {SHOWN_CELLS_SQL}; {SHOWN_DAYS_SQL}")


def _write_figures(connection: duckdb.DuckDBPyConnection, settings: Settings, file: Path) -> None:
    """Write the tables for people, each into the database file and into a Parquet file of its own."""
    with _attached(connection, file, "figures_file"):
        make_tables(connection, settings, {table: f"CREATE TABLE figures_file.{table} AS" for table in FOR_PEOPLE})
        for table in FOR_PEOPLE:
            parquet = quoted(file.with_name(f"{table}.parquet"))
            run(connection, f"COPY figures_file.{table} TO {parquet} (COMPRESSION zstd)")
        run(connection, COMMENTS_SQL)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> Iterator[None]:
    """Attach a new file, which the warehouse's connection may write although it only reads the warehouse."""
    warehouse = value(connection, "SELECT current_database()")
    run(connection, f"ATTACH {quoted(file)} AS {name} (READ_WRITE, STORAGE_VERSION '{STORAGE_VERSION}')")
    yield
    run(connection, f"USE {identifier(warehouse)}; DETACH {name}")


def _kind(settings: Settings) -> str:
    """Say what decides whether our commands may use a copy: its layout, and whether single persons are shown."""
    return f"{LAYOUT} {COMMANDS_LAYOUT} {settings.wages.show_single_person}"


def _source(settings: Settings) -> str:
    """Say what a copy is made from: the settings, and the warehouse's file as it was when it last changed."""
    file = settings.warehouse_file
    states = [path.stat() for path in (file, log_of(file)) if path.exists()]
    changed = " ".join(f"{state.st_mtime_ns} {state.st_size}" for state in states)
    return f"{settings_hash(settings)} {changed}"


def _noted(settings: Settings) -> tuple[str, str] | None:
    """Return the kind and the source of the copy that is there; None where there is none."""
    try:
        kind, source = (settings.readers_folder / NOTE_FILE).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ValueError):
        return None
    return kind, source


def _note(settings: Settings, source: str) -> None:
    note = settings.readers_folder / NOTE_FILE
    note.touch(mode=0o600)
    note.write_text(f"{_kind(settings)}\n{source}\n", encoding="utf-8")
