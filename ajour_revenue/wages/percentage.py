"""The calculation of wage percentages (R14, D2)."""

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import run, sql_file

WAGE_PERCENTAGE_SQL = sql_file(__package__, "wage_percentage")


def calculate_wage_percentage(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window) -> None:
    """Replace the window's wage percentages by what unit revenue, wage costs and targets make of them."""
    register_units(connection, settings)
    run(connection, WAGE_PERCENTAGE_SQL, first_day=window.first_day, last_day=window.last_day)
