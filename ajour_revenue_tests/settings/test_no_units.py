"""Before the settings list units, everything works, and says that there are none."""

from datetime import timedelta

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from ajour_revenue.cli import main
from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.settings.load import SettingsWarning
from ajour_revenue.wages.file import WageFileError, read_wage_file
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, write_wages
from ajour_revenue_tests.planday.connected import connected, failures
from ajour_revenue_tests.planday.kit import Stage

WINDOW = Window(LAST_DAY - timedelta(days=1), LAST_DAY)
HINT = "ajour-revenue test --write tilføjer dem"


@pytest.fixture
def new(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose settings list no units yet, and whose wage file is empty."""
    monkeypatch.chdir(company.folder)
    write_wages(company.folder / "wages.csv", [])
    with pytest.warns(SettingsWarning, match="lists no units yet"):
        company.reload(units=[])
    return company


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def spoken(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_run_stores_raw_revenue_and_no_figures_of_units(new: Company) -> None:
    assert new.run(WINDOW).success

    contents = new.contents()
    assert len(contents["raw_revenue"]) == 10
    for table in ("unit_revenue", "unit_revenue_revisions", "wage_costs"):
        assert contents[table] == []
    assert new.query("FROM wage_percentage") == []
    assert {row[0] for row in new.query("SELECT unit FROM ajour_locations")} == {None}


def test_every_check_can_be_executed(new: Company) -> None:
    assert new.run(WINDOW).success
    names = [key.name for key in build_definitions(new.settings).resolve_asset_graph().asset_check_keys]

    # Its asset's own step tells whether the wages could be fetched, and Dagster offers it with the asset only.
    found = {name: new.check(name) for name in names if name != "planned_wages_fetched"}

    assert {name for name, check in found.items() if check.severity is dg.AssetCheckSeverity.ERROR} >= {
        "ajour_connection",
        "revenue_reconciles",
    }
    assert {name for name, check in found.items() if not check.passed} == {"locations_mapped", "days_covered"}


def test_with_planday_only_wages_fail_its_units_are_listed_and_nothing_is_published(
    company: Company, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(company, stage, monkeypatch) as new:
        with pytest.warns(SettingsWarning, match="lists no units yet"):
            new.reload(units=[])

        failed = failures(new.run(WINDOW))

        assert list(failed) == ["wage_costs_wages_fetched"]
        assert "None of the settings' units is known in Planday." in failed["wage_costs_wages_fetched"]
        assert new.posts == []
        assert new.contents()["planday_revenue"] == []
        assert "Planday's revenue unit 101 (Bar, Vesterbro) is not listed" in (
            new.check("units_match_planday").description or ""
        )


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        (("status",), 1, "10 (Bar)"),
        (("report",), 0, "Der er ingen tal for"),
        (("report", "--format", "csv"), 0, "demo.csv"),
        (("report", "--format", "xlsx"), 0, "demo.xlsx"),
        (("report", "--format", "html"), 0, "demo.html"),
        (("test",), 1, "Ingen af Ajours 5 lokationer hører til en enhed endnu."),
        (("enter", "Bar", LAST_DAY, "--incl-vat", 1, "--reason", "x"), 1, "de har ingen enheder endnu"),
    ],
    ids=str,
)
def test_a_command_says_that_there_are_no_units(
    new: Company, command: tuple[object, ...], exit_code: int, said: str
) -> None:
    assert new.fetch(WINDOW).success

    result = run(*command)

    assert result.exit_code == exit_code, result.output
    assert HINT in spoken(result)
    assert said in spoken(result)


def test_a_wage_file_with_rows_is_refused_once_and_not_once_for_each_row(new: Company) -> None:
    path = new.folder / "wages.csv"
    write_wages(path, [(day, "Vesterbro", "", "400.00", "2.5") for day in WINDOW.days])

    with pytest.raises(WageFileError) as raised:
        read_wage_file(new.settings)

    told = str(raised.value)
    assert told == f"{path} has wages, but the settings list no units yet. ajour-revenue test --write adds them."
