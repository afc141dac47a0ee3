"""What the units are expected to sell on the coming days, and which days say so."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import rows, run, sql_file

EXPECTED_REVENUE_SQL = sql_file(__package__, "expected_revenue")

STORE_EXPECTED_REVENUE = """
    DELETE FROM expected_revenue;
    INSERT INTO expected_revenue BY NAME
    SELECT
        * EXCLUDE (learnt_from),
        list_transform(coalesce(learnt_from, []), lambda day: day.business_date) AS learnt_from,
        list_transform(coalesce(learnt_from, []), lambda day: day.revenue_excl_vat) AS learnt_revenue_excl_vat,
        list_transform(coalesce(learnt_from, []), lambda day: day.weight) AS learnt_weights,
        $now AS made_at,
        $run_id AS run_id
    FROM expected_days;
"""

STORED_DAYS = """
    SELECT
        * EXCLUDE (learnt_from, learnt_revenue_excl_vat, learnt_weights, made_at, run_id),
        list_transform(
            list_zip(learnt_from, learnt_revenue_excl_vat, learnt_weights),
            lambda day: { 'business_date': day[1], 'revenue_excl_vat': day[2], 'weight': day[3] }
        ) AS learnt_from
    FROM expected_revenue
    WHERE business_date BETWEEN $first_day AND $last_day
    ORDER BY business_date, department, unit
"""


@dataclass(frozen=True)
class PastDay:
    """What a unit sold on a day that an expected figure comes from, in DKK."""

    business_date: dt.date
    revenue_excl_vat: Decimal
    weight: Decimal = Decimal(1)
    """How much it counts against one of the last week, which counts 1."""


@dataclass(frozen=True)
class ExpectedDay:
    """What a unit is expected to sell on a day, in DKK excl. VAT.

    `expected_revenue_excl_vat` is `weekday_revenue` x `level` x `holiday_factor`, rounded once. None where nothing can
    be said.
    """

    business_date: dt.date
    unit: str
    department: str
    expected_revenue_excl_vat: Decimal | None
    low: Decimal | None
    """With `high`, the interval that the revenue is in four times of five; None where too few past figures tell."""
    high: Decimal | None
    note: str | None
    """`closed`, `open for the holiday` (on a weekday that is closed), `first such holiday` (so that nothing is known of
    it, and the figure is the weekday's) or `fewer than four such weekdays` (no figure)."""
    weekday_revenue: Decimal | None
    """What the weekday usually brings: the weighted mean of `learnt_from`, where no day counts as further from their
    median than a fifth of it."""
    level: Decimal | None
    """How the last four weeks went against that; 1 is as usual."""
    learnt_from: tuple[PastDay, ...]
    """The same weekdays of the last half year, the latest first; those without revenue or with a silent location,
    holidays and far outliers are left out."""
    holiday: str | None
    """The Danish name of the holiday, or of the eve."""
    holiday_english: str | None
    holiday_factor: Decimal | None
    """What the same holiday last year makes of the weekday's figure; 1 where it made no clear difference."""
    last_holiday: PastDay | None
    """The same holiday last year."""


def expect_revenue(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> None:
    """Make the temporary table `expected_days`: a row for each day of the window and unit of the settings.

    Only what was sold before the window's first day counts, whatever the warehouse holds. Its columns are the fields
    of `ExpectedDay`, but for last year's holiday, which has two: `last_holiday`, its date, and
    `last_holiday_revenue_excl_vat`.
    """
    # Whoever only reads what was expected does not wait for the calendar.
    from ajour_revenue.plan.danish_holidays import register_holidays  # noqa: PLC0415

    register_units(connection, settings)
    register_holidays(connection, range(window.first_day.year - 2, window.last_day.year + 1))
    run(connection, EXPECTED_REVENUE_SQL, first_day=window.first_day, last_day=window.last_day)


def load_expected(connection: duckdb.DuckDBPyConnection) -> list[ExpectedDay]:
    """Return the rows of `expected_days`, by date, department and unit."""
    return rows(connection, "FROM expected_days ORDER BY business_date, department, unit", _expected_day)


def store_expected(connection: duckdb.DuckDBPyConnection, *, run_id: str) -> None:
    """Put the rows of `expected_days` in place of those that are stored, which are of no use beside them."""
    run(connection, STORE_EXPECTED_REVENUE, now=days.now(), run_id=run_id)


def stored_expected(connection: duckdb.DuckDBPyConnection, window: Window) -> list[ExpectedDay]:
    """Return what was last expected of the days of a window, by date, department and unit."""
    return rows(connection, STORED_DAYS, _expected_day, first_day=window.first_day, last_day=window.last_day)


def _expected_day(
    *,
    learnt_from: list[dict[str, Any]] | None,
    last_holiday: dt.date | None,
    last_holiday_revenue_excl_vat: Decimal | None,
    **values: Any,  # noqa: ANN401 (as ExpectedDay has them)
) -> ExpectedDay:
    return ExpectedDay(
        learnt_from=tuple(PastDay(**day) for day in learnt_from or ()),
        last_holiday=None
        if last_holiday is None or last_holiday_revenue_excl_vat is None
        else PastDay(last_holiday, last_holiday_revenue_excl_vat),
        **values,
    )
