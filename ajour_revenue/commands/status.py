"""`ajour-revenue status`: the overview (R15)."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from ajour_revenue.attention.texts import id_and_name, line
from ajour_revenue.commands.attention import print_findings
from ajour_revenue.commands.errors import ERROR, FailedError
from ajour_revenue.commands.language import said, words_of
from ajour_revenue.commands.overview import DayState, LastRun, Overview, RunUnderWay, overview_of
from ajour_revenue.commands.status_texts import STATUS_TEXTS, StatusTexts
from ajour_revenue.commands.terminal import errors, output, print_indented, print_json, settings_or_fail
from ajour_revenue.companies.folder import companies
from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, SETTINGS_VARIABLE
from ajour_revenue.upcoming import NextFetch, NoFetch

STYLES: dict[DayState, str] = {
    "fetched": "green",
    "corrected": "cyan",
    "missing": "yellow",
    "manual": "magenta",
    "never fetched": "red",
}

LABEL_WIDTH = 16
MONTH_WIDTH = 10


@click.command(epilog="Exit codes: 0 nothing to do, 1 something needs attention, 2 a wrong argument.")
@click.argument(
    "settings_files",
    nargs=-1,
    metavar="[SETTINGS]...",
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def status(*, settings_files: tuple[Path, ...], as_json: bool) -> None:
    """Show what was fetched, what comes next, and what needs attention.

    Name the SETTINGS files of several integrations to see them all; by default it is the one in AJOUR_SETTINGS, else
    ajour.yaml, else all of the folder companies/. Nothing is fetched and nothing changed.
    """
    overviews = []
    failed = []
    for settings_file in settings_files or _those_here():
        try:
            overviews.append(overview_of(settings_or_fail(settings_file)))
        except (FailedError, ActionableError) as error:
            failed.append((said(ERROR), words_of(error)))
    console = output()
    if as_json:
        integrations = [_plain(overview) for overview in overviews]
        print_json({"integrations": integrations, "errors": [message for _, message in failed]})
    else:
        for number, overview in enumerate(overviews):
            if number:
                console.print()
            _tell(console, overview)
        for heading, message in failed:
            errors().print(f"{heading}: {message}", style="red")
    if failed or any(overview.attention for overview in overviews):
        raise SystemExit(1)


def _those_here() -> list[Path | None]:
    if os.environ.get(SETTINGS_VARIABLE) or Path(DEFAULT_SETTINGS_FILE).exists():
        return [None]
    return [company.settings_file for company in companies()] or [None]


def _tell(console: Console, overview: Overview) -> None:
    settings, upcoming = overview.settings, overview.next_fetch
    texts = STATUS_TEXTS[settings.report.language]
    formats = texts.findings.formats
    active = isinstance(upcoming, NextFetch)
    title = Text(settings.name, style="bold")
    title.append("  ")
    title.append(texts.active if active else texts.paused, style="bold green" if active else "bold yellow")
    console.print(title)
    _line(console, texts.next_fetch, _next_fetch(upcoming, texts))
    _tell_last_run(console, overview.last_run, texts)
    _tell_under_way(console, overview, texts)
    _line(console, texts.publishing, _publishing(overview, texts))
    unmapped = [id_and_name(location) for location in overview.unmapped]
    _line(console, texts.not_mapped, ", ".join(unmapped) or texts.all_mapped)
    if overview.days:
        _tell_days(console, overview.days, texts)
    else:
        _line(console, texts.days, texts.no_days.format(formats.date(settings.activation_date)))
    if overview.attention:
        console.print(texts.attention, style="bold yellow")
        print_findings(console, overview.attention, texts.findings, more=texts.more_findings)
    else:
        console.print(texts.nothing_to_attend)


def _line(console: Console, label: str, text: str, *, indent: int = LABEL_WIDTH) -> None:
    print_indented(console, Text(label, style="bold"), text, indent=indent)


def _next_fetch(upcoming: NextFetch | NoFetch, texts: StatusTexts) -> str:
    formats = texts.findings.formats
    if isinstance(upcoming, NoFetch):
        day = upcoming.day and formats.date(upcoming.day)
        return texts.no_fetch.format(texts.why_none[upcoming.why].format(day))
    return _with_sales(f"{formats.weekday(upcoming.at)} {formats.moment(upcoming.at)}", upcoming.window, texts)


def _with_sales(said: str, window: Window | None, texts: StatusTexts) -> str:
    if window is None:
        return said
    return texts.sales_of.format(said, texts.findings.formats.days(window.first_day, window.last_day))


def _tell_last_run(console: Console, last_run: LastRun | None, texts: StatusTexts) -> None:
    if last_run is None:
        _line(console, texts.last_run, texts.no_run)
        return
    at = f", {texts.findings.formats.moment(last_run.at)}" if last_run.at else ""
    _line(console, texts.last_run, _with_sales(f"{texts.results[last_run.result]}{at}", last_run.window, texts))
    for reason in last_run.reasons:
        _line(console, "", reason)


def _tell_under_way(console: Console, overview: Overview, texts: StatusTexts) -> None:
    label = texts.under_way
    for run in overview.under_way:
        since = texts.since.format(_who(run, texts), texts.findings.formats.moment(run.since))
        _line(console, label, f"{_with_sales(since, run.window, texts)}: {texts.states[run.state]}")
        label = ""
    if overview.working and not any(run.run_id.partition("-")[0] in overview.working for run in overview.under_way):
        _line(console, label, texts.others_wait.format(overview.working))


def _who(run: RunUnderWay, texts: StatusTexts) -> str:
    name = run.run_id.partition("-")[0]
    return texts.process.format(name, run.process.pid, run.process.host) if run.process else texts.run.format(name)


def _publishing(overview: Overview, texts: StatusTexts) -> str:
    if not overview.settings.planday.publish:
        return texts.publishing_off
    counts = ", ".join(f"{count} {texts.outcomes[outcome]}" for outcome, count in overview.published.items())
    at = overview.published_at and texts.last_published.format(texts.findings.formats.moment(overview.published_at))
    return texts.published.format(counts or texts.nothing_published) + (at or "")


def _tell_days(console: Console, days: Mapping[dt.date, DayState], texts: StatusTexts) -> None:
    """Print a calendar, a line for each month; letters tell what colours tell."""
    numbers = "".join(f"{day:>2}" if day == 1 or day % 5 == 0 else "  " for day in range(1, 32))
    console.print(f"\n{'':<{MONTH_WIDTH}}{numbers}".rstrip())
    for _, month in groupby(days, key=lambda day: (day.year, day.month)):
        month_days = list(month)
        name = texts.findings.formats.short_month(month_days[0])
        letters = Text(name.ljust(MONTH_WIDTH) + "  " * (month_days[0].day - 1))
        for day in month_days:
            letters.append(f" {texts.marks[days[day]].letter}", style=STYLES[days[day]])
        console.print(letters)
    counts = Counter(days.values())
    legend = Text()
    for state, mark in texts.marks.items():
        legend.append(mark.letter, style=STYLES[state])
        legend.append(f" {counts[state]} {mark.meaning}   ")
    legend.rstrip()
    console.print(legend)
    console.print()


def _plain(overview: Overview) -> dict[str, Any]:
    """Return the overview as JSON has it: ISO dates, times with their offset."""
    upcoming, last_run = overview.next_fetch, overview.last_run
    is_coming = isinstance(upcoming, NextFetch)
    return {
        "name": overview.settings.name,
        "active": is_coming,
        "next_fetch": {"at": upcoming.at.isoformat(), **_plain_window(upcoming.window)}
        if isinstance(upcoming, NextFetch)
        else None,
        "paused_because": str(upcoming) if isinstance(upcoming, NoFetch) else None,
        "last_run": last_run
        and {
            "run_id": last_run.run_id,
            "result": last_run.result,
            "at": last_run.at and last_run.at.isoformat(),
            **(_plain_window(last_run.window) if last_run.window else {}),
            "reasons": list(last_run.reasons),
        },
        "under_way": [
            {
                "run_id": run.run_id,
                "state": run.state,
                "since": run.since.isoformat(),
                "process": run.process and str(run.process),
                **(_plain_window(run.window) if run.window else {}),
            }
            for run in overview.under_way
        ],
        "working": overview.working,
        "days": {day.isoformat(): state for day, state in overview.days.items()},
        "never_fetched": [_plain_window(gap) for gap in overview.gaps],
        "unmapped_locations": {location.location_id: location.name for location in overview.unmapped},
        "publishing": {
            "on": overview.settings.planday.publish,
            "outcomes": dict(overview.published),
            "last_at": overview.published_at and overview.published_at.isoformat(),
        },
        "attention": [line(finding) for finding in overview.attention],
    }


def _plain_window(window: Window) -> dict[str, str]:
    return {"first_day": window.first_day.isoformat(), "last_day": window.last_day.isoformat()}
