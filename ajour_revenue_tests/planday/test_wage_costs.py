import datetime as dt
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.demo.planday import Position, Shift
from ajour_revenue.planday import client
from ajour_revenue.planday.assets import REPLACE_STRUCTURE
from ajour_revenue.planday.structure import fetch_structure
from ajour_revenue.planday.wages import PlandayWages
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue.wages.assets import store_wage_costs
from ajour_revenue.wages.figures import Place, load_figures
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict
from ajour_revenue_tests.planday.connected import (
    AARHUS,
    BARTENDER,
    CLEANER,
    CLERK,
    COOK,
    FIRST_DAY,
    LAST,
    MANAGER,
    MIDDLE_DAY,
    UNLIMITED,
    VESTERBRO,
    WINDOW,
    ConnectedCompany,
    costs_of,
    on_duty,
    portal,
    shown,
    unit_list,
)
from ajour_revenue_tests.planday.kit import Stage, answers, row_of_costs

if TYPE_CHECKING:
    from ajour_revenue.warehouse.resource import Warehouse

ONE_DAY = Window(LAST, LAST)


@pytest.fixture
def listed(connected_company: ConnectedCompany) -> ConnectedCompany:
    """A company that knows Planday's structure, and has planned nothing."""
    connected_company.list_structure()
    connected_company.portal.shifts = []
    return connected_company


def wages_of(company: ConnectedCompany, *shifts: Shift, window: Window = ONE_DAY) -> dict[tuple[str, str | None], str]:
    """What is stored of these shifts, by department and unit, where it is all of one day."""
    company.portal.shifts = list(shifts)
    assert company.materialize("wage_costs", window=window).success
    return {(department, unit): str(cost) for (_, department, unit), cost in company.wages().items()}


class TestWhereTheCostGoes:
    def test_the_position_leads_to_the_unit_and_the_rest_stays_with_the_department(
        self,
        listed: ConnectedCompany,
    ) -> None:
        unknown_position = 99
        listed.portal.positions.append(Position(22, "Borrowed", AARHUS, 101))
        listed.list_structure()
        assert wages_of(
            listed,
            on_duty(BARTENDER, "1"),
            on_duty(BARTENDER, "2", employee=2),
            on_duty(COOK, "4"),
            on_duty(MANAGER, "8"),
            on_duty(None, "16"),
            on_duty(unknown_position, "32"),
            on_duty(CLERK, "64", department=AARHUS),
            on_duty(22, "128", department=AARHUS),
        ) == {
            ("Vesterbro", "Bar"): "3.00",
            ("Vesterbro", "Kitchen"): "4.00",
            ("Vesterbro", None): "56.00",
            ("Aarhus", "Shop"): "64.00",
            ("Aarhus", None): "128.00",
        }

    def test_a_position_of_a_unit_that_the_settings_leave_out_stays_with_the_department(
        self,
        listed: ConnectedCompany,
    ) -> None:
        listed.reload(units=unit_list(Kitchen=None))
        assert wages_of(listed, on_duty(BARTENDER, "1"), on_duty(COOK, "2")) == {
            ("Vesterbro", "Bar"): "1.00",
            ("Vesterbro", None): "2.00",
        }

    def test_a_supplement_without_a_shift_counts(self, listed: ConnectedCompany) -> None:
        supplement = replace(on_duty(BARTENDER, "75.10", hours="0"), shift_id=None)
        nowhere = replace(on_duty(None, "5", hours="0"), shift_id=None)
        assert wages_of(listed, on_duty(BARTENDER, "100"), supplement, nowhere) == {
            ("Vesterbro", "Bar"): "175.10",
            ("Vesterbro", None): "5.00",
        }

    def test_what_does_not_affect_revenue_is_left_out_and_shown(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "1000")
        listed.portal.shifts = [
            on_duty(BARTENDER, "250", employee=1),
            on_duty(COOK, "50", employee=2),
            on_duty(CLEANER, "400.005", employee=3),
            on_duty(CLEANER, "12.5", employee=4),
        ]
        listed.reload(wages={"source": "planday", "show_single_person": True})
        result = listed.materialize("wage_costs", "wage_percentage", window=ONE_DAY)
        assert shown(result, "wage_costs")["wage_cost_not_affecting_revenue"] == "412,51 kr."
        assert shown(result, "wage_costs")["wage_cost"] == "300,00 kr."
        assert {unit: str(cost) for (_, _, unit), cost in listed.wages().items()} == {
            "Bar": "250.00",
            "Kitchen": "50.00",
        }
        assert listed.query(
            "SELECT sum(wage_cost) FROM wage_percentage WHERE department = 'Vesterbro' AND unit IS NULL",
        ) == [(Decimal(300),)]

    @pytest.mark.parametrize("department", ["Aarhus", "Vesterbros nabo"])
    def test_a_cost_is_counted_once_where_settings_and_planday_differ_on_a_units_department(
        self,
        listed: ConnectedCompany,
        department: str,
    ) -> None:
        bar, kitchen, shop = unit_list()
        listed.reload(units=[bar, {**kitchen, "department": department}, shop])
        assert wages_of(listed, on_duty(BARTENDER, "1"), on_duty(COOK, "2"), on_duty(None, "4")) == {
            ("Vesterbro", "Bar"): "1.00",
            (department, "Kitchen"): "2.00",
            ("Vesterbro", None): "4.00",
        }

    def test_a_department_without_a_unit_in_the_settings_is_not_asked(self, listed: ConnectedCompany) -> None:
        bar, kitchen, _ = unit_list()
        listed.reload(units=[bar, kitchen])
        assert wages_of(listed, on_duty(CLERK, "1", department=AARHUS)) == {}
        assert listed.planday.faults.requests(costs_of(AARHUS)) == []


