"""`ajour-revenue fetch`."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Self

import click
import dagster as dg
import duckdb
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from ajour_revenue.attention.checks import CHECKS
from ajour_revenue.attention.finding import URGENT
from ajour_revenue.attention.findings import findings
from ajour_revenue.commands.attention import print_findings
from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.fetch_texts import FETCH_TEXTS, FetchTexts
from ajour_revenue.commands.options import DAY, WRONG_WAY_ROUND, settings_option
from ajour_revenue.commands.terminal import output, settings_or_fail, telling_retries
from ajour_revenue.days import Window, yesterday
from ajour_revenue.instance import NoInstanceError, dagster_instance, next_fetch_here
from ajour_revenue.launch import RunFailedError, run_window
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.revenue.change import Change
from ajour_revenue.runs import warnings_of
from ajour_revenue.settings.model import Settings, Vat
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.run import row, rows, value

SHOWN_AT_MOST = 20

TOTALS = """
    SELECT
        count(*) AS unit_days,
        coalesce(sum(revenue_incl_vat), 0)::DECIMAL(18, 2) AS revenue_incl_vat,
        coalesce(sum(revenue_excl_vat), 0)::DECIMAL(18, 2) AS revenue_excl_vat
    FROM unit_revenue
    WHERE business_date BETWEEN $first_day AND $last_day
"""

NEW = "SELECT count(*) FROM unit_revenue_revisions WHERE list_contains($run_ids, run_id) AND change = 'first figure'"

CHANGED = """
    SELECT business_date, unit, change, told.vat, told.before, told.after
    FROM (
        SELECT
            *,
            told_change(
                $vat, revenue_incl_vat_before, revenue_incl_vat_after, revenue_excl_vat_before, revenue_excl_vat_after
            ) AS told
        FROM unit_revenue_revisions
        WHERE list_contains($run_ids, run_id) AND change <> 'first figure'
    )
    ORDER BY business_date, unit
"""

PUBLISHED = """
    SELECT outcome, count(*) AS unit_days
    FROM planday_revenue
    WHERE list_contains($run_ids, run_id)
    GROUP BY outcome
    ORDER BY outcome
"""


NOTHING_THERE = Bilingual(
    da="Der er kun omsætning fra aktiveringsdatoen {activation} til i går, {yesterday}.",
    en="There is revenue only from the activation date {activation} to yesterday, {yesterday}.",
)


@click.command(epilog="Example: ajour-revenue fetch --from 2026-01-01 --to 2026-01-31")
@click.option("--from", "first_day", type=DAY, required=True, help="First sales date to fetch.")
@click.option("--to", "last_day", type=DAY, help="Last sales date to fetch; yesterday by default.")
@settings_option
def fetch(*, first_day: dt.date, last_day: dt.date | None, settings_file: Path | None) -> None:
    """Fetch days of the past, as a backfill in Dagster does.

    Their revenue, and all that follows from it: wages, wage percentages, what is published. More than 31 days are
    fetched in several runs. What was fetched before is replaced where Ajour has other figures now; every change leaves
    a revision. The runs are seen in Dagster where it keeps its history here: in DAGSTER_HOME, or as dagster.yaml in the
    working directory says.
    """
    settings = settings_or_fail(settings_file)
    texts = FETCH_TEXTS[settings.report.language]
    window = _window(settings, first_day, last_day or yesterday())
    console = output()
    results: list[dg.ExecuteInProcessResult] = []
    try:
        with dagster_instance() as instance, telling_retries(), StepBars(settings, window, console, texts) as bars:
            for part in window.split():
                bars.begin(part)
                results.append(run_window(settings, part, instance, listener=bars.on_event))
    except (NoInstanceError, RunFailedError) as error:
        remains = _what_remains(window, results, texts)
        raise FailedError(Bilingual(da=f"{error.text.da}\n{remains}", en=f"{error.text.en}\n{remains}")) from None
    finally:
        if results:
            with reading(settings.warehouse) as connection:
                done = Window(window.first_day, list(window.split())[len(results) - 1].last_day)
                _tell(console, connection, settings, done, results, texts)


def _window(settings: Settings, first_day: dt.date, last_day: dt.date) -> Window:
    if last_day < first_day:
        raise RefusedError(WRONG_WAY_ROUND.format(first=first_day, last=last_day))
    if first_day < settings.activation_date or last_day > yesterday():
        raise RefusedError(NOTHING_THERE.format(activation=settings.activation_date, yesterday=yesterday()))
    return Window(first_day, last_day)


def _what_remains(window: Window, results: Sequence[object], texts: FetchTexts) -> str:
    parts = list(window.split())
    first = parts[len(results)].first_day
    fetched = ""
    if results:
        days = texts.findings.formats.days(window.first_day, parts[len(results) - 1].last_day)
        fetched = texts.fetched_before.format(days)
    return f"{fetched}{texts.go_on}\najour-revenue fetch --from {first} --to {window.last_day}"


class _Totals(NamedTuple):
    """What the fetched days come to, in DKK."""

    unit_days: int
    revenue_incl_vat: Decimal
    revenue_excl_vat: Decimal


class _Changed(NamedTuple):
    """A figure that a run changed; DKK, of the two amounts the one that is told."""

    business_date: dt.date
    unit: str
    change: Change
    vat: Vat
    before: Decimal | None
    after: Decimal | None


class _Published(NamedTuple):
    """How many unit-days came to which outcome."""

    outcome: Outcome
    unit_days: int


class StepMark(SpinnerColumn):
    """A sign of life of a step; a cross where it failed."""

    def render(self, task: Task) -> RenderableType:
        """Return what stands before the step's name."""
        return Text("✗", style="red") if task.fields.get("failed") else super().render(task)


