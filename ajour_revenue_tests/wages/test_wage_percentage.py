"""The wage percentage per unit and department by the rules R14, D2 and D3, and their sums."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.figures import Place, load_figures
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict, store_revenue, store_wages

DAY = dt.date(2026, 3, 1)
OERE = Decimal("0.01")


@dataclass
class Warehouse:
    connection: duckdb.DuckDBPyConnection

    def earn(
        self,
        unit: str,
        excl_vat: str | None,
        *,
        day: dt.date = DAY,
        vat: str = "excluded",
        missing: tuple[str, ...] = (),
    ) -> None:
        department = "Aarhus" if unit == "Shop" else "Vesterbro"
        store_revenue(self.connection, day, unit, department, excl_vat, vat=vat, missing=missing)

    def pay(self, department: str, unit: str | None, cost: str, *, day: dt.date = DAY) -> None:
        store_wages(self.connection, day, department, unit, cost)

    def calculate(self, window: Window = Window(DAY, DAY), settings: Settings | None = None) -> None:  # noqa: B008
        calculate_wage_percentage(self.connection, settings or Settings.model_validate(settings_dict()), window)

    def row(self, department: str, unit: str | None, *, of: str = "wage_percentage") -> dict[str, Any]:
        """Return the only row of a unit; of the department where unit is None."""
        result = self.connection.execute(
            f"FROM {of} WHERE department = ? AND unit IS NOT DISTINCT FROM ?", [department, unit]
        )
        names = [column[0] for column in result.description]
        [row] = result.fetchall()
        return dict(zip(names, row, strict=True))


@pytest.fixture
def warehouse(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[Warehouse]:
    empty_tables.begin()
    yield Warehouse(empty_tables)
    empty_tables.rollback()


def test_the_percentage_is_100_times_wages_by_revenue(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "1200")
    warehouse.pay("Vesterbro", "Bar", "400")

    warehouse.calculate()

    assert warehouse.row("Vesterbro", "Bar") == {
        "business_date": DAY,
        "department": "Vesterbro",
        "unit": "Bar",
        "revenue_excl_vat": Decimal(1200),
        "wage_cost": Decimal(400),
        "wage_percentage": Decimal("33.33"),
        "target": Decimal(30),
        "note": None,
    }


def test_the_percentage_is_of_revenue_without_vat_whatever_the_setting_chose(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "1000", vat="included")
    warehouse.pay("Vesterbro", "Bar", "250")

    warehouse.calculate()

    assert warehouse.row("Vesterbro", "Bar")["wage_percentage"] == Decimal(25)


def test_every_unit_of_the_settings_and_every_department_has_a_row_each_day(warehouse: Warehouse) -> None:
    warehouse.calculate(Window(DAY, DAY + dt.timedelta(days=1)))

    rows = warehouse.connection.execute(
        "SELECT department, unit, count(*) FROM wage_percentage GROUP BY ALL"
    ).fetchall()
    assert set(rows) == {
        ("Aarhus", "Shop", 2),
        ("Aarhus", None, 2),
        ("Vesterbro", "Bar", 2),
        ("Vesterbro", "Kitchen", 2),
        ("Vesterbro", None, 2),
    }


def test_the_department_is_the_sum_of_its_units_and_of_what_is_allocated_to_none(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "1000")
    warehouse.earn("Kitchen", "3000")
    warehouse.pay("Vesterbro", "Bar", "300")
    warehouse.pay("Vesterbro", "Kitchen", "500")
    warehouse.pay("Vesterbro", None, "200")

    warehouse.calculate()

    total = warehouse.row("Vesterbro", None)
    assert (total["revenue_excl_vat"], total["wage_cost"]) == (Decimal(4000), Decimal(1000))
    assert total["wage_percentage"] == Decimal(25)  # a ratio of sums; the mean of the units' is 23.33


def test_wages_of_one_department_are_not_in_another(warehouse: Warehouse) -> None:
    warehouse.earn("Shop", "1000")
    warehouse.pay("Vesterbro", None, "200")

    warehouse.calculate()

    assert warehouse.row("Aarhus", None)["wage_cost"] is None


@pytest.mark.parametrize("revenue", [None, "0"])
def test_wages_without_revenue_have_no_percentage_and_a_note(warehouse: Warehouse, revenue: str | None) -> None:
    warehouse.earn("Bar", revenue)
    warehouse.pay("Vesterbro", "Bar", "400")

    warehouse.calculate()

    bar = warehouse.row("Vesterbro", "Bar")
    assert (bar["wage_percentage"], bar["note"]) == (None, "wages without revenue")


def test_a_unit_without_any_row_of_revenue_has_wages_without_revenue(warehouse: Warehouse) -> None:
    warehouse.pay("Vesterbro", "Bar", "400")

    warehouse.calculate()

    bar = warehouse.row("Vesterbro", "Bar")
    assert (bar["revenue_excl_vat"], bar["wage_percentage"], bar["note"]) == (None, None, "wages without revenue")


def test_revenue_without_wages_has_a_note_and_no_percentage_of_zero(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "1000")

    warehouse.calculate()

    bar = warehouse.row("Vesterbro", "Bar")
    assert (bar["wage_cost"], bar["wage_percentage"], bar["note"]) == (None, None, "revenue without wages")


def test_a_closed_day_has_no_note(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "0")

    warehouse.calculate()

    assert warehouse.row("Vesterbro", "Bar")["note"] is None


def test_negative_revenue_is_told_in_the_note(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "-200")
    warehouse.pay("Vesterbro", "Bar", "100")

    warehouse.calculate()

    bar = warehouse.row("Vesterbro", "Bar")
    assert (bar["wage_percentage"], bar["note"]) == (Decimal(-50), "negative revenue")


@IN_BOTH_STORES
def test_missing_locations_are_told_at_the_unit_and_at_the_department(warehouse: Warehouse) -> None:
    warehouse.earn("Bar", "1000", missing=("11",))
    warehouse.earn("Kitchen", None, missing=("20",))
    warehouse.pay("Vesterbro", "Bar", "100")
    warehouse.pay("Vesterbro", "Kitchen", "100")

    warehouse.calculate()

    assert warehouse.row("Vesterbro", "Bar")["note"] == "missing: 11"
    assert warehouse.row("Vesterbro", "Kitchen")["note"] == "wages without revenue; missing: 20"
    assert warehouse.row("Vesterbro", None)["note"] == "missing: 11, 20"


def test_a_unit_has_its_own_target_and_the_department_none(warehouse: Warehouse) -> None:
    warehouse.calculate()

    targets = [warehouse.row("Vesterbro", unit)["target"] for unit in ("Bar", "Kitchen", None)]
    assert targets == [Decimal(30), None, None]


def test_a_unit_that_only_the_warehouse_still_knows_stays_in_its_department(warehouse: Warehouse) -> None:
    warehouse.earn("Old bar", "1000")

    warehouse.calculate()

    assert warehouse.row("Vesterbro", "Old bar")["revenue_excl_vat"] == Decimal(1000)
    assert warehouse.row("Vesterbro", None)["revenue_excl_vat"] == Decimal(1000)


@IN_BOTH_STORES
def test_calculating_again_replaces_the_days_of_the_window_and_no_others(warehouse: Warehouse) -> None:
    later = DAY + dt.timedelta(days=1)
    warehouse.earn("Bar", "1000")
    warehouse.earn("Bar", "1000", day=later)
    warehouse.calculate(Window(DAY, later))
    warehouse.connection.execute("UPDATE unit_revenue SET revenue_excl_vat = 500")

    warehouse.calculate(Window(later, later))

    stored = warehouse.connection.execute(
        "SELECT business_date, revenue_excl_vat FROM wage_percentage WHERE unit = 'Bar' ORDER BY 1"
    )
    assert stored.fetchall() == [(DAY, Decimal(1000)), (later, Decimal(500))]


# The macro


money = st.one_of(
    st.decimals(-(10**15), 10**15, places=2),
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([Decimal(0), OERE, -OERE, Decimal(10) ** 16 - OERE, OERE - Decimal(10) ** 16]),
    # Above it, they are calculated in whole numbers of another type.
    st.decimals(Decimal(10) ** 12 - 1, Decimal(10) ** 12 + 1, places=2),
)


@settings(max_examples=400)
@given(part=money, whole=money)
@example(part=Decimal(1), whole=Decimal(800))  # 0.125
@example(part=Decimal(-1), whole=Decimal(800))
def test_a_percentage_is_the_exact_quotient_rounded_half_up(
    empty_tables: duckdb.DuckDBPyConnection, part: Decimal, whole: Decimal
) -> None:
    [[percentage]] = empty_tables.execute(
        "SELECT percentage(?::DECIMAL(18, 2), ?::DECIMAL(18, 2))", [part, whole]
    ).fetchall()

    assert percentage == half_up_percentage(part, whole)


def half_up_percentage(part: Decimal, whole: Decimal) -> Decimal | None:
    if whole == 0:
        return None
    # In ten-thousandths and whole numbers, so that no context of Decimal's rounds before we do.
    numerator, denominator = int(part * 100) * 10_000, int(whole * 100)
    quotient, rest = divmod(abs(numerator), abs(denominator))
    rounded = quotient + (2 * rest >= abs(denominator))
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return (sign * Decimal(rounded)).scaleb(-2)


@pytest.mark.parametrize(("part", "whole"), [(None, 1), (1, None), (None, None), (1, 0)])
def test_a_percentage_of_nothing_or_of_zero_is_null(
    empty_tables: duckdb.DuckDBPyConnection, part: int | None, whole: int | None
) -> None:
    [[percentage]] = empty_tables.execute(
        "SELECT percentage(?::DECIMAL(18, 2), ?::DECIMAL(18, 2))", [part, whole]
    ).fetchall()

    assert percentage is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(
        st.tuples(st.decimals(-(10**6), 10**6, places=2), st.decimals(0, 10**6, places=2)), min_size=1, max_size=7
    )
)
def test_a_period_is_the_ratio_of_its_sums_for_any_amounts(
    empty_tables: duckdb.DuckDBPyConnection, days: list[tuple[Decimal, Decimal]]
) -> None:
    window = Window(DAY, DAY + dt.timedelta(days=6))
    rows = [(day, revenue, cost) for day, (revenue, cost) in zip(window.days, days, strict=False)]
    empty_tables.begin()
    try:
        empty_tables.executemany("INSERT INTO wage_percentage VALUES (?, 'D', 'U', ?, ?, NULL, NULL, NULL)", rows)
        [figures] = load_figures(empty_tables, Settings.model_validate(settings_dict()), [window]).values()
    finally:
        empty_tables.rollback()

    expected = half_up_percentage(
        sum((cost for _, cost in days), Decimal()), sum((revenue for revenue, _ in days), Decimal())
    )
    assert figures[Place("D", "U")].wage_percentage == expected
