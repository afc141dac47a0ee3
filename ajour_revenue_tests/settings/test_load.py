"""What a settings file may hold, and what a person is told about one that cannot be used."""

import re
import sys
import warnings
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import WEEKDAYS
from ajour_revenue.settings.load import SETTINGS_VARIABLE, SettingsError, SettingsWarning, load_settings
from ajour_revenue.settings.model import RevenueSettings, TaskSettings, Unit
from ajour_revenue.text.parse import DANISH_WEEKDAYS
from ajour_revenue_tests import processes
from ajour_revenue_tests.kit import settings_dict, write_settings
from ajour_revenue_tests.settings.kit import assert_told_in_both

EXAMPLE = """
name: demo                        # letters, digits, _
activation_date: 2026-01-01       # R3
task:
  active: true                    # R8
  start_date: 2026-01-02          # R7
  time: "07:00"                   # R6, 05:00 or later
  repeat_weekly: true             # R9
  weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]   # R5
  days_back: 3                    # R4
revenue:
  vat: excluded                   # R11: included | excluded
  vat_rate: 25                    # only for manual entries, which name one of the two amounts
  overwrite_existing: true        # R12
ajour:
  driver: ODBC Driver 18 for SQL Server   # an installed driver's name or a path to one
  port: 1433
  options: {}                     # further ODBC keywords, e.g. TrustServerCertificate: "yes"
  queries: {locations: sql/locations.sql, revenue: sql/revenue.sql}
wages:
  source: file                    # file | planday
  file: wages.csv
warehouse: data/demo.duckdb
units:                            # R13: every revenue unit is listed
  - {name: Bar, department: Vesterbro, locations: ["10", "11"], planday_unit_id: 101, target_wage_percentage: 30}
"""


pytestmark = pytest.mark.filterwarnings("error::ajour_revenue.settings.load.SettingsWarning")


def write_example(folder: Path) -> Path:
    (folder / "sql").mkdir()
    for query in ("locations", "revenue"):
        (folder / "sql" / f"{query}.sql").write_text("SELECT 1", encoding="utf-8")
    path = folder / "ajour.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def section(name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (YAML may hold anything)
    """One section of valid settings with some keys changed."""
    return {name: settings_dict()[name] | changes}


def unit(name: str, *locations: Any, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (YAML may hold anything)
    return {"name": name, "department": "Vesterbro", "locations": list(locations)} | changes


def complaints(path: Path) -> list[str]:
    """Return what is to change in a settings file, a line for each thing."""
    with pytest.raises(SettingsError) as raised:
        load_settings(path)
    assert_told_in_both(raised.value)
    heading, *lines = str(raised.value).splitlines()
    assert heading.startswith(f"{path} cannot be used; {len(lines)} thing")
    return [line.removeprefix("  - ") for line in lines]


def complaint(folder: Path, **changes: Any) -> str:  # noqa: ANN401 (YAML may hold anything)
    """Return the only thing that is to change."""
    [line] = complaints(write_settings(folder, **changes))
    return line


def refusal_of_text(folder: Path, text: str) -> str:
    path = folder / "ajour.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load_settings(path)
    assert_told_in_both(raised.value)
    assert str(path) in str(raised.value)
    return str(raised.value)


def test_the_example_of_the_design_loads(tmp_path: Path) -> None:
    loaded = load_settings(write_example(tmp_path))

    assert loaded.name == "demo"
    assert loaded.activation_date == date(2026, 1, 1)
    assert loaded.task == TaskSettings(
        active=True, start_date=date(2026, 1, 2), time=time(7), repeat_weekly=True, weekdays=WEEKDAYS, days_back=3
    )
    assert loaded.revenue == RevenueSettings(vat="excluded", vat_rate=Decimal(25), overwrite_existing=True)
    assert loaded.ajour.driver == "ODBC Driver 18 for SQL Server"
    assert (loaded.ajour.login_timeout_seconds, loaded.ajour.query_timeout_seconds) == (20, 20)
    assert loaded.units == (
        Unit(
            name="Bar",
            department="Vesterbro",
            locations=("10", "11"),
            planday_unit_id=101,
            target_wage_percentage=Decimal(30),
        ),
    )


def test_a_location_feeds_one_unit_after_the_other(tmp_path: Path) -> None:
    bar = unit("Bar", "11", {"id": "10", "to": date(2026, 11, 19)})
    shop = unit("Shop", {"id": "10", "from": date(2026, 11, 20)})

    loaded = load_settings(write_settings(tmp_path, units=[bar, shop]))

    assert [str(location) for each in loaded.units for location in each.locations] == [
        "11",
        "10 to 2026-11-19",
        "10 from 2026-11-20",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (38, dict.fromkeys(WEEKDAYS, Decimal(38))),
        (
            {"fri-mon": 27.5, "wed": 40},
            {weekday: Decimal("27.5") for weekday in ("friday", "saturday", "sunday", "monday")}
            | {"wednesday": Decimal(40)},
        ),
        ({"monday-Sunday": 30}, dict.fromkeys(WEEKDAYS, Decimal(30))),
        (
            {"man-tor": 38, "Fre–lørdag": 27, " SØN ": 34},  # noqa: RUF001 (as Danes write it)
            dict.fromkeys(WEEKDAYS[:4], Decimal(38))
            | dict.fromkeys(WEEKDAYS[4:6], Decimal(27))
            | {"sunday": Decimal(34)},
        ),
    ],
)
def test_a_target_is_one_number_or_one_for_each_weekday(tmp_path: Path, written: object, meant: object) -> None:
    loaded = load_settings(write_settings(tmp_path, units=[unit("Bar", "10", target_wage_percentage=written)]))

    assert loaded.units[0].target_wage_percentage == meant


