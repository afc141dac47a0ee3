"""What the readers' copy costs after ten years of 60 units, against copying one table of the warehouse: `raw_revenue`.

Run it with `.venv/bin/python benchmarks/readers.py`. The warehouse is filled by SQL, without runs. The copy has all
that may be shown of every day, week and month, as a DuckDB file and as Parquet, and the tables that commands read.
"""

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from ajour_revenue.days import Window, yesterday
from ajour_revenue.readers.copy import DETAILS_FILE, FIGURES_FILE, bring_up_to_date
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.run import quoted, run, value

UNITS = range(100, 160)
DEPARTMENTS = 6
WINDOW = Window(yesterday() - dt.timedelta(days=3_652), yesterday())
ROUNDS = 5
MB = 1_000_000

FILL = """
    CREATE TEMP TABLE sold AS
    SELECT
        day::DATE AS business_date,
        location,
        (30000 + hash(day, location) % 1000000 / 100)::DECIMAL(18, 2) AS excl_vat
    FROM
        generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY) AS days (day),
        range($first_unit, $last_unit + 1) AS locations (location);

    INSERT INTO raw_revenue
    SELECT 'benchmark', business_date, location, round(excl_vat * 1.25, 2), excl_vat, now(), 'benchmark' FROM sold;

    INSERT INTO unit_revenue BY NAME
    SELECT
        business_date,
        'Unit ' || location AS unit,
        'Department ' || location % $departments AS department,
        excl_vat AS revenue,
        'excluded' AS vat,
        round(excl_vat * 1.25, 2) AS revenue_incl_vat,
        excl_vat AS revenue_excl_vat,
        'ajour' AS source,
        [location::VARCHAR] AS locations,
        []::VARCHAR[] AS missing_locations,
        now() AS updated_at,
        'benchmark' AS run_id
    FROM sold;

    INSERT INTO wage_costs
    SELECT business_date, department, unit, round(revenue * 0.3, 2), round(revenue / 700, 2), now(), 'benchmark'
    FROM unit_revenue;

    INSERT INTO wage_cost_people SELECT business_date, department, unit, 5 FROM wage_costs;
"""


def main() -> None:
    """Make the copy several times, and the bare one in turn; print medians, sizes and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        with transaction(settings.warehouse) as connection:
            run(
                connection,
                FILL,
                first_day=WINDOW.first_day,
                last_day=WINDOW.last_day,
                first_unit=UNITS[0],
                last_unit=UNITS[-1],
                departments=DEPARTMENTS,
            )
            calculate_wage_percentage(connection, settings, WINDOW)
            unit_days = value(connection, "SELECT count(*) FROM unit_revenue")
        bare = Path(folder) / "bare.duckdb"
        pairs = [
            (_cpu_seconds(lambda: ours(settings)), _cpu_seconds(lambda: copy_raw(settings, bare)))
            for _ in range(ROUNDS)
        ]
        readers = settings.readers_folder
        table = Table(title=f"{unit_days:,} unit-days, {ROUNDS} rounds")
        for heading in ("", "seconds of CPU", "MB"):
            table.add_column(heading, justify="right" if heading else "left")
        table.add_row("warehouse", "", _mb(settings.warehouse_file))
        table.add_row("readers' copy", f"{median(pair[0] for pair in pairs):.2f}", _mb(*readers.iterdir()))
        table.add_row(f"  {FIGURES_FILE}", "", _mb(readers / FIGURES_FILE))
        table.add_row("  Parquet", "", _mb(*readers.glob("*.parquet")))
        table.add_row(f"  {DETAILS_FILE}", "", _mb(readers / DETAILS_FILE))
        table.add_row("raw_revenue alone", f"{median(pair[1] for pair in pairs):.2f}", _mb(bare))
        Console().print(table, f"copy / raw_revenue: {median(pair[0] / pair[1] for pair in pairs):.0f}")


def ours(settings: Settings) -> None:
    """Make the readers' copy as the end of a run does."""
    shutil.rmtree(settings.readers_folder, ignore_errors=True)
    bring_up_to_date(settings)


def copy_raw(settings: Settings, file: Path) -> None:
    """Copy one table with nothing but DuckDB."""
    file.unlink(missing_ok=True)
    with reading(settings.warehouse) as connection:
        run(connection, f"SET threads = 1; ATTACH {quoted(file)} AS bare (READ_WRITE)")
        run(connection, "CREATE TABLE bare.raw_revenue AS FROM raw_revenue; DETACH bare")


def _cpu_seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _mb(*files: Path) -> str:
    return f"{sum(file.stat().st_size for file in files) / MB:.1f}"


def _settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "name": "benchmark",
            "activation_date": WINDOW.first_day,
            "task": {"start_date": WINDOW.first_day, "time": "07:00", "weekdays": ["monday"], "days_back": 7},
            "revenue": {"vat": "excluded", "overwrite_existing": True},
            "wages": {"source": "file", "file": folder / "wages.csv"},
            "warehouse": folder / "benchmark.duckdb",
            "units": [
                {
                    "name": f"Unit {unit}",
                    "department": f"Department {unit % DEPARTMENTS}",
                    "locations": [str(unit)],
                    "target_wage_percentage": 30,
                }
                for unit in UNITS
            ],
        },
    )


if __name__ == "__main__":
    main()
