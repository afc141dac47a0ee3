"""What Dagster's UI shows of a materialization: figures, tables and charts as Danes write them, columns, row counts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from urllib.parse import quote

import dagster as dg
import duckdb

from ajour_revenue.days import Window, latest_days
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH, NOTHING
from ajour_revenue.ui.sparkline import Day, sparkline
from ajour_revenue.warehouse.warehouse import SCHEMA_SQL

PERCENTAGES = {"wage_percentage", "target"}
"""Columns that hold percent; every other decimal is an amount in DKK, or hours."""


def figures(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, dg.MetadataValue]:
    """Return a query's single row: counts as numbers, money in kroner, to the øre."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    [row] = result.fetchall()
    return {
        name: dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.text(DANISH.kroner(value))
        for name, value in zip(names, row, strict=True)
    }


def table(connection: duckdb.DuckDBPyConnection, sql: str) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """Return a query's rows as a table; "none" where there is no row."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return table_of([dict(zip(names, row, strict=True)) for row in result.fetchall()])


def table_of(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """Return rows of the same columns as a table; "none" where there is no row."""
    if not rows:
        return dg.MetadataValue.text("none")
    return dg.MetadataValue.table(
        [dg.TableRecord({column: _written(column, value) for column, value in row.items()}) for row in rows],
        schema=dg.TableSchema([dg.TableColumn(column) for column in rows[0]]),
    )


def _written(column: str, value: object) -> str:
    match value:
        case None:
            return NOTHING
        case Decimal():
            return DANISH.percent(value) if column in PERCENTAGES else DANISH.money(value)
        case dt.date():
            return DANISH.date(value)
        case _:
            return str(value)


def daily_chart(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
    title: str,
    sql: str,
) -> dg.MarkdownMetadataValue:
    """Return a chart of the 31 days that end with the window.

    The query is given the first and the last of these days, and returns business_date and amount.
    """
    days = latest_days(window.last_day, since=settings.activation_date)
    amounts = dict(connection.execute(sql, [days.first_day, days.last_day]).fetchall())
    return chart(title, [Day(amounts.get(day)) for day in days.days])


def chart(title: str, days: Sequence[Day]) -> dg.MarkdownMetadataValue:
    """Return a chart of days that follow each other, which the UI shows without a click."""
    image = quote(sparkline(days), safe=" /=',:.")
    return dg.MetadataValue.md(f"![{title}](<data:image/svg+xml,{image}>)")


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
    """Return the columns of a table with types and descriptions, from `warehouse.sql`."""
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
