"""The calculation of unit revenue (R11-R13, D1, D3, D7, D10): the SQL, and what it needs to know."""

import datetime as dt
from collections.abc import Iterable

import duckdb

from ajour_revenue import days as clock
from ajour_revenue.mapping import register_days, register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import run, sql_file

UNIT_REVENUE_SQL = sql_file(__package__, "unit_revenue")
STORE_SQL = sql_file(__package__, "store_unit_revenue")


def calculate_unit_revenue(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    days: Iterable[dt.date],
    *,
    run_id: str,
) -> None:
    """Make the days' unit revenue what Ajour's answers, manual entries and the settings make of it.

    Leaves a revision for every unit-day that changes, and the temporary tables `unit_revenue_before`,
    `unit_revenue_after` and `unit_revenue_changes` for whoever shows what changed.
    """
    expect_unit_revenue(connection, settings, days)
    run(connection, STORE_SQL, now=clock.now(), run_id=run_id)


def expect_unit_revenue(connection: duckdb.DuckDBPyConnection, settings: Settings, days: Iterable[dt.date]) -> None:
    """Calculate the days' unit revenue as the temporary table `unit_revenue_after`, and store nothing."""
    register_units(connection, settings)
    register_days(connection, days)
    run(connection, UNIT_REVENUE_SQL, vat=settings.revenue.vat)
