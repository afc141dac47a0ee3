"""What is to be told of an integration at any time (R15): gathered here, shown by `status`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import duckdb

from ajour_revenue import days as clock
from ajour_revenue.attention.finding import URGENT, Finding, Location
from ajour_revenue.attention.findings import findings, last_company, run_failed
from ajour_revenue.days import Window, yesterday
from ajour_revenue.instance import dagster_instance, has_dagster_instance
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.processes import RunProcess
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NextFetch, NoFetch, next_fetch, upcoming_fetch
from ajour_revenue.warehouse.run import rows, run
from ajour_revenue.warehouse.turn import whose_turn

DayState = Literal["fetched", "corrected", "missing", "manual", "never fetched"]

# What a day shows is what most needs a look.
DAY_STATES = """
    WITH days AS (
        SELECT unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date
    ),
    fetched AS (
        SELECT DISTINCT business_date FROM fetches WHERE company_id = $company_id
    ),
    stored AS (
        SELECT
            business_date,
            bool_or(source = 'ajour' AND len(missing_locations) > 0) AS missing,
            bool_or(source = 'manual') AS manual
        FROM unit_revenue
        GROUP BY business_date
    ),
    corrected AS (
        SELECT DISTINCT business_date
        FROM unit_revenue_revisions
        WHERE change = 'corrected'
    )
    SELECT
        business_date,
        CASE
            WHEN stored.missing THEN 'missing'
            WHEN stored.manual THEN 'manual'
            WHEN fetched.business_date IS NULL THEN 'never fetched'
            WHEN corrected.business_date IS NOT NULL THEN 'corrected'
            ELSE 'fetched'
        END AS state
    FROM days
    LEFT JOIN fetched USING (business_date)
    LEFT JOIN stored USING (business_date)
    LEFT JOIN corrected USING (business_date)
    ORDER BY business_date
"""

LAST_FETCH = """
    SELECT run_id, max(asked_at) AS asked_at, min(business_date) AS first_day, max(business_date) AS last_day
    FROM fetches
    GROUP BY run_id
    ORDER BY asked_at DESC
    LIMIT 1
"""

PUBLISHING = """
    SELECT outcome, count(*) AS unit_days, max(published_at) AS published_at
    FROM planday_revenue
    GROUP BY outcome
    ORDER BY outcome
"""


class _Published(NamedTuple):
    outcome: Outcome
    unit_days: int
    published_at: dt.datetime | None


class _LastFetch(NamedTuple):
    run_id: str
    asked_at: dt.datetime
    first_day: dt.date
    last_day: dt.date


RunResult = Literal["success", "failure", "canceled", "fetched"]
"""The last of these where only the warehouse remembers it."""


@dataclass(frozen=True)
class LastRun:
    """The last run of an integration that has ended, as Dagster or the warehouse remembers it."""

    run_id: str
    result: RunResult
    at: dt.datetime | None
    """When it ended."""
    window: Window | None
    reasons: tuple[str, ...] = ()


RunState = Literal["queued", "starting", "waiting for its turn", "working", "ending", "gone"]


@dataclass(frozen=True)
class RunUnderWay:
    """A run of an integration that has not ended."""

    run_id: str
    state: RunState
    since: dt.datetime
    window: Window | None
    process: RunProcess | None
    """Which process carries it out, where that is known."""


@dataclass(frozen=True)
class Overview:
    """Everything that the overview shows of one integration."""

    settings: Settings
    next_fetch: NextFetch | NoFetch
    last_run: LastRun | None
    under_way: Sequence[RunUnderWay]
    """The runs that have not ended, the earliest first."""
    working: str | None
    """Who has the turn to work on the warehouse."""
    days: Mapping[dt.date, DayState]
    attention: Sequence[Finding]
    """What somebody has to do something about."""
    published: Mapping[Outcome, int]
    published_at: dt.datetime | None

    @property
    def gaps(self) -> list[Window]:
        """Days that no run ever fetched, and that the next one does not bring by itself."""
        return [finding.days for finding in self.attention if finding.kind == "never fetched" and finding.days]

    @property
    def unmapped(self) -> list[Location]:
        """The locations that feed no unit today."""
        return [
            finding.location
            for finding in self.attention
            if finding.kind == "unmapped" and finding.location and not finding.facts.unit_today
        ]


def overview_of(settings: Settings) -> Overview:
    """Gather what the settings, Dagster's history and the warehouse say; raises NoInstanceError and WarehouseError."""
    last_run, under_way = None, []
    working = whose_turn(settings.warehouse)
    if has_dagster_instance():
        # To import Dagster takes longer than all the rest, and only here it has anything to say.
        from ajour_revenue.commands.history import last_run_of, runs_under_way  # noqa: PLC0415

        with dagster_instance() as instance:
            last_run = last_run_of(instance, settings)
            under_way = runs_under_way(instance, settings, working)
            upcoming = upcoming_fetch(instance, settings)
    else:
        upcoming = next_fetch(settings, clock.now(), {})
    failed = [run_failed(last_run.window, last_run.reasons)] if last_run and last_run.result == "failure" else []
    with reading_copy(settings) as connection:
        published = rows(connection, PUBLISHING, _Published)
        return Overview(
            settings=settings,
            next_fetch=upcoming,
            last_run=last_run or _last_fetch(connection),
            under_way=under_way,
            working=working,
            days=_days(connection, settings),
            attention=[*failed, *findings(connection, settings, upcoming=lambda: upcoming, kinds=URGENT)],
            published={each.outcome: each.unit_days for each in published},
            published_at=max((each.published_at for each in published if each.published_at), default=None),
        )


def _last_fetch(connection: duckdb.DuckDBPyConnection) -> LastRun | None:
    for last in rows(connection, LAST_FETCH, _LastFetch):
        return LastRun(last.run_id, "fetched", last.asked_at, Window(last.first_day, last.last_day))
    return None


def _days(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[dt.date, DayState]:
    states = run(
        connection,
        DAY_STATES,
        first_day=settings.activation_date,
        last_day=yesterday(),
        company_id=last_company(connection),
    )
    return dict(states.fetchall())