def test_the_example_file_of_the_repository_loads() -> None:
    load_settings(Path(__file__).parents[2] / "ajour.example.yaml")


def test_relative_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    folder = tmp_path / "company"
    folder.mkdir()

    loaded = load_settings(write_example(folder))

    assert loaded.warehouse == folder / "data" / "demo.duckdb"
    assert loaded.wages.file == folder / "wages.csv"
    assert loaded.ajour.queries.locations == folder / "sql" / "locations.sql"
    assert loaded.ajour.queries.revenue == folder / "sql" / "revenue.sql"


def test_absolute_paths_stay(tmp_path: Path) -> None:
    loaded = load_settings(write_settings(tmp_path, warehouse="/srv/warehouse.duckdb"))

    assert loaded.warehouse == Path("/srv/warehouse.duckdb")


def test_a_warehouse_that_is_not_named_is_called_after_the_integration(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    write_settings(tmp_path, name="nord")
    path.write_text(
        path.read_text(encoding="utf-8").replace("warehouse: data/demo.duckdb\n", ""),
        encoding="utf-8",
    )

    assert load_settings(path).warehouse == tmp_path / "data" / "nord.duckdb"


def test_queries_that_are_not_named_are_the_ones_that_ship(tmp_path: Path) -> None:
    queries = load_settings(write_settings(tmp_path)).ajour.queries

    assert queries.locations.is_file()
    assert queries.revenue.is_file()


def test_the_environment_names_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_settings(tmp_path, name="named_by_the_environment")
    monkeypatch.setenv(SETTINGS_VARIABLE, str(path))

    assert load_settings().name == "named_by_the_environment"


def test_without_a_name_the_settings_file_is_ajour_yaml_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path, name="found_here")
    monkeypatch.delenv(SETTINGS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)

    assert load_settings().name == "found_here"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (section("task", time="04:59"), ["task.time", "'04:59'", "05:00 or later"]),
        (section("task", time="07:00:30"), ["task.time", "full minute"]),
        (section("task", time=7), ["task.time", "'7'", "07:00"]),
        (section("task", time="07:00+01:00"), ["task.time", "without a time zone"]),
        (section("task", time="half past seven"), ["task.time", "'half past seven'"]),
        (section("task", days_back=0), ["task.days_back", "'0'", "greater than or equal to 1"]),
        (section("task", days_back=32), ["task.days_back", "'32'", "less than or equal to 31"]),
        (section("task", days_back="a few"), ["task.days_back", "'a few'", "integer"]),
        (section("task", weekdays=["monday", "lundi"]), ["task.weekdays[1]", "'lundi'", "'tuesday'"]),
        (section("task", weekdays=["monday", "Mandag"]), ["task.weekdays", "monday is listed more than"]),
        (section("task", weekdays=["monday", "tuesday", "monday"]), ["task.weekdays", "monday is listed more than"]),
        (section("task", weekdays=[]), ["task.weekdays", "at least 1"]),
        (section("task", weekdays="monday"), ["task.weekdays", "'monday'", "a list"]),
        (section("task", start_date="soon"), ["task.start_date", "'soon'"]),
        (section("task", active="perhaps"), ["task.active", "'perhaps'"]),
        ({"activation_date": 20260101}, ["activation_date", "'20260101'", "2026-01-31"]),
        ({"activation_date": date(2026, 1, 1).toordinal()}, ["activation_date", "2026-01-31"]),
        ({"name": "Nord Vest"}, ["name", "'Nord Vest'", "A-Za-z0-9_"]),
        ({"name": "nørre"}, ["name", "'nørre'", "A-Za-z0-9_"]),
        (section("revenue", vat="incl"), ["revenue.vat", "'incl'", "'included' or 'excluded'"]),
        (section("revenue", vat_rate=-1), ["revenue.vat_rate", "'-1'"]),
        (section("wages", source="excel"), ["wages.source", "'excel'"]),
        (section("ajour", port=0), ["ajour.port", "'0'"]),
        (section("ajour", port=65536), ["ajour.port", "'65536'"]),
        (section("ajour", driver=" "), ["ajour.driver", "at least 1 character"]),
        (section("ajour", options={"Encrypt": 1}), ["ajour.options.Encrypt", 'in quotes, as in "1"']),
        (section("ajour", login_timeout_seconds=0), ["ajour.login_timeout_seconds", "'0'"]),
        (section("ajour", query_timeout_seconds=0), ["ajour.query_timeout_seconds", "'0'"]),
        (section("ajour", queries=7), ["ajour.queries", "'7'", "dictionary"]),
        (section("wages", file=7), ["wages.file", "'7'", "path"]),
        (section("task", time="25:00"), ["task.time", "'25:00'"]),
        (section("revenue", vat_rate="much"), ["revenue.vat_rate", "'much'", "decimal"]),
        ({"warehouse": {"sqlite": True}}, ["warehouse", "{postgres: true}"]),
        ({"warehouse": 7}, ["warehouse", "'7'", "{postgres: true}"]),
        ({"report": {"url": "reports"}}, ["report.url", "a whole address"]),
        ({"report": {"language": "Danish"}}, ["report.language", "'Danish'", "'da' or 'en'"]),
        ({"report": {"mail": [{"to": ["leder"]}]}}, ["report.mail[0].to[0]", "'leder'", "one plain mail address"]),
        ({"units": {"Bar": ["10"]}}, ["units", "a list"]),
        ({"units": [unit("Bar", target_wage_percentage="30.123")]}, ["units[0].target_wage_percentage", "decimal"]),
        ({"units": [unit("Bar", target_wage_percentage=1234567)]}, ["units[0].target_wage_percentage", "5 digits"]),
        ({"units": [unit("Bar", 10)]}, ["units[0].locations[0]", "'10'", 'in quotes, as in "10"']),
        ({"units": [unit("Bar", ["10"])]}, ["units[0].locations[0]", "valid string"]),
        ({"units": [unit("Bar", target_wage_percentage=[30])]}, ["units[0].target_wage_percentage", "Decimal"]),
        ({"activation_date": date(1999, 12, 31)}, ["activation_date", "'1999-12-31'", "or equal to 2000-01-01"]),
        ({"units": [unit("Bar") | {"locations": 10}]}, ["units[0].locations", "'10'", "a list"]),
        ({"units": [unit("Bar") | {"locations": "10"}]}, ["units[0].locations", "'10'", "a list"]),
        ({"units": [unit("", "10")]}, ["units[0].name", "at least 1 character"]),
        ({"units": [unit("Bar", target_wage_percentage=0)]}, ["units[0].target_wage_percentage", "'0'"]),
        ({"units": [unit("Bar", target_wage_percentage=101)]}, ["units[0].target_wage_percentage", "'101'"]),
        (
            {"units": [unit("Bar", target_wage_percentage={"mon-fri": 30, "sat": 0})]},
            ["units[0].target_wage_percentage.sat", "'0'"],
        ),
        (
            {"units": [unit("Bar", target_wage_percentage={"lun-ven": 30})]},
            ["units[0].target_wage_percentage", "'lun-ven' names no weekdays", "as in mon-thu"],
        ),
        (
            {"units": [unit("Bar", target_wage_percentage={"fri-mon": 30, "sun": 31})]},
            ["units[0].target_wage_percentage", "sunday has more than one target"],
        ),
        (
            {"departments": [{"name": "Odense", "target_wage_percentage": 30}]},
            ["units", "no unit belongs to department 'Odense'", "Aarhus, Vesterbro"],
        ),
        (
            {"departments": [{"name": "Aarhus", "target_wage_percentage": 30}] * 2},
            ["departments", "department 'Aarhus' is listed more than once"],
        ),
        (
            {"units": [unit("Bar", {"id": "10", "from": date(2026, 11, 20), "to": date(2026, 11, 19)})]},
            ["units[0].locations[0]", "cannot end, on 2026-11-19, before it begins"],
        ),
        (
            {"units": [unit("Bar", {"id": "10", "since": date(2026, 11, 20)})]},
            ["units[0].locations[0].since", "unknown key", "id, from, to"],
        ),
        (
            {
                "units": [
                    unit("Bar", {"id": "10", "to": date(2026, 11, 20)}),
                    unit("Shop", {"id": "10", "from": date(2026, 11, 20)}),
                ]
            },
            ["units", "location '10' feeds 'Bar' and 'Shop' on the same days"],
        ),
        (
            {"units": [unit("Bar", " 10 "), unit("Shop", {"id": "10", "from": date(2026, 11, 20)})]},
            ["units", "location '10' feeds 'Bar' and 'Shop' on the same days"],
        ),
        ({"units": [unit("Bar", "10"), unit("Bar", "11")]}, ["units", "'Bar' is listed more than once"]),
        ({"units": [unit("Bar", "10"), unit(" Bar ", "11")]}, ["units", "'Bar' is listed more than once"]),
        (
            {"units": [unit("Bar", "10"), unit("Shop", "10")]},
            ["units", "location '10' feeds 'Bar' and 'Shop'", "keep one"],
        ),
        ({"units": [unit("Bar", "10", "11", "10")]}, ["units", "location '10' feeds 'Bar' and 'Bar'", "keep one"]),
        (
            {"units": [unit("Bar", planday_unit_id=101), unit("Shop", planday_unit_id=101)]},
            ["units", "planday_unit_id 101"],
        ),
    ],
)
def test_a_broken_rule_is_refused_with_its_key_what_was_found_and_what_is_allowed(
    tmp_path: Path, changes: dict[str, Any], told: Sequence[str]
) -> None:
    line = complaint(tmp_path, **changes)

    assert line.startswith(told[0] + ":")
    assert all(part in line for part in told)


