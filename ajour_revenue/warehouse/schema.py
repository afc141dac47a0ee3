"""The warehouse's tables, views and macros, and how a file of an older version is brought up to date.

Tables change by numbered migrations, each applied once. Views and macros hold no data and are made anew whenever their
text changes.
"""

import hashlib
from functools import cache
from importlib import resources
from typing import NamedTuple

import duckdb

from ajour_revenue import days
from ajour_revenue.warehouse.run import run, values


def _text(name: str) -> str:
    return (resources.files(__package__) / f"{name}.sql").read_text(encoding="utf-8")


FUNCTIONS_SQL = _text("functions")
SHOWN_DAYS_SQL = _text("shown_days")
MACROS_SQL = "".join((FUNCTIONS_SQL, _text("shown_cells"), SHOWN_DAYS_SQL, _text("planned_cells")))
VIEWS_SQL = MACROS_SQL + _text("comments")
VIEWS_HASH = hashlib.sha256(VIEWS_SQL.encode("utf-8")).hexdigest()

TEMPORARY_VIEWS_SQL = MACROS_SQL.replace("CREATE OR REPLACE MACRO", "CREATE OR REPLACE TEMP MACRO")
"""The same for a database that cannot store them: for one connection."""

VERSIONS_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)
"""
VIEWS_TABLE = "CREATE TABLE IF NOT EXISTS schema_views (views_hash VARCHAR NOT NULL)"

STATE = "SELECT (SELECT max(version) FROM schema_versions), views_hash FROM schema_views"

TABLES = """
    SELECT table_name
    FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = current_schema()
"""


class Migration(NamedTuple):
    """One step from a version of the tables to the next."""

    version: int
    sql: str


@cache
def migrations() -> list[Migration]:
    """Return all migrations in order; the version stands in front of the file's name."""
    files = (resources.files(__package__) / "migrations").iterdir()
    return sorted(
        Migration(int(file.name.partition("_")[0]), file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".sql")
    )


def latest_version() -> int:
    """Return the version of the tables that this code works with."""
    return migrations()[-1].version


def version_of(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Return the version of the tables in a database; 0 before versions were counted, None in an empty one."""
    tables = values(connection, TABLES)
    if "schema_versions" in tables:
        return max(values(connection, "SELECT version FROM schema_versions"), default=0)
    return 0 if tables else None


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the migrations that a database lacks, within the caller's transaction."""
    present = version_of(connection) or 0
    run(connection, VERSIONS_TABLE)
    for migration in migrations():
        if migration.version > present:
            run(connection, migration.sql)
            run(
                connection,
                "INSERT INTO schema_versions VALUES ($version, $applied_at)",
                version=migration.version,
                applied_at=days.now(),
            )


def bring_up_to_date(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the migrations and the views that a database lacks, within the caller's transaction."""
    migrate(connection)
    run(connection, VIEWS_TABLE)
    if values(connection, "FROM schema_views") != [VIEWS_HASH]:
        run(connection, VIEWS_SQL)
        run(connection, "DELETE FROM schema_views")
        run(connection, "INSERT INTO schema_views VALUES ($views_hash)", views_hash=VIEWS_HASH)


def is_up_to_date(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether nothing needs to be applied."""
    try:
        state = run(connection, STATE).fetchall()
    except duckdb.CatalogException:
        # An empty database has neither table, and one of an older version not both.
        return False
    return state == [(latest_version(), VIEWS_HASH)]
