"""`ajour-revenue move-warehouse`."""

from pathlib import Path

import click
from rich.table import Table

from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import output, settings_or_fail
from ajour_revenue.warehouse.move import POSTGRES, move, store_named
from ajour_revenue.warehouse.turn import turn, whose_turn


@click.command(
    name="move-warehouse", epilog="Example: ajour-revenue move-warehouse postgres (its address is AJOUR_WAREHOUSE)"
)
@click.argument("to", metavar="postgres|FILE")
@settings_option
def move_warehouse(*, to: str, settings_file: Path | None) -> None:
    """Copy the warehouse into PostgreSQL, or from there into a new FILE.

    Every row is copied, counted and compared; the warehouse that the settings name stays as it is. Afterwards, name the
    new one in the settings.
    """
    settings = settings_or_fail(settings_file)
    source = settings.warehouse
    target = store_named(to, settings)
    if target == source:
        msg = f"The settings name {to} already. Name what to copy to."
        raise RefusedError(msg)
    if isinstance(source, Path) and not source.exists():
        msg = f"There is no warehouse {source} yet, so there is nothing to copy."
        raise FailedError(msg)
    if who := whose_turn(source):
        msg = f"{who} works on the warehouse. Wait until it has ended, and pause the schedules meanwhile."
        raise FailedError(msg)
    with turn(source, who="ajour-revenue move-warehouse"):
        copied = move(source, target)
    table = Table("Table", "Rows")
    table.columns[1].justify = "right"
    for name, rows in copied.items():
        table.add_row(name, f"{rows:,}".replace(",", "."))
    console = output()
    console.print(table)
    written = "{postgres: true}" if to == POSTGRES else to
    console.print(f"Copied and compared. Now write into the settings:\n\nwarehouse: {written}\n", soft_wrap=True)
    console.print("Then restart Dagster. The warehouse from before is still there.")