def replaced(folder: Path, written: str, instead: str) -> Path:
    """Return the example with something else in it."""
    path = write_example(folder)
    assert EXAMPLE.count(written) == 1
    path.write_text(EXAMPLE.replace(written, instead), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("2026-01-01", "2026-02-30", "activation_date: found '2026-02-30': '2026-02-30' is no day; write"),
        ("2026-01-01", "2026-13-01", "activation_date: found '2026-13-01': '2026-13-01' is no day; write"),
        (
            "2026-01-01",
            "2026-01-01 07:00:00",
            "activation_date: found '2026-01-01 07:00:00': '2026",
        ),
        (
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "activation_date: found '2026-01-01T00:00:00Z': '2026",
        ),
        ("2026-01-01", '"1767225600"', "activation_date: found '1767225600': '1767225600' is no day; write"),
        ("2026-01-01", "0200-01-01", "activation_date: found '0200-01-01': Input should be greater than or equal to"),
        ("2026-01-01", "9e999", "activation_date: found '9e999': write a date as 2026-01-31"),
        ("2026-01-01", "", "activation_date: is empty: Input should be a valid date"),
        ("2026-01-02 ", "2026-02-29 ", "task.start_date: found '2026-02-29': '2026-02-29' is no day; write"),
        ('"07:00"', "420", "task.time: found '420': write a time as 07:00"),
        ('"07:00"', '"25200"', "task.time: found '25200': write a time as 07:00"),
        ('"07:00"', "07.00", "task.time: found '07.00': write a time as 07:00"),
        ("days_back: 3", "days_back: .nan", "task.days_back: found '.nan': Input should be a finite number"),
        ("days_back: 3", "days_back: -.inf", "task.days_back: found '-.inf': Input should be a finite number"),
        ("days_back: 3", "days_back: 9e999", "task.days_back: found '9e999': Input should be a finite number"),
        ("days_back: 3", "days_back: 0o40", "task.days_back: found '0o40': Input should be less than or equal to 31"),
        ("days_back: 3", "days_back: true", "task.days_back: found 'true': write a number"),
        ("days_back: 3", "days_back: on", "task.days_back: found 'on': Input should be a valid integer"),
        ("days_back: 3", f"days_back: {'9' * 5000}", f"task.days_back: found '{'9' * 80}…': Unable to parse input"),
        ("port: 1433", "port: yes", "ajour.port: found 'yes': Input should be a valid integer"),
        ("vat_rate: 25", "vat_rate: true", "revenue.vat_rate: found 'true': write a number"),
        ("vat_rate: 25", "vat_rate: .nan", "revenue.vat_rate: found '.nan': Input should be a finite number"),
        (
            "percentage: 30",
            "percentage: {sun: true}",
            "units[0].target_wage_percentage.sun: found 'true': write",
        ),
        ("percentage: 30", "percentage: true", "units[0].target_wage_percentage: found 'true': write a number"),
        (
            "unit_id: 101",
            f"unit_id: {2**63}",
            "units[0].planday_unit_id: found '9223372036854775808': Input should be",
        ),
        ("unit_id: 101", "unit_id: 0", "units[0].planday_unit_id: found '0': Input should be greater than or equal"),
        ("name: demo", "name: true", "name: found 'true': write it in quotes, as in \"true\""),
        ("name: demo", "name:", "name: is empty: Input should be a valid string"),
        ("name: Bar", "name: null", "units[0].name: found 'null': write it in quotes, as in \"null\""),
        ("name: Bar", "name: ~", "units[0].name: found '~': write it in quotes, as in \"~\""),
        ("name: Bar", "name: TRUE", "units[0].name: found 'TRUE': write it in quotes, as in \"TRUE\""),
        ("name: Bar", "name: 1e3", "units[0].name: found '1e3': write it in quotes, as in \"1e3\""),
        ("name: Bar", f"name: {'x' * 201}", f"units[0].name: found '{'x' * 80}…': String should have at most 200"),
        ('["10", "11"]', "[010]", "units[0].locations[0]: found '010': write it in quotes, as in \"010\""),
        ('["10", "11"]', "[1_0]", "units[0].locations[0]: found '1_0': write it in quotes, as in \"1_0\""),
        ('["10", "11"]', "[0x1F]", "units[0].locations[0]: found '0x1F': write it in quotes, as in \"0x1F\""),
        ('["10", "11"]', "[10.0]", "units[0].locations[0]: found '10.0': write it in quotes, as in \"10.0\""),
        ('["10", "11"]', "[.nan]", "units[0].locations[0]: found '.nan': write it in quotes, as in \".nan\""),
        ('["10", "11"]', "[{id: 010}]", "units[0].locations[0].id: found '010': write it in quotes, as in \"010\""),
    ],
)
def test_what_yaml_would_make_something_else_of_is_quoted_as_it_is_written(
    tmp_path: Path, written: str, instead: str, told: str
) -> None:
    [line] = complaints(replaced(tmp_path, written, instead))

    assert line.startswith(told)


