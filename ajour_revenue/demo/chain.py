"""The demo's restaurant chain: its places, and what each of them sold and paid on any day.

Every figure is drawn from its own day and place alone, so it is the same whenever, and for whatever days, the demo is
made. Amounts are DKK, or integer øre where the name says so.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from random import Random

from ajour_revenue.plan.danish_holidays import Holiday, danish_holidays

SEED = 2026

BY_WEEKDAY = (0.62, 0.72, 0.82, 1.00, 1.45, 1.60, 0.85)
BY_MONTH = (0.80, 0.82, 0.90, 0.96, 1.06, 1.18, 1.22, 1.15, 1.00, 0.95, 0.98, 1.30)
LATE_NIGHTS = (4, 5)

CLOSED_ON = frozenset({"Juleaftensdag", "Juledag", "Nytårsdag"})
"""The holidays on which all of the chain is closed."""
ON_HOLIDAYS, ON_EVES = 1.20, 1.35
"""What is expected of other holidays, and of the evenings before them, against an ordinary day."""

FIXED_STAFFING = 0.30
"""Part of a usual day's wages that a place pays however little it expects to sell."""
HOURLY_WAGE_ORE = (17_500, 20_500)
MANAGER_WAGE_ORE = (25_000, 28_000)
MANAGER_HOURS = Decimal("7.50")


@dataclass(frozen=True)
class Location:
    """A location of Ajour's, with what it sells incl. VAT on an average day, and its hours."""

    id: str
    name: str
    usual_revenue: int
    opens: int
    busiest: int
    closes: int
    """Hours go on past 24: a bar that closes at 26 closes at two in the morning, on Fridays and Saturdays."""


@dataclass(frozen=True)
class Unit:
    """A revenue unit of Planday's, with the ids of the Ajour locations that feed it (R13)."""

    name: str
    department: str
    locations: tuple[str, ...]
    planday_unit_id: int
    target_wage_percentage: int
    usual_wage_percentage: int


# Over target on slow days above all, since some of the wages are paid however little is sold.
UNITS = (
    Unit("Bar", "Vesterbro", ("10", "11"), 101, target_wage_percentage=31, usual_wage_percentage=27),
    Unit("Køkken", "Vesterbro", ("20",), 102, target_wage_percentage=38, usual_wage_percentage=34),
    Unit("Café", "Nørrebro", ("30",), 201, target_wage_percentage=35, usual_wage_percentage=31),
    Unit("Vinbar", "Nørrebro", ("40",), 202, target_wage_percentage=32, usual_wage_percentage=28),
    Unit("Spisehus", "Aarhus Ø", ("50",), 301, target_wage_percentage=34, usual_wage_percentage=30),
    Unit("Selskaber", "Aarhus Ø", ("60",), 302, target_wage_percentage=37, usual_wage_percentage=32),
)
DEPARTMENTS = tuple(dict.fromkeys(unit.department for unit in UNITS))

LOCATIONS = (
    Location("10", "Bar", 26_000, opens=15, busiest=23, closes=26),
    Location("11", "Bar 1. sal", 12_500, opens=18, busiest=23, closes=26),
    Location("20", "Køkken", 34_000, opens=11, busiest=19, closes=23),
    Location("30", "Café", 21_000, opens=8, busiest=13, closes=22),
    Location("40", "Vinbar", 17_500, opens=16, busiest=21, closes=25),
    Location("50", "Spisehus", 41_000, opens=11, busiest=19, closes=24),
    Location("60", "Selskaber", 15_000, opens=12, busiest=20, closes=26),
    # Newly opened: it sells, and nobody has mapped it yet.
    Location("90", "Vinbar Gården", 8_500, opens=16, busiest=20, closes=24),
)

# In a cycle of four weeks, so that every window of 31 days (D8) holds each of them, always on the same weekday.
CYCLE_DAYS = 28
CLOSED_DEPARTMENT, CLOSED_MONDAY = "Nørrebro", 8
SILENT_LOCATION, SILENT_TUESDAY_AND_WEDNESDAY = "11", (16, 17)
REFUNDING_LOCATION, REFUND_SUNDAY = "60", 21
INVOICING_LOCATION = "20"


@dataclass(frozen=True)
class Sale:
    """What a till sold in one hour, in Danish local time; negative where it refunded more (D6)."""

    sold_at: dt.datetime
    amount_incl_ore: int

    @property
    def amount_excl_ore(self) -> int:
        """The amount excl. 25 % VAT, rounded half-up to the øre (D1)."""
        return (self.amount_incl_ore * 8 + 5) // 10


@dataclass(frozen=True)
class Wages:
    """What the planned shifts of a day cost, in DKK; no unit where the cost stays with the department."""

    day: dt.date
    department: str
    unit: str | None
    wage_cost: Decimal
    hours: Decimal


