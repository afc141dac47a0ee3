"""`ajour-revenue plan`: what lies ahead."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from ajour_revenue.budget.compare import load_budgets
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import errors, output, print_json, settings_or_fail
from ajour_revenue.days import COPENHAGEN, MAX_DAYS, Window, today
from ajour_revenue.plan.outlook import load_outlooks
from ajour_revenue.plan.wage_plan import load_plan, plan_made_at
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.reports.plan import outlook_table, plan_csv, plan_records, plan_tables
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.wages.figures import cut


@click.command(epilog="Example: ajour-revenue plan --days 7")
@click.option(
    "--days", type=click.IntRange(1, MAX_DAYS), metavar="N", help="How many days, today included; all by default."
)
@click.option(
    "--format",
    "plan_format",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="table: here in the terminal; csv: for Excel; json: for programs.",
)
@settings_option
def plan(*, days: int | None, plan_format: Literal["table", "csv", "json"], settings_file: Path | None) -> None:
    """Show the planned wages of the coming days against the expected revenue.

    Today first, per department and unit. Expected revenue is excl. VAT, and learnt from the same weekdays and holidays.
    Then the week and the month, and where they will end. Open shifts are not in the plan. Wages of fewer than two
    people are hidden. The language is the settings' report.language. Nothing is fetched.
    """
    settings = settings_or_fail(settings_file)
    texts = PLAN_TEXTS[settings.report.language]
    formats = texts.common.formats
    first_day = today()
    window = Window(first_day, first_day + timedelta(days=(days or settings.plan.days) - 1))
    with reading_copy(settings) as connection:
        loaded = load_plan(connection, settings, window)
        outlooks = load_outlooks(connection, settings) if plan_format == "table" else []
        made_at = plan_made_at(connection)
        budgets = load_budgets(connection, settings, [*cut(window, "day"), *(each.window for each in outlooks)])
    if plan_format == "json":
        print_json(plan_records(loaded, budgets))
        return
    if plan_format == "csv":
        sys.stdout.buffer.write(plan_csv(loaded, texts, budgets))
        return
    console = output()
    if not loaded or made_at is None:
        console.print(texts.no_plan)
        return
    for part in plan_tables(loaded, texts, budgets):
        console.print(part)
    for outlook in outlooks:
        console.print(outlook_table(outlook, texts, budgets))
    console.print(f"{texts.made_at.format(formats.moment(made_at.astimezone(COPENHAGEN)))} {texts.open_shifts}")
    if loaded[-1].day < window.last_day:
        errors().print(texts.ends_early.format(formats.date(loaded[-1].day)), style="yellow")