class TestTheWindow:
    def test_each_department_is_asked_once_for_the_whole_window(self, connected_company: ConnectedCompany) -> None:
        connected_company.list_structure()
        assert connected_company.materialize("wage_costs").success
        assert {day for day, _, _ in connected_company.wages()} == set(WINDOW.days)
        for department in (VESTERBRO, AARHUS):
            assert [seen.status for seen in connected_company.planday.faults.requests(costs_of(department))] == [200]

    def test_fetching_again_replaces_exactly_the_window(self, connected_company: ConnectedCompany) -> None:
        connected_company.list_structure()
        assert connected_company.materialize("wage_costs").success
        before = connected_company.contents()
        connected_company.portal.shifts = [on_duty(CLERK, "1", department=AARHUS, day=day) for day in WINDOW.days]
        assert connected_company.materialize("wage_costs", window=Window(MIDDLE_DAY, LAST)).success

        after = connected_company.contents()
        for table in ("wage_costs", "wage_cost_people"):
            first_day = [row for row in before[table] if row[0] == FIRST_DAY]
            assert len(first_day) >= 2
            assert [row for row in after[table] if row[0] == FIRST_DAY] == first_day
            assert [row[:2] for row in after[table] if row[0] != FIRST_DAY] == [
                (MIDDLE_DAY, "Aarhus"),
                (LAST, "Aarhus"),
            ]
        assert connected_company.wages()[MIDDLE_DAY, "Aarhus", "Shop"] == Decimal(1)

    def test_a_day_that_planday_gives_unasked_is_left_for_its_own_window(self, listed: ConnectedCompany) -> None:
        unasked = answers(200, row_of_costs(date=FIRST_DAY.isoformat(), duration="0:01:00", employeeId=1))
        listed.planday.faults.order(costs_of(VESTERBRO), [unasked, unasked])
        for _ in range(2):
            assert listed.materialize("wage_costs", window=ONE_DAY).success
        assert listed.wages() == {}
        assert listed.query("FROM wage_cost_people") == []

    def test_a_day_without_shifts_has_no_cost(self, listed: ConnectedCompany) -> None:
        assert wages_of(listed, on_duty(BARTENDER, "1", day=FIRST_DAY)) == {}


class TestFigures:
    @pytest.mark.parametrize(
        ("costs", "stored"),
        [
            (["0.004", "0.004"], "0.01"),
            (["0.0049", "0.0001"], "0.01"),
            (["0.0049", "0.00009999"], "0.00"),
            (["0.005", "0.005"], "0.01"),
            (["-0.004", "-0.001"], "-0.01"),
            (["1234567.89", "0.005"], "1234567.90"),
        ],
    )
    def test_a_sum_is_rounded_once_and_half_up(self, listed: ConnectedCompany, costs: list[str], stored: str) -> None:
        shifts = [on_duty(BARTENDER, cost) for cost in costs]
        assert wages_of(listed, *shifts) == {("Vesterbro", "Bar"): stored}

    def test_hours_are_those_of_days_hours_and_minutes(self, listed: ConnectedCompany) -> None:
        wages_of(
            listed,
            on_duty(BARTENDER, "1", hours="26.5"),
            *(on_duty(COOK, "1", hours=str(Decimal(20) / 60)) for _ in range(3)),
            replace(on_duty(CLERK, "1", hours="0", department=AARHUS), shift_id=None),
        )
        assert dict(listed.query("SELECT unit, hours FROM wage_costs")) == {
            "Bar": Decimal("26.50"),
            "Kitchen": Decimal("1.00"),
            "Shop": Decimal(0),
        }

    @pytest.mark.parametrize(("symbol", "told"), [("kr.", "DKK"), ("kr", "DKK"), ("DKK", "DKK"), ("€", "€")])
    def test_another_currency_than_kroner_is_a_warning(
        self,
        listed: ConnectedCompany,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
        symbol: str,
        told: str,
    ) -> None:
        listed.portal.currency_symbol = symbol
        listed.portal.shifts = [on_duty(BARTENDER, "1")]
        result = listed.materialize("wage_costs", window=ONE_DAY)
        assert result.success
        assert shown(result, "wage_costs")["currency"] == told
        assert ("Planday gives wages in €, not in DKK" in caplog.text + capfd.readouterr().err) == (told == "€")


