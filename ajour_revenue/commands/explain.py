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
from ajour_revenue.commands.explain_texts import EXPLAIN_TEXTS, ExplainTexts
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
from ajour_revenue.settings.model import Settings, Vat
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.names import clean_name, quoted

LABEL_WIDTH = 18


NOT_PLANNED = Bilingual(
    da="Der ventes intet af {unit} den {day} endnu: planen har de {days} dage fra den seneste kørsel (plan.days i "
    "indstillingerne). ajour-revenue fetch laver den på ny.",
    en="Nothing is expected of {unit} on {day} yet: the plan has the {days} days from the last run on (plan.days in "
    "the settings). ajour-revenue fetch makes it anew.",
)


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
    texts = EXPLAIN_TEXTS[settings.report.language]
    unit = clean_name(unit)
    with reading_copy(settings) as connection:
        _refuse_unknown(unit, known_units(connection, settings))
        if day >= today():
            expected = _expected(connection, settings, unit, day)
            if as_json:
                print_json(asdict(expected))
            else:
                _show_expected(output(), expected, texts)
            return
        story = explain(connection, settings, unit=unit, day=day)
    if as_json:
        print_json(asdict(story))
    else:
        _show(output(), settings, story, texts)


def _refuse_unknown(unit: str, known: list[str]) -> None:
    if unit in known:
        return
    msg = f"{quoted(unit)} is not one of your units: {', '.join(known) or 'there are none yet'}{meant(unit, known).en}."
    raise RefusedError(msg)


def _expected(connection: duckdb.DuckDBPyConnection, settings: Settings, unit: str, day: dt.date) -> ExpectedDay:
    """Return what is expected of a unit on a coming day; a usage error where the plan does not have it."""
    plan = {each.unit: each for each in stored_expected(connection, Window(day, day))}
    if unit not in plan:
        raise RefusedError(NOT_PLANNED.format(unit=quoted(unit), day=day, days=settings.plan.days))
    return plan[unit]


def _show_expected(console: Console, expected: ExpectedDay, texts: ExplainTexts) -> None:
    console.print(f"{expected.unit}, {texts.findings.formats.weekday_and_date(expected.business_date)}", style="bold")
    _lines(console, texts.expected, _expected_figure(expected, texts), texts)
    _lines(console, texts.weekday, _weekday(expected, texts), texts)
    if expected.holiday:
        _lines(console, texts.holiday, _holiday(expected, texts), texts)
    _lines(console, texts.learnt_from, (_past_day(past, texts) for past in expected.learnt_from), texts)


def _expected_figure(expected: ExpectedDay, texts: ExplainTexts) -> Iterator[str]:
    formats = texts.findings.formats
    if expected.expected_revenue_excl_vat is not None:
        yield f"{formats.kroner(expected.expected_revenue_excl_vat)} {texts.findings.vat['excluded']}" + (
            texts.between.format(formats.kroner(expected.low), formats.kroner(expected.high))
            if expected.low is not None
            else ""
        )
    if expected.note:
        yield texts.notes[expected.note]


def _weekday(expected: ExpectedDay, texts: ExplainTexts) -> Iterator[str]:
    formats = texts.findings.formats
    if expected.weekday_revenue is not None and expected.level is not None:
        yield texts.usually.format(formats.kroner(expected.weekday_revenue))
        yield texts.last_weeks.format(formats.percent(expected.level * 100))


def _holiday(expected: ExpectedDay, texts: ExplainTexts) -> Iterator[str]:
    formats = texts.findings.formats
    yield texts.holiday_names.format(expected.holiday, expected.holiday_english)
    if last := expected.last_holiday:
        yield texts.last_time.format(
            formats.weekday_and_date(last.business_date), formats.kroner(last.revenue_excl_vat)
        )
    if expected.holiday_factor is not None:
        yield texts.factor.format(formats.percent(expected.holiday_factor * 100))


def _past_day(past: PastDay, texts: ExplainTexts) -> str:
    formats = texts.findings.formats
    return texts.counts.format(
        formats.weekday_and_date(past.business_date),
        formats.kroner(past.revenue_excl_vat),
        formats.percent(past.weight * 100),
    )


def _show(console: Console, settings: Settings, story: Story, texts: ExplainTexts) -> None:
    console.print(f"{story.unit}, {texts.findings.formats.weekday_and_date(story.day)}", style="bold")
    _lines(console, texts.figure, _figure(story.figure, texts), texts)
    _lines(console, texts.locations, _locations(story, texts), texts)
    _lines(console, texts.asked, _fetches(story, texts), texts)
    _lines(console, texts.answers, (_answer(answer, texts) for answer in story.answers), texts)
    _lines(console, texts.entries, (_entry(entry, texts) for entry in story.entries), texts)
    _lines(console, texts.changes, (_revision(revision, texts) for revision in story.revisions), texts)
    if settings.planday.publish or story.publications or story.in_planday:
        _lines(console, texts.planday, _planday(story, texts), texts)


def _lines(console: Console, label: str, lines: Iterator[str], texts: ExplainTexts) -> None:
    for number, line in enumerate(list(lines) or [texts.nothing]):
        print_indented(console, Text("" if number else label, style="bold"), line, indent=LABEL_WIDTH)