@pytest.mark.parametrize("name", ["no", "On", "off", "y", "2026-02-30", "07:00", "1.2.3"])
def test_a_name_that_older_yaml_would_misread_is_the_text_that_it_is(tmp_path: Path, name: str) -> None:
    assert load_settings(replaced(tmp_path, "name: Bar", f"name: {name}")).units[0].name == name


@pytest.mark.parametrize("written", ["07:00", '"07:00"', "'07:00:00'"])
def test_a_time_needs_no_quotes(tmp_path: Path, written: str) -> None:
    assert load_settings(replaced(tmp_path, '"07:00"', written)).task.time == time(7)


def test_a_date_may_be_written_as_danes_do(tmp_path: Path) -> None:
    assert load_settings(replaced(tmp_path, "2026-01-01", "01-01-2026")).activation_date == date(2026, 1, 1)


@pytest.mark.parametrize("weekdays", ["[mandag, Torsdag, SØNDAG]", "[man, tor, søn]", "[Mon, thu, 'Sunday ']"])
def test_weekdays_may_be_danish_or_short(tmp_path: Path, weekdays: str) -> None:
    path = replaced(
        tmp_path, "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]", f"{weekdays}\n  # none between"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("days_back: 3", "days_back: 4"), encoding="utf-8")

    assert load_settings(path).task.weekdays == ("monday", "thursday", "sunday")


