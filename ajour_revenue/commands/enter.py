"""`ajour-revenue enter`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from ajour_revenue.commands.answers import is_agreed
from ajour_revenue.commands.enter_texts import ENTER_TEXTS, EnterTexts
from ajour_revenue.commands.errors import RefusedError
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import output, print_indented, settings_or_fail
from ajour_revenue.days import Window
from ajour_revenue.instance import dagster_instance, has_dagster_instance
from ajour_revenue.readers.copy import bring_up_to_date
from ajour_revenue.revenue.manual import (
    Change,
    Compared,
    ManualEntry,
    check_entry,
    compare,
    enter_revenue,
    read_entries,
)
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import reading, transaction

if TYPE_CHECKING:
    import dagster as dg

SHOWN_AT_MOST = 40

CALLED = {
    "business_date": "DAY",
    "unit": "UNIT",
    "location": "--location",
    "revenue_incl_vat": "--incl-vat",
    "revenue_excl_vat": "--excl-vat",
    "reason": "--reason",
}
"""What the fields of an entry are called on the command line."""


ALL_IN_FILE = Bilingual(
    da="Med --csv står det hele i filen; udelad {too_much}.",
    en="With --csv everything stands in the file; leave out {too_much}.",
)
WHICH_DAY = Bilingual(
    da="Skriv en enhed og en dag, eller en fil med --csv.", en="Name a unit and a day, or a file with --csv."
)


@click.command(
    epilog="Examples: ajour-revenue enter Bar 2026-01-31 --location 11 --incl-vat 12500 --reason 'till was down'; "
    "ajour-revenue enter --csv figures.csv",
)
@click.argument("unit", required=False)
@click.argument("day", required=False)
@click.option("--location", metavar="ID", help="Enter the till of this location alone; the unit's others stay.")
@click.option("--incl-vat", metavar="DKK", help="The day's revenue including VAT.")
@click.option("--excl-vat", metavar="DKK", help="The day's revenue excluding VAT.")
@click.option("--reason", metavar="TEXT", help="Why it is entered by hand; kept with the revision.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Enter many at once. Columns: business_date, unit, revenue_incl_vat or revenue_excl_vat, reason, and perhaps "
    "location; separated by commas, or by semicolons as Danish Excel does.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; for scripts.")
@settings_option
def enter(  # noqa: PLR0913 (a figure, or a file of them)
    *,
    unit: str | None,
    day: str | None,
    location: str | None,
    incl_vat: str | None,
    excl_vat: str | None,
    reason: str | None,
    csv_file: Path | None,
    yes: bool,
    settings_file: Path | None,
) -> None:
    """Enter the revenue of a UNIT and DAY by hand.

    For instance after a till was down. Give one amount, with --incl-vat or --excl-vat; the other follows from
    revenue.vat_rate in the settings. The figure is the whole of the unit's revenue that day, or with --location that of
    one till, which the figures of the others complete. The day's wage percentage is calculated anew. A later fetch
    replaces it only where revenue.overwrite_existing is true.

    Asks before it replaces a complete figure from Ajour, and before it takes an amount that is negative, or more than
    five times what the weekday usually brings, or less than a fifth of it.
    """
    values = {
        "business_date": day,
        "unit": unit,
        "location": location,
        "revenue_incl_vat": incl_vat,
        "revenue_excl_vat": excl_vat,
        "reason": reason,
    }
    settings = settings_or_fail(settings_file)
    if csv_file:
        # A reason is for those rows that have none.
        if too_much := [CALLED[name] for name, value in values.items() if value is not None and name != "reason"]:
            raise RefusedError(ALL_IN_FILE.format(too_much=", ".join(too_much)))
    elif unit is None or day is None:
        raise RefusedError(WHICH_DAY)
    if csv_file:
        entries = read_entries(settings, csv_file, reason=reason)
    else:
        entries = [check_entry(settings, values, called=CALLED)]
    if not yes:
        _ask(settings, entries)
    changes = store_entries(settings, entries)
    _tell(settings, changes, unchanged=len(entries) - len(changes))
    bring_up_to_date(settings)


def _ask(settings: Settings, entries: Sequence[ManualEntry]) -> None:
    """Ask before doubtful entries are stored; raises RefusedError where nobody can be asked."""
    with reading(settings.warehouse) as connection:
        doubtful = [each for each in compare(connection, settings, entries) if each.is_doubtful]
    if not doubtful:
        return
    texts = ENTER_TEXTS[settings.report.language]
    lines = [_doubt(each, texts) for each in doubtful]
    if not sys.stdin.isatty():
        raise RefusedError(texts.look_first.format(" ".join(lines)))
    for said in lines:
        print_indented(output(), Text("  "), said, indent=2)
    if not is_agreed(texts.question.format(len(entries))):
        output().print(texts.nothing_entered)
        raise SystemExit(1)


def _doubt(entry: Compared, texts: EnterTexts) -> str:
    formats = texts.findings.formats
    till = f", {texts.findings.location.format(entry.location_id)}" if entry.location_id else ""
    amount = f"{formats.kroner(entry.revenue_excl_vat)} {texts.findings.vat['excluded']}"
    doubts = []
    if entry.revenue_excl_vat < 0:
        doubts.append(texts.negative)
    if entry.replaces_good_figure:
        doubts.append(texts.replaces.format(formats.kroner(entry.replaced)))
    if entry.is_far_from_usual:
        doubts.append(texts.far_from_usual.format(formats.kroner(entry.usual)))
    what = f"{entry.unit}{till}, {formats.weekday_and_date(entry.business_date)}: {amount}"
    return texts.doubt.format(what, texts.and_too.join(doubts))


def store_entries(settings: Settings, entries: Sequence[ManualEntry]) -> list[Change]:
    """Store manual entries, and calculate what follows from them: unit revenue and wage percentages of their days."""
    with transaction(settings.warehouse) as connection:
        changes = enter_revenue(connection, settings, entries)
        for day in sorted({change.business_date for change in changes}):
            calculate_wage_percentage(connection, settings, Window(day, day))
    if has_dagster_instance():
        with dagster_instance() as instance:
            _report(instance, settings, entries)
    return changes


def _report(instance: "dg.DagsterInstance", settings: Settings, entries: Sequence[ManualEntry]) -> None:
    """Show the entries in Dagster, at the asset that they belong to."""
    # Whoever keeps no history in Dagster does not wait for it.
    import dagster as dg  # noqa: PLC0415

    from ajour_revenue.ui.metadata import table_of  # noqa: PLC0415

    records = [
        {
            "business_date": entry.business_date,
            "unit": entry.unit,
            "location": entry.location,
            "revenue_incl_vat": entry.amounts(settings.revenue.vat_rate)[0],
            "revenue_excl_vat": entry.amounts(settings.revenue.vat_rate)[1],
            "reason": entry.reason,
        }
        for entry in entries
    ]
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            [settings.name, "manual_revenue"],
            description=f"{len(entries)} figure(s) entered by hand",
            metadata={"entries": table_of(records[:SHOWN_AT_MOST]), "figures_entered": len(entries)},
        ),
    )


def _tell(settings: Settings, changes: Sequence[Change], *, unchanged: int) -> None:
    console = output()
    texts = ENTER_TEXTS[settings.report.language]
    formats = texts.findings.formats
    if changes:
        title = texts.entered.format(texts.findings.vat[settings.revenue.vat])
        table = Table(title=title, title_justify="left")
        table.add_column(texts.day, no_wrap=True)
        table.add_column(texts.unit)
        table.add_column(texts.before, justify="right", no_wrap=True)
        table.add_column(texts.source)
        table.add_column(texts.now, justify="right", no_wrap=True)
        for change in changes[:SHOWN_AT_MOST]:
            table.add_row(
                formats.date(change.business_date),
                change.unit,
                formats.money(change.revenue_before),
                texts.findings.sources[change.source_before] if change.source_before else "",
                formats.money(change.revenue),
            )
        console.print(table)
        if len(changes) > SHOWN_AT_MOST:
            console.print(texts.more.format(len(changes) - SHOWN_AT_MOST))
    if unchanged:
        console.print(texts.unchanged.format(unchanged))
    if changes:
        console.print(texts.may_be_replaced if settings.revenue.overwrite_existing else texts.stays)
        if settings.planday.publish:
            console.print(texts.published_later)