def _figure(figure: UnitDay | None, texts: ExplainTexts) -> Iterator[str]:
    if figure is None:
        return
    formats = texts.findings.formats
    yield texts.figure_from.format(
        formats.kroner(figure.revenue_excl_vat),
        formats.kroner(figure.revenue_incl_vat),
        texts.sources[figure.source],
        texts.findings.vat[figure.vat],
    )
    if figure.missing_locations:
        kept = set(figure.missing_locations) & set(figure.locations)
        yield texts.missing.format(", ".join(figure.missing_locations)) + (
            texts.figure_stays.format(", ".join(sorted(kept))) if kept else ""
        )


def _locations(story: Story, texts: ExplainTexts) -> Iterator[str]:
    formats = texts.findings.formats
    for location in story.locations:
        since = texts.from_day.format(formats.date(location.mapped_from)) if location.mapped_from else ""
        until = texts.to_day.format(formats.date(location.mapped_to)) if location.mapped_to else ""
        yield f"{location.location_id} {location.location_name or texts.not_listed}{since}{until}"


def _fetches(story: Story, texts: ExplainTexts) -> Iterator[str]:
    if not story.fetches:
        yield texts.never_asked
        return
    first, last = story.fetches[0], story.fetches[-1]
    yield texts.times_asked.format(len(story.fetches), _moment(last.asked_at, texts), _moment(first.asked_at, texts))
    if not last.overwrite:
        yield texts.overwrite_off


def _answer(answer: Answer, texts: ExplainTexts) -> str:
    after = _amounts(answer.revenue_excl_vat_after, answer.revenue_incl_vat_after, texts)
    before = _amounts(answer.revenue_excl_vat_before, answer.revenue_incl_vat_before, texts)
    if answer.revenue_excl_vat_before is None:
        change = texts.gave.format(after)
    elif answer.revenue_excl_vat_after is None:
        change = texts.gave_no_longer.format(before)
    else:
        change = texts.corrected.format(before, after)
    location = texts.findings.location.format(answer.location_id)
    return f"{_moment(answer.asked_at, texts)}  {location}: {change} ({_run(answer.run_id, texts)})"


def _entry(entry: Entry, texts: ExplainTexts) -> str:
    where = f"{texts.findings.location.format(entry.location_id)}: " if entry.location_id else ""
    who = texts.entered_by.format(entry.entered_by) if entry.entered_by else ""
    amounts = _amounts(entry.revenue_excl_vat, entry.revenue_incl_vat, texts)
    return f"{_moment(entry.entered_at, texts)}  {where}{amounts}{who}: {entry.reason}"


def _revision(revision: Revision, texts: ExplainTexts) -> str:
    before = _with_vat(revision.revenue_before, revision.vat_before, texts)
    after = _with_vat(revision.revenue_after, revision.vat_after, texts)
    amounts = after if revision.source_before is None else texts.became.format(before, after)
    change = texts.first_figure if revision.change == "first figure" else texts.findings.changes[revision.change]
    reason = f" ({revision.reason})" if revision.reason else ""
    return f"{_moment(revision.changed_at, texts)}  {change}: {amounts}{reason} ({_run(revision.run_id, texts)})"


def _with_vat(amount: Decimal | None, vat: Vat | None, texts: ExplainTexts) -> str:
    kroner = texts.findings.formats.kroner(amount)
    return f"{kroner} {texts.findings.vat[vat]}" if vat else kroner


def _planday(story: Story, texts: ExplainTexts) -> Iterator[str]:
    for publication in story.publications:
        yield _publication(publication, texts)
    for ours in story.in_planday:
        yield from _in_planday(ours, texts)


def _publication(publication: Publication, texts: ExplainTexts) -> str:
    at = publication.published_at and texts.published_at.format(_moment(publication.published_at, texts))
    turnover = texts.findings.formats.kroner(publication.turnover)
    outcome = texts.outcomes[publication.outcome]
    return texts.published.format(publication.planday_unit_id, turnover, outcome) + (at or "")


def _in_planday(ours: InPlanday, texts: ExplainTexts) -> Iterator[str]:
    formats = texts.findings.formats
    if ours.turnover is not None:
        yield texts.in_planday.format(ours.planday_unit_id, formats.kroner(ours.turnover))
    if ours.sending is not None:
        sent_at = _moment(ours.sent_at, texts)
        yield texts.about_to_be_sent.format(ours.planday_unit_id, formats.kroner(ours.sending), sent_at)


def _amounts(excl_vat: Decimal | None, incl_vat: Decimal | None, texts: ExplainTexts) -> str:
    formats = texts.findings.formats
    return texts.both_amounts.format(formats.kroner(excl_vat), formats.kroner(incl_vat))


def _run(run_id: str, texts: ExplainTexts) -> str:
    """Shorten a run's id as Dagster's UI does; a command's name stays."""
    return run_id if " " in run_id else texts.run.format(run_id.partition("-")[0])


def _moment(moment: dt.datetime, texts: ExplainTexts) -> str:
    return texts.findings.formats.moment(moment.astimezone(COPENHAGEN))
