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
from ajour_revenue.commands.errors import FailedError
from ajour_revenue.commands.overview import DayState, LastRun, Overview, RunState, overview_of
from ajour_revenue.commands.terminal import errors, output, print_indented, print_json, settings_or_fail
from ajour_revenue.companies.folder import companies
from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, SETTINGS_VARIABLE
from ajour_revenue.text.formats import DANISH
from ajour_revenue.upcoming import NextFetch

MARKS: dict[DayState, tuple[str, str, str]] = {
    "fetched": ("#", "green", "fetched"),
    "corrected": ("c", "cyan", "corrected"),
    "missing": ("m", "yellow", "incomplete"),
    "manual": ("h", "magenta", "by hand"),
    "never fetched": ("-", "red", "never fetched"),
}
"""How the calendar shows a day: a letter, its colour, and what the legend says of it."""

STATES: dict[RunState, str] = {
    "queued": "waits in Dagster's queue",
    "starting": "starting",
    "waiting for its turn": "waits until another run has worked on the warehouse",
    "working": "works on the warehouse",
    "ending": "is being ended",
    "gone": "its process is gone; Dagster's daemon, where it runs, marks it as failed within a minute",
}
"""What is said of a run that has not ended."""

LABEL_WIDTH = 14
MONTH_WIDTH = 8


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
            failed.append(str(error))
    console = output()
    if as_json:
        integrations = [_plain(overview) for overview in overviews]
        print_json({"integrations": integrations, "errors": failed})
    else:
        for number, overview in enumerate(overviews):
            if number:
                console.print()
            _tell(console, overview)
        for message in failed:
            errors().print(f"Error: {message}", style="red")
    if failed or any(overview.attention for overview in overviews):
        raise SystemExit(1)


def _those_here() -> list[Path | None]:
    if os.environ.get(SETTINGS_VARIABLE) or Path(DEFAULT_SETTINGS_FILE).exists():
        return [None]
    return [company.settings_file for company in companies()] or [None]


def _tell(console: Console, overview: Overview) -> None:
    settings, upcoming = overview.settings, overview.next_fetch
    active = isinstance(upcoming, NextFetch)
    title = Text(settings.name, style="bold")
    title.append("  ")
    title.append("ACTIVE" if active else "PAUSED", style="bold green" if active else "bold yellow")
    console.print(title)
    if isinstance(upcoming, NextFetch):
        _line(console, "Next fetch", f"{upcoming.at:%A} {_moment(upcoming.at)}, the sales of {_days(upcoming.window)}")
    else:
        _line(console, "Next fetch", f"none. {upcoming}")
    _tell_last_run(console, overview.last_run)
    _tell_under_way(console, overview)
    _line(console, "Publishing", _publishing(overview))
    unmapped = [id_and_name(location) for location in overview.unmapped]
    _line(console, "Not mapped", ", ".join(unmapped) or "no location")
    if overview.days:
        _tell_days(console, overview.days)
    else:
        _line(console, "Days", f"none yet; the activation date is {DANISH.date(settings.activation_date)}")
    if overview.attention:
        console.print("Needs attention", style="bold yellow")
        print_findings(console, overview.attention, where_all_are="--json")
    else:
        console.print("Nothing needs attention.")


def _line(console: Console, label: str, text: str, *, indent: int = LABEL_WIDTH) -> None:
    print_indented(console, Text(label, style="bold"), text, indent=indent)


def _tell_last_run(console: Console, last_run: LastRun | None) -> None:
    if last_run is None:
        _line(console, "Last run", "none yet")
        return
    about = f", the sales of {_days(last_run.window)}" if last_run.window else ""
    at = f" {_moment(last_run.at)}" if last_run.at else ""
    _line(console, "Last run", f"{last_run.result},{at}{about}")
    for reason in last_run.reasons:
        _line(console, "", reason)


def _tell_under_way(console: Console, overview: Overview) -> None:
    label = "Under way"
    for run in overview.under_way:
        about = f", the sales of {_days(run.window)}" if run.window else ""
        who = str(run.process) if run.process else f"run {run.run_id.partition('-')[0]}"
        text = f"{who}, since {_moment(run.since)}{about}: {STATES[run.state]}"
        _line(console, label, text)
        label = ""
    if overview.working and not any(run.run_id.partition("-")[0] in overview.working for run in overview.under_way):
        _line(console, label, f"{overview.working}: works on the warehouse; others wait for it")


def _publishing(overview: Overview) -> str:
    if not overview.settings.planday.publish:
        return "off"
    counts = ", ".join(f"{count} {outcome}" for outcome, count in overview.published.items())
    at = f"; last on {_moment(overview.published_at)}" if overview.published_at else ""
    return f"to Planday; unit-days: {counts or 'none yet'}{at}"


def _tell_days(console: Console, days: Mapping[dt.date, DayState]) -> None:
    """Print a calendar, a line for each month; letters tell what colours tell."""
    numbers = "".join(f"{day:>2}" if day == 1 or day % 5 == 0 else "  " for day in range(1, 32))
    console.print(f"\n{'':<{MONTH_WIDTH}}{numbers}".rstrip())
    for _, month in groupby(days, key=lambda day: (day.year, day.month)):
        month_days = list(month)
        letters = Text(f"{month_days[0]:%b %Y}".ljust(MONTH_WIDTH) + "  " * (month_days[0].day - 1))
        for day in month_days:
            letter, style, _ = MARKS[days[day]]
            letters.append(f" {letter}", style=style)
        console.print(letters)
    counts = Counter(days.values())
    legend = Text()
    for state, (letter, style, meaning) in MARKS.items():
        legend.append(f"{letter}", style=style)
        legend.append(f" {counts[state]} {meaning}   ")
    legend.rstrip()
    console.print(legend)
    console.print()


def _days(window: Window) -> str:
    first, last = DANISH.date(window.first_day), DANISH.date(window.last_day)
    return first if first == last else f"{first} to {last}"


def _moment(moment: dt.datetime) -> str:
    return f"{DANISH.date(moment.date())} {moment:%H:%M}"


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
        "paused_because": upcoming if isinstance(upcoming, str) else None,
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
