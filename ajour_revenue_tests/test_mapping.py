"""Which location feeds which unit (R13), and which unit a location may be meant for."""

import datetime as dt

import duckdb
import pytest

from ajour_revenue.mapping import meant, most_similar_unit, register_units, unit_of_locations
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.kit import settings_dict

UNITS = ["Bar", "Kitchen", "Shop floor"]


@pytest.mark.parametrize(
    ("location", "unit"),
    [("Bar", "Bar"), ("BAR", "Bar"), ("Kitchen 2", "Kitchen"), ("Shopfloor", "Shop floor"), ("The kitchen", "Kitchen")],
)
def test_the_unit_with_the_nearest_name_is_suggested(location: str, unit: str) -> None:
    assert most_similar_unit(location, UNITS) == unit


@pytest.mark.parametrize("location", ["Head office", "Øl", "42"])
def test_none_is_suggested_where_no_name_is_alike(location: str) -> None:
    assert most_similar_unit(location, UNITS) is None


def test_none_is_suggested_where_there_are_no_units() -> None:
    assert most_similar_unit("Bar", []) is None


def registered(*units: dict[str, object], **changes: object) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    register_units(connection, Settings.model_validate(settings_dict(units=list(units), **changes)))
    return connection


def test_sql_sees_every_unit_with_its_department_and_the_targets_of_the_weekdays() -> None:
    connection = registered(
        {"name": "Bar", "department": "Vesterbro", "target_wage_percentage": {"sat-sun": "27.5"}},
        {"name": "Shop", "department": "Aarhus"},
        departments=[{"name": "Aarhus", "target_wage_percentage": {"mon": 30}}],
    )

    units = connection.execute("SELECT unit, department FROM units ORDER BY unit").fetchall()
    assert units == [("Bar", "Vesterbro"), ("Shop", "Aarhus")]
    targets = connection.execute("SELECT department, unit, weekday, target::VARCHAR FROM targets ORDER BY ALL")
    assert targets.fetchall() == [
        ("Aarhus", None, "monday", "30.00"),
        ("Vesterbro", "Bar", "saturday", "27.50"),
        ("Vesterbro", "Bar", "sunday", "27.50"),
    ]


def test_a_location_feeds_the_unit_that_has_it_on_that_day() -> None:
    first_of_new = dt.date(2026, 11, 20)
    bar = {"name": "Bar", "department": "Vesterbro", "locations": [{"id": "10", "to": first_of_new - dt.timedelta(1)}]}
    shop = {"name": "Shop", "department": "Aarhus", "locations": [{"id": "10", "from": first_of_new}, "30"]}
    settings = Settings.model_validate(settings_dict(units=[bar, shop]))

    assert unit_of_locations(settings, first_of_new - dt.timedelta(1)) == {"10": "Bar", "30": "Shop"}
    assert unit_of_locations(settings, first_of_new) == {"10": "Shop", "30": "Shop"}


def test_sql_sees_every_location_once_at_its_unit() -> None:
    connection = registered(
        {"name": "Bar", "department": "Vesterbro", "locations": ["10", "11"]},
        {"name": "Events", "department": "Vesterbro"},
        {"name": "Shop", "department": "Aarhus", "locations": ["007"]},
    )

    rows = connection.execute("SELECT unit, location_id FROM mapping ORDER BY ALL").fetchall()
    assert rows == [("Bar", "10"), ("Bar", "11"), ("Shop", "007")]


def test_a_mapping_without_any_location_is_empty_and_still_of_text() -> None:
    connection = registered({"name": "Events", "department": "Vesterbro"})

    assert connection.execute("SELECT count(*), typeof(any_value(location_id)) FROM mapping").fetchall() == [
        (0, "VARCHAR")
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("bar", "; did you mean Bar"),
        ("Kokken", "; did you mean Køkken"),
        # In Cyrillic letters, of which not one is the same.
        ("\u0412\u043e\u0445", "; did you mean Box: "),
        (
            "\u0412ar",
            "; did you mean Bar: '\u0412ar' has U+0412 CYRILLIC CAPITAL LETTER VE where 'Bar' has U+0042 ",
        ),
        ("Vinhandel", ""),
    ],
)
def test_a_name_that_is_not_known_is_answered_with_the_one_that_was_meant(written: str, told: str) -> None:
    hint = meant(written, ["Køkken", "Bar", "Box"])

    assert hint.en.startswith(told)
    assert bool(hint.en) == bool(hint.da) == bool(told)