def test_spaces_around_and_within_names_make_no_difference(tmp_path: Path) -> None:
    units = [unit("Bar", "10"), unit("Cafe\u0301\u00a0 1", " 11 ", department=" Vesterbro\u00a0")]
    departments = [{"name": "Vesterbro ", "target_wage_percentage": 30}]

    loaded = load_settings(write_settings(tmp_path, units=units, departments=departments))

    assert loaded.units[1].name == "Café 1"
    assert {each.department for each in loaded.units} == {"Vesterbro"} == {loaded.departments[0].name}
    assert loaded.units[1].locations[0].id == "11"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"units": [unit("Bar"), unit("B\u0430r")]},
            ["units", "two units look the same: 'B\u0430r' has U+0430 CYRILLIC SMALL LETTER A where 'Bar' has U+0061"],
        ),
        (
            {"units": [unit("Bar"), unit("Shop", department="V\u0435sterbro")]},
            ["units", "two departments look the same", "U+0435 CYRILLIC SMALL LETTER IE"],
        ),
        (
            {"units": [unit("Bar")], "departments": [{"name": "V\u0435sterbro", "target_wage_percentage": 30}]},
            ["units", "no unit belongs to department", "has U+0435 CYRILLIC SMALL LETTER IE where 'Vesterbro'"],
        ),
        (
            {"units": [unit("Bar"), unit("Bar", department="Nørrebro")]},
            [
                "units",
                "'Bar' is listed more than once",
                "of Nørrebro by another name, such as 'Bar Nørrebro'",
            ],
        ),
    ],
)
def test_names_that_look_the_same_are_told_with_what_they_differ_in(
    tmp_path: Path, changes: dict[str, Any], told: Sequence[str]
) -> None:
    line = complaint(tmp_path, **changes)

    assert line.startswith(told[0] + ":")
    assert all(part in line for part in told)


@pytest.mark.parametrize("allowed", ["05:00", "23:59"])
def test_five_is_the_earliest_time(tmp_path: Path, allowed: str) -> None:
    path = write_settings(tmp_path, **section("task", time=allowed))

    assert load_settings(path).task.time == time.fromisoformat(allowed)


