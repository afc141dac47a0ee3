"""Wage costs from Planday: the planned cost of every shift, aggregated before anything is stored (D5)."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import dagster as dg
import duckdb
import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.mapping import register_units
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.models import TimeAndCost
from ajour_revenue.planday.structure import DEPARTMENT_IDS
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.formats import DANISH
from ajour_revenue.wages.source import WageCosts, WageSourceError
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, sql_file, value, values

WAGE_COSTS_OF_SHIFTS_SQL = sql_file(__package__, "wage_costs_of_shifts")
DEPARTMENTS_AT_ONCE = 4
KRONER = {"kr", "kr.", "DKK", "DKK."}
EXACT = Decimal("1e-8")

NEVER_LISTED = Bilingual(
    da="Plandays afdelinger og enheder er aldrig blevet hentet, så ingen ved, hvis løn der skal spørges om. Se, hvad "
    "planday_structure siger, og kør så disse dage igen.",
    en="Planday's departments and units have never been listed, so nobody knows whose wages to ask for. See what "
    "planday_structure says, then run these days again.",
)
NONE_IN_PLANDAY = Bilingual(
    da="Planday kender ingen af indstillingernes enheder. Giv dem deres planday_unit_id, og materialisér "
    "planday_structure; dens kontrol nævner id'erne.",
    en="None of the settings' units is known in Planday. Give them their planday_unit_id, and materialize "
    "planday_structure; its check names the ids.",
)

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

# It is in no percentage, and yet somebody's wage (D21).
NOT_AFFECTING_REVENUE = """
    SELECT coalesce(sum(wage_cost), 0)::DECIMAL(38, 2)
    FROM not_affecting_revenue
    WHERE people >= 2 OR $show_single_person
"""


@dataclass(frozen=True)
class PlandayWages:
    """Planday's time and cost, as a WageSource."""

    planday: PlandayClient
    warehouse: Warehouse
    """Knows Planday's structure: which position belongs to which revenue unit."""
    settings: Settings

    def fetch(self, window: Window) -> WageCosts:
        """Return what the planned shifts of the window cost, per day, department and unit; raises an ActionableError.

        Cost that belongs to no unit stays with the department; that of positions which do not affect revenue is left
        out. Single shifts live in this method's memory only.
        """
        with self.warehouse.reading() as connection:
            structure = connection.sql("FROM planday_structure").to_arrow_table()
        with duckdb.connect() as connection:
            connection.register("planday_structure", structure)
            register_units(connection, self.settings)
            departments = values(connection, DEPARTMENT_IDS)
            if not structure.num_rows:
                raise WageSourceError(NEVER_LISTED)
            if not departments:
                raise WageSourceError(NONE_IN_PLANDAY)
            shifts = fetch_shifts(self.planday, departments, window)
            connection.register("shifts", _to_arrow(shifts, window))
            run(connection, WAGE_COSTS_OF_SHIFTS_SQL)
            foreign = foreign_currencies(shifts)
            return WageCosts(
                rows=connection.sql("FROM wage_costs").to_arrow_table(),
                warnings=[f"Planday gives wages in {', '.join(foreign)}, not in DKK; they are taken as DKK."]
                if foreign
                else [],
                metadata={
                    "departments_asked": dg.MetadataValue.int(len(departments)),
                    "wage_cost_not_affecting_revenue": dg.MetadataValue.text(
                        DANISH.kroner(
                            value(
                                connection,
                                NOT_AFFECTING_REVENUE,
                                show_single_person=self.settings.wages.show_single_person,
                            )
                        )
                    ),
                    "currency": dg.MetadataValue.text(", ".join(foreign) or "DKK"),
                },
            )


def planday_wages(settings: Settings) -> dg.ResourceDefinition:
    """Define the resource `wage_source` where wages come from Planday."""

    @dg.resource(required_resource_keys={"planday", "warehouse"}, config_schema={}, description=PlandayWages.__doc__)
    def wage_source(context: dg.InitResourceContext) -> PlandayWages:
        return PlandayWages(context.resources.planday.client, context.resources.warehouse, settings)

    return wage_source


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
