"""What is to be told of an integration at any time (R15): gathered here, shown by `status`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import dagster as dg
import duckdb
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from ajour_revenue.attention.finding import URGENT, Finding, Location
from ajour_revenue.attention.findings import findings, last_company, run_failed
from ajour_revenue.days import COPENHAGEN, Window, now, yesterday
from ajour_revenue.instance import dagster_instance, has_dagster_instance
from ajour_revenue.partitions import tagged_window
from ajour_revenue.processes import RunProcess
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.runs import failure_reasons, job_name
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NextFetch, next_fetch, upcoming_fetch
from ajour_revenue.warehouse.run import rows, run
from ajour_revenue.warehouse.turn import whose_turn

DayState = Literal["fetched", "corrected", "missing", "manual", "never fetched"]

RECENT_RUNS = 100
"""Among so many runs of the whole instance an integration's last one is looked for."""

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
    outcome: str
    unit_days: int
    published_at: dt.datetime | None


class _LastFetch(NamedTuple):
    run_id: str
    asked_at: dt.datetime
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True)
class LastRun:
    """The last run of an integration that has ended, as Dagster or the warehouse remembers it."""

    run_id: str
    result: str
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
    next_fetch: NextFetch | str
    """A text says why there is none."""
    last_run: LastRun | None
    under_way: Sequence[RunUnderWay]
    """The runs that have not ended, the earliest first."""
    working: str | None
    """Who has the turn to work on the warehouse."""
    days: Mapping[dt.date, DayState]
    attention: Sequence[Finding]
    """What somebody has to do something about."""
    published: Mapping[str, int]
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
        with dagster_instance() as instance:
            last_run = _last_run(instance, settings)
            under_way = _under_way(instance, settings, working)
            upcoming = upcoming_fetch(instance, settings)
    else:
        upcoming = next_fetch(settings, now(), {})
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


def _last_run(instance: dg.DagsterInstance, settings: Settings) -> LastRun | None:
    for record in instance.get_run_records(limit=RECENT_RUNS):
        run = record.dagster_run
        if not run.is_finished or not _is_of(settings, run):
            continue
        failed = run.status is dg.DagsterRunStatus.FAILURE
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id)] if failed else []
        return LastRun(
            run_id=run.run_id,
            result=run.status.value.lower(),
            at=_began(record) if record.end_time is None else _moment(record.end_time),
            window=_tagged(run.tags),
            reasons=tuple(failure_reasons(event for event in events if event is not None)),
        )
    return None


def _is_of(settings: Settings, run: dg.DagsterRun) -> bool:
    # A backfill from an asset's page has no job of ours.
    selected = any(key.path[0] == settings.name for key in run.asset_selection or ())
    return run.job_name == job_name(settings) or selected


def _under_way(instance: dg.DagsterInstance, settings: Settings, working: str | None) -> list[RunUnderWay]:
    return [
        RunUnderWay(
            run_id=record.dagster_run.run_id,
            state=_state(record.dagster_run, working),
            since=_began(record),
            window=_tagged(record.dagster_run.tags),
            process=RunProcess.of(record.dagster_run.run_id, record.dagster_run.tags),
        )
        for record in instance.get_run_records(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES), ascending=True)
        if _is_of(settings, record.dagster_run)
    ]


def _state(run: dg.DagsterRun, working: str | None) -> RunState:
    process = RunProcess.of(run.run_id, run.tags)
    if process and process.is_gone:
        return "gone"
    match run.status:
        case dg.DagsterRunStatus.STARTED:
            has_its_turn = working is None or run.run_id.partition("-")[0] in working
            return "working" if has_its_turn else "waiting for its turn"
        case dg.DagsterRunStatus.STARTING:
            return "starting"
        case dg.DagsterRunStatus.CANCELING:
            return "ending"
        case _:
            return "queued"


def _began(record: dg.RunRecord) -> dt.datetime:
    return _moment(record.start_time) if record.start_time else record.create_timestamp.astimezone(COPENHAGEN)


def _tagged(tags: Mapping[str, str]) -> Window | None:
    try:
        return tagged_window(tags)
    except dg.Failure:
        return None


def _last_fetch(connection: duckdb.DuckDBPyConnection) -> LastRun | None:
    for last in rows(connection, LAST_FETCH, _LastFetch):
        return LastRun(last.run_id, "fetched", last.asked_at, Window(last.first_day, last.last_day))
    return None


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, COPENHAGEN)


def _days(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[dt.date, DayState]:
    states = run(
        connection,
        DAY_STATES,
        first_day=settings.activation_date,
        last_day=yesterday(),
        company_id=last_company(connection),
    )
    return dict(states.fetchall())
