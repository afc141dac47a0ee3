"""The tables for people and their tools: what may be shown (D21), by the names that they are told in."""

import hashlib
from collections.abc import Mapping

import duckdb

from ajour_revenue import __version__, days
from ajour_revenue.budget.compare import BUDGET_OF_PLACES_SQL, make_budget_of_places
from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.plan.wage_plan import PLANNED_PLACES_SQL, coming_days, make_plan
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import Period, add_up, cut, make_days
from ajour_revenue.warehouse.run import row, run, sql_file
from ajour_revenue.warehouse.schema import VIEWS_HASH

FOR_PEOPLE = ("daily", "weekly", "monthly", "plan", "budget", "corrections", "units", "made")
"""The tables, each of them a query in `sql/<name>.sql`."""

PERIODS: Mapping[str, Period] = {"weekly": "week", "monthly": "month"}

QUERIES: Mapping[str, str] = {table: sql_file(__package__, table) for table in FOR_PEOPLE}

TOLD_FIGURES_SQL = sql_file(__package__, "told_figures")

LAYOUT = hashlib.sha256(
    "".join((VIEWS_HASH, TOLD_FIGURES_SQL, PLANNED_PLACES_SQL, BUDGET_OF_PLACES_SQL, *QUERIES.values())).encode()
).hexdigest()
"""Another one where the tables have other columns, or other calculations."""

CALCULATED = """
    SELECT
        coalesce(min(business_date), current_date) AS first_day,
        coalesce(max(business_date), current_date) AS last_day
    FROM wage_percentage
"""


def make_cells(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the temporary tables that all tables are made from, `cells` among them: what may be shown of every day."""
    make_days(connection, settings, _calculated(connection))


def make_tables(connection: duckdb.DuckDBPyConnection, settings: Settings, commands: Mapping[str, str]) -> None:
    """Run a command for each table, after what `make_cells` has made; the table's query follows its text."""
    register_units(connection, settings)
    about = {"company": settings.name, "today": days.today(), "made_at": days.now(), "version": __version__}
    for table, command in commands.items():
        if table in PERIODS:
            add_up(connection, cut(_calculated(connection), PERIODS[table]))
            run(connection, TOLD_FIGURES_SQL)
        elif table == "plan":
            make_plan(connection, settings, coming_days(settings))
        elif table == "budget":
            make_budget_of_places(connection, settings)
        run(connection, f"{command} {QUERIES[table]}", **about)


def settings_hash(settings: Settings) -> str:
    """Return what is another one where the settings have changed, wherever the warehouse is."""
    return hashlib.sha256(settings.model_dump_json(exclude={"warehouse"}).encode()).hexdigest()


def _calculated(connection: duckdb.DuckDBPyConnection) -> Window:
    """Return the days that wage percentages have been calculated for."""
    return row(connection, CALCULATED, Window)