class DaysDone(ProgressColumn):
    """How many of the days a step has been through."""

    def __init__(self, texts: FetchTexts) -> None:
        """Say it in a language."""
        super().__init__()
        self._texts = texts

    def render(self, task: Task) -> Text:
        """Return what stands behind the step's bar."""
        return Text(self._texts.days_done.format(int(task.total or 0), int(task.completed)), style="default")


class StepBars:
    """A progress bar for each step of the runs, in days; on anything but a terminal, only its end."""

    def __init__(self, settings: Settings, window: Window, console: Console, texts: FetchTexts) -> None:
        """Begin without a bar: a step gets one when it starts."""
        self._prefix = f"{settings.name}__"
        self._days = len(window.days)
        self._part = window
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            StepMark(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=14),
            DaysDone(texts),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, part: Window) -> None:
        """Take note of the days that the next run is about."""
        self._part = part

    def on_event(self, event: dg.DagsterEvent) -> None:
        """Show what an event of the run says of a step."""
        if event.step_key is None:
            return
        step = event.step_key.removeprefix(self._prefix)
        if event.event_type is dg.DagsterEventType.STEP_START and step not in self._bars:
            self._bars[step] = self._progress.add_task(step.replace("_", " "), total=self._days)
        elif event.event_type is dg.DagsterEventType.STEP_SUCCESS:
            self._progress.advance(self._bars[step], len(self._part.days))
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            self._progress.update(self._bars[step], failed=True)
            self._progress.stop_task(self._bars[step])


def _tell(  # noqa: PLR0913, PLR0917 (what was fetched, and how to say it)
    console: Console,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
    results: Sequence[dg.ExecuteInProcessResult],
    texts: FetchTexts,
) -> None:
    run_ids = [result.run_id for result in results]
    totals = row(connection, TOTALS, _Totals, first_day=window.first_day, last_day=window.last_day)
    new = value(connection, NEW, run_ids=run_ids)
    changed = rows(connection, CHANGED, _Changed, run_ids=run_ids, vat=settings.revenue.vat)
    formats = texts.findings.formats
    days = formats.days(window.first_day, window.last_day)
    amounts = formats.kroner(totals.revenue_incl_vat), formats.kroner(totals.revenue_excl_vat)
    console.print(f"\n{texts.totals.format(days, *amounts)}", style="bold")
    counted = (
        texts.unit_days.format(totals.unit_days),
        texts.new.format(new),
        texts.figures_changed.format(len(changed)),
    )
    console.print(texts.counted.format(*counted))
    if changed:
        console.print(_changes(changed[:SHOWN_AT_MOST], texts))
        if len(changed) > SHOWN_AT_MOST:
            console.print(texts.more.format(len(changed) - SHOWN_AT_MOST))
    if published := rows(connection, PUBLISHED, _Published, run_ids=run_ids):
        counts = ", ".join(f"{each.unit_days} {texts.outcomes[each.outcome]}" for each in published)
        console.print(texts.planday.format(counts))
    # What is still so after the last run.
    found = findings(connection, settings, upcoming=lambda: next_fetch_here(settings), days=window, kinds=URGENT)
    print_findings(console, found, texts.findings, more=texts.more_findings)
    # Of the checks that show findings, all has been said.
    shown = {check.name for check in CHECKS}
    for warning in warnings_of(results[-1].all_events):
        if warning.check not in shown:
            console.print(f"! {warning.check}: {warning.description}", style="yellow")


def _changes(changed: Sequence[_Changed], texts: FetchTexts) -> Table:
    formats = texts.findings.formats
    table = Table(title=texts.changed, title_justify="left")
    table.add_column(texts.day, no_wrap=True)
    table.add_column(texts.unit)
    table.add_column(texts.before, justify="right", no_wrap=True)
    table.add_column(texts.now, justify="right", no_wrap=True)
    table.add_column(texts.vat, no_wrap=True)
    table.add_column(texts.remark)
    for each in changed:
        table.add_row(
            formats.date(each.business_date),
            each.unit,
            formats.money(each.before),
            formats.money(each.after),
            texts.findings.vat[each.vat],
            texts.findings.changes[each.change],
        )
    return table