class TestPeople:
    def test_each_is_counted_once(self, listed: ConnectedCompany) -> None:
        wages_of(
            listed,
            on_duty(BARTENDER, "1", employee=1),
            on_duty(COOK, "1", employee=1),
            on_duty(COOK, "1", employee=2),
            on_duty(CLEANER, "1", employee=3),
            on_duty(CLERK, "1", employee=1, department=AARHUS),
        )
        assert listed.query("FROM wage_cost_people ORDER BY ALL") == [
            (LAST, "Aarhus", "Shop", 1),
            (LAST, "Vesterbro", "Bar", 1),
            (LAST, "Vesterbro", "Kitchen", 2),
        ]

    def test_who_costs_nothing_does_not_count(self, listed: ConnectedCompany) -> None:
        wages_of(
            listed,
            on_duty(BARTENDER, "100", employee=1),
            on_duty(BARTENDER, "0", employee=2),
            on_duty(BARTENDER, "50", employee=3),
            on_duty(BARTENDER, "-50", employee=3),
        )
        assert listed.query("FROM wage_cost_people") == [(LAST, "Vesterbro", "Bar", 1)]

    @pytest.mark.parametrize("show", [False, True])
    def test_the_cost_of_one_person_that_does_not_affect_revenue_is_hidden_too(
        self,
        listed: ConnectedCompany,
        show: bool,  # noqa: FBT001 (a parameter of the test)
    ) -> None:
        listed.reload(wages={"source": "planday", "show_single_person": show})
        listed.portal.shifts = [on_duty(CLEANER, "412.50", employee=1)]
        result = listed.materialize("wage_costs", window=ONE_DAY)
        told = shown(result, "wage_costs")["wage_cost_not_affecting_revenue"]
        assert told == ("412,50 kr." if show else "0,00 kr.")

    @pytest.mark.parametrize("show", [False, True])
    def test_the_wage_of_one_person_alone_is_stored_but_hidden_unless_the_settings_show_it(
        self,
        listed: ConnectedCompany,
        show: bool,  # noqa: FBT001 (a parameter of the test)
    ) -> None:
        listed.reload(wages={"source": "planday", "show_single_person": show})
        for unit in ("Bar", "Shop"):
            listed.earn(unit, LAST, "4000")
        listed.portal.shifts = [
            on_duty(BARTENDER, "1001.23", employee=1),
            on_duty(BARTENDER, "2002.34", employee=2),
            on_duty(CLERK, "789.01", employee=3, hours="6.75", department=AARHUS),
            replace(on_duty(None, "20.32", employee=3, hours="0", department=AARHUS), shift_id=None),
        ]
        result = listed.materialize("wage_costs", "wage_percentage", window=ONE_DAY)
        assert listed.wages()[LAST, "Aarhus", "Shop"] == Decimal("789.01")

        with reading(listed.settings.warehouse_file) as connection:
            figures = load_figures(connection, listed.settings, [ONE_DAY])[ONE_DAY]
        seen = {place: (figure.wage_cost, figure.wage_percentage) for place, figure in figures.items()}
        assert seen[Place("Vesterbro", "Bar")] == (Decimal("3003.57"), Decimal("75.09"))
        assert seen[Place("Aarhus", "Shop")] == ((Decimal("789.01"), Decimal("19.73")) if show else (None, None))
        assert seen[Place("Aarhus", unallocated=True)] == ((Decimal("20.32"), None) if show else (None, None))
        assert seen[Place("Aarhus")] == ((Decimal("809.33"), Decimal("20.23")) if show else (None, None))

        tables = shown(result, "wage_costs")["departments"] + shown(result, "wage_percentage")["wage_percentage"]
        assert "3.003,57" in tables
        for figure in ("789,01", "809,33", "20,32", "6,75", "19,7 %", "20,2 %"):
            assert (figure in tables) == show

    @pytest.mark.parametrize("show", [False, True])
    def test_the_chart_has_no_bar_for_the_wage_of_one_person_alone_unless_the_settings_show_it(
        self,
        listed: ConnectedCompany,
        show: bool,  # noqa: FBT001 (a parameter of the test)
    ) -> None:
        listed.reload(wages={"source": "planday", "show_single_person": show})
        listed.portal.shifts = [on_duty(CLERK, "789.01", employee=3, department=AARHUS)]

        result = listed.materialize("wage_costs", window=ONE_DAY)

        assert ("stroke='teal'" in shown(result, "wage_costs")["chart"]) == show


