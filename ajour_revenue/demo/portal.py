"""The demo chain's Planday portal: its departments, revenue units and positions, and the shifts that are planned."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from ajour_revenue.days import Window
from ajour_revenue.demo.chain import DEPARTMENTS, UNITS, Wages, wages
from ajour_revenue.demo.planday import Department, PlandayPortal, Position, RevenueUnit, Shift

USUAL_SHIFT_HOURS = 7
QUARTER_HOUR = Decimal("0.25")
ORE = Decimal("0.01")
CLEANING_COST = Decimal("412.50")
CLEANING_HOURS = Decimal("2.5")

DEPARTMENT_IDS = {department: 10 * number for number, department in enumerate(DEPARTMENTS, start=1)}
UNIT_IDS = {unit.name: unit.planday_unit_id for unit in UNITS}


def chain_portal(window: Window) -> PlandayPortal:
    """Return the chain's portal with the shifts of a window of days planned, and no revenue in it."""
    return PlandayPortal(
        name="Demokæden",
        departments=[Department(id_, name) for name, id_ in DEPARTMENT_IDS.items()],
        revenue_units=[RevenueUnit(unit.planday_unit_id, unit.name, DEPARTMENT_IDS[unit.department]) for unit in UNITS],
        positions=[
            *(
                Position(
                    unit.planday_unit_id, f"Vagt, {unit.name}", DEPARTMENT_IDS[unit.department], unit.planday_unit_id
                )
                for unit in UNITS
            ),
            *(Position(id_ + 1, "Daglig leder", id_, None) for id_ in DEPARTMENT_IDS.values()),
            *(Position(id_ + 2, "Rengøring", id_, None, affect_revenue=False) for id_ in DEPARTMENT_IDS.values()),
        ],
        shifts=[shift for day in window.days for row in wages(day) for shift in _shifts(row)],
    )


def _shifts(row: Wages) -> Iterator[Shift]:
    """Share a unit's hours and cost out among its people, to the øre; the last one takes what is left over."""
    department = DEPARTMENT_IDS[row.department]
    position = department + 1 if row.unit is None else UNIT_IDS[row.unit]
    people = max(1, round(row.hours / USUAL_SHIFT_HOURS))
    hours = row.hours / people // QUARTER_HOUR * QUARTER_HOUR
    cost = (row.wage_cost / people).quantize(ORE, ROUND_DOWN)
    for number in range(people):
        is_last = number == people - 1
        yield Shift(
            department_id=department,
            day=row.day,
            employee_id=position * 100 + number,
            cost=row.wage_cost - number * cost if is_last else cost,
            hours=row.hours - number * hours if is_last else hours,
            position_id=position,
            shift_id=row.day.toordinal() * 100_000 + position * 100 + number,
        )
    if row.unit is None:
        yield Shift(
            department_id=department,
            day=row.day,
            employee_id=position * 100 + 99,
            cost=CLEANING_COST,
            hours=CLEANING_HOURS,
            position_id=department + 2,
            shift_id=row.day.toordinal() * 100_000 + position * 100 + 99,
        )
