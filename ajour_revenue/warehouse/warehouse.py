"""DuckDB: the tables (`warehouse.sql`), and transactions that replace exactly the asked days."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dagster_duckdb import DuckDBResource

SCHEMA_SQL = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
SCHEMA_HASH = hashlib.sha256(SCHEMA_SQL.encode("utf-8")).hexdigest()


class WarehouseLockedError(Exception):
    """Another process kept the warehouse open for longer than we wait."""


class Warehouse(DuckDBResource):
    """One integration's DuckDB file.

    DuckDB lets one process write at a time and locks every other one out, so open it late and briefly: never during
    a fetch. Opening waits patiently, up to about 100 seconds, for another process to let go.
    """

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection whose work is stored whole, or not at all where the block raises.

        Raises WarehouseLockedError where another process does not let go of the file.
        """
        Path(self.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            opened = self.get_connection()
            connection = opened.__enter__()
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            message = (
                f"The warehouse {self.database} is kept open by another process. Close the program that has it open "
                f"(a DuckDB shell, a notebook, a BI tool), then run again. DuckDB says: {error}"
            )
            raise WarehouseLockedError(message) from error
        try:
            connection.execute("SET TimeZone = 'Europe/Copenhagen'")
            connection.begin()
            make_tables(connection)
            set_variables(connection, now=dt.datetime.now(dt.UTC))
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, views and macros, or bring them up to date, unless this text of `warehouse.sql` has done so."""
    connection.execute("CREATE TABLE IF NOT EXISTS made_by (warehouse_sql VARCHAR NOT NULL)")
    if connection.execute("FROM made_by").fetchall() != [(SCHEMA_HASH,)]:
        connection.execute(SCHEMA_SQL)
        connection.execute("DELETE FROM made_by")
        connection.execute("INSERT INTO made_by VALUES (?)", [SCHEMA_HASH])


def set_variables(connection: duckdb.DuckDBPyConnection, **values: object) -> None:
    """Set what the SQL texts read by `getvariable('name')`."""
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
