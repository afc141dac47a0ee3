"""How near wages and publishing come to what Planday's rate limits allow: 40 departments, 31 days.

Run it with `.venv/bin/python benchmarks/planday.py`. It serves a Planday with the documented limits on a loopback port,
and materializes the real assets against it. Wages take all 31 days; revenue is published for the last of them only, so
that it ends within some two minutes.
"""

import datetime as dt
import os
import tempfile
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ajour_revenue.days import MAX_DAYS, Window, yesterday
from ajour_revenue.demo.planday import (
    RATE_LIMITS,
    Department,
    PlandayPortal,
    Position,
    RevenueUnit,
    Shift,
    create_app,
    serve,
)
from ajour_revenue.mapping import register_units
from ajour_revenue.partitions import window_tags
from ajour_revenue.planday.assets import planday_revenue, planday_structure
from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue.planday.wages import planday_wages
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.assets import wage_costs
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run

DEPARTMENTS = range(1, 41)
UNITS_OF_A_DEPARTMENT = 2
PEOPLE_OF_A_UNIT = 5
PUBLISHED_DAYS = 10

TOMORROW = yesterday() + dt.timedelta(days=1)
WINDOW = Window.back_from(TOMORROW, days=MAX_DAYS)
PUBLISHED_WINDOW = Window.back_from(TOMORROW, days=PUBLISHED_DAYS)

UNITS = {  # id to department
    100 * department + number: department for department in DEPARTMENTS for number in range(UNITS_OF_A_DEPARTMENT)
}

EARN = """
    INSERT INTO unit_revenue BY NAME
    SELECT
        unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date,
        unit,
        department,
        1000 + planday_unit_id AS revenue,
        'excluded' AS vat,
        'ajour' AS source,
        [] AS locations,
        [] AS missing_locations,
        now() AS updated_at,
        'benchmark' AS run_id
    FROM units
"""


@dataclass
class Counted:
    """ASGI middleware that notes the status of every answer."""

    app: ASGIApp
    statuses: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])
            await send(message)

        await self.app(scope, receive, note)


def main() -> None:
    """Measure a run of wages and one of publishing, and print each beside what the limits allow."""
    os.environ |= {"PLANDAY_CLIENT_ID": "benchmark", "PLANDAY_REFRESH_TOKEN": "benchmark"}
    counted = Counted(create_app(_portal(), client_id="benchmark", refresh_token="benchmark"))  # noqa: S106 (its own)
    limits = " and ".join(f"{requests} in {seconds} s" for requests, seconds in RATE_LIMITS)
    table = Table(title=f"{len(DEPARTMENTS)} departments, {len(UNITS)} revenue units; requests: at most {limits}")
    for heading in ("", "days", "requests", "429s", "seconds", "lower bound", "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    with tempfile.TemporaryDirectory() as folder, serve(counted) as url:
        settings = _settings(Path(folder), url)
        wages = [planday_structure(settings), wage_costs(settings, source="planday", deps=["planday_structure"])]
        _measure(table, "structure and wages", counted, settings, assets=wages, window=WINDOW)
        _earn(settings)
        publishing = [planday_revenue(settings)]
        _measure(table, "publishing", counted, settings, assets=publishing, window=PUBLISHED_WINDOW)
    Console().print(
        table,
        f"Published are {PUBLISHED_DAYS} days of the {MAX_DAYS}: all of them would take some "
        f"{_lower_bound(len(UNITS) * MAX_DAYS) // 60} minutes.",
    )


def _measure(  # noqa: PLR0913 (a row of the table)
    table: Table,
    what: str,
    counted: Counted,
    settings: Settings,
    *,
    assets: list[dg.AssetsDefinition],
    window: Window,
) -> None:
    counted.statuses.clear()
    resources = {
        "planday": PlandayResource.from_settings(settings),
        "warehouse": Warehouse.from_settings(settings),
        "wage_source": planday_wages(settings),
    }
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        started = time.monotonic()
        dg.materialize(assets, instance=instance, tags=window_tags(window), resources=resources, run_config=quiet)
        seconds = time.monotonic() - started
    requests = len(counted.statuses)
    least = _lower_bound(requests)
    figures = [
        len(window.days),
        requests,
        counted.statuses.count(429),
        f"{seconds:.1f}",
        least,
        f"{seconds / least:.2f}",
    ]
    table.add_row(what, *map(str, figures))


def _lower_bound(requests: int) -> int:
    """Return the seconds before which the last of so many requests cannot start."""
    (a_second, _), (a_minute, minute) = RATE_LIMITS
    minutes, rest = divmod(max(requests - 1, 0), a_minute)
    return max(1, minutes * minute + rest // a_second)


def _portal() -> PlandayPortal:
    return PlandayPortal(
        name="Benchmark",
        departments=[Department(department, f"Department {department}") for department in DEPARTMENTS],
        revenue_units=[RevenueUnit(unit, f"Unit {unit}", department) for unit, department in UNITS.items()],
        positions=[Position(unit, f"Position {unit}", department, unit) for unit, department in UNITS.items()],
        shifts=[
            Shift(
                department_id=department,
                day=day,
                employee_id=100 * unit + person,
                cost=Decimal("1234.56"),
                hours=Decimal("7.25"),
                position_id=unit,
                shift_id=number * 1_000_000 + 100 * unit + person,
            )
            for number, day in enumerate(WINDOW.days)
            for unit, department in UNITS.items()
            for person in range(PEOPLE_OF_A_UNIT)
        ],
    )


def _settings(folder: Path, url: str) -> Settings:
    return Settings.model_validate(
        {
            "name": "benchmark",
            "activation_date": WINDOW.first_day,
            "task": {"start_date": WINDOW.first_day, "time": "07:00", "weekdays": ["monday"], "days_back": 7},
            "revenue": {"vat": "excluded", "overwrite_existing": True},
            "wages": {"source": "planday"},
            "planday": {"publish": True, "api_url": url, "identity_url": url},
            "warehouse": folder / "benchmark.duckdb",
            "units": [
                {"name": f"Unit {unit}", "department": f"Department {department}", "planday_unit_id": unit}
                for unit, department in UNITS.items()
            ],
        },
    )


def _earn(settings: Settings) -> None:
    with transaction(settings.warehouse) as connection:
        register_units(connection, settings)
        run(connection, EARN, first_day=PUBLISHED_WINDOW.first_day, last_day=PUBLISHED_WINDOW.last_day)


if __name__ == "__main__":
    main()
