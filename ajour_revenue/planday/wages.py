"""Wage costs from Planday: the planned cost of every shift, aggregated before anything is stored (D5)."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.models import TimeAndCost
from ajour_revenue.settings.model import Settings

WAGE_COSTS_OF_SHIFTS_SQL = (Path(__file__).parent / "sql" / "wage_costs_of_shifts.sql").read_text(encoding="utf-8")
DEPARTMENTS_AT_ONCE = 4
KRONER = {"kr", "kr.", "DKK", "DKK."}
EXACT = Decimal("1e-8")

SHIFT_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "department_id": pa.int64(),
        "position_id": pa.int64(),
        "employee_id": pa.int64(),
        "cost": pa.decimal128(28, 8),
        "hours": pa.decimal128(28, 8),
    },
)


def fetch_shifts(
    planday: PlandayClient,
    department_ids: Iterable[int],
    window: Window,
) -> dict[int, TimeAndCost]:
    """Return time and cost by department: one request each, a few at a time; raises PlandayError."""

    def fetch(department_id: int) -> tuple[int, TimeAndCost]:
        return department_id, planday.time_and_cost(
            department_id=department_id, first_day=window.first_day, last_day=window.last_day
        )

    with ThreadPoolExecutor(DEPARTMENTS_AT_ONCE) as threads:
        return dict(threads.map(fetch, department_ids))


def aggregate_shifts(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    shifts: dict[int, TimeAndCost],
    window: Window,
) -> Decimal:
    """Make the temporary tables `given` (wage_cost and hours) and `given_people`; nothing per person is left after it.

    Days outside the window are left to their own. Returns the cost, in DKK, of positions that do not affect revenue: it
    is in neither table.
    """
    register_units(connection, settings)
    connection.register("shifts", _to_arrow(shifts, window))
    connection.execute(WAGE_COSTS_OF_SHIFTS_SQL)
    [(left_out,)] = connection.execute(
        "SELECT coalesce(round(sum(cost), 2), 0)::DECIMAL(18, 2) FROM allocated_shifts WHERE NOT affects_revenue",
    ).fetchall()
    connection.execute("DROP VIEW allocated_shifts")
    connection.unregister("shifts")
    return Decimal(left_out)


def foreign_currencies(shifts: dict[int, TimeAndCost]) -> set[str]:
    """Return the currency symbols that are not Danish kroner's."""
    symbols = {answer.currency_symbol for answer in shifts.values() if answer.currency_symbol is not None}
    return {symbol for symbol in symbols if symbol.strip() not in KRONER}


def _to_arrow(shifts: dict[int, TimeAndCost], window: Window) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "business_date": shift.day,
                "department_id": department_id,
                "position_id": shift.position_id,
                "employee_id": shift.employee_id,
                "cost": shift.cost.quantize(EXACT, rounding=ROUND_HALF_UP),
                "hours": shift.hours.quantize(EXACT, rounding=ROUND_HALF_UP),
            }
            for department_id, answer in shifts.items()
            for shift in answer.costs
            if window.first_day <= shift.day <= window.last_day
        ],
        schema=SHIFT_SCHEMA,
    )
