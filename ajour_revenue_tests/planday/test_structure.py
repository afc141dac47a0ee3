from dataclasses import replace

import dagster as dg
import pytest

from ajour_revenue.demo.planday import Department, Position, RevenueUnit
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.planday.connected import (
    AARHUS,
    BAR,
    CLEANER,
    CLERK,
    KITCHEN,
    SHOP,
    VESTERBRO,
    ConnectedCompany,
    on_duty,
    shown,
    unit_list,
)


def test_departments_revenue_units_and_positions_are_stored(connected_company: ConnectedCompany) -> None:
    result = connected_company.materialize("planday_structure")
    assert result.success
    stored = set(connected_company.query("FROM planday_structure"))
    assert len(stored) == 11
    assert stored >= {
        ("portal", 1, "Nordlys", None, None, None),
        ("department", AARHUS, "Aarhus", None, None, None),
        ("revenue unit", BAR, "Bar", VESTERBRO, None, None),
        ("position", CLERK, "Clerk", AARHUS, SHOP, True),
        ("position", CLEANER, "Cleaner", VESTERBRO, None, False),
    }
    told = shown(result, "planday_structure")
    assert (told["departments"], told["positions"]) == ("2", "5")
    assert all(unit.name in told["revenue_units"] for unit in connected_company.portal.revenue_units)


def test_a_structure_of_many_pages_is_stored_whole(connected_company: ConnectedCompany) -> None:
    connected_company.portal.positions += [Position(number, f"P{number}", AARHUS, None) for number in range(1000, 1120)]
    connected_company.list_structure()
    assert connected_company.query("SELECT count(*) FROM planday_structure WHERE kind = 'position'") == [(125,)]


def test_what_planday_no_longer_lists_is_gone(connected_company: ConnectedCompany) -> None:
    connected_company.list_structure()
    connected_company.portal.positions.clear()
    connected_company.portal.revenue_units[0] = RevenueUnit(BAR, "Cocktailbar", VESTERBRO)
    assert connected_company.materialize("planday_structure").success
    names = connected_company.query("SELECT name FROM planday_structure WHERE kind IN ('revenue unit', 'position')")
    assert sorted(names) == [("Cocktailbar",), ("Kitchen",), ("Shop",)]


def check(connected_company: ConnectedCompany) -> tuple[bool, set[str]]:
    """Whether the check passed, and its lines."""
    connected_company.list_structure()
    found = connected_company.check("units_match_planday")
    assert found.severity is dg.AssetCheckSeverity.WARN
    return found.passed, set(str(found.description).splitlines())


class TestUnitsMatchPlanday:
    def test_units_that_are_as_in_planday_pass(self, connected_company: ConnectedCompany) -> None:
        assert check(connected_company) == (True, {"All 3 units are as in Planday."})

    def test_every_kind_of_mismatch_is_told_at_once(self, connected_company: ConnectedCompany) -> None:
        units = unit_list(Bar=999, Kitchen=None)
        connected_company.reload(units=[{**unit, "department": "Vesterbro"} for unit in units])
        assert check(connected_company) == (
            False,
            {
                "Unit 'Bar' has the planday_unit_id 999, which Planday does not know.",
                "Unit 'Kitchen' has no planday_unit_id, so it gets no wages and is not published.",
                f"Planday's revenue unit {BAR} (Bar, Vesterbro) is not listed. Add it to the settings.",
                f"Planday's revenue unit {KITCHEN} (Kitchen, Vesterbro) is not listed. Add it to the settings.",
                "Unit 'Shop' belongs to Vesterbro in the settings, and to Aarhus in Planday.",
            },
        )

    def test_a_unit_whose_department_planday_does_not_list_is_told(self, connected_company: ConnectedCompany) -> None:
        connected_company.portal.departments.remove(Department(AARHUS, "Aarhus"))
        passed, problems = check(connected_company)
        assert not passed
        assert len(problems) == 1
        assert problems.pop().startswith("Unit 'Shop' belongs to Aarhus in the settings")

    def test_a_unit_that_is_not_listed_and_has_no_department_is_told(self, connected_company: ConnectedCompany) -> None:
        connected_company.portal.revenue_units.append(RevenueUnit(501, "Kiosk", 5))
        passed, problems = check(connected_company)
        assert not passed
        assert len(problems) == 1
        assert "revenue unit 501 (Kiosk" in problems.pop()


def test_a_department_without_positions_keeps_its_cost_together(connected_company: ConnectedCompany) -> None:
    portal = connected_company.portal
    portal.positions = [position for position in portal.positions if position.department_id != AARHUS]
    portal.shifts = [replace(on_duty(None, "100.50", employee=number), department_id=AARHUS) for number in (1, 2)]
    assert connected_company.materialize("planday_structure", "wage_costs").success
    [((_, department, unit), cost)] = connected_company.wages().items()
    assert (department, unit, str(cost)) == ("Aarhus", None, "201.00")


@pytest.mark.parametrize("ids", [{"Bar": None, "Kitchen": None, "Shop": None}, {"Bar": 1, "Kitchen": 2, "Shop": 3}])
def test_settings_whose_units_planday_does_not_know_give_no_wages_and_say_why(
    connected_company: ConnectedCompany,
    ids: dict[str, int | None],
) -> None:
    connected_company.reload(units=unit_list(**ids))
    result = connected_company.materialize("planday_structure", "wage_costs")
    assert not result.success
    [failure] = result.get_step_failure_events()
    assert "None of the settings' units is known in Planday" in str(failure.step_failure_data.error_display_string)
    assert len(settings_dict()["units"]) == len(ids)
