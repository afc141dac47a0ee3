"""Which unit-days Planday is told, and what came of each."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import dagster as dg
import duckdb
import pyarrow as pa

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.errors import (
    NoOpeningDayError,
    RevenueRefusedError,
    UnknownIdError,
    UnreadableAnswerError,
)
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.planday.structure import DEPARTMENT_IDS
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import rows, run, values

logger = dg.get_dagster_logger(__name__)

ORE = Decimal("0.01")
HIGHEST_TURNOVER = 10**16

# A figure that one of its locations never gave a part of would be a partial sum (D3); one that stays although a
# location has vanished since is whole (D23).
PUBLISHABLE = """
    CREATE OR REPLACE TEMP VIEW publishable AS
    SELECT business_date, unit, units.planday_unit_id, unit_revenue.revenue AS turnover
    FROM unit_revenue JOIN units USING (unit)
    WHERE unit_revenue.revenue IS NOT NULL
        AND list_has_all(locations, missing_locations)
        AND units.planday_unit_id IS NOT NULL
"""

CANDIDATES = """
    SELECT
        business_date,
        publishable.unit,
        planday_unit_id,
        publishable.turnover,
        planday_ours.turnover AS ours,
        planday_revenue.published_at,
        -- Where a note was not heard of again, nobody knows what Planday has.
        CASE
            WHEN outcome IN ('published', 'unchanged') AND sending IS NULL THEN planday_revenue.turnover
        END AS last_turnover
    FROM publishable
    LEFT JOIN (SELECT * EXCLUDE (unit) FROM planday_ours) AS planday_ours USING (business_date, planday_unit_id)
    LEFT JOIN planday_revenue USING (business_date, unit, planday_unit_id)
    WHERE business_date BETWEEN $first_day AND $last_day
    ORDER BY business_date, publishable.unit
"""

# What was noted and not heard of again has arrived where Planday shows it.
SETTLE_NOTES = """
    UPDATE planday_ours
    SET turnover = if(sending = shown.turnover, sending, planday_ours.turnover), sending = NULL
    FROM (
        SELECT business_date, planday_unit_id, existing.turnover
        FROM planday_ours LEFT JOIN existing USING (business_date, planday_unit_id)
        WHERE sending IS NOT NULL AND business_date BETWEEN $first_day AND $last_day
    ) AS shown
    WHERE planday_ours.business_date = shown.business_date AND planday_ours.planday_unit_id = shown.planday_unit_id
"""

UNLISTED_UNITS = """
    SELECT unit
    FROM units
    ANTI JOIN (
        SELECT id AS planday_unit_id FROM planday_structure WHERE kind = 'revenue unit'
    ) USING (planday_unit_id)
    WHERE planday_unit_id IS NOT NULL
    ORDER BY ALL
"""

EXISTING_SCHEMA = pa.schema(
    {"business_date": pa.date32(), "planday_unit_id": pa.int64(), "turnover": pa.decimal128(18, 2)},
)

# The figure as it is by now: whoever has calculated it again since the run began knew more (D15).
NOTE = """
    INSERT INTO planday_ours BY NAME
    SELECT business_date, planday_unit_id, unit, turnover AS sending, $now AS sent_at, $run_id AS run_id
    FROM publishable
    WHERE business_date = $business_date AND unit = $unit AND planday_unit_id = $planday_unit_id
    ON CONFLICT DO UPDATE SET unit = excluded.unit, sending = excluded.sending, sent_at = $now, run_id = $run_id
    RETURNING sending
"""

FORGET_NOTE = """
    UPDATE planday_ours
    SET turnover = if($arrived, sending, turnover), sending = NULL
    WHERE business_date = $business_date AND planday_unit_id = $planday_unit_id
"""

STORE_OUTCOME = """
    INSERT OR REPLACE INTO planday_revenue BY NAME
    SELECT
        $business_date AS business_date,
        $unit AS unit,
        $planday_unit_id AS planday_unit_id,
        $turnover AS turnover,
        $outcome AS outcome,
        $published_at AS published_at,
        $run_id AS run_id
