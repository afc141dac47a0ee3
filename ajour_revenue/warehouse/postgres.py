"""A warehouse in PostgreSQL: DuckDB calculates, PostgreSQL stores.

The SQL is the same as for a file. What holds no data (macros) is made anew on each connection, since PostgreSQL cannot
store it. Writers wait for each other by an advisory lock, which PostgreSQL gives back when a process or its machine is
gone; readers wait for nobody.
"""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from ajour_revenue.masking import without_secrets
from ajour_revenue.settings.env_file import variable
from ajour_revenue.settings.model import PostgresWarehouse
from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse import schema
from ajour_revenue.warehouse.errors import (
    Cause,
    WarehouseLockedError,
    WarehouseUnusableError,
    WarehouseUnwritableError,
    worker,
)
from ajour_revenue.warehouse.file import CONFIGURATION, all_or_nothing, empty, overflowing, set_up
from ajour_revenue.warehouse.run import quoted, run

if TYPE_CHECKING:
    import psycopg2.extensions

CONNECT_TIMEOUT_SECONDS = 10
ON_THIS_MACHINE = {"", "localhost", "127.0.0.1", "::1"}

WRITING = 20_262
TURN = 20_263
"""The keys of the advisory locks: who writes just now, and which run works on the warehouse."""


REVISION = "SELECT max(id) FROM revision"
"""What is another one after each transaction."""


CAUSES = (
    Cause(
        re.compile(r"password authentication failed|role \".*\" does not exist|no pg_hba.conf entry"),
        WarehouseUnusableError,
        Bilingual(
            da="PostgreSQL lukker ikke denne bruger ind. Sammenlign brugeren og adgangskoden i AJOUR_WAREHOUSE med "
            "databasens, og dens pg_hba.conf med den maskine, som dette kører på.",
            en="PostgreSQL does not let this user in. Compare user and password in AJOUR_WAREHOUSE with the "
            "database's, and its pg_hba.conf with the machine that this runs on.",
        ),
    ),
    Cause(
        re.compile(r"database \".*\" does not exist"),
        WarehouseUnusableError,
        Bilingual(
            da="PostgreSQL har ingen database med navnet i AJOUR_WAREHOUSE. Opret den (createdb), eller ret navnet.",
            en="PostgreSQL has no database of the name in AJOUR_WAREHOUSE. Make it (createdb), or correct the name.",
        ),
    ),
    Cause(
        re.compile(r"server does not support SSL|certificate verify failed|root certificate"),
        WarehouseUnusableError,
        Bilingual(
            da="PostgreSQL tilbyder ikke den kryptering, der bedes om. Slå SSL til på serveren, eller skriv sidst i "
            "AJOUR_WAREHOUSE, hvad der ønskes: ?sslmode=verify-full med sslrootcert, eller ?sslmode=disable for ingen.",
            en="PostgreSQL does not offer the encryption that is asked for. Switch SSL on in the server, or say at the "
            "end of AJOUR_WAREHOUSE what is wanted: ?sslmode=verify-full with sslrootcert, or ?sslmode=disable for "
            "none.",
        ),
    ),
    Cause(
        re.compile(
            r"Connection refused|could not translate host name|timeout expired|No route to host|Network is unreachable"
            r"|server closed the connection|terminating connection|SSL connection has been closed|no connection to the"
            r"|starting up|shutting down|remaining connection slots|too many clients"
        ),
        WarehouseLockedError,
        Bilingual(
            da="PostgreSQL, hvor datalageret er, kan ikke nås eller tager ikke imod forbindelser lige nu. Se, om den "
            "kører, og om værten og porten i AJOUR_WAREHOUSE er dens.",
            en="PostgreSQL, where the warehouse is, cannot be reached or takes no connection just now. See whether it "
            "runs, and whether host and port in AJOUR_WAREHOUSE are its own.",
        ),
    ),
    Cause(
        re.compile(r"could not serialize access|deadlock detected|canceling statement due to lock timeout"),
        WarehouseLockedError,
        Bilingual(
            da="Et andet program ændrede de samme tabeller i datalageret på samme tid. Intet af dette blev gemt; prøv "
            "igen.",
            en="Another program changed the same tables of the warehouse at the same time. Nothing of this was "
            "stored; try again.",
        ),
    ),
    Cause(
        re.compile(r"No space left|could not extend file|disk full|[Qq]uota"),
        WarehouseUnwritableError,
        Bilingual(
            da="Disken på PostgreSQL-serveren, hvor datalageret ligger, er fuld. Intet af dette blev gemt, og det, der "
            "var, bliver stående. Skaf plads, og prøv igen.",
            en="The disk of PostgreSQL, where the warehouse is, is full. Nothing of this was stored, and what was "
            "there stays. Make room, then try again.",
        ),
    ),
    Cause(
        re.compile(r"permission denied|read-only transaction|must be owner"),
        WarehouseUnwritableError,
        Bilingual(
            da="Brugeren i AJOUR_WAREHOUSE må ikke ændre datalagerets tabeller. Lad den eje databasen, og se efter, at "
            "det ikke er en standby, der kun kan læses.",
            en="The user of AJOUR_WAREHOUSE may not change the warehouse's tables. Let it own the database, and see "
            "that it is not a standby that can only be read.",
        ),
    ),
)
"""Most telling first: one error may have the words of several."""

