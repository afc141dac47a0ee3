"""What a command costs beside the least that could answer: one library imported, and the same queries run.

Processes from start to end, as people wait for them, on 60 days of ten units. Run it alone with
`python -m benchmarks.commands`.
"""

import argparse
import json
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import duckdb

from ajour_revenue.days import Window, latest_days, now, yesterday
from ajour_revenue.instance import dagster_instance
from ajour_revenue.readers.copy import DETAILS_FILE, bring_up_to_date, reading_copy
from ajour_revenue.reports.report import load_report
from ajour_revenue.revenue.explain import explain, known_units
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import never
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.run import run
from benchmarks.measure import Step, in_turn, process, python, table_of
from benchmarks.readers import DEPARTMENTS, FILL

UNITS = range(100, 110)
WINDOW = Window.back_from(now().date(), days=60)
ASKED = f"Unit {UNITS[0]}", WINDOW.last_day

FETCHED = """
    INSERT INTO fetches BY NAME
    SELECT DISTINCT company_id, business_date, now() AS asked_at, true AS overwrite, run_id FROM raw_revenue;

    INSERT INTO ajour_locations BY NAME
    SELECT DISTINCT company_id, location_id, 'Location ' || location_id AS location_name, now() AS last_seen_at
    FROM raw_revenue;
"""

# DuckDB would import pandas to look at an argument, which would make the least program slower than the command.
QUERIES = """
import sys
sys.modules["pandas"] = None
import duckdb, pickle
connection = duckdb.connect({copy!r}, read_only=True)
with open({queries!r}, "rb") as file:
    for query, arguments in pickle.load(file):
        connection.execute(query, arguments).fetchall()
"""

OPENED = """
import dagster
with dagster.DagsterInstance.from_config(".", "dagster.yaml") as instance:
    instance.get_run_records(limit=1)
"""

NOTHING_SOLD = """
    DELETE FROM raw_revenue;
    DELETE FROM unit_revenue;
    DELETE FROM wage_costs;
    DELETE FROM wage_cost_people;
"""

BASES = {
    "`--help`": "`import click`",
    "`report`": "the queries of `report`",
    "`explain`": "the queries of `explain`",
    "`status`": "`import dagster`",
}
"""What each command is compared with."""


class Noting:
    """A connection that notes which queries it is asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.queries: list[tuple[str, dict[str, object]]] = []

    def execute(self, statement: duckdb.Statement, arguments: dict[str, object]) -> "Noting":
        """Run a query, and note it."""
        self.queries.append((statement.query, arguments))
        self.connection.execute(statement, arguments)
        return self

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the connection has)
        return getattr(self.connection, name)


def make_company(folder: Path, *, window: Window = WINDOW, units: range = UNITS, filled: bool = True) -> Settings:
    """Write settings, a warehouse in which every day was fetched, its readers' copy, and a Dagster that is empty.

    Where it is not `filled`, the days were fetched and nobody had sold anything.
    """
    settings = {
        "name": "benchmark",
        "activation_date": window.first_day,
        "task": {"start_date": window.first_day, "time": "07:00", "weekdays": ["monday"], "days_back": 7},
        "revenue": {"vat": "excluded", "overwrite_existing": True},
        "wages": {"source": "file", "file": "wages.csv"},
        "warehouse": "benchmark.duckdb",
        "units": [
            {
                "name": f"Unit {unit}",
                "department": f"Department {unit % DEPARTMENTS}",
                "locations": [str(unit)],
                "target_wage_percentage": 30,
            }
            for unit in units
        ],
    }
    # JSON is YAML.
    (folder / "ajour.yaml").write_text(json.dumps(settings, default=str), encoding="utf-8")
    instance = Path(__file__).parents[1] / "dagster.yaml"
    (folder / instance.name).write_bytes(instance.read_bytes())
    loaded = load_settings(folder / "ajour.yaml")
    with transaction(loaded.warehouse) as connection:
        run(
            connection,
            FILL,
            first_day=window.first_day,
            last_day=window.last_day,
            first_unit=units[0],
            last_unit=units[-1],
            departments=DEPARTMENTS,
        )
        run(connection, FETCHED)
        if not filled:
            run(connection, NOTHING_SOLD)
        calculate_wage_percentage(connection, loaded, window)
    bring_up_to_date(loaded)
    with dagster_instance() as made:
        made.get_run_records(limit=1)
    return loaded


def report_of(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Ask what `report` asks."""
    load_report(connection, settings, latest_days(yesterday(), since=settings.activation_date), "week", never)


def story_of(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Ask what `explain` asks."""
    known_units(connection, settings)
    unit, day = ASKED
    explain(connection, settings, unit=unit, day=day)


def queries_alone(settings: Settings, ask: Callable[[Any, Settings], None]) -> Step:
    """Return a step that runs the same queries in a process with nothing but DuckDB."""
    with reading_copy(settings) as connection:
        noting = Noting(connection)
        ask(noting, settings)
    queries = settings.folder / f"{ask.__name__}.pickle"
    queries.write_bytes(pickle.dumps(noting.queries))
    return python(QUERIES.format(copy=str(settings.readers_folder / DETAILS_FILE), queries=str(queries)))


def lines(*, smoke: bool) -> list[str]:
    """Measure, and return what README.md says of it."""
    rounds = 1 if smoke else 7
    command = str(Path(sys.executable).parent / "ajour-revenue")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for name in ("AJOUR_SETTINGS", "DAGSTER_HOME"):
            os.environ.pop(name, None)
        settings = make_company(Path(folder))
        steps = {
            "`import click`": python("import click"),
            "`--help`": process([command, "--help"]),
            "the queries of `report`": queries_alone(settings, report_of),
            "`report`": process([command, "report"]),
            "the queries of `explain`": queries_alone(settings, story_of),
            "`explain`": process([command, "explain", *map(str, ASKED)]),
            "`import dagster`": python("import dagster"),
            "`import dagster`, and its history opened": python(OPENED),
            "`status`": process([command, "status"]),
        }
        for step in steps.values():
            # What is compiled is compiled from now on.
            step()
        times = in_turn(steps, rounds=rounds)
    tables = []
    for group, base in BASES.items():
        names = [name for name in steps if name in (group, base) or (group == "`status`" and "history" in name)]
        tables += ["", *table_of({name: times[name] for name in names}, against=base)]
    days = f"{len(WINDOW.days)} days of {len(UNITS)} units"
    return [f"Processes from start to end, {days}, all fetched; {rounds} rounds:", *tables]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    print("\n".join(lines(smoke=parser.parse_args().smoke)))


if __name__ == "__main__":
    main()
