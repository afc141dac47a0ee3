"""The one answer to "what needs attention": each kind of finding is a query of its own, in `sql/`."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from ajour_revenue.attention.expected_then import make_expected_then
from ajour_revenue.attention.finding import KINDS, Facts, Finding, Kind, Location
from ajour_revenue.days import COPENHAGEN, Window, latest_days, today, yesterday
from ajour_revenue.mapping import most_similar_unit, register_units
from ajour_revenue.plan.wage_plan import make_plan
from ajour_revenue.revenue.change import Change
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NextFetch, Upcoming
from ajour_revenue.wages.figures import Place, make_figures
from ajour_revenue.warehouse.run import rows, run, sql_file, values

QUERIES: dict[Kind, str] = {
    kind: sql_file(__package__, kind.replace(" ", "_"))
    for kind in KINDS
    # Only Dagster's history knows of failed runs.
    if kind != "run failed"
}

COMING_WEEK = dt.timedelta(days=6)

# As the assets that store these have them.
REVENUE_OF_NO_UNIT_SQL = sql_file("ajour_revenue.ajour", "revenue_of_no_unit")
STILL_IN_PLANDAY_SQL = sql_file("ajour_revenue.planday", "still_in_planday")

SIMILAR_IDS_SQL = sql_file(__package__, "similar_ids")
JOINED_DAYS_SQL = sql_file(__package__, "joined_days")

# A warehouse is one integration's; its company is the one that Ajour answered for last.
LAST_COMPANY = """
    SELECT company_id
    FROM (
        SELECT company_id, asked_at FROM fetches
        UNION ALL
        SELECT company_id, last_seen_at FROM ajour_locations
    )
    ORDER BY asked_at DESC
    LIMIT 1
"""


def findings(  # noqa: PLR0913 (what the answer depends on)
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    upcoming: Upcoming,
    days: Window | None = None,
    company_id: str | None = None,
    kinds: Collection[Kind] = KINDS,
) -> list[Finding]:
    """Return everything in the warehouse that needs attention, in the order of KINDS.

    Of the `days`, whose last one is judged against targets. Unusual revenue is looked for on that one, and on those
    whose figure came or changed today. By default these are the latest 31 days, and then a day
    that was never fetched counts however old it is. What the upcoming fetch brings by itself is not missed; it is only
    asked for where a day was never fetched.
    `company_id` is Ajour's; by default the one that Ajour answered for last.
    """
    asked = [kind for kind in KINDS if kind in kinds and kind in QUERIES]
    points = settings.alerts.plan_over_target_points
    if days or points is None:
        # The coming days are none of the `days`, and nobody is told of them unless the settings say so.
        asked = [kind for kind in asked if kind != "plan over target"]
    if not asked:
        return []
    window = days or latest_days(yesterday(), since=settings.activation_date)
    register_units(connection, settings)
    about: dict[str, object] = {
        "first_day": window.first_day,
        "last_day": window.last_day,
        "since": max(settings.activation_date, days.first_day) if days else settings.activation_date,
        "today": today(),
        "midnight": dt.datetime.combine(today(), dt.time(), COPENHAGEN),
        "company_id": company_id if company_id is not None else last_company(connection),
        "show_single_person": settings.wages.show_single_person,
        "vat": settings.revenue.vat,
        "points_over_plan": points,
    }
    about["brought_from"] = _brought_from(connection, upcoming, about) if "never fetched" in asked else dt.date.max
    # What takes longest is made only for a kind that reads it.
    if "plan over target" in asked:
        make_plan(connection, settings, Window(today(), today() + COMING_WEEK))
    if "over target" in asked:
        make_figures(connection, settings, [Window(window.last_day, window.last_day)])
    if "unusual revenue" in asked:
        make_expected_then(connection, settings, about)
    if not {"unmapped", "not listed"}.isdisjoint(asked):
        run(connection, REVENUE_OF_NO_UNIT_SQL, **about)
        run(connection, SIMILAR_IDS_SQL, **about)
    if "no longer fed" in asked:
        run(connection, STILL_IN_PLANDAY_SQL, **about)
    run(connection, f"CREATE OR REPLACE TEMP TABLE found_days AS {_union(asked)}", **about)
    found = rows(connection, JOINED_DAYS_SQL, _finding, kinds=asked)
    units = [unit.name for unit in settings.units]
    return [_with_suggestion(finding, units) for finding in found]


def run_failed(days: Window | None, reasons: Iterable[str]) -> Finding:
    """Return the finding that the last run failed, from whoever knows Dagster's history."""
    return Finding("run failed", days, facts=Facts(reason="; ".join(reasons) or None))


def last_company(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the company that Ajour answered for last; empty where there was none."""
    return next(iter(values(connection, LAST_COMPANY)), "")


def _brought_from(connection: duckdb.DuckDBPyConnection, upcoming: Upcoming, about: Mapping[str, object]) -> dt.date:
    """Return the first day that the upcoming fetch brings by itself."""
    if not values(connection, QUERIES["never fetched"], **about, brought_from=dt.date.max):
        return dt.date.max
    fetch = upcoming()
    return fetch.window.first_day if isinstance(fetch, NextFetch) else dt.date.max


def _union(kinds: Iterable[Kind]) -> str:
    queries = (f"SELECT '{kind}' AS kind, * FROM ({QUERIES[kind]})" for kind in kinds)  # noqa: S608 (files of ours)
    return "\nUNION ALL BY NAME\n".join(queries)


def _finding(  # noqa: PLR0913 (a column each)
    *,
    kind: Kind,
    first_day: dt.date | None,
    last_day: dt.date | None,
    department: str | None,
    unit: str | None,
    location_id: str | None,
    location_name: str | None,
    changes: Sequence[Change] | None,
    **facts: Any,  # noqa: ANN401 (as Facts has them)
) -> Finding:
    return Finding(
        kind,
        days=Window(first_day, last_day) if first_day and last_day else None,
        place=Place(department, unit),
        location=Location(location_id, location_name) if location_id is not None else None,
        facts=Facts(changes=tuple(changes or ()), **facts),
    )


def _with_suggestion(finding: Finding, units: Iterable[str]) -> Finding:
    location = finding.location
    if finding.kind != "unmapped" or not location or not location.name or finding.facts.unit_today:
        return finding
    return replace(finding, facts=replace(finding.facts, similar_unit=most_similar_unit(location.name, units)))