# A few days and places with many shifts each, so that there is something to add up.
POSITIONS = [BARTENDER, BARTENDER, COOK, MANAGER, CLEANER, CLERK, 99, None]
UNIT_OF = {BARTENDER: ("Vesterbro", "Bar"), COOK: ("Vesterbro", "Kitchen"), CLERK: ("Aarhus", "Shop")}
DEPARTMENT_NAMES = {VESTERBRO: "Vesterbro", AARHUS: "Aarhus"}

SHIFTS = st.lists(
    st.builds(
        Shift,
        department_id=st.sampled_from([VESTERBRO, VESTERBRO, AARHUS]),
        day=st.integers(0, 3).map(lambda number: FIRST_DAY + dt.timedelta(days=number)),
        employee_id=st.integers(1, 3),
        cost=st.integers(-999, 9999).map(lambda tenths_of_an_ore: Decimal(tenths_of_an_ore) / 1000),
        hours=st.integers(0, 2 * 1440 - 1).map(lambda minutes: Decimal(minutes) / 60),
        position_id=st.sampled_from(POSITIONS),
        shift_id=st.none() | st.integers(1, 10**15),
    ),
    min_size=10,
    max_size=40,
)
WINDOWS = st.tuples(st.integers(0, 1), st.integers(0, 2)).map(
    lambda ends: Window(FIRST_DAY + dt.timedelta(days=ends[0]), FIRST_DAY + dt.timedelta(days=sum(ends))),
)

Cell = tuple[dt.date, str, str | None]
Sums = dict[Cell, tuple[Decimal, Decimal]]


def independently(shifts: list[Shift], window: Window) -> tuple[Sums, dict[Cell, int], Decimal]:
    """Cost and hours, people, and the cost left out: in Decimals, a shift at a time."""
    sums: dict[Cell, list[Shift]] = defaultdict(list)
    left_out: dict[tuple[dt.date, str], list[Shift]] = defaultdict(list)
    for shift in shifts:
        if not window.first_day <= shift.day <= window.last_day:
            continue
        department = DEPARTMENT_NAMES[shift.department_id]
        if shift.position_id == CLEANER:
            left_out[shift.day, department].append(shift)
            continue
        home, unit = UNIT_OF.get(shift.position_id or 0, (None, None))
        sums[shift.day, department, unit if home == department else None].append(shift)

    def rounded(amount: Decimal) -> Decimal:
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

    return (
        {
            key: (
                rounded(sum((shift.cost for shift in of_key), Decimal(0))),
                rounded(sum((shift.hours for shift in of_key), Decimal(0))),
            )
            for key, of_key in sums.items()
        },
        {key: people_in(of_key) for key, of_key in sums.items()},
        sum(
            (
                rounded(sum((shift.cost for shift in cell), Decimal(0)))
                for cell in left_out.values()
                if people_in(cell) > 1
            ),
            Decimal(0),
        ),
    )


def people_in(cell: list[Shift]) -> int:
    """Count those whose cost is not 0, to the øre."""
    costs: dict[int, Decimal] = defaultdict(Decimal)
    for shift in cell:
        costs[shift.employee_id] += shift.cost
    return sum(cost.quantize(Decimal("0.01"), ROUND_HALF_UP) != 0 for cost in costs.values())


@IN_BOTH_STORES
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shifts=SHIFTS, window=WINDOWS)
def test_the_stored_sums_are_those_of_an_independent_calculation(
    stage: Stage,
    empty_tables: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    shifts: list[Shift],
    window: Window,
) -> None:
    monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
    company = Settings.model_validate(settings_dict(units=unit_list()))
    connection = empty_tables.begin()
    try:
        with stage.planday(portal(shifts), rate_limits=UNLIMITED) as planday:
            asked = planday.client()
            connection.register("listed", fetch_structure(asked))
            run(connection, REPLACE_STRUCTURE)
            warehouse = SimpleNamespace(reading=lambda: nullcontext(connection))
            costs = PlandayWages(asked, cast("Warehouse", warehouse), company).fetch(window)
        store_wage_costs(connection, company, costs, window, run_id="r")
        stored = connection.execute(
            "SELECT business_date, department, unit, wage_cost, hours FROM wage_costs"
        ).fetchall()
        people = connection.execute("FROM wage_cost_people").fetchall()
    finally:
        connection.rollback()
    sums, expected_people, expected_left_out = independently(shifts, window)
    assert len(stored) == len(sums)
    assert {(day, department, unit): (cost, hours) for day, department, unit, cost, hours in stored} == sums
    assert {(day, department, unit): count for day, department, unit, count in people} == expected_people
    assert costs.metadata["wage_cost_not_affecting_revenue"].value == DANISH.kroner(expected_left_out)
