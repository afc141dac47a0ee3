"""Nothing of Ajour's, Planday's or a user's that nobody can see gets into the warehouse, the events or the reports."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.commands.enter import store_entries
from ajour_revenue.demo.planday import Department, Position, RevenueUnit
from ajour_revenue.planday.structure import fetch_structure
from ajour_revenue.revenue.manual import check_entry
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.planday.connected import WINDOW, ConnectedCompany, unit_list
from ajour_revenue_tests.planday.kit import Planday, answers

EVIL = "\x1b[31m\u202eeno\u2066 \u200b\x00\x9b\u2028\ue000\ufdd0\ufeff"
"""A terminal's escape sequence, marks of writing direction, and characters that nothing shows."""


def texts_in(value: object) -> Iterator[str]:
    """Give every text within a value, whatever it is."""
    match value:
        case str():
            yield value
        case dg.TableMetadataValue():
            for record in value.records:
                yield from texts_in(list(record.data.values()))
        case dg.MetadataValue():
            yield str(value.value)
        case dict():
            yield from texts_in([*value, *value.values()])
        case list() | tuple():
            for each in value:
                yield from texts_in(each)


def hidden_in(value: object) -> set[str]:
    """Return what nobody sees in a value, line breaks of a report aside."""
    unwanted = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    characters = {character for text in texts_in(value) for character in text} - {"\n"}
    return {character for character in characters if unicodedata.category(character) in unwanted}


def metadata(result: dg.ExecuteInProcessResult) -> Iterator[dict[str, Any]]:
    for event in result.get_asset_materialization_events():
        yield dict(event.step_materialization_data.materialization.metadata)
    for evaluation in result.get_asset_check_evaluations():
        yield {**evaluation.metadata, "description": evaluation.description}


def test_what_nobody_sees_is_neither_stored_nor_shown(
    connected_company: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = connected_company
    portal = company.portal
    portal.name = f"Nordlys{EVIL}"
    portal.departments = [Department(each.id, f" {each.name}{EVIL}") for each in portal.departments]
    portal.revenue_units = [RevenueUnit(u.id, f"{EVIL}{u.name}", u.department_id) for u in portal.revenue_units]
    portal.positions.append(Position(999, f"Cook{EVIL}", 1, None))
    company.ajour.list_locations({"10": f"Bar{EVIL}", "1\u200b1": "Bar, up", "20": "\u200b", f"9{EVIL}9": f"New{EVIL}"})
    company.ajour.sell(LAST_DAY, f"9{EVIL}9", "100")
    monkeypatch.setattr("getpass.getuser", lambda: f"mette{EVIL}")

    result = company.run(WINDOW)
    entry = {
        "unit": "\u200bBar\u202e\u00a0",
        "business_date": LAST_DAY,
        "revenue_excl_vat": "1",
        "reason": f"till{EVIL}",
    }
    store_entries(company.settings, [check_entry(company.settings, entry)])

    assert result.success
    assert company.query("SELECT location_id, location_name FROM ajour_locations ORDER BY ALL") == [
        ("10", "Bareno"),
        ("11", "Bar, up"),
        ("20", "Location 20"),
        ("9eno", "Neweno"),
    ]
    entered = company.query("SELECT unit, reason, entered_by FROM manual_revenue")
    assert entered == [("Bar", "tilleno", "metteeno")]
    assert hidden_in(company.contents()) == set()
    assert hidden_in(list(metadata(result))) == set()
    [page, *_] = company.settings.report.folder.rglob("*.html")
    assert hidden_in(page.read_text(encoding="utf-8")) == set()


def test_planday_things_without_a_name_are_called_after_their_ids(planday: Planday) -> None:
    portal = planday.portal
    portal.departments = [Department(1, "\u200b"), Department(2, " Nørrebro\u00a0")]
    portal.revenue_units = [RevenueUnit(101, "", 1)]
    portal.positions = [Position(11, "\x1b[0m", 1, 101)]

    names = fetch_structure(planday.client())["name"].to_pylist()

    assert names == ["Nordlys", "Department 1", "Nørrebro", "Revenue unit 101", "Position 11"]


@pytest.mark.parametrize("name", [b"null", rb'"\ud800"', rb'"\u202e"'])
def test_a_name_that_is_none_keeps_no_list_from_being_read(planday: Planday, name: bytes) -> None:
    body = b'{"paging": {"offset": 0, "limit": 50, "total": 1}, "data": [{"id": 7, "name": %b}]}' % name
    planday.faults.order("/hr/v1.0/departments", [answers(200, body)])

    [department] = planday.client().departments()

    assert department.name == "Department 7"


def test_a_department_of_the_settings_is_plandays_whatever_the_spaces(connected_company: ConnectedCompany) -> None:
    portal = connected_company.portal
    portal.departments = [Department(each.id, f" {each.name}\u00a0") for each in portal.departments]
    connected_company.list_structure()

    assert connected_company.check("units_match_planday").passed


def test_what_a_department_differs_in_is_told_where_nobody_sees_it(connected_company: ConnectedCompany) -> None:
    portal = connected_company.portal
    portal.departments = [Department(each.id, each.name.replace("e", "\u0435")) for each in portal.departments]
    connected_company.list_structure()

    told = str(connected_company.check("units_match_planday").description)

    assert "'Vesterbro' has U+0065 LATIN SMALL LETTER E where 'V\u0435st\u0435rbro' has U+0435 CYRILLIC SMALL" in told


def test_units_of_one_name_are_told_with_a_name_for_each(connected_company: ConnectedCompany) -> None:
    connected_company.portal.revenue_units += [RevenueUnit(301, "bar", 2), RevenueUnit(302, "Bar", 2)]
    connected_company.list_structure()

    told = str(connected_company.check("units_match_planday").description).splitlines()

    start = "is not listed. Add it to the settings by a name of its own, such as"
    assert told == [
        f"Planday's revenue unit 301 (bar, Aarhus) {start} 'bar Aarhus', since it is not the only one of this name.",
        f"Planday's revenue unit 302 (Bar, Aarhus) {start} 'Bar Aarhus', since it is not the only one of this name.",
    ]


def test_departments_of_one_name_are_told(connected_company: ConnectedCompany) -> None:
    portal = connected_company.portal
    portal.departments = [Department(each.id, "Vesterbro") for each in portal.departments]
    connected_company.reload(units=[{**unit, "department": "Vesterbro"} for unit in unit_list()])
    connected_company.list_structure()

    told = str(connected_company.check("units_match_planday").description)

    assert told.startswith("Planday has 2 departments that are called 'Vesterbro' (1, 2)")
