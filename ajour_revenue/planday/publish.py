"""Which unit-days Planday is told, and what came of each."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

import dagster as dg

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.errors import NoOpeningDayError, RevenueRefusedError, UnreadableAnswerError
from ajour_revenue.planday.structure import DEPARTMENT_IDS
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import rows, run, values

logger = dg.get_dagster_logger(__name__)

Outcome = Literal["published", "unchanged", "no shift that day", "kept existing", "refused"]

# A figure without one of its locations would be a partial sum (D3).
CANDIDATES = """
    SELECT
        business_date,
        unit,
        units.planday_unit_id,
        unit_revenue.revenue AS turnover,
        planday_revenue.published_at,
        CASE WHEN outcome IN ('published', 'unchanged') THEN planday_revenue.turnover END AS last_turnover
    FROM unit_revenue
    JOIN units USING (unit)
    LEFT JOIN planday_revenue USING (business_date, unit, planday_unit_id)
    WHERE business_date BETWEEN $first_day AND $last_day
        AND unit_revenue.revenue IS NOT NULL
        AND len(missing_locations) = 0
        AND units.planday_unit_id IS NOT NULL
    ORDER BY business_date, unit
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
    published_at: dt.datetime | None
    """When Planday last took a figure of ours for it."""
    last_turnover: Decimal | None
    """What Planday had when we last looked."""

    @property
    def key(self) -> tuple[int, dt.date]:
        """What Planday knows the unit-day by."""
        return self.planday_unit_id, self.business_date


def publish(
    planday: PlandayClient,
    warehouse: Warehouse,
    settings: Settings,
    window: Window,
    *,
    run_id: str,
) -> Counter[Outcome]:
    """Tell Planday the window's unit-days whose figures it does not have; return how many came to which outcome.

    Each outcome is stored before the next unit-day is told, so a run that is cut short loses none, and the next one
    goes on where it ended. Raises PlandayError where Planday cannot be told at all; what refuses one unit-day alone is
    an outcome.
    """
    with warehouse.reading() as connection:
        register_units(connection, settings)
        candidates = rows(connection, CANDIDATES, Candidate, first_day=window.first_day, last_day=window.last_day)
        departments = values(connection, DEPARTMENT_IDS)
    existing = _existing(planday, departments, window, candidates, overwrite=settings.revenue.overwrite_existing)
    settled = {candidate: _settled(candidate, existing, settings) for candidate in candidates}
    outcomes = [(candidate, outcome) for candidate, outcome in settled.items() if outcome is not None]
    _store(warehouse, outcomes, run_id=run_id)
    for candidate in (candidate for candidate, outcome in settled.items() if outcome is None):
        outcomes.append((candidate, _post(planday, candidate)))
        _store(warehouse, outcomes[-1:], run_id=run_id)
    return Counter(outcome for _, outcome in outcomes)


def _existing(
    planday: PlandayClient,
    departments: list[int],
    window: Window,
    candidates: list[Candidate],
    *,
    overwrite: bool,
) -> dict[tuple[int, dt.date], Decimal | None]:
    """Return what Planday has.

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
        return {candidate.key: candidate.last_turnover for candidate in candidates}


def _settled(
    candidate: Candidate,
    existing: Mapping[tuple[int, dt.date], Decimal | None],
    settings: Settings,
) -> Outcome | None:
    """Return the outcome where there is nothing to tell."""
    turnover = existing.get(candidate.key)
    if turnover == candidate.turnover:
        return "unchanged"
    # R12 protects what somebody else has entered; a figure of our own gives way to its correction.
    if turnover is not None and candidate.published_at is None and not settings.revenue.overwrite_existing:
        return "kept existing"
    return None


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
    except RevenueRefusedError:
        return "refused"
    return "published"


def _store(warehouse: Warehouse, outcomes: list[tuple[Candidate, Outcome]], *, run_id: str) -> None:
    with warehouse.transaction() as connection:
        for candidate, outcome in outcomes:
            run(
                connection,
                STORE_OUTCOME,
                business_date=candidate.business_date,
                unit=candidate.unit,
                planday_unit_id=candidate.planday_unit_id,
                turnover=candidate.turnover,
                outcome=outcome,
                published_at=days.now() if outcome == "published" else candidate.published_at,
                run_id=run_id,
            )
