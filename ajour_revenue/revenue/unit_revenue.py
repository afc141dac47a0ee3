"""The calculation of unit revenue (R11-R13, D1, D3, D7): the SQL, and what it needs to know."""

from pathlib import Path

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.warehouse import set_variables

UNIT_REVENUE_SQL = (Path(__file__).parent / "sql" / "unit_revenue.sql").read_text(encoding="utf-8")


def calculate_unit_revenue(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
    *,
    company_id: str,
    run_id: str,
) -> None:
    """Replace the window's unit revenue by what raw revenue, mapping, VAT choice and overwrite make of it.

    Leaves a revision for every unit-day that changes, and the temporary tables `stored_units` (before) and
    `unit_revenue_after` for whoever wants to tell what changed.
    """
    register_units(connection, settings)
    set_variables(
        connection,
        first_day=window.first_day,
        last_day=window.last_day,
        company_id=company_id,
        run_id=run_id,
        vat=settings.revenue.vat,
        overwrite=settings.revenue.overwrite_existing,
    )
    connection.execute(UNIT_REVENUE_SQL)
