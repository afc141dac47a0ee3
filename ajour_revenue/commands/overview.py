"""What is to be told of an integration at any time (R15): gathered here, shown by `status`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import dagster as dg
import duckdb

from ajour_revenue.ajour.checks import listed_locations, mapping_problems, never_fetched
from ajour_revenue.days import COPENHAGEN, WEEKDAYS, Window, now, yesterday
from ajour_revenue.launch import dagster_instance, failure_reasons, has_dagster_instance, job_name
from ajour_revenue.partitions import tagged_window
from ajour_revenue.schedules import window_to_fetch
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.run import rows, run, values

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

# A warehouse is one integration's; its company is the one that was fetched last.
COMPANY = "SELECT company_id FROM fetches ORDER BY asked_at DESC LIMIT 1"

LAST_FETCH = """
    SELECT run_id, max(asked_at) AS asked_at, min(business_date) AS first_day, max(business_date) AS last_day
    FROM fetches
    GROUP BY run_id
    ORDER BY asked_at DESC
    LIMIT 1
"""

PUBLISHING = "SELECT outcome, count(*) AS unit_days, max(published_at) AS published_at FROM planday_revenue GROUP BY outcome ORDER BY outcome"


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
class NextFetch:
    """When revenue is fetched next, and the sales dates that it covers."""

    at: dt.datetime
    window: Window


@dataclass(frozen=True)
class LastRun:
    """The last run of an integration, as Dagster or the warehouse remembers it."""

    run_id: str
    result: str
    at: dt.datetime | None
    """When it ended, or began where it has not."""
    window: Window | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overview:
    """Everything that the overview shows of one integration."""

    settings: Settings
    next_fetch: NextFetch | str
    """A text says why there is none."""
    last_run: LastRun | None
    days: Mapping[dt.date, DayState]
    gaps: Sequence[Window]
    """Days that no run ever fetched, and that the next one does not bring by itself."""
    unmapped: Mapping[str, str]
    """Ajour's locations without a unit, id to name."""
    mapping_problems: Sequence[str]
    published: Mapping[str, int]
    published_at: dt.datetime | None

    @property
    def attention(self) -> list[str]:
        """What somebody has to do something about."""
        told = []
        if self.last_run and self.last_run.result == "failure":
            told.append("The last run failed. Mend what it says, then fetch its days again.")
        told += [f"Never fetched: ajour-revenue fetch --from {gap.first_day} --to {gap.last_day}" for gap in self.gaps]
        told += self.mapping_problems
        return told


def overview_of(settings: Settings) -> Overview:
    """Gather what the settings, Dagster's history and the warehouse say; raises FailedError and RunFailedError."""
    switched: Mapping[str, bool] = {}
    last_run = None
    if has_dagster_instance():
        with dagster_instance() as instance:
            switched = switched_weekdays(instance, settings)
            last_run = _last_run(instance, settings)
    upcoming = next_fetch(settings, now(), switched)
    with reading(settings.warehouse) as connection:
        company_id = next(iter(values(connection, COMPANY)), "")
        published = rows(connection, PUBLISHING, _Published)
        listed = listed_locations(connection, company_id=company_id)
        # By the settings of now, which the last fetch may not have known.
        mapped = {location for unit in settings.units for location in unit.locations}
        return Overview(
            settings=settings,
            next_fetch=upcoming,
            last_run=last_run or _last_fetch(connection),
            days=_days(connection, settings, company_id),
            gaps=_gaps(connection, settings, company_id, upcoming),
            unmapped={location: name for location, name in listed.items() if location not in mapped},
            mapping_problems=mapping_problems(settings, listed) if listed else [],
            published={each.outcome: each.unit_days for each in published},
            published_at=max((each.published_at for each in published if each.published_at), default=None),
        )


def next_fetch(settings: Settings, now: dt.datetime, switched: Mapping[str, bool]) -> NextFetch | str:
    """Return the next scheduled fetch after `now`, Danish time, or why there is none.

    `switched` holds the weekdays whose schedule somebody has switched in Dagster, on or off.
    """
    task = settings.task
    first_day = max(now.date(), task.start_date, settings.activation_date + dt.timedelta(days=1))
    reason = window_to_fetch(settings, first_day)
    for days in range(len(WEEKDAYS) + 1):
        day = first_day + dt.timedelta(days=days)
        at = dt.datetime.combine(day, task.time, COPENHAGEN)
        weekday = WEEKDAYS[day.weekday()]
        if at <= now or not switched.get(weekday, weekday in task.weekdays):
            continue
        window = window_to_fetch(settings, day)
        if isinstance(window, Window):
            return NextFetch(at, window)
        reason = window
    return reason if isinstance(reason, str) else "Every schedule is switched off in Dagster."


def switched_weekdays(instance: dg.DagsterInstance, settings: Settings) -> dict[str, bool]:
    """Return the weekdays whose schedule somebody has switched in Dagster, on (True) or off."""
    schedules = {f"{settings.name}_{weekday}": weekday for weekday in WEEKDAYS}
    return {
        schedules[state.instigator_name]: state.status.value == "RUNNING"
        for state in instance.all_instigator_state()
        # Else it is as the settings declare it.
        if state.instigator_name in schedules and state.status.value in {"RUNNING", "STOPPED"}
    }


def _last_run(instance: dg.DagsterInstance, settings: Settings) -> LastRun | None:
    for record in instance.get_run_records(limit=RECENT_RUNS):
        run = record.dagster_run
        # A backfill from an asset's page has no job of ours.
        selected = any(key.path[0] == settings.name for key in run.asset_selection or ())
        if run.job_name != job_name(settings) and not selected:
            continue
        failed = run.status is dg.DagsterRunStatus.FAILURE
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id)] if failed else []
        ended_at = record.end_time or record.start_time
        return LastRun(
            run_id=run.run_id,
            result=run.status.value.lower(),
            at=_moment(ended_at) if ended_at else record.create_timestamp.astimezone(COPENHAGEN),
            window=_tagged(run.tags),
            reasons=tuple(failure_reasons(event for event in events if event is not None)),
        )
    return None


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


def _days(connection: duckdb.DuckDBPyConnection, settings: Settings, company_id: str) -> dict[dt.date, DayState]:
    states = run(
        connection,
        DAY_STATES,
        first_day=settings.activation_date,
        last_day=yesterday(),
        company_id=company_id,
    )
    return dict(states.fetchall())


def _gaps(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    company_id: str,
    upcoming: NextFetch | str,
) -> list[Window]:
    last_day = yesterday()
    if isinstance(upcoming, NextFetch):
        last_day = min(last_day, upcoming.window.first_day - dt.timedelta(days=1))
    if last_day < settings.activation_date:
        return []
    return never_fetched(connection, Window(settings.activation_date, last_day), company_id=company_id)
