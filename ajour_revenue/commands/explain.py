"""`ajour-revenue explain`: the whole story of one figure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import click
import duckdb
from rich.console import Console
from rich.text import Text

from ajour_revenue.commands.errors import RefusedError
from ajour_revenue.commands.options import DAY, settings_option
from ajour_revenue.commands.terminal import output, print_indented, print_json, settings_or_fail
from ajour_revenue.days import COPENHAGEN, Window, today
from ajour_revenue.mapping import meant
from ajour_revenue.plan.expected_revenue import ExpectedDay, PastDay, stored_expected
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.revenue.explain import (
    Answer,
    Entry,
    InPlanday,
    Publication,
    Revision,
    Story,
    UnitDay,
    explain,
    known_units,
)
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue.text.names import clean_name, quoted

LABEL_WIDTH = 18
VAT = {"included": "incl. VAT", "excluded": "excl. VAT", None: ""}
SOURCES = {"ajour": "from Ajour", "manual": "entered by hand"}


@click.command(name="explain", epilog="Example: ajour-revenue explain Bar 2026-01-31")
@click.argument("unit")
@click.argument("day", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@settings_option
def explain_command(*, unit: str, day: dt.date, as_json: bool, settings_file: Path | None) -> None:
    """Explain the revenue of a UNIT on a DAY.

    Prints what Ajour gave and when it changed, which locations feed the unit, what was entered by hand and why, every
    change of the figure, and what Planday was given. For today and a coming day, which past days the expected revenue
    comes from. Nothing is fetched and nothing changed.
    """
    settings = settings_or_fail(settings_file)
    unit = clean_name(unit)
    with reading_copy(settings) as connection:
        _refuse_unknown(unit, known_units(connection, settings))
        if day >= today():
            expected = _expected(connection, settings, unit, day)
            if as_json:
                print_json(asdict(expected))
            else:
                _show_expected(output(), expected)
            return
        story = explain(connection, settings, unit=unit, day=day)
    if as_json:
        print_json(asdict(story))
    else:
        _show(output(), settings, story)


def _refuse_unknown(unit: str, known: list[str]) -> None:
    if unit in known:
        return
    msg = f"{quoted(unit)} is not one of your units: {', '.join(known) or 'there are none yet'}{meant(unit, known)}."
    raise RefusedError(msg)


def _expected(connection: duckdb.DuckDBPyConnection, settings: Settings, unit: str, day: dt.date) -> ExpectedDay:
    """Return what is expected of a unit on a coming day; a usage error where the plan does not have it."""
    plan = {each.unit: each for each in stored_expected(connection, Window(day, day))}
    if unit not in plan:
        msg = (
            f"Nothing is expected of {quoted(unit)} on {day} yet: the plan has the {settings.plan.days} days from the "
            "last run on (plan.days in the settings). ajour-revenue fetch makes it anew."
        )
        raise RefusedError(msg)
    return plan[unit]


def _show_expected(console: Console, expected: ExpectedDay) -> None:
    console.print(f"{expected.unit}, {DANISH.weekday_and_date(expected.business_date)}", style="bold")
    _lines(console, "Expected", _expected_figure(expected))
    _lines(console, "Weekday", _weekday(expected))
    if expected.holiday:
        _lines(console, "Holiday", _holiday(expected))
    _lines(console, "Learnt from", map(_past_day, expected.learnt_from))


def _expected_figure(expected: ExpectedDay) -> Iterator[str]:
    if expected.expected_revenue_excl_vat is not None:
        yield f"{DANISH.kroner(expected.expected_revenue_excl_vat)} excl. VAT" + (
            f", between {DANISH.kroner(expected.low)} and {DANISH.kroner(expected.high)} four times of five"
            if expected.low is not None
            else ""
        )
    if expected.note:
        yield expected.note


def _weekday(expected: ExpectedDay) -> Iterator[str]:
    if expected.weekday_revenue is not None and expected.level is not None:
        yield f"usually {DANISH.kroner(expected.weekday_revenue)}, by the mean of the days below"
        yield f"the last four weeks were {DANISH.percent(expected.level * 100)} of that"


def _holiday(expected: ExpectedDay) -> Iterator[str]:
    yield f"{expected.holiday} ({expected.holiday_english})"
    if last := expected.last_holiday:
        yield f"last time, {DANISH.weekday_and_date(last.business_date)}: {DANISH.kroner(last.revenue_excl_vat)}"
    if expected.holiday_factor is not None:
        yield f"so the weekday's figure is taken times {DANISH.percent(expected.holiday_factor * 100)}"


def _past_day(past: PastDay) -> str:
    weight = DANISH.percent(past.weight * 100)
    return f"{DANISH.weekday_and_date(past.business_date)}: {DANISH.kroner(past.revenue_excl_vat)}, counts {weight}"


def _show(console: Console, settings: Settings, story: Story) -> None:
    console.print(f"{story.unit}, {DANISH.weekday_and_date(story.day)}", style="bold")
    _lines(console, "Figure", _figure(story.figure))
    _lines(console, "Locations", _locations(story))
    _lines(console, "Asked of Ajour", _fetches(story))
    _lines(console, "Ajour's answers", (_answer(answer) for answer in story.answers))
    _lines(console, "Entered by hand", (_entry(entry) for entry in story.entries))
    _lines(console, "Changes", (_revision(revision) for revision in story.revisions))
    if settings.planday.publish or story.publications or story.in_planday:
        _lines(console, "Planday", _planday(story))


def _lines(console: Console, label: str, lines: Iterator[str]) -> None:
    for number, line in enumerate(list(lines) or ["none"]):
        print_indented(console, Text("" if number else label, style="bold"), line, indent=LABEL_WIDTH)


def _figure(figure: UnitDay | None) -> Iterator[str]:
    if figure is None:
        return
    yield (
        f"{DANISH.kroner(figure.revenue_excl_vat)} excl. VAT, {DANISH.kroner(figure.revenue_incl_vat)} incl. VAT, "
        f"{SOURCES[figure.source]}; the settings choose {VAT[figure.vat]}"
    )
    if figure.missing_locations:
        kept = set(figure.missing_locations) & set(figure.locations)
        yield f"missing: {', '.join(figure.missing_locations)}" + (
            f"; the last figure of {', '.join(sorted(kept))} stays" if kept else ""
        )


def _locations(story: Story) -> Iterator[str]:
    for location in story.locations:
        since = f" from {DANISH.date(location.mapped_from)}" if location.mapped_from else ""
        until = f" to {DANISH.date(location.mapped_to)}" if location.mapped_to else ""
        yield f"{location.location_id} {location.location_name or '(not in the list that Ajour gave)'}{since}{until}"


def _fetches(story: Story) -> Iterator[str]:
    if not story.fetches:
        yield "never"
        return
    first, last = story.fetches[0], story.fetches[-1]
    times = f"{len(story.fetches)} times, last" if len(story.fetches) > 1 else "once,"
    yield f"{times} on {_moment(last.asked_at)}" + (
        f", first on {_moment(first.asked_at)}" if len(story.fetches) > 1 else ""
    )
    if not last.overwrite:
        yield "overwrite_existing was off: what was there stayed"


def _answer(answer: Answer) -> str:
    what = f"location {answer.location_id}"
    after = _amounts(answer.revenue_excl_vat_after, answer.revenue_incl_vat_after)
    before = _amounts(answer.revenue_excl_vat_before, answer.revenue_incl_vat_before)
    if answer.revenue_excl_vat_before is None:
        change = f"gave {after}"
    elif answer.revenue_excl_vat_after is None:
        change = f"no longer gave a row; it was {before}"
    else:
        change = f"corrected {before} to {after}"
    return f"{_moment(answer.asked_at)}  {what}: {change} ({_run(answer.run_id)})"


def _entry(entry: Entry) -> str:
    where = f"location {entry.location_id}: " if entry.location_id else ""
    who = f" by {entry.entered_by}" if entry.entered_by else ""
    amounts = _amounts(entry.revenue_excl_vat, entry.revenue_incl_vat)
    return f"{_moment(entry.entered_at)}  {where}{amounts}{who}: {entry.reason}"


def _revision(revision: Revision) -> str:
    before = f"{DANISH.kroner(revision.revenue_before)} {VAT[revision.vat_before]}".rstrip()
    after = f"{DANISH.kroner(revision.revenue_after)} {VAT[revision.vat_after]}".rstrip()
    amounts = after if revision.source_before is None else f"{before} became {after}"
    reason = f" ({revision.reason})" if revision.reason else ""
    return f"{_moment(revision.changed_at)}  {revision.change}: {amounts}{reason} ({_run(revision.run_id)})"


def _planday(story: Story) -> Iterator[str]:
    yield from map(_publication, story.publications)
    for ours in story.in_planday:
        yield from _in_planday(ours)


def _publication(publication: Publication) -> str:
    at = f" on {_moment(publication.published_at)}" if publication.published_at else ""
    return f"unit {publication.planday_unit_id}: {DANISH.kroner(publication.turnover)}, {publication.outcome}{at}"


def _in_planday(ours: InPlanday) -> Iterator[str]:
    if ours.turnover is not None:
        yield f"unit {ours.planday_unit_id}: we last put {DANISH.kroner(ours.turnover)} there"
    if ours.sending is not None:
        sending = f"{DANISH.kroner(ours.sending)} was about to be sent on {_moment(ours.sent_at)}"
        yield f"unit {ours.planday_unit_id}: {sending}; whether it arrived is not known yet"


def _amounts(excl_vat: Decimal | None, incl_vat: Decimal | None) -> str:
    return f"{DANISH.kroner(excl_vat)} excl. / {DANISH.kroner(incl_vat)} incl. VAT"


def _run(run_id: str) -> str:
    """Shorten a run's id as Dagster's UI does; a command's name stays."""
    return run_id if " " in run_id else f"run {run_id.partition('-')[0]}"


def _moment(moment: dt.datetime) -> str:
    return DANISH.moment(moment.astimezone(COPENHAGEN))