@pytest.mark.parametrize("days_back", [1, 31])
def test_one_and_thirty_one_days_back_are_allowed(tmp_path: Path, days_back: int) -> None:
    assert load_settings(write_settings(tmp_path, **section("task", days_back=days_back))).task.days_back == days_back


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (section("task", days_bak=3), "task.days_bak: unknown key; did you mean days_back? Allowed here: active, "),
        ({"unit": []}, "unit: unknown key; did you mean units? Allowed here: name, "),
        ({"units": [unit("Bar", depertment="x")]}, "units[0].depertment: unknown key; did you mean department? "),
        (
            section("ajour", queries={"location": "x.sql"}),
            "ajour.queries.location: unknown key; did you mean locations? Allowed here: locations, revenue",
        ),
        (section("wages", zzz=1), "wages.zzz: unknown key. Allowed here: source, file"),
    ],
)
def test_an_unknown_key_is_refused_with_the_key_that_was_meant(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    assert complaint(tmp_path, **changes).startswith(told)


def test_a_key_that_is_not_a_text_is_refused(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "7: seven\n", encoding="utf-8")

    [line] = complaints(path)

    assert "'7'" in line


def test_options_that_are_refused_are_told_without_their_values(tmp_path: Path) -> None:
    line = complaint(tmp_path, **section("ajour", options={"PWD": "dont-tell", "pqopt": "dont-tell"}))

    assert line.startswith("ajour.options: PWD is set from")
    assert "pqopt is a connection string of its own" in line
    assert "dont-tell" not in line


def test_a_password_among_the_options_is_not_told_even_where_it_is_a_number(tmp_path: Path) -> None:
    assert "8765" not in complaint(tmp_path, **section("ajour", options={"PWD": 8765}))


def test_a_query_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    line = complaint(tmp_path, **section("ajour", queries={"locations": "nowhere.sql"}))

    assert line.startswith("ajour.queries.locations: ")
    assert line.endswith(f"there is no file {tmp_path / 'nowhere.sql'}")


def test_a_key_that_is_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text("name: demo\n", encoding="utf-8")

    assert complaints(path) == [f"{key}: is missing" for key in ("activation_date", "task", "revenue", "wages")]


def test_five_errors_of_different_sorts_are_told_at_once(tmp_path: Path) -> None:
    path = write_settings(
        tmp_path,
        name="Nord Vest",
        activation_date=20260101,
        **section("task", time="04:00"),
        **section("revenue", vatt="included"),
        units=[unit("Bar", "10"), unit("Shop", "10")],
    )

    assert [line.partition(":")[0] for line in complaints(path)] == [
        "name",
        "activation_date",
        "task.time",
        "revenue.vatt",
        "units",
    ]


def test_a_location_in_two_units_is_told_beside_a_units_own_error(tmp_path: Path) -> None:
    lines = complaints(
        write_settings(tmp_path, units=[unit("Bar", "10", target_wage_percentage=0), unit("Shop", "10")])
    )

    assert [line.partition(":")[0] for line in lines] == ["units[0].target_wage_percentage", "units"]
    assert "location '10' feeds 'Bar' and 'Shop'" in lines[1]


def test_units_without_a_name_are_not_taken_for_the_same_unit(tmp_path: Path) -> None:
    nameless = {"department": "Vesterbro"}

    assert complaints(write_settings(tmp_path, units=[nameless, nameless, "Bar"])) == [
        "units[0].name: is missing",
        "units[1].name: is missing",
        "units[2]: found 'Bar': Input should be a valid dictionary or instance of Unit",
    ]


def test_what_follows_from_an_error_is_not_told_as_another(tmp_path: Path) -> None:
    path = write_settings(tmp_path, name="Nord Vest", units=[unit("")])
    path.write_text(path.read_text(encoding="utf-8").replace("warehouse: data/demo.duckdb\n", ""), encoding="utf-8")

    assert [line.partition(":")[0] for line in complaints(path)] == ["name", "units[0].name"]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message = refusal_of_text(tmp_path, EXAMPLE + "name: other\n")

    assert 'duplicate key "name"' in message
    assert "suppress" not in message


@pytest.mark.parametrize("text", ["name: [", "a: b: c", "\tname: demo", "name: 'demo"])
def test_what_is_not_yaml_is_refused_with_the_place(tmp_path: Path, text: str) -> None:
    message = refusal_of_text(tmp_path, text)

    assert "is not valid YAML" in message
    assert "line 1" in message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_bytes("name: æøå\n".encode("latin-1"))

    with pytest.raises(SettingsError, match="is not in UTF-8") as raised:
        load_settings(path)
    assert_told_in_both(raised.value)


def with_lines(tmp_path: Path, **lines: str) -> Path:
    """Write a right file whose lines of these keys are others."""
    path = write_settings(tmp_path)
    text = path.read_text(encoding="utf-8")
    for key, line in lines.items():
        text = re.sub(rf"^{key}:.*$", lambda _, line=line: line, text, flags=re.MULTILINE)  # type: ignore[misc]
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "told"),
    [
        *(
            (f"activation_date: {day}", f"activation_date: found '{day}': '{day}' is no day; write 2026-01-31")
            for day in ("2026-02-30", "2026-13-01", "2026-W47", "26-01-01", "2026-01-01T07:00:00")
        ),
        ("activation_date: 0200", "activation_date: found '0200': write a date as 2026-01-31"),
        ("activation_date: 9e999", "activation_date: found '9e999': write a date as 2026-01-31"),
        (f"activation_date: {'9' * 5000}", "is no day"),
        ("activation_date: .nan", "activation_date: found '.nan': write a date"),
    ],
)
def test_a_day_that_is_none_is_one_line_with_key_and_value(tmp_path: Path, line: str, told: str) -> None:
    [complaint] = complaints(with_lines(tmp_path, activation_date=line))

    assert told in complaint


