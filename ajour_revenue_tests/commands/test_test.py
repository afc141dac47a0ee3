import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tenacity

from ajour_revenue.ajour import connection as ajour_connection
from ajour_revenue.commands import probe
from ajour_revenue.commands.probe_texts import PROBE_TEXTS
from ajour_revenue.demo.planday import SCOPES, RevenueUnit
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Unit
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, SqliteAjour, settings_dict, write_env_file, write_settings
from ajour_revenue_tests.language import foreign_words
from ajour_revenue_tests.planday.connected import portal, unit_list
from ajour_revenue_tests.planday.kit import Planday, Stage, answers
from ajour_revenue_tests.processes import free_port

AJOUR_STEPS = ["ODBC", "Credentials", "Driver", "Host", "Login", "Locations", "A day of revenue", "Activation date"]
SINCE = LAST_DAY - timedelta(days=45)


@pytest.fixture
def right(at_company: Company) -> Company:
    """A company with nothing to say against."""
    reload_right(at_company)
    return at_company


def reload_right(company: Company, **changes: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
    units = [*settings_dict()["units"], {"name": "Cellar", "department": "Aarhus", "locations": ["99"]}]
    task = settings_dict()["task"] | {"start_date": LAST_DAY}
    company.reload(**{"activation_date": SINCE, "task": task, "units": units, **changes})


def ids(unit: Unit) -> tuple[str, ...]:
    return tuple(location.id for location in unit.locations)


def steps(answer: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["result"] for step in answer["steps"]}


def message(answer: dict[str, Any], name: str) -> str:
    [found] = [str(step["message"]) for step in answer["steps"] if step["name"] == name]
    return found


def test_all_is_ticked_where_all_is_right(shell: Shell, right: Company) -> None:
    result = shell.run("test")
    assert result.exit_code == 0, result.output
    for name in ("Settings", *AJOUR_STEPS, "Wage file", "Mapping"):
        assert f"✓ {name} " in result.stdout
    assert "All 5 locations feed a unit." in result.stdout
    assert "5 locations, DKK " in result.stdout
    assert "Planday" not in result.stdout
    assert not right.settings.warehouse_file.exists()


@pytest.mark.usefixtures("right")
def test_the_mapping_lists_every_unit_with_its_locations(shell: Shell) -> None:
    answer = shell.json("test")
    assert answer["ok"] is True
    assert set(steps(answer).values()) == {"ok"}
    assert answer["units"][0] == {
        "unit": "Bar",
        "department": "Vesterbro",
        "planday_unit_id": None,
        "locations": [{"id": "10", "name": "Bar"}, {"id": "11", "name": "Bar, first floor"}],
    }


def test_unmapped_locations_are_shown_with_the_most_similar_unit(shell: Shell, at_company: Company) -> None:
    assert at_company.settings.name == "demo"
    result = shell.run("test")
    assert result.exit_code == 1
    shown = " ".join(result.stdout.split())
    assert "location 99 (Kitchen, new)" in shown
    assert "the unit with the most similar name is Kitchen" in shown
    assert "ajour-revenue test --write" in result.stdout
    answer = shell.json("test")
    assert answer["unmapped_locations"] == [{"id": "99", "name": "Kitchen, new", "most_similar_unit": "Kitchen"}]
    assert steps(answer)["Mapping"] == "warning"


def test_a_location_that_is_none_of_ajours_stands_out(shell: Shell, right: Company) -> None:
    reload_right(right, units=[{"name": "Bar", "department": "V", "locations": ["10", "11", "20", "30", "99", "98"]}])
    assert "98 NOT IN AJOUR" in shell.run("test").stdout
    assert "Location not in Ajour's list: V, Bar, location 98" in message(shell.json("test"), "Mapping")


FAULTS: dict[str, tuple[dict[str, str], dict[str, Any], str, str]] = {
    "no password": ({"AJOUR_PASSWORD": ""}, {}, "Credentials", "No value is set for AJOUR_PASSWORD"),
    "a semicolon": ({"AJOUR_DATABASE": "a;b"}, {}, "Credentials", "AJOUR_DATABASE contains a character"),
    "no such driver": ({}, {"driver": "None Such"}, "Driver", "'None Such' is not installed"),
    "nobody at the port": ({"AJOUR_HOST": "127.0.0.1"}, {"driver": "FreeTDS"}, "Host", "Nothing answers at AJOUR_HOST"),
    "no such database": ({"AJOUR_DATABASE": "/none.sqlite"}, {}, "Login", "Ajour has no database"),
    "another company": ({"AJOUR_COMPANY_ID": "1"}, {}, "Locations", "Check AJOUR_COMPANY_ID"),
    "a wrong query": ({}, {"queries": {"locations": "locations.sql"}}, "Locations", "must return exactly the columns"),
    "a wrong revenue query": ({}, {"queries": {"revenue": "locations.sql"}}, "A day of revenue", "must return exactly"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_crossed_at_its_step_and_says_what_to_do(
    shell: Shell, right: Company, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables, ajour, failed, told = FAULTS[fault]
    monkeypatch.setattr(ajour_connection.retried, "sleep", lambda _: None)
    Path("locations.sql").write_text("SELECT location_id FROM locations WHERE company_id = :company_id")
    write_env_file(shell.folder, right.ajour.environment | variables)
    reload_right(right, ajour={"driver": "SQLite3", "port": free_port(), **ajour})
    assert shell.run("test").exit_code == 1
    answer = shell.json("test")
    found = steps(answer)
    assert told in message(answer, failed)
    number = AJOUR_STEPS.index(failed)
    assert [found[name] for name in AJOUR_STEPS[:number]] == ["ok"] * number
    assert found[failed] == "failed"
    after = AJOUR_STEPS[number + 1 :]
    skipped = [name for name in after if found[name] == "skipped"]
    assert skipped == after or failed == "A day of revenue"


def test_a_query_that_takes_too_long_is_crossed_after_the_login(
    shell: Shell, right: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ajour_connection.retried, "stop", tenacity.stop_after_attempt(1))
    # Long enough on any machine, and no longer: SQLite goes on when nobody waits for it any more.
    Path("slow.sql").write_text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000000) "
        "SELECT max(i) AS location_id, 'x' AS location_name FROM n"
    )
    queries = {"locations": "slow.sql"}
    reload_right(right, ajour={"driver": "SQLite3", "query_timeout_seconds": 1, "queries": queries})
    answer = shell.json("test")
    assert (steps(answer)["Login"], steps(answer)["Locations"]) == ("ok", "failed")
    assert "did not answer slow.sql within 1 s" in message(answer, "Locations")


@pytest.mark.parametrize(("language", "told"), [("da", "Prøver igen om"), ("en", "Trying again in")])
def test_who_waits_is_told_that_it_is_tried_again(
    shell: Shell, right: Company, monkeypatch: pytest.MonkeyPatch, language: Language, told: str
) -> None:
    monkeypatch.setattr(ajour_connection.retried, "sleep", lambda _: None)
    reload_right(right, ajour={"driver": "FreeTDS", "port": free_port()}, report={"language": language})
    write_env_file(shell.folder, right.ajour.environment | {"AJOUR_HOST": "127.0.0.1"})
    assert told in shell.run("test").stderr


@pytest.mark.parametrize(
    ("changes", "result", "told"),
    [
        ({"activation_date": SINCE + timedelta(days=1)}, "warning", "before activation_date"),
        (
            {
                "activation_date": LAST_DAY + timedelta(days=40),
                "task": settings_dict()["task"] | {"start_date": LAST_DAY + timedelta(days=41)},
            },
            "ok",
            "Ajour serves nothing earlier",
        ),
    ],
)
def test_the_activation_date_is_held_against_what_ajour_serves(
    shell: Shell, right: Company, changes: dict[str, Any], result: str, told: str
) -> None:
    reload_right(right, **changes)
    answer = shell.json("test")
    assert steps(answer)["Activation date"] == result
    assert told in message(answer, "Activation date")


def test_the_activation_date_is_held_against_the_warehouse(
    shell: Shell, right: Company, fetched_company: Company
) -> None:
    reload_right(fetched_company, activation_date=LAST_DAY)
    answer = shell.json("test")
    assert steps(answer)["Activation date"] == "failed"
    assert "The warehouse holds revenue of" in message(answer, "Activation date")
    assert right is fetched_company


def test_a_day_without_revenue_needs_a_look(shell: Shell, right: Company) -> None:
    right.ajour.sell_all((LAST_DAY, location, None) for location in ("10", "11", "20", "30", "99"))
    assert "Ajour has none for" in message(shell.json("test"), "A day of revenue")


def test_a_broken_settings_file_is_told_and_what_is_right_in_it_is_used(shell: Shell, right: Company) -> None:
    reload_right(right)
    text = Path("ajour.yaml").read_text(encoding="utf-8")
    Path("ajour.yaml").write_text(text.replace("07:00", "04:00").replace("name: demo", "name: a b"), encoding="utf-8")
    answer = shell.json("test")
    assert steps(answer)["Settings"] == "failed"
    assert "2 things to change" in message(answer, "Settings")
    assert steps(answer)["Locations"] == "ok"
    assert [unit["unit"] for unit in answer["units"]] == ["Bar", "Kitchen", "Shop", "Cellar"]


def test_what_is_doubtful_in_the_settings_is_told(shell: Shell, right: Company) -> None:
    task = settings_dict()["task"] | {"weekdays": ["monday"], "days_back": 1, "start_date": LAST_DAY}
    with pytest.warns(UserWarning, match="never fetches"):
        reload_right(right, task=task)
    answer = shell.json("test")
    assert steps(answer)["Settings"] == "warning"
    assert "never fetches the sales of monday" in message(answer, "Settings")


def test_a_bad_wage_file_is_crossed(shell: Shell, right: Company) -> None:
    assert right.settings.wages.source == "file"
    Path("wages.csv").unlink()
    assert steps(shell.json("test"))["Wage file"] == "failed"


def test_a_budget_file_is_looked_at_where_one_is_set(shell: Shell, right: Company) -> None:
    assert "Budget file" not in steps(shell.json("test"))
    reload_right(right, budget={"file": "budget.csv"})
    assert steps(shell.json("test"))["Budget file"] == "failed"

    Path("budget.csv").write_text("unit,month,revenue_excl_vat\nBar,2026-03,1000\n", encoding="utf-8")

    answer = shell.json("test")
    assert steps(answer)["Budget file"] == "ok"
    assert message(answer, "Budget file").endswith("budget.csv: 1 row.")


# Before there is a settings file


@pytest.fixture
def newcomer(shell: Shell) -> SqliteAjour:
    """Five credentials and nothing else."""
    ajour = SqliteAjour(shell.folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar", "11": "Vinbar", "20": "no"})
    ajour.sell(LAST_DAY - timedelta(days=3), "10", "1000")
    write_env_file(shell.folder, ajour.environment)
    return ajour


@pytest.mark.usefixtures("newcomer")
def test_five_credentials_are_enough_to_reach_ajour(shell: Shell) -> None:
    result = shell.run("test", "--driver", "SQLite3")
    assert result.exit_code == 1
    for shown in (
        "! Indstillinger",
        "ajour-revenue init",
        "✓ Login",
        "Ajour har 3.",
        "20 no",
        "Ajour leverer omsætning fra",
    ):
        assert shown in result.stdout
    assert sorted(path.name for path in shell.folder.iterdir()) == [".env", "ajour.sqlite"]


@pytest.mark.usefixtures("newcomer")
def test_the_driver_and_the_port_have_defaults(shell: Shell) -> None:
    answer = shell.json("test")
    assert "ODBC Driver 18 for SQL Server" in message(answer, "Driver")


@pytest.mark.usefixtures("newcomer")
def test_there_is_nothing_to_write_to(shell: Shell) -> None:
    result = shell.run("test", "--write", "--yes")
    assert result.exit_code == 1
    assert "ajour-revenue init" in result.stderr


@pytest.mark.usefixtures("newcomer")
def test_a_new_file_gets_a_unit_for_each_location(shell: Shell) -> None:
    since = LAST_DAY - timedelta(days=3)
    assert (
        shell.run("init", "--yes", "--name", "nord", "--driver", "SQLite3", "--activation-date", since).exit_code == 0
    )
    answer = shell.json("test")
    assert steps(answer)["Settings"] == steps(answer)["Mapping"] == "warning"
    assert "har ingen enheder endnu" in message(answer, "Settings")
    answer = shell.json("test", "--write", "--yes")
    assert steps(answer)["Settings"] == steps(answer)["Mapping"] == "ok"
    assert [(each["name"], each["department"]) for each in answer["written"]] == [
        ("Bar", "nord"),
        ("Vinbar", "nord"),
        ("no", "nord"),
    ]
    assert [ids(unit) for unit in load_settings().units] == [("10",), ("11",), ("20",)]


@pytest.mark.usefixtures("newcomer")
def test_written_units_are_success_whatever_else_needs_attention_and_the_next_command_is_told(shell: Shell) -> None:
    shell.run(
        "init", "--yes", "--name", "nord", "--driver", "SQLite3", "--activation-date", LAST_DAY, "--language", "en"
    )

    written = shell.run("test", "--write", "--yes")

    assert "! Activation date" in written.stdout
    assert "✓ Mapping" in written.stdout
    assert written.exit_code == 0
    assert written.stdout.endswith(f"\n  ajour-revenue fetch --from {LAST_DAY}\n")
    # What needs attention still does for whoever tests without writing.
    assert shell.run("test").exit_code == 1


@pytest.mark.parametrize(
    ("number", "problem"), [("0", "There is no 0 among 1 to 5."), ("6", "There is no 6 among 1 to 5.")]
)
@pytest.mark.usefixtures("at_company")
def test_a_number_that_is_not_in_the_menu_is_asked_again(shell: Shell, number: str, problem: str) -> None:
    result = shell.run("test", "--write", typed=f"{number}\n3\n")

    assert problem in result.stdout
    assert ids(load_settings().units[2]) == ("30", "99")


def test_the_next_command_goes_on_with_what_is_there(shell: Shell, at_fetched_company: Company) -> None:
    def last_line() -> str:
        return shell.run("test").stdout.splitlines()[-1].strip()

    at_fetched_company.ajour.list_locations({"99": "Kitchen, new"})
    assert last_line() == "ajour-revenue test --write"
    shell.run("test", "--write", "--yes")
    assert last_line() == "ajour-revenue status"

    write_env_file(shell.folder, at_fetched_company.ajour.environment | {"AJOUR_DATABASE": "/none.sqlite"})
    assert last_line() == "ajour-revenue test"

    Path("ajour.yaml").rename("mine.yaml")
    elsewhere = shell.run("test", "--settings", "mine.yaml", "--driver", "SQLite3").stdout.splitlines()[-1].strip()
    assert elsewhere == "ajour-revenue test --settings mine.yaml"


# Writing


def test_an_accepted_suggestion_is_written_and_nothing_else_changes(shell: Shell, at_company: Company) -> None:
    path = Path("ajour.yaml")
    before = "# mine\n" + path.read_text(encoding="utf-8").replace("['20']", "['20']   # the stove")
    path.write_text(before, encoding="utf-8")
    result = shell.run("test", "--write", typed="\n")
    assert "Location 99 (Kitchen, new) feeds the unit" in result.stdout
    assert "  2  Kitchen, Vesterbro\n" in result.stdout
    assert "or the name of a new unit [2]:" in result.stdout
    assert "+ location 99 to unit Kitchen" in result.stdout
    assert path.read_text(encoding="utf-8") == before.replace("['20']  ", "['20', \"99\"]")
    assert result.exit_code == 0
    assert at_company.settings.name == "demo"


def test_a_suggestion_can_be_left_out_or_another_unit_named(shell: Shell, at_company: Company) -> None:
    before = Path("ajour.yaml").read_bytes()
    result = shell.run("test", "--write", typed="-\n")
    assert (result.exit_code, Path("ajour.yaml").read_bytes()) == (0, before)
    assert "Nothing to write" in result.stdout
    # Whoever has just said so is not told that the location feeds no unit; whoever looks later is.
    assert "4 of 5 locations feed a unit." in result.stdout
    assert shell.run("test").exit_code == 1
    assert shell.run("test", "--write", typed="Shop\n").exit_code == 0
    assert ids(load_settings().units[2]) == ("30", "99")
    at_company.reload()
    shell.run("test", "--write", typed="Wine bar\nAarhus Nord\n-\n")
    assert [(unit.name, unit.department, ids(unit)) for unit in load_settings().units][3:] == [
        ("Wine bar", "Aarhus Nord", ("99",))
    ]


@pytest.mark.usefixtures("at_company")
def test_who_breaks_off_has_written_nothing(shell: Shell) -> None:
    before = Path("ajour.yaml").read_bytes()
    assert shell.run("test", "--write", typed="").exit_code == 1
    assert Path("ajour.yaml").read_bytes() == before


def test_a_file_that_cannot_be_changed_says_what_to_add(shell: Shell, at_company: Company) -> None:
    path = Path("ajour.yaml")
    # What stands between brackets is written on one line, where there is no room for this comment.
    text = path.read_text(encoding="utf-8").replace("['20']", "[  # the stove\n    '20']")
    path.write_text(text, encoding="utf-8")
    at_company.ajour.list_locations({"99": "Kitchen, new"})
    result = shell.run("test", "--write", "--yes")
    assert result.exit_code == 1
    assert "location '99' to unit 'Kitchen'" in result.stderr
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("at_company")
def test_nothing_is_written_to_a_file_that_is_wrong(shell: Shell) -> None:
    path = Path("ajour.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("['30']", "['10']"), encoding="utf-8")
    before = path.read_bytes()
    result = shell.run("test", "--write", "--yes")
    assert result.exit_code == 1
    assert "Nothing is written to ajour.yaml before it is right" in result.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [("--yes",), ("--json", "--write"), ("--port", "0"), ("--driver",), ("--unknown",), ("extra",)]
)
def test_a_wrong_argument_is_a_usage_error(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run("test", *arguments).exit_code == 2


# Planday


@pytest.fixture
def planday(stage: Stage) -> Iterator[Planday]:
    with stage.planday(portal(), rate_limits=((100_000, 1),)) as planday:
        yield planday


def connect(company: Company, planday: Planday, **changes: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
    """Let the settings and .env lead to a Planday."""
    tokens = {"PLANDAY_CLIENT_ID": planday.client_id, "PLANDAY_REFRESH_TOKEN": planday.refresh_token}
    write_env_file(company.folder, company.ajour.environment | tokens)
    addresses = {"api_url": planday.url, "identity_url": planday.url}
    reload_right(company, **{"wages": {"source": "planday"}, "planday": addresses, "units": unit_list()} | changes)


def test_planday_is_tested_where_it_is_used(shell: Shell, right: Company, planday: Planday) -> None:
    connect(right, planday)
    answer = shell.json("test")
    assert [(name, result) for name, result in steps(answer).items() if "Planday" in name] == [
        ("Planday token", "ok"),
        ("Planday scopes", "ok"),
        ("Planday units", "ok"),
    ]
    assert "Nordlys" in message(answer, "Planday token")
    assert "Wage file" not in steps(answer)
    assert planday.client_id not in json.dumps(answer)
    assert planday.refresh_token not in json.dumps(answer)


def test_all_missing_scopes_are_told_at_once(shell: Shell, right: Company, stage: Stage) -> None:
    with stage.planday(portal(), scopes=SCOPES - {"shiftposition:read", "timeandcost:read"}) as planday:
        connect(right, planday)
        answer = shell.json("test")
    assert steps(answer)["Planday scopes"] == "failed"
    assert steps(answer)["Planday units"] == "skipped"
    for scope in ("shiftposition:read", "timeandcost:read"):
        assert f"lacks the scope {scope}" in message(answer, "Planday scopes")


def test_a_wrong_token_is_told(shell: Shell, right: Company, planday: Planday) -> None:
    connect(right, planday)
    write_env_file(right.folder, right.ajour.environment | {"PLANDAY_CLIENT_ID": "x", "PLANDAY_REFRESH_TOKEN": "y"})
    answer = shell.json("test")
    assert steps(answer)["Planday token"] == "failed"
    assert "it does not know this client id or refresh token" in message(answer, "Planday token")
    assert steps(answer)["Locations"] == "ok"


def test_a_planday_out_of_order_is_told_before_long(
    shell: Shell, right: Company, planday: Planday, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PATIENCE_SECONDS", 0.1)
    connect(right, planday)
    planday.faults.order("/portal/v1.0/info", [answers(503)] * 20)
    assert "answered 503" in message(shell.json("test"), "Planday token")


def test_units_are_held_against_plandays(shell: Shell, right: Company, planday: Planday) -> None:
    connect(right, planday, units=[unit | {"department": "Elsewhere"} for unit in unit_list(Bar=None)])
    told = message(shell.json("test"), "Planday units")
    assert "Planday's revenue unit 101 (Bar, Vesterbro) is not listed" in told
    assert "Unit 'Bar' has no planday_unit_id" in told
    assert "'Shop' belongs to Elsewhere in the settings, and to Aarhus in Planday" in told


def test_a_new_file_gets_plandays_revenue_units_and_the_locations_they_resemble(
    shell: Shell, right: Company, planday: Planday
) -> None:
    connect(right, planday)
    path = write_settings(
        shell.folder,
        activation_date=SINCE,
        task=settings_dict()["task"] | {"start_date": LAST_DAY},
        wages={"source": "planday"},
        planday={"publish": True, "api_url": planday.url, "identity_url": planday.url},
        units=[],
        report={"language": "en"},
    )
    # Planday's units, then the locations of which none is alike.
    result = shell.run("test", "--write", typed="y\ny\ny\n\nBar\n\n\n-\n30\n\n-\n")
    assert "Add Planday's revenue unit Bar (Vesterbro)?" in result.stdout
    assert "revenue:set is seen when revenue is published" in " ".join(result.stdout.split())
    units = {unit.name: (unit.department, unit.planday_unit_id, ids(unit)) for unit in load_settings(path).units}
    assert units["Bar"] == ("Vesterbro", 101, ("10", "11"))
    assert units["Shop"][2] == ("30",)
    assert [
        unit.target_wage_percentage and unit.target_wage_percentage["monday"] for unit in load_settings(path).units
    ] == [
        30,
        30,
        None,
    ]
    answer = shell.json("test")
    assert steps(answer)["Planday units"] == "ok"
    assert [each["id"] for each in answer["unmapped_locations"]] == ["99"]


def test_units_of_one_name_in_two_departments_are_two(shell: Shell, right: Company, planday: Planday) -> None:
    connect(right, planday)
    aarhus = next(each.id for each in planday.portal.departments if each.name == "Aarhus")
    planday.portal.revenue_units.append(RevenueUnit(901, "Bar", aarhus))
    path = write_settings(
        shell.folder,
        activation_date=SINCE,
        task=settings_dict()["task"] | {"start_date": LAST_DAY},
        wages={"source": "planday"},
        planday={"publish": True, "api_url": planday.url, "identity_url": planday.url},
        units=[],
    )

    shell.run("test", "--write", "--yes")

    units = {unit.planday_unit_id: (unit.name, unit.department) for unit in load_settings(path).units}
    assert units[101] == ("Bar", "Vesterbro")
    assert units[901] == ("Bar Aarhus", "Aarhus")


def test_locations_of_one_name_become_units_of_their_own(shell: Shell, right: Company) -> None:
    right.ajour.list_locations({"10": "Bar", "11": "Bar", "12": "Bar 11"})
    path = write_settings(shell.folder, units=[])

    shell.run("test", "--write", "--yes")

    assert {unit.name: ids(unit) for unit in load_settings(path).units} == {
        "Bar": ("10",),
        "Bar 11": ("11",),
        "Bar 11 12": ("12",),
    }


def test_a_unit_that_is_listed_without_its_id_is_not_added_again_and_the_id_is_told(
    shell: Shell, right: Company, planday: Planday
) -> None:
    connect(right, planday, units=unit_list(Bar=None))
    planday.portal.revenue_units.append(RevenueUnit(901, "BAR", 2))

    result = shell.run("test", "--write", "--yes")

    shown = " ".join(result.stdout.split())
    assert "Planday's revenue unit Bar (Vesterbro) is listed without its id. Give it planday_unit_id: 101" in shown
    units = {unit.name: unit.planday_unit_id for unit in load_settings().units}
    assert units == {"Bar": None, "Kitchen": 102, "Shop": 201, "BAR Aarhus": 901}


def test_a_location_of_a_name_that_another_has_is_fed_into_no_unit_unasked(shell: Shell, at_company: Company) -> None:
    at_company.ajour.list_locations({"10": "Bar", "11": "Bar, up", "20": "Kitchen", "30": "Shop", "40": "bar "})

    unasked = shell.run("test", "--write", "--yes")

    shown = " ".join(unasked.stdout.split())
    assert "Location 40 has the same name, bar, as location 10." in shown
    assert "Its name does not say which unit it feeds." in shown
    assert "location 40 (bar)" in message(shell.json("test"), "Mapping")

    asked = shell.run("test", "--write", typed="\n")

    assert "Location 40 (bar) feeds the unit" in asked.stdout
    assert ids(load_settings().units[0]) == ("10", "11", "40")


def test_what_is_typed_is_the_unit_that_it_looks_like(shell: Shell, at_company: Company) -> None:
    path = Path("ajour.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("name: Kitchen", "name: 'Kitchen '"), encoding="utf-8")

    shell.run("test", "--write", typed="\u200bkitchen\u00a0\n")

    assert at_company.settings.name == "demo"
    assert ids(load_settings().units[1]) == ("20", "99")


# In both languages


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, right: Company, planday: Planday, language: Language, other: Language
) -> None:
    connect(right, planday, report={"language": language})
    shown = shell.run("test").output
    shown += shell.run("test", "--driver", "nonsense").output
    units = [unit | {"planday_unit_id": None} for unit in settings_dict()["units"][:1]]
    connect(right, planday, report={"language": language}, units=units)
    shown += shell.run("test", "--write", typed="x\n" * 12).output
    shown += shell.run("test", "--write", typed="\n9\n-\n\nother\n\n-\n120\n30\n").output
    shown += shell.run("test", "--write", "--json").stderr
    shown += shell.run("test", "--yes").stderr
    texts = PROBE_TEXTS[language]

    # An option, and what a location is called.
    assert foreign_words(shown, texts, PROBE_TEXTS[other]) - {"write", "new"} == set()
    assert "{" not in shown
    assert f"{texts.steps.names['A day of revenue']} " in shown
