"""What the days that may be unusual were expected to bring."""

from collections.abc import Mapping

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import rows, run, sql_file

FAR_FROM_WEEKDAY_SQL = sql_file(__package__, "far_from_weekday")

DAYS = """
    SELECT business_date, list(unit) AS units FROM far_from_weekday GROUP BY business_date ORDER BY business_date
"""

# A closed day, and a holiday that has nothing to be compared with, are not judged.
KEEP = """
    INSERT INTO expected_then BY NAME
    SELECT business_date, unit, expected_revenue_excl_vat, low, high, holiday, holiday_english
    FROM expected_days
    WHERE note IS NULL AND low IS NOT NULL AND expected_revenue_excl_vat > 0
"""


def make_expected_then(connection: duckdb.DuckDBPyConnection, settings: Settings, about: Mapping[str, object]) -> None:
    """Make the temporary table `expected_then` for the kind "unusual revenue".

    Each day from what was sold before it. Only of units and days that are far from what the weekday brings: most
    mornings there is none.
    """
    run(connection, FAR_FROM_WEEKDAY_SQL, **about)
    for business_date, of_day in rows(connection, DAYS, lambda *, business_date, units: (business_date, units)):
        # It takes half as long to import as a command takes.
        from ajour_revenue.plan.expected_revenue import expect_revenue  # noqa: PLC0415

        units = [unit for unit in settings.units if unit.name in of_day]
        expect_revenue(connection, settings.model_copy(update={"units": units}), Window(business_date, business_date))
        run(connection, KEEP)
    register_units(connection, settings)
