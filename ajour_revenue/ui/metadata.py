"""What Dagster's UI shows of a materialization: figures, tables and charts as Danes write them, columns, row counts."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

import dagster as dg
import duckdb

from ajour_revenue.days import Window, latest_days
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH, NOTHING
from ajour_revenue.ui.sparkline import Day, sparkline
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import rows, run

PERCENTAGES = {"wage_percentage", "wage_pct", "judged_percentage", "target"}
"""Columns that hold percent; every other decimal is an amount in DKK, or hours."""


def figures(connection: duckdb.DuckDBPyConnection, sql: str, **arguments: object) -> dict[str, dg.MetadataValue]:
    """Return a query's single row: counts as numbers, money in kroner, to the øre."""
    result = run(connection, sql, **arguments)
    names = [column[0] for column in result.description]
    [row] = result.fetchall()
    return {
        name: dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.text(DANISH.kroner(value))
        for name, value in zip(names, row, strict=True)
    }


def table(
    connection: duckdb.DuckDBPyConnection, sql: str, **arguments: object
) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """Return a query's rows as a table; "none" where there is no row."""
    result = run(connection, sql, **arguments)
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
    **arguments: object,
) -> dict[str, dg.MetadataValue]:
    """Return a chart of the 31 days that end with the window, and what it shows.

    The query returns business_date and amount for the days $first_day to $last_day, which are these 31.
    """
    days = latest_days(window.last_day, since=settings.activation_date)
    result = run(connection, sql, first_day=days.first_day, last_day=days.last_day, **arguments)
    amounts = dict(result.fetchall())
    return chart(title, [Day(amounts.get(day)) for day in days.days], days, bars=title)


def chart(title: str, days: Sequence[Day], window: Window, *, bars: str) -> dict[str, dg.MetadataValue]:
    """Return a chart of a window's days, which the UI shows without a click, and in words what it shows.

    The title is also what its line is called, `bars` what its bars are.
    """
    image = quote(sparkline(days), safe=" /=',:.")
    return {
        # Apart, since a longer text than the chart alone would wait for a click.
        "chart": dg.MetadataValue.md(f"![{title}](<data:image/svg+xml,{image}>)"),
        "chart_shows": dg.MetadataValue.text(" ".join(_legend(title, days, window, bars))),
    }


def _legend(title: str, days: Sequence[Day], window: Window, bars: str) -> Iterator[str]:
    amounts = [Decimal(0), *(day.amount for day in days if day.amount is not None)]
    percentages = [day.percentage for day in days if day.percentage is not None]
    yield f"{bars}, {DANISH.days(window.first_day, window.last_day)}."
    yield f"Bars: {DANISH.whole_kroner(min(amounts))} to {DANISH.whole_kroner(max(amounts))} a day."
    if percentages:
        yield f"Line: {title.lower()}, {DANISH.percent(min(percentages))} to {DANISH.percent(max(percentages))}."
    if any(day.is_over for day in days):
        yield "Red squares: over target."
    if any(day.amount is None for day in days):
        yield "Gray dashes: not known."


def plot(context: dg.AssetExecutionContext, name: str, amounts: Mapping[dt.date, Decimal | None]) -> None:
    """Give each day of a run its own number, for Dagster's plots, which cannot read what is written for people."""
    for day, amount in amounts.items():
        if amount is not None:
            context.add_asset_metadata({name: dg.MetadataValue.float(float(amount))}, partition_key=day.isoformat())


class _Column(NamedTuple):
    name: str
    type: str
    description: str | None
    nullable: bool


COLUMNS = """
    SELECT column_name AS name, data_type AS type, comment AS description, is_nullable AS nullable
    FROM duckdb_columns()
    WHERE table_name = $table
    ORDER BY column_index
"""


@cache
def column_schema(table: str) -> dg.TableSchema:
    """Return the columns of a table of the warehouse, with types and descriptions."""
    with empty() as connection:
        columns = rows(connection, COLUMNS, _Column, table=table)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in columns
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
