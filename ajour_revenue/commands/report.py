"""`ajour-revenue report`."""

import datetime as dt
import sys
from pathlib import Path
from typing import Literal

import click

from ajour_revenue.commands.errors import RefusedError
from ajour_revenue.commands.options import DAY, WRONG_WAY_ROUND, settings_option
from ajour_revenue.commands.terminal import output, settings_or_fail
from ajour_revenue.days import Window, latest_days, yesterday
from ajour_revenue.instance import next_fetch_here
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.reports.report import load_report
from ajour_revenue.reports.terminal import terminal_tables
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.reports.write import FileFormat, content, report_file, write
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.wages.figures import Period

NO_FILE_FOR_TABLES = Bilingual(
    da="--output hører sammen med --format csv, xlsx eller html; en tabel er til terminalen.",
    en="--output goes with --format csv, xlsx or html; a table is for the terminal.",
)
NOT_OVER = Bilingual(
    da="--to {day} er ikke forbi endnu. Den seneste dag, der er forbi, er {latest}; skriv --to {latest}.",
    en="--to {day} is not over yet. The latest day that is over is {latest}; write --to {latest}.",
)
TOO_EARLY = Bilingual(
    da="{option} {day} er før aktiveringsdatoen {activation}, hvorfra Ajour leverer omsætning. Skriv {activation} "
    "eller en senere dag.",
    en="{option} {day} is before the activation date {activation}, from which Ajour delivers revenue. Write "
    "{activation} or a later day.",
)


@click.command(
    epilog="Example: ajour-revenue report --from 2026-10-01 --to 2026-10-31 --by day --format xlsx --output oct.xlsx",
)
@click.option("--from", "first_day", type=DAY, metavar="DAY", help="First day; 31 days in all by default.")
@click.option("--to", "last_day", type=DAY, metavar="DAY", help="Last day; yesterday by default.")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="week", show_default=True)
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["table", "csv", "xlsx", "html"]),
    default="table",
    show_default=True,
    help="table: here in the terminal; csv and xlsx: for Excel; html: the page with charts.",
)
@click.option(
    "--output",
    "file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Where to write csv, xlsx or html, - for the standard output; by default into the settings' report folder.",
)
@settings_option
def report(  # noqa: PLR0913 (an option each)
    *,
    first_day: dt.date | None,
    last_day: dt.date | None,
    by: Period,
    report_format: Literal["table"] | FileFormat,
    file: Path | None,
    settings_file: Path | None,
) -> None:
    """Report revenue, wage cost and wage percentage per department and unit.

    Days are Ajour's business dates, written 2026-01-31 or 31-01-2026, both ends included. Weeks are ISO weeks. The
    language is the settings' report.language. Wages of fewer than two people are hidden.
    """
    settings = settings_or_fail(settings_file)
    if report_format == "table" and file is not None:
        raise RefusedError(NO_FILE_FOR_TABLES)
    window = _window(settings, first_day, last_day)
    texts = TEXTS[settings.report.language]
    with reading_copy(settings) as connection:
        loaded = load_report(
            connection,
            settings,
            window,
            by,
            lambda: next_fetch_here(settings),
            with_plan=report_format in {"html", "xlsx"},
        )
    if report_format == "table":
        console = output()
        for table in terminal_tables(loaded, texts):
            console.print(table)
        return
    path = file or report_file(settings, report_format)
    data = content(loaded, texts, report_format)
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    write(path, data)
    output().print(str(path), soft_wrap=True)


def _window(settings: Settings, first_day: dt.date | None, last_day: dt.date | None) -> Window:
    """Return the days to report; a usage error that says what to write where there are none such."""
    latest, activation = yesterday(), settings.activation_date
    if last_day is not None and last_day > latest:
        raise RefusedError(NOT_OVER.format(day=last_day, latest=latest))
    for option, day in (("--from", first_day), ("--to", last_day)):
        if day is not None and day < activation:
            raise RefusedError(TOO_EARLY.format(option=option, day=day, activation=activation))
    last_day = last_day or latest
    if first_day is None:
        return latest_days(last_day, since=activation)
    if last_day < first_day:
        raise RefusedError(WRONG_WAY_ROUND.format(first=first_day, last=last_day))
    return Window(first_day, last_day)