def sales(day: dt.date, location: Location) -> list[Sale]:
    """Return what a location sold on a business date, the hours after midnight included (D4).

    No sales at all where the location was silent (D3); one of 0 where its department was closed.
    """
    if location.id == SILENT_LOCATION and _day_of_cycle(day) in SILENT_TUESDAY_AND_WEDNESDAY:
        return []
    if any(location.id in unit.locations and _is_closed(day, unit.department) for unit in UNITS):
        return [Sale(_at(day, location.opens), 0)]
    draw = _draw(day, location.id)
    closes = location.closes if day.weekday() in LATE_NIGHTS else min(location.closes, 24)
    weights = {
        hour: draw.uniform(0.7, 1.3) / (1 + ((hour - location.busiest) / 3) ** 2)
        for hour in range(location.opens, closes)
    }
    ore_per_weight = _expected_revenue(day, location) * 100 * draw.uniform(0.85, 1.15) / sum(weights.values())
    sold = [Sale(_at(day, hour), round(weight * ore_per_weight)) for hour, weight in weights.items()]
    if location.id == REFUNDING_LOCATION and _day_of_cycle(day) == REFUND_SUNDAY:
        refund_ore = sum(sale.amount_incl_ore for sale in sold) + draw.randint(300_000, 900_000)
        sold.append(Sale(_at(day, location.opens, minutes=20), -refund_ore))
    return sold


def forgotten_invoice(day: dt.date) -> Sale:
    """Return the catering that INVOICING_LOCATION delivered on a day, and that Ajour hears of only afterwards (R10)."""
    return Sale(_at(day, 10, minutes=30), _draw(day, "invoice").randint(300_000, 900_000))


def budget(unit: Unit, days: Sequence[dt.date]) -> int:
    """Return what a unit is to sell on some days, in DKK excl. VAT and whole thousands."""
    usual = sum(_expected_revenue(day, each) for day in days for each in LOCATIONS if each.id in unit.locations)
    return 1000 * round(usual / 1.25 / 1000)


def wages(day: dt.date) -> Iterator[Wages]:
    """Give the wages of a day, per unit, and each department's manager, who belongs to no unit and works always.

    Shifts are planned on what a place is expected to sell, not on what it sold, above a minimum that does not depend
    on it: so slow days have a high wage percentage.
    """
    locations = {location.id: location for location in LOCATIONS}
    for department in DEPARTMENTS:
        yield _wages(day, department, None, MANAGER_HOURS, MANAGER_WAGE_ORE)
        for unit in UNITS:
            if unit.department != department or _is_closed(day, department):
                continue
            usual = sum(locations[location].usual_revenue for location in unit.locations) / 1.25
            expected = sum(_expected_revenue(day, locations[location]) for location in unit.locations) / 1.25
            budget = (FIXED_STAFFING * usual + (1 - FIXED_STAFFING) * expected) * unit.usual_wage_percentage / 100
            average_wage = sum(HOURLY_WAGE_ORE) / 2 / 100
            quarters = round(4 * budget / average_wage * _draw(day, f"shifts/{unit.name}").uniform(0.94, 1.06))
            yield _wages(day, department, unit.name, Decimal(quarters) / 4, HOURLY_WAGE_ORE)


def _wages(day: dt.date, department: str, unit: str | None, hours: Decimal, wage_ore: tuple[int, int]) -> Wages:
    hourly_wage = Decimal(_draw(day, f"wage/{department}/{unit}").randint(*wage_ore)) / 100
    ore = Decimal("0.01")
    return Wages(day, department, unit, (hours * hourly_wage).quantize(ore, ROUND_HALF_UP), hours.quantize(ore))


def _draw(day: dt.date, what: str) -> Random:
    return Random(f"{SEED}/{day}/{what}")  # noqa: S311 (nothing to keep secret)


def _day_of_cycle(day: dt.date) -> int:
    return day.toordinal() % CYCLE_DAYS


def _is_closed(day: dt.date, department: str) -> bool:
    holiday = _holidays(day.year).get(day)
    is_of_all = holiday is not None and holiday.holiday in CLOSED_ON
    return is_of_all or (department == CLOSED_DEPARTMENT and _day_of_cycle(day) == CLOSED_MONDAY)


def _expected_revenue(day: dt.date, location: Location) -> float:
    ordinary = location.usual_revenue * BY_WEEKDAY[day.weekday()] * BY_MONTH[day.month - 1]
    holiday = _holidays(day.year).get(day)
    if holiday is None:
        return ordinary
    return ordinary * (ON_EVES if holiday.is_eve else ON_HOLIDAYS)


@cache
def _holidays(year: int) -> dict[dt.date, Holiday]:
    return {holiday.business_date: holiday for holiday in danish_holidays([year])}


def _at(day: dt.date, hour: int, *, minutes: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(hours=hour, minutes=minutes)