UNEXPECTED = Bilingual(da="PostgreSQL melder en fejl.", en="PostgreSQL has an error.")
PSYCOPG2_LACKS, EXTENSION_LACKS = (
    Bilingual(
        da=f"Indstillingerne angiver PostgreSQL som datalager, og {danish} er ikke installeret her. Installér "
        "ajour-revenue med tilvalget [postgres]; docs/deployment.md viser hvordan, også hvor ingen af DuckDBs servere "
        "kan nås.",
        en=f"The settings name PostgreSQL as the warehouse, and {english} is not installed here. Install ajour-revenue "
        "with the extra [postgres]; docs/deployment.md says how, also where no server of DuckDB's is reached.",
    )
    for danish, english in (
        ("psycopg2", "psycopg2"),
        ("DuckDBs udvidelse til den", "DuckDB's extension for it"),
    )
)


@contextmanager
def transaction_in_postgres(
    warehouse: PostgresWarehouse, *, patience_seconds: float, is_revision: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose work is stored whole, or not at all where the block raises.

    One after the other: whoever writes has an advisory lock. Makes the tables where there are none, and brings those of
    an older version up to date. `is_revision` says whether it is told apart from what was stored before. Raises
    WarehouseError.
    """
    with explained(warehouse), alone(warehouse, WRITING, patience_seconds), _opened(warehouse) as connection:
        if schema.version_of(connection) != schema.latest_version():
            _refuse_newer(connection)
            with all_or_nothing(connection):
                schema.migrate(connection)
                run(connection, "CREATE TABLE IF NOT EXISTS revision (id VARCHAR NOT NULL)")
        run(connection, schema.TEMPORARY_VIEWS_SQL)
        with (
            TemporaryDirectory(prefix="ajour-revenue.") as folder,
            overflowing(connection, Path(folder) / "overflow"),
            all_or_nothing(connection),
        ):
            yield connection
            if is_revision:
                run(connection, "DELETE FROM revision; INSERT INTO revision VALUES (uuid()::VARCHAR);")


@contextmanager
def reading_postgres(warehouse: PostgresWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that can only read, and sees one state of everything.

    To an empty warehouse where there are no tables yet. Raises WarehouseError.
    """
    with explained(warehouse), _opened(warehouse, read_only=True) as connection:
        version = schema.version_of(connection)
        if version is None:
            with empty() as nothing:
                yield nothing
            return
        if version < schema.latest_version():
            with transaction_in_postgres(warehouse, patience_seconds=CONNECT_TIMEOUT_SECONDS):
                pass
        _refuse_newer(connection)
        run(connection, schema.TEMPORARY_VIEWS_SQL)
        with all_or_nothing(connection):
            yield connection


@contextmanager
def alone(
    warehouse: PostgresWarehouse, key: int, patience_seconds: float, *, who: str = "ajour-revenue"
) -> Iterator[None]:
    """Have the advisory lock of a key until the end of the block.

    Raises WarehouseLockedError, which names who has it.
    """
    with explained(warehouse), closing(_session(warehouse, who)) as session, session.cursor() as cursor:
        cursor.execute("SET lock_timeout = %s", [f"{max(1, round(patience_seconds * 1000))}ms"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        except _psycopg2().errors.LockNotAvailable:
            other = who_has(warehouse, key)
            named = worker(other) if other else Bilingual(da="et andet program", en="another program")
            message = Bilingual(
                da=f"I {patience_seconds:.0f} s har {named.da} arbejdet i datalageret i PostgreSQL. Vent, til "
                "arbejdet er færdigt, og prøv igen.",
                en=f"For {patience_seconds:.0f} s {named.en} has worked on the warehouse in PostgreSQL. Wait until it "
                "has ended, then try again.",
            )
            raise WarehouseLockedError(message) from None
        yield


def who_has(warehouse: PostgresWarehouse, key: int) -> str | None:
    """Return who has the advisory lock of a key; None where nobody has."""
    with explained(warehouse), closing(_session(warehouse, "ajour-revenue")) as session, session.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND objid = %s AND granted AND pg_locks.database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            [key],
        )
        return next((str(name) for (name,) in cursor.fetchall()), None)


@contextmanager
def explained(warehouse: PostgresWarehouse) -> Iterator[None]:
    """Raise a WarehouseError for what is the matter with the database; no error quotes the address.

    DuckDB quotes all of it, password included, so the error that it raised is not chained.
    """
    errors: tuple[type[Exception], ...] = (duckdb.Error, _psycopg2().Error)
    try:
        yield
    except errors as error:
        said = " ".join(str(error).split())
        shown = masked(warehouse, said)
        cause = next((each for each in CAUSES if each.words.search(said)), None)
        if cause is None and shown == said:
            raise
        kind, message = (cause.error, cause.message) if cause else (WarehouseUnusableError, UNEXPECTED)
        told = Bilingual(da=f"{message.da} Meldingen var: {shown}", en=f"{message.en} What was said: {shown}")
        raise kind(told) from None


def address_of(warehouse: PostgresWarehouse) -> str:
    """Return what libpq needs to connect, from AJOUR_WAREHOUSE; raises WarehouseUnusableError.

    Encrypted, unless the address says something else, or names this machine.
    """
    extensions = _psycopg2().extensions
    address = variable(warehouse.folder, WAREHOUSE)
    if not address.strip():
        message = Bilingual(
            da="Indstillingerne angiver PostgreSQL som datalager, og AJOUR_WAREHOUSE er tom. Skriv dens adresse i "
            ".env: AJOUR_WAREHOUSE=postgresql://bruger:adgangskode@vært/database",
            en="The settings name PostgreSQL as the warehouse, and AJOUR_WAREHOUSE is empty. Write its address into "
            ".env: AJOUR_WAREHOUSE=postgresql://user:password@host/database",
        )
        raise WarehouseUnusableError(message)
    try:
        parts = extensions.parse_dsn(address)
    except _psycopg2().Error:
        message = Bilingual(
            da="AJOUR_WAREHOUSE er ikke adressen på en PostgreSQL-database. Skriv den som "
            "postgresql://bruger:adgangskode@vært/database, med %40 for et @ i adgangskoden.",
            en="AJOUR_WAREHOUSE is no address of a PostgreSQL database. Write it as "
            "postgresql://user:password@host/database, with %40 for an @ in the password.",
        )
        raise WarehouseUnusableError(message) from None
    if parts.get("host", "") not in ON_THIS_MACHINE and not parts.get("host", "").startswith("/"):
        parts.setdefault("sslmode", "require")
    parts.setdefault("connect_timeout", str(CONNECT_TIMEOUT_SECONDS))
    return str(extensions.make_dsn(**parts))


def masked(warehouse: PostgresWarehouse, text: str) -> str:
    """Return a text without the address, and without the password by itself."""
    address, written = address_of(warehouse), variable(warehouse.folder, WAREHOUSE)
    password = _psycopg2().extensions.parse_dsn(address).get("password", "")
    for secret in (address, written):
        text = text.replace(secret, f"<{WAREHOUSE}>")
    return without_secrets(text, {WAREHOUSE: password})


@contextmanager
def _opened(warehouse: PostgresWarehouse, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=CONFIGURATION) as connection:
        set_up(connection)
        _load_extension(connection)
        run(
            connection,
            f"ATTACH {quoted(address_of(warehouse))} AS warehouse (TYPE postgres{', READ_ONLY' if read_only else ''})",
        )
        run(connection, "USE warehouse")
        yield connection


def _load_extension(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        run(connection, "LOAD postgres_scanner")
    except duckdb.Error:
        if not importlib.util.find_spec("duckdb_extensions"):
            raise WarehouseUnusableError(EXTENSION_LACKS) from None
        from duckdb_extensions import import_extension  # noqa: PLC0415 (where it is installed)

        import_extension("postgres_scanner", con=connection)
        run(connection, "LOAD postgres_scanner")


def _refuse_newer(connection: duckdb.DuckDBPyConnection) -> None:
    present = schema.version_of(connection)
    if present is not None and present > schema.latest_version():
        message = Bilingual(
            da="Datalageret i PostgreSQL er oprettet af en nyere version af ajour-revenue (dets tabeller er af version "
            f"{present}; denne kender {schema.latest_version()}). Installér den version, eller angiv en anden database "
            "i AJOUR_WAREHOUSE.",
            en="The warehouse in PostgreSQL was made by a newer version of ajour-revenue (its tables are of version "
            f"{present}; this one knows {schema.latest_version()}). Install that version, or name another database in "
            "AJOUR_WAREHOUSE.",
        )
        raise WarehouseUnusableError(message)


def _session(warehouse: PostgresWarehouse, who: str) -> "psycopg2.extensions.connection":
    session: psycopg2.extensions.connection = _psycopg2().connect(address_of(warehouse), application_name=who)
    session.autocommit = True
    return session


def _psycopg2() -> Any:  # noqa: ANN401 (a module)
    try:
        import psycopg2.errors  # noqa: PLC0415 (where the extra is installed)
        import psycopg2.extensions  # noqa: PLC0415
    except ImportError:
        raise WarehouseUnusableError(PSYCOPG2_LACKS) from None
    return psycopg2
