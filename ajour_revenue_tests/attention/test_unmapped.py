"""Money that matches nothing is told (D17): on days on which no unit has it, and where Ajour's list has no location."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ajour_revenue import mapping
from ajour_revenue.attention import findings as findings_module
from ajour_revenue.attention.finding import Finding, Location
from ajour_revenue.attention.texts import FINDING_TEXTS, line
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.run import give
from ajour_revenue_tests.attention.kit import DAYS, State, settings
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict

FIRST, SECOND, THIRD, FOURTH, LAST = DAYS.days
MAPPING = settings_dict()["units"]

Spans = Mapping[str, Window]
"""On which days a location feeds the shop."""


def told(findings: list[Finding]) -> list[str]:
    """Return what is said of each finding, in Danish."""
    texts = FINDING_TEXTS["da"]
    return [f"{texts.named_location(finding)}: {texts.facts(finding)}" for finding in findings]


def map_on(monkeypatch: pytest.MonkeyPatch, spans: Spans) -> None:
    """Let locations feed the shop on some days only."""

    def register_units(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        mapping.register_units(connection, settings)
        rows = [
            {"unit": "Shop", "location_id": location, "first_day": days.first_day, "last_day": days.last_day}
            for location, days in spans.items()
        ]
        give(connection, "mapping", mapping.MAPPING, rows)

    monkeypatch.setattr(findings_module, "register_units", register_units)


def test_revenue_of_a_location_that_ajour_does_not_list_is_told_with_its_sum(state: State) -> None:
    state.sell("98", FIRST, "100")
    state.sell("98", LAST, "20.50")

    [unmapped] = state.found()

    assert (unmapped.kind, unmapped.days, unmapped.location) == ("unmapped", None, Location("98", None))
    assert (unmapped.facts.revenue_excl_vat, unmapped.facts.revenue_incl_vat) == (Decimal("120.5"), Decimal("150.63"))
    assert line(unmapped) == (
        "Location without a unit: location 98: not counted: 120,50 kr. excl. VAT; not in Ajour's list. Add it to a "
        "unit's locations in the settings."
    )
    assert told([unmapped]) == ["lokation 98: ikke talt med: 120,50 kr. ekskl. moms; ikke på Ajours liste"]


def test_where_ajours_list_was_never_read_nothing_is_said_of_it(state: State) -> None:
    state.change("DELETE FROM ajour_locations")
    state.sell("98", LAST, "100")

    [unmapped] = state.found("unmapped")

    assert told([unmapped]) == ["lokation 98: ikke talt med: 100,00 kr. ekskl. moms"]
    assert unmapped.command == "ajour-revenue test --write"


def test_revenue_that_a_unit_has_is_not_told(state: State) -> None:
    state.sell("10", LAST, "100")

    assert state.found() == []


def test_revenue_of_another_company_is_not_told(state: State) -> None:
    state.sell("98", LAST, "100")
    state.change("UPDATE raw_revenue SET company_id = 'another'")

    assert state.found() == []


def test_revenue_of_other_days_is_not_told(state: State) -> None:
    state.sell("98", FIRST, "100")

    assert state.found(days=Window(SECOND, LAST)) == []


def test_a_row_without_money_is_not_told(state: State) -> None:
    state.sell("98", LAST, "0")

    assert state.found() == []


def test_refunds_and_sales_that_come_to_nothing_are_told(state: State) -> None:
    state.sell("98", FIRST, "100")
    state.sell("98", LAST, "-100")

    assert told(state.found()) == ["lokation 98: ikke talt med: 0,00 kr. ekskl. moms; ikke på Ajours liste"]


def test_of_a_location_that_fed_a_unit_only_later_the_days_before_are_told(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_on(monkeypatch, {"10": Window(THIRD, dt.date.max)})
    for day, amount in zip(DAYS.days, ("1", "2", "4", "8", "16"), strict=True):
        state.sell("10", day, amount)

    [unmapped] = [finding for finding in state.found("unmapped") if finding.location == Location("10", "Bar")]

    assert FINDING_TEXTS["da"].facts(unmapped) == (
        "ikke talt med: 3,00 kr. ekskl. moms; hører i dag til Shop, men ikke på dagene med denne omsætning"
    )
    assert unmapped.command is None


def test_of_a_location_that_fed_a_unit_only_earlier_the_days_after_are_told(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_on(monkeypatch, {"10": Window(dt.date.min, SECOND)})
    for day, amount in zip(DAYS.days, ("1", "2", "4", "8", "16"), strict=True):
        state.sell("10", day, amount)

    [unmapped] = [finding for finding in state.found("unmapped") if finding.location == Location("10", "Bar")]

    assert unmapped.facts.revenue_excl_vat == Decimal(28)
    assert unmapped.command == "ajour-revenue test --write"


@IN_BOTH_STORES
@given(
    sold=st.dictionaries(
        st.tuples(st.sampled_from(["10", "11", "98"]), st.sampled_from(DAYS.days)),
        st.integers(-(10**6), 10**6).filter(bool).map(lambda oere: Decimal(oere) / 100),
        max_size=10,
    ),
    spans=st.dictionaries(
        st.sampled_from(["10", "11"]),
        st.lists(st.sampled_from(DAYS.days), min_size=2, max_size=2).map(lambda days: Window(min(days), max(days))),
    ),
)
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_krone_is_either_a_units_or_told(
    state: State, monkeypatch: pytest.MonkeyPatch, sold: dict[tuple[str, dt.date], Decimal], spans: Spans
) -> None:
    map_on(monkeypatch, spans)
    state.connection.execute("DELETE FROM raw_revenue")
    for (location, day), amount in sold.items():
        state.sell(location, day, str(amount))

    sums = [finding.facts.revenue_excl_vat or Decimal(0) for finding in state.found("unmapped")]

    fed = [amount for (place, day), amount in sold.items() if place in spans and day in spans[place].days]
    assert sum(sums) + sum(fed) == sum(sold.values())


# How ids are written


def test_an_id_is_the_same_whatever_spaces_stand_around_it(state: State) -> None:
    state.settings = settings(units=[*MAPPING[:2], MAPPING[2] | {"locations": [" 30 "]}])
    state.sell("30", LAST, "100")

    assert state.found() == []


def test_an_id_that_is_written_almost_like_another_is_pointed_out_on_both_sides(state: State) -> None:
    state.change("UPDATE ajour_locations SET location_id = '030' WHERE location_id = '30'")
    state.sell("030", LAST, "100")

    unmapped, not_listed = state.found()

    assert line(unmapped) == (
        "Location without a unit: location 030 (Shop): not counted: 100,00 kr. excl. VAT; written almost like location "
        "30; the unit with the most similar name is Shop. Add it to a unit's locations in the settings: "
        "ajour-revenue test --write"
    )
    assert line(not_listed) == (
        "Location not in Ajour's list: Aarhus, Shop, location 30: written almost like location 030. Correct the unit's "
        "locations in the settings."
    )
    assert told([not_listed]) == ["lokation 30: skrives næsten som lokation 030"]


def test_each_similar_id_is_pointed_out_once(state: State) -> None:
    for location in ("030", "0030"):
        state.list_location(location, "Kiosk")
        state.sell(location, LAST, "100")

    assert [finding.facts.similar_ids for finding in state.found()] == ["030, 30", "0030, 30"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("10", "010", True),
        ("a1", "A1", True),
        ("æ1", "Æ1", True),
        ("A1", "A 1", True),
        ("A1", "A-1", True),
        ("A1", "a_01.", True),
        ("0", "00", True),
        ("10", "100", False),
        ("10", "1", False),
        ("101", "1001", False),
        ("a1", "b1", False),
        ("ø1", "o1", False),
        ("1-2", "1-3", False),
    ],
)
def test_ids_are_alike_that_differ_only_in_how_they_are_written(
    state: State,
    one: str,
    other: str,
    alike: bool,  # noqa: FBT001
) -> None:
    for first, second in ((one, other), (other, one)):
        state.settings = settings(units=[{"name": "Bar", "department": "Vesterbro", "locations": [first]}])
        state.connection.execute("DELETE FROM ajour_locations")
        state.list_location(second, "Place")

        found = state.found("unmapped", "not listed")

        assert [finding.facts.similar_ids for finding in found] == ([first, second] if alike else [None, None])