"""


class Candidate(NamedTuple):
    """A unit-day that Planday is to have: DKK, incl. or excl. VAT as the settings choose."""

    business_date: dt.date
    unit: str
    planday_unit_id: int
    turnover: Decimal
    ours: Decimal | None
    """What we last put there."""
    published_at: dt.datetime | None
    """When Planday last took a figure of ours for it."""
    last_turnover: Decimal | None
    """What Planday had when we last looked; None where that is not known."""

    @property
    def key(self) -> tuple[int, dt.date]:
        """What Planday knows the unit-day by."""
        return self.planday_unit_id, self.business_date


Existing = Mapping[tuple[int, dt.date], Decimal | None]


def publish(
    planday: PlandayClient,
    warehouse: Warehouse,
    settings: Settings,
    window: Window,
    *,
    run_id: str,
) -> Counter[Outcome]:
    """Tell Planday the window's unit-days whose figures it does not have; return how many came to which outcome.

    Runs take turns, so what it publishes is what is known when its turn has come (D15). Each figure is noted before it
    is sent, and each outcome is stored before the next unit-day is told, so a run that is cut short loses none, and the
    next one goes on where it ended. Raises PlandayError where Planday cannot be told at all; what refuses one
    unit-day alone is an outcome.
    """
    with warehouse.reading() as connection:
        register_units(connection, settings)
        departments = values(connection, DEPARTMENT_IDS)
        unlisted = values(connection, UNLISTED_UNITS)
    if unlisted and not settings.revenue.overwrite_existing:
        # Nobody knows their departments, and so what Planday has for them: it may be somebody else's (D14).
        names = ", ".join(unlisted)
        raise UnknownIdError(
            Bilingual(
                da=f"Planday har ikke {names} på sin liste med det planday_unit_id, der står i indstillingerne. Intet "
                "blev sendt, for revenue.overwrite_existing er slået fra, og ingen kan se, hvad Planday har for "
                "dem. Kontrollér disse id'er, og hvad planday_structure siger.",
                en=f"Planday has not listed {names} by the planday_unit_id in the settings. Nothing was published, "
                "since revenue.overwrite_existing is off and nobody can tell what Planday has for them. Check these "
                "ids, and what planday_structure says.",
            )
        )
    existing = _existing(planday, departments, window, overwrite=settings.revenue.overwrite_existing)
    about = {"first_day": window.first_day, "last_day": window.last_day}
    with warehouse.transaction() as connection:
        register_units(connection, settings)
        run(connection, PUBLISHABLE)
        if existing is not None:
            connection.register("existing", _to_arrow(existing))
            run(connection, SETTLE_NOTES, **about)
        candidates = rows(connection, CANDIDATES, Candidate, **about)
    if existing is None:
        existing = {candidate.key: candidate.last_turnover for candidate in candidates}
    settled = {candidate: _settled(candidate, existing, settings) for candidate in candidates}
    outcomes = Counter(outcome for outcome in settled.values() if outcome is not None)
    unstored = [(candidate, outcome) for candidate, outcome in settled.items() if outcome is not None]
    for candidate in (candidate for candidate, outcome in settled.items() if outcome is None):
        with warehouse.transaction() as connection:
            _store(connection, unstored, run_id=run_id)
            noted = _note(connection, settings, candidate, run_id=run_id)
        unstored = [(noted, _post(planday, noted))] if noted else []
        outcomes.update(outcome for _, outcome in unstored)
    with warehouse.transaction() as connection:
        _store(connection, unstored, run_id=run_id)
    return outcomes


def _existing(
    planday: PlandayClient,
    departments: list[int],
    window: Window,
    *,
    overwrite: bool,
) -> Existing | None:
    """Return what Planday has; None where its list cannot be read.

    Planday does not document this list. Where it cannot be read, what we last knew has to do; but not with overwrite
    off, since then nobody could tell which values are somebody else's.
    """
    try:
        return {
            (revenue.revenue_unit_id, revenue.day): revenue.turnover
            for department in departments
            for revenue in planday.revenue(
                department_id=department, first_day=window.first_day, last_day=window.last_day
            )
        }
    except UnreadableAnswerError as error:
        if not overwrite:
            raise
        logger.warning("%s Figures are compared with those last published instead.", error)
        return None


def _to_arrow(existing: Existing) -> pa.Table:
    return pa.Table.from_pylist(
        [
            # Other decimals than whole øre, or more than a figure of ours can be, is nothing that we have put there.
            {"business_date": day, "planday_unit_id": unit_id, "turnover": turnover}
            for (unit_id, day), turnover in existing.items()
            if turnover is not None and abs(turnover) < HIGHEST_TURNOVER and turnover == turnover.quantize(ORE)
        ],
        schema=EXISTING_SCHEMA,
    )


def _settled(candidate: Candidate, existing: Existing, settings: Settings) -> Outcome | None:
    """Return the outcome where there is nothing to tell."""
    turnover = existing.get(candidate.key)
    if turnover == candidate.turnover:
        return "unchanged"
    # R12, D14: what we did not put there is somebody else's; a figure of our own gives way to its correction.
    if turnover is not None and turnover != candidate.ours and not settings.revenue.overwrite_existing:
        return "kept existing"
    return None


def _note(
    connection: duckdb.DuckDBPyConnection, settings: Settings, candidate: Candidate, *, run_id: str
) -> Candidate | None:
    """Note what is about to be sent, and return it; None where there is nothing to send any more."""
    register_units(connection, settings)
    run(connection, PUBLISHABLE)
    sending = values(connection, NOTE, now=days.now(), run_id=run_id, unit=candidate.unit, **_key(candidate))
    return candidate._replace(turnover=sending[0]) if sending else None


def _key(candidate: Candidate) -> dict[str, object]:
    return {"business_date": candidate.business_date, "planday_unit_id": candidate.planday_unit_id}


def _post(planday: PlandayClient, candidate: Candidate) -> Outcome:
    try:
        planday.set_revenue(
            revenue_unit_id=candidate.planday_unit_id,
            day=candidate.business_date,
            turnover=candidate.turnover,
            description=f"Imported from Ajour on {days.now():%Y-%m-%d %H:%M}",
        )
    except NoOpeningDayError:
        return "no shift that day"
    except RevenueRefusedError as error:
        logger.warning("%s", error)
        return "refused"
    return "published"


def _store(
    connection: duckdb.DuckDBPyConnection, outcomes: Sequence[tuple[Candidate, Outcome]], *, run_id: str
) -> None:
    for candidate, outcome in outcomes:
        run(
            connection,
            STORE_OUTCOME,
            unit=candidate.unit,
            turnover=candidate.turnover,
            outcome=outcome,
            published_at=days.now() if outcome == "published" else candidate.published_at,
            run_id=run_id,
            **_key(candidate),
        )
        run(connection, FORGET_NOTE, arrived=outcome == "published", **_key(candidate))