def test_a_day_may_be_written_as_danes_do(tmp_path: Path) -> None:
    assert load_settings(with_lines(tmp_path, activation_date="activation_date: 1. maj 2026")).activation_date == date(
        2026, 5, 1
    )


@pytest.mark.parametrize(("written", "advised"), [("010", "010"), ("0x1F", "0x1F"), ("1_0", "1_0"), ("1e3", "1e3")])
def test_the_advice_quotes_what_was_written(tmp_path: Path, written: str, advised: str) -> None:
    path = tmp_path / "ajour.yaml"
    text = write_settings(tmp_path, units=[unit("Bar", "10")]).read_text(encoding="utf-8")
    assert "'10'" in text
    path.write_text(text.replace("'10'", written), encoding="utf-8")

    [complaint] = complaints(path)

    assert f'write it in quotes, as in "{advised}"' in complaint


def test_danish_weekdays_are_understood(tmp_path: Path) -> None:
    target = {"man-tor": 38, "fredag": 30, "lør": 27}
    units = [unit("Bar", "10", target_wage_percentage=target)]
    changes = section("task", weekdays=["Mandag", "ONSDAG", "fredag"], days_back=7)

    loaded = load_settings(write_settings(tmp_path, units=units, **changes))

    assert loaded.task.weekdays == ("monday", "wednesday", "friday")
    assert {day: str(percent) for day, percent in (loaded.units[0].target_wage_percentage or {}).items()} == {
        **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday"), "38"),
        "friday": "30",
        "saturday": "27",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: &n demo\nwarehouse: *n\n", "line 1: & and * are for references"),
        ("name: demo\nwarehouse: *n\n", "line 2: & and * are for references"),
        ("<<: {name: demo}\n", "line 1: & and * are for references"),
        ("name: !!python/object/apply:os.system [id]\n", "line 1: ! names a type"),
        ("name: !secret demo\n", "line 1: ! names a type"),
        ("name: demo\n---\nname: other\n", "line 2: there is a second document"),
        ("name: demo\nname: hemmelig\n", 'line 2: is not valid YAML: found duplicate key "name".'),
        ("name:\n\t- demo\n", "line 2: is not valid YAML"),
        ("name: [demo\n", "is not valid YAML"),
        ("name: " + "[" * 5000, "line 1: this is nested deeper than any setting"),
        ("name: demo\x00\n", "is not valid YAML"),
        ("# " + "x" * 1_000_000, "has more than 1 MB"),
    ],
)
def test_a_file_that_does_more_than_settings_do_is_one_line_that_says_where(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError) as error:
        load_settings(path)

    assert_told_in_both(error.value)
    assert told in str(error.value)
    assert "hemmelig" not in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["B\u200bar", "Bar\u202e", "B\x1bar", "Bar\ue000"])
def test_a_character_that_cannot_be_seen_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    [complaint] = complaints(write_settings(tmp_path, units=[unit(name, "10")]))

    assert "it has a character that cannot be seen, U+" in complaint


def test_spaces_around_a_name_are_no_part_of_it(tmp_path: Path) -> None:
    [bar] = load_settings(write_settings(tmp_path, units=[unit(" Bar\u00a0på  hjørnet ", "10")])).units

    assert bar.name == "Bar på hjørnet"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert load_settings(path).name == "demo"


@pytest.mark.parametrize(("text", "found"), [("", "NoneType"), ("# nothing yet\n", "NoneType"), ("- demo\n", "list")])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str, found: str) -> None:
    message = refusal_of_text(tmp_path, text)

    assert "must hold keys and values" in message
    assert found in message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read") as raised:
        load_settings(tmp_path)
    assert_told_in_both(raised.value)


def test_where_there_is_no_file_the_message_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTINGS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError) as raised:
        load_settings()

    assert_told_in_both(raised.value)
    assert raised.value.language == "en"
    assert str(tmp_path / "ajour.yaml") in str(raised.value)
    assert all(hint in str(raised.value) for hint in ("ajour.example.yaml", SETTINGS_VARIABLE, "make demo"))


def brute_force_gaps(weekdays: Sequence[str], days_back: int) -> list[str]:
    """Walk through a calendar: which weekdays of a week in its middle has no fetch reached?"""
    monday = date(2026, 6, 1)
    fetched = {
        day - timedelta(days=back)
        for day in (monday + timedelta(days=offset) for offset in range(-70, 70))
        if WEEKDAYS[day.weekday()] in weekdays
        for back in range(1, days_back + 1)
    }
    return [weekday for number, weekday in enumerate(WEEKDAYS) if monday + timedelta(days=number) not in fetched]


