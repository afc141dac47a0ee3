"""Moving a company from one store to the other: everything is copied, counted and compared, and nothing removed."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from ajour_revenue.settings.model import PostgresWarehouse, Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.connect import Store, reading, transaction
from ajour_revenue.warehouse.errors import WarehouseUnusableError
from ajour_revenue.warehouse.run import run, value, values

# What each store has for itself is not moved: its versions, and of what state its readers' copy is.
TABLES = """
    SELECT table_name
    FROM duckdb_tables()
    WHERE database_name = current_database()
        AND schema_name = current_schema()
        AND NOT starts_with(table_name, 'pg_')
        AND table_name NOT IN ('schema_versions', 'schema_views', 'revision', 'readers_made_from')
    ORDER BY table_name
"""


POSTGRES = "postgres"
"""What people write for the database in PostgreSQL, whose address AJOUR_WAREHOUSE has."""


def store_named(written: str, settings: Settings) -> Store:
    """Return the store that is written as `postgres`, or as the path of a file."""
    return PostgresWarehouse(folder=settings.folder) if written == POSTGRES else Path(written).absolute()


def move(source: Store, target: Store) -> Mapping[str, int]:
    """Copy every row of one warehouse into another, which is empty; return how many there are in each table.

    In one transaction, which is stored only if the target has the same rows as the source. Raises WarehouseError.
    """
    with reading(source) as old, transaction(target) as new:
        tables = values(old, TABLES)
        if filled := [table for table in tables if value(new, f"SELECT count(*) FROM {table}")]:  # noqa: S608 (ours)
            named, tables_filled = _named(target), ", ".join(filled)
            message = Bilingual(
                da=f"{named.da} er ikke tom: den har rækker i {tables_filled}. Intet blev kopieret. Angiv en anden fil "
                "eller en tom database.",
                en=f"{named.en} is not empty: it has rows in {tables_filled}. Nothing was copied. Name another file, "
                "or an empty database.",
            )
            raise WarehouseUnusableError(message)
        return {table: _copied(old, new, table) for table in tables}


def _copied(old: duckdb.DuckDBPyConnection, new: duckdb.DuckDBPyConnection, table: str) -> int:
    new.register("copied", old.sql(f"FROM {table}").to_arrow_table())
    run(new, f"INSERT INTO {table} BY NAME FROM copied")
    differing = value(
        new,
        f"""
        SELECT count(*)
        FROM (
            (FROM copied EXCEPT ALL SELECT * FROM {table})
            UNION ALL
            (SELECT * FROM {table} EXCEPT ALL FROM copied)
        )
        """,  # noqa: S608 (ours)
    )
    if differing:
        message = Bilingual(
            da=f"{differing} række(r) i {table} var ikke de samme, efter at de var kopieret. Intet blev gemt.",
            en=f"{differing} row(s) of {table} were not the same after they had been copied. Nothing was stored.",
        )
        raise WarehouseUnusableError(message)
    rows: int = value(new, "SELECT count(*) FROM copied")
    new.unregister("copied")
    return rows


def _named(store: Store) -> Bilingual:
    if isinstance(store, Path):
        return Bilingual(da=f"Filen {store}", en=f"The file {store}")
    return Bilingual(da="Databasen i PostgreSQL", en="The database in PostgreSQL")
