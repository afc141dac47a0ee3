"""`ajour-revenue move-warehouse`."""

from decimal import Decimal
from pathlib import Path

import click
from rich.table import Table

from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import output, settings_or_fail
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.formats import FORMATS
from ajour_revenue.warehouse.errors import worker
from ajour_revenue.warehouse.move import POSTGRES, move, store_named
from ajour_revenue.warehouse.turn import turn, whose_turn

NAMED_ALREADY = Bilingual(
    da="Indstillingerne peger allerede på {to}. Skriv, hvad der skal kopieres til.",
    en="The settings name {to} already. Name what to copy to.",
)
NOTHING_TO_COPY = Bilingual(
    da="Datalageret {source} findes ikke endnu, så der er intet at kopiere.",
    en="There is no warehouse {source} yet, so there is nothing to copy.",
)
AT_WORK = Bilingual(
    da="{who} arbejder på datalageret. Vent, til det er færdigt, og sæt tidsplanerne på pause så længe.",
    en="{who} works on the warehouse. Wait until it has ended, and pause the schedules meanwhile.",
)
TABLE = Bilingual(da="Tabel", en="Table")
ROWS = Bilingual(da="Rækker", en="Rows")
COPIED = Bilingual(
    da="Kopieret og sammenlignet. Skriv nu i indstillingerne:", en="Copied and compared. Now write into the settings:"
)
RESTART = Bilingual(
    da="Genstart så Dagster. Det tidligere datalager er der stadig.",
    en="Then restart Dagster. The warehouse from before is still there.",
)


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
        raise RefusedError(NAMED_ALREADY.format(to=to))
    if isinstance(source, Path) and not source.exists():
        raise FailedError(NOTHING_TO_COPY.format(source=source))
    if who := whose_turn(source):
        raise FailedError(AT_WORK.format(who=worker(who)))
    with turn(source, who="ajour-revenue move-warehouse"):
        copied = move(source, target)
    language = settings.report.language
    table = Table(TABLE.in_language(language), ROWS.in_language(language))
    table.columns[1].justify = "right"
    for name, rows in copied.items():
        table.add_row(name, FORMATS[language].whole(Decimal(rows)))
    console = output()
    console.print(table)
    written = "{postgres: true}" if to == POSTGRES else to
    console.print(f"{COPIED.in_language(language)}\n\nwarehouse: {written}\n", soft_wrap=True)
    console.print(RESTART.in_language(language))