@given(
    weekdays=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    days_back=st.one_of(st.integers(1, 7), st.integers(1, 31)),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_warning_names_exactly_the_days_of_sale_that_are_never_fetched(
    tmp_path: Path, weekdays: list[str], days_back: int
) -> None:
    path = write_settings(tmp_path, **section("task", weekdays=weekdays, days_back=days_back))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SettingsWarning)
        load_settings(path)

    gaps = brute_force_gaps(weekdays, days_back)
    told = [warning.message for warning in caught if isinstance(warning.message, SettingsWarning)]
    if gaps:
        [warning] = told
        assert_told_in_both(warning)
        assert f"never fetches the sales of {', '.join(gaps)}. " in warning.text.en
        danish = ", ".join(DANISH_WEEKDAYS[WEEKDAYS.index(day)] for day in gaps)
        assert f"hentes omsætningen fra {danish} aldrig. " in warning.text.da
    else:
        assert not told


def test_a_start_before_the_activation_warns(tmp_path: Path) -> None:
    path = write_settings(tmp_path, activation_date=date(2026, 1, 1), **section("task", start_date=date(2025, 12, 31)))

    with pytest.warns(SettingsWarning, match="start_date 2025-12-31 is before activation_date 2026-01-01") as warned:
        load_settings(path)

    assert_told_in_both(warned[0].message)


@pytest.mark.parametrize("units", ["units: []\n", "units:\n", ""])
def test_no_units_yet_is_allowed_with_a_warning_that_says_what_to_do(tmp_path: Path, units: str) -> None:
    path = write_example(tmp_path)
    before, _, _ = EXAMPLE.partition("units:")
    path.write_text(before + units, encoding="utf-8")

    with pytest.warns(SettingsWarning, match=r"lists no units yet.*ajour-revenue test --write adds them") as warned:
        assert load_settings(path).units == ()

    assert_told_in_both(warned[0].message)


def test_no_message_quotes_the_code_of_a_rule(tmp_path: Path) -> None:
    bad = [unit("Bar", "10"), unit("Bar", "10", planday_unit_id=1), unit("Shop", planday_unit_id=1)]
    path = write_settings(tmp_path, units=bad, **section("task", time="04:00", days_back=32))

    assert re.search(r"\b[RD]\d", "\n".join(complaints(path))) is None


def test_dagster_tells_all_errors_of_a_broken_file_once_and_legibly(tmp_path: Path) -> None:
    path = write_settings(tmp_path, name="Nord Vest", **section("task", time="04:00", days_bak=3), units=[{}])

    validate = ("-m", "dagster", "definitions", "validate", "-m", "ajour_revenue.definitions")
    shown = processes.run(sys.executable, *validate, folder=tmp_path, environment={SETTINGS_VARIABLE: str(path)})
    told = shown.stdout + shown.stderr

    assert shown.returncode == 1
    assert told.count(f"{path} cannot be used; 5 things to change:") == 1
    for key in ("name", "task.time", "task.days_bak", "units[0].name", "units[0].department"):
        assert told.count(f"\n  - {key}: ") == 1
    frames = [line for line in told.splitlines() if line.strip().startswith('File "')]
    assert len(frames) <= 2
    assert all("ajour_revenue" in frame for frame in frames)


@pytest.mark.parametrize(
    ("report", "language"),
    [
        ("", "da"),
        ("report: {language: en}", "en"),
        ("report: {language: da}", "da"),
        ("report: {language: en, foldr: x}", "en"),
        ("report: {language: english}", "da"),
        ("report: {language: [en]}", "da"),
        ("report: en", "da"),
        ("report: [language, en]", "da"),
        ("report: {language: en", "da"),
    ],
)
def test_a_broken_file_is_told_of_in_the_language_that_it_asks_for(tmp_path: Path, report: str, language: str) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(f"name: demo\n{report}\n", encoding="utf-8")

    with pytest.raises(SettingsError) as raised:
        load_settings(path)

    assert raised.value.language == language


@pytest.mark.parametrize("setting", ["api_url", "identity_url"])
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://openapi.planday.com", "what is secret would be readable on its way: write https://"),
        ("http://localhost.evil.dk", "what is secret would be readable on its way: write https://"),
        ("http://127.0.0.1@evil.dk", "remove what stands before the @"),
        ("https://user:pa55@openapi.planday.com", "remove what stands before the @"),
        ("HTTPS://openapi.planday.com", "write a whole address"),
        ("https://openapi.planday.com\u202e", "no spaces, line breaks or backslashes"),
    ],
)
def test_an_address_of_plandays_that_secrets_must_not_go_to_is_refused_without_being_quoted(
    tmp_path: Path, setting: str, address: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(write_settings(tmp_path, planday={setting: address}))
    assert_told_in_both(raised.value)
    assert f"- planday.{setting}: " in str(raised.value)
    assert reason in str(raised.value)
    assert "evil" not in raised.value.text.da + raised.value.text.en
    assert "pa55" not in raised.value.text.da + raised.value.text.en
