import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from ajour_revenue.days import Window
from ajour_revenue.demo.chain import CLOSED_DEPARTMENT, CYCLE_DAYS, DEPARTMENTS, UNITS, wages
from ajour_revenue.demo.planday import PlandayPortal, create_app, serve
from ajour_revenue.demo.portal import chain_portal
from ajour_revenue.planday import client
from ajour_revenue.planday.client import PlandayClient

# A cycle holds every special day of the chain.
WINDOW = Window.back_from(dt.date(2026, 11, 24), days=CYCLE_DAYS)


@pytest.fixture(scope="module")
def portal() -> PlandayPortal:
    return chain_portal(WINDOW)


def test_its_units_are_those_of_the_chain_in_their_departments(portal: PlandayPortal) -> None:
    departments = {department.id: department.name for department in portal.departments}
    assert sorted(departments.values()) == sorted(DEPARTMENTS)
    assert {(unit.id, unit.name, departments[unit.department_id]) for unit in portal.revenue_units} == {
        (unit.planday_unit_id, unit.name, unit.department) for unit in UNITS
    }


def test_each_position_leads_to_a_unit_of_its_own_department_or_to_none(portal: PlandayPortal) -> None:
    homes = {unit.id: unit.department_id for unit in portal.revenue_units}
    assert len({position.id for position in portal.positions}) == len(portal.positions)
    for position in portal.positions:
        if position.revenue_unit_id is not None:
            assert position.department_id == homes[position.revenue_unit_id]
            assert position.affect_revenue
    assert [position.name for position in portal.positions if not position.affect_revenue] == ["Rengøring"] * 3


def test_the_shifts_share_out_exactly_the_wages_of_the_chain(portal: PlandayPortal) -> None:
    departments = {department.id: department.name for department in portal.departments}
    units = {unit.id: unit.name for unit in portal.revenue_units}
    positions = {position.id: position for position in portal.positions}
    costs: dict[tuple[dt.date, str, str | None], Decimal] = defaultdict(Decimal)
    hours: dict[tuple[dt.date, str, str | None], Decimal] = defaultdict(Decimal)
    for shift in portal.shifts:
        position = positions[shift.position_id or 0]
        assert position.department_id == shift.department_id
        if position.affect_revenue:
            key = (shift.day, departments[shift.department_id], units.get(position.revenue_unit_id or 0))
            costs[key] += shift.cost
            hours[key] += shift.hours
    rows = [row for day in WINDOW.days for row in wages(day)]
    assert costs == {(row.day, row.department, row.unit): row.wage_cost for row in rows}
    assert hours == {(row.day, row.department, row.unit): row.hours for row in rows}


def test_every_shift_is_one_that_a_person_could_have(portal: PlandayPortal) -> None:
    assert len({shift.shift_id for shift in portal.shifts}) == len(portal.shifts)
    assert set(Counter((shift.day, shift.employee_id) for shift in portal.shifts).values()) == {1}
    for shift in portal.shifts:
        assert 0 < shift.hours <= 12
        assert shift.hours % Decimal("0.25") == 0
        assert shift.cost > 0
        assert shift.cost == round(shift.cost, 2)


def test_every_department_has_an_opening_day_each_day_even_where_it_is_closed(portal: PlandayPortal) -> None:
    people: dict[tuple[int, dt.date], set[int]] = defaultdict(set)
    for shift in portal.shifts:
        people[shift.department_id, shift.day].add(shift.employee_id)
    assert set(people) == {(department.id, day) for department in portal.departments for day in WINDOW.days}
    closed = [who for who in people.values() if len(who) == 2]
    assert len(closed) == 1
    assert CLOSED_DEPARTMENT in {department.name for department in portal.departments}


def test_the_same_day_is_the_same_in_every_window(portal: PlandayPortal) -> None:
    day = WINDOW.days[5]
    assert chain_portal(Window(day, day)).shifts == [shift for shift in portal.shifts if shift.day == day]


def test_it_can_be_asked_over_http(portal: PlandayPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "RATE_LIMITS", ((1000, 1),))
    app = create_app(portal, client_id="chain", refresh_token="chain-token", rate_limits=((1000, 1),))
    with serve(app) as url:
        planday = PlandayClient(client_id="chain", refresh_token="chain-token", api_url=url, identity_url=url)
        assert planday.portal().name == "Demokæden"
        assert len(planday.positions()) == len(portal.positions)
        first_day, last_day = WINDOW.first_day, WINDOW.last_day
        for department in portal.departments:
            answer = planday.time_and_cost(department_id=department.id, first_day=first_day, last_day=last_day)
            planned = [shift for shift in portal.shifts if shift.department_id == department.id]
            assert [(row.day, row.cost, row.hours) for row in answer.costs] == [
                (shift.day, shift.cost, shift.hours) for shift in planned
            ]
            assert answer.currency_symbol == "kr."
