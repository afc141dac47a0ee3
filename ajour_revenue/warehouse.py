"""DuckDB: the tables (`warehouse.sql`), and transactions that replace exactly the asked days."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
from dagster_duckdb import DuckDBResource

from ajour_revenue.partitions import Window
from ajour_revenue.settings import Settings

SCHEMA_SQL = (Path(__file__).parent / "warehouse.sql").read_text(encoding="utf-8")
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


def figures(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, dg.MetadataValue]:
    """Return a query's single row as metadata: counts as numbers, money as exact text in DKK."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    [row] = result.fetchall()
    return {
        name: dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.text(f"{value:,} DKK")
        for name, value in zip(names, row, strict=True)
    }


def markdown(connection: duckdb.DuckDBPyConnection, sql: str) -> dg.MarkdownMetadataValue:
    """Return a query's rows as a table for people to look at in the UI."""
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    # Rows and not `.df()`, which would turn Decimals into floats.
    frame = pd.DataFrame(result.fetchall(), columns=columns, dtype=object)
    return dg.MetadataValue.md(frame.to_markdown(index=False, disable_numparse=True))


def report_rows_per_day(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    window: Window,
) -> None:
    """Give every partition of the run its own row count."""
    stored = connection.table(table).filter(f"business_date BETWEEN '{window.first_day}' AND '{window.last_day}'")
    counts = dict(stored.count("*", groups="business_date", projected_columns="business_date").fetchall())
    for day in window.days:
        metadata = {"dagster/partition_row_count": counts.get(day, 0)}
        context.add_asset_metadata(metadata, partition_key=day.isoformat())


@cache
def column_schema(table: str) -> dg.TableSchema:
    """Return the columns of a table with types and descriptions, as the UI shows them."""
    with duckdb.connect() as connection:
        connection.execute(SCHEMA_SQL)
        columns = connection.execute(
            "SELECT column_name, data_type, comment, is_nullable FROM duckdb_columns() "
            "WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, type_, comment, constraints=dg.TableColumnConstraints(nullable=nullable))
            for name, type_, comment, nullable in columns
        ],
    )


def column_lineage(settings: Settings, **sources: list[str]) -> dg.TableColumnLineage:
    """Say for columns which ones they are made of, each written as `table.column`."""
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=dg.AssetKey([settings.name, table]), column_name=source)
                for table, _, source in (name.partition(".") for name in names)
            ]
            for column, names in sources.items()
        },
    )
