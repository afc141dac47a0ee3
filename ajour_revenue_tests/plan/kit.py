"""What a unit sold on the days before one, as tests make it up."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.plan.expected_revenue import expect_revenue, store_expected
from ajour_revenue.plan.wage_plan import calculate_wage_plan, store_planned_wages
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import Place
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.clock import MOMENT
from ajour_revenue_tests.kit import settings_dict

OERE = Decimal("0.01")
TODAY = dt.date(2026, 3, 2)
"""A Monday, with no holiday in the quarter before it nor in the fortnight from it."""


STORE = """
    INSERT INTO unit_revenue BY NAME
    SELECT
        business_date,
        unit,
        if(unit = 'Shop', 'Aarhus', 'Vesterbro') AS department,
        revenue_excl_vat AS revenue,
        'excluded' AS vat,
        round(revenue_excl_vat * 1.25, 2) AS revenue_incl_vat,
        revenue_excl_vat,
        'ajour' AS source,
        locations,
        missing_locations,
        now() AS updated_at,
        'run' AS run_id
    FROM sold
"""
SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "unit": pa.string(),
        "revenue_excl_vat": pa.decimal128(18, 2),
        "locations": pa.list_(pa.string()),
        "missing_locations": pa.list_(pa.string()),
    }
)


@dataclass(frozen=True)
class Sold:
    """What a unit sold on a day; None where Ajour had no figure."""

    business_date: dt.date
    revenue_excl_vat: Decimal | None
    unit: str = "Bar"
    locations: tuple[str, ...] = ("10", "11")
    missing_locations: tuple[str, ...] = ()


def days_before(today: dt.date, *, weeks: int) -> list[dt.date]:
    return [today - dt.timedelta(days=n) for n in range(7 * weeks, 0, -1)]


def every_day(amount: Decimal | int, *, weeks: int, today: dt.date = TODAY, unit: str = "Bar") -> dict[dt.date, Sold]:
    """Return the days of the weeks before a day, on each of which the same was sold."""
    return {day: Sold(day, Decimal(amount), unit) for day in days_before(today, weeks=weeks)}


def drawn(seed: int, *, weeks: int, today: dt.date = TODAY, unit: str = "Bar") -> dict[dt.date, Sold]:
    """Return days as a restaurant has them: weekdays that differ, weeks that differ, and chance."""
    random = Random(seed)
    weekdays = [random.randint(1_000, 100_000) for _ in range(7)]
    level = 1.0
    history = {}
    for day in days_before(today, weeks=weeks):
        level *= random.uniform(0.99, 1.01)
        amount = Decimal(weekdays[day.weekday()] * level * random.uniform(0.8, 1.25)).quantize(OERE)
        history[day] = Sold(day, amount, unit)
    return history


def store(connection: duckdb.DuckDBPyConnection, history: Iterable[Sold]) -> None:
    """Put what was sold into the warehouse."""
    connection.register("sold", pa.Table.from_pylist([vars(day) for day in history], schema=SCHEMA))
    run(connection, STORE)


@contextmanager
def rolled_back(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection, and take back what was done with it."""
    connection.begin()
    try:
        yield connection
    finally:
        connection.rollback()


UNITS = {"Bar": "Vesterbro", "Kitchen": "Vesterbro", "Shop": "Aarhus"}

SELL_BEFORE = """
    INSERT INTO unit_revenue BY NAME
    SELECT
        unnest(generate_series($first_day::DATE - 70, $first_day::DATE - 1, INTERVAL 1 DAY))::DATE AS business_date,
        $unit AS unit,
        $department AS department,
        $amount::DECIMAL(18, 2) AS revenue,
        'excluded' AS vat,
        revenue AS revenue_excl_vat,
        revenue AS revenue_incl_vat,
        'ajour' AS source,
        []::VARCHAR[] AS locations,
        []::VARCHAR[] AS missing_locations,
        now() AS updated_at,
        'run' AS run_id
"""


def make_plan_of(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
    *,
    revenue: Mapping[str, Decimal | int],
    wages: Iterable[Mapping[str, object]],
) -> None:
    """Make the plan of a company whose units have sold the same on each day of ten weeks, from wages of a source."""
    for unit, amount in revenue.items():
        run(
            connection,
            SELL_BEFORE,
            first_day=window.first_day,
            unit=unit,
            department=UNITS[unit],
            amount=Decimal(amount),
        )
    expect_revenue(connection, settings, window)
    store_expected(connection, run_id="run")
    costs = WageCosts(rows=pa.Table.from_pylist(list(wages), schema=WAGE_COST_SCHEMA))
    store_planned_wages(connection, costs, asked_at=MOMENT, run_id="run")
    calculate_wage_plan(connection, settings, window)


def planned(
    day: dt.date, unit: str | None, cost: Decimal | str, *, people: int | None = 2, department: str = "Vesterbro"
) -> dict[str, object]:
    """Return a planned wage of seven hours, as a source gives it."""
    return {
        "business_date": day,
        "department": department,
        "unit": unit,
        "wage_cost": Decimal(cost),
        "hours": Decimal(7),
        "people": people,
    }


TARGETS = {"Bar": 30, "Kitchen": 35, "Shop": 25}
VESTERBRO = Place("Vesterbro")


def settings_of(**sections: Any) -> Settings:  # noqa: ANN401 (YAML may hold anything)
    units = [unit | {"target_wage_percentage": TARGETS[unit["name"]]} for unit in settings_dict()["units"]]
    return Settings.model_validate(settings_dict(**{"units": units} | sections))
