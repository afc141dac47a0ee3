import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import get_args

import dagster as dg
import duckdb
import pytest

from ajour_revenue import days
from ajour_revenue.ajour.activation import NO_LOCATIONS
from ajour_revenue.commands import attention
from ajour_revenue.commands import fetch as fetch_module
from ajour_revenue.commands.fetch_texts import FETCH_TEXTS
from ajour_revenue.days import MAX_DAYS, Window
from ajour_revenue.instance import NoInstanceError, dagster_instance
from ajour_revenue.partitions import tagged_window
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import ENGLISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import ACTIVATION_DATE, Company, settings_dict
from ajour_revenue_tests.language import foreign_words, unsaid
from ajour_revenue_tests.processes import CHECKOUT, run

FIRST_DAY = LAST_DAY - timedelta(days=MAX_DAYS)
STEP = re.compile(r"^.*(?=\b\d+/\d+ )", re.MULTILINE)
"""The name of an asset or a check, which is English, and its bar."""


def days_back(days: int) -> str:
    return str(LAST_DAY - timedelta(days=days))


@pytest.mark.slow
def test_what_is_too_much_for_one_run_is_several_on_the_instance_that_dagster_dev_uses(
    shell: Shell, at_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A persistent instance takes its time over each day.
    monkeypatch.setattr(days, "MAX_DAYS", 2)
    shutil.copy(CHECKOUT / "dagster.yaml", ".")
    result = shell.run("fetch", "--from", days_back(2))
    assert result.exit_code == 0, result.output
    assert at_company.query("SELECT count(*) FROM fetches") == [(3,)]
    with dagster_instance() as instance:
        runs = instance.get_runs()
    first_two = Window(LAST_DAY - timedelta(days=2), LAST_DAY - timedelta(days=1))
    assert {tagged_window(run.tags) for run in runs} == {first_two, Window(LAST_DAY, LAST_DAY)}
    assert all(run.status is dg.DagsterRunStatus.SUCCESS for run in runs)
    unmapped = "! Location without a unit: location 99"
    for shown in ("raw revenue", "3/3 days", "9 of them new, 0 figures changed", unmapped):
        assert shown in result.stdout

    [status] = shell.json("status")["integrations"]
    assert (status["last_run"]["result"], status["last_run"]["first_day"]) == ("success", str(LAST_DAY))


def test_what_has_changed_is_shown_with_before_and_after(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.ajour.sell(LAST_DAY, "30", "4321.00")
    at_fetched_company.ajour.sell(LAST_DAY, "20", None)
    result = shell.run("fetch", "--from", LAST_DAY, "--to", LAST_DAY)
    assert result.exit_code == 0
    assert "0 of them new, 1 figure changed." in result.stdout
    assert "Location missing" in result.stdout
    [changed] = [line for line in result.stdout.splitlines() if "4,321.00" in line]
    assert "Shop" in changed
    assert "3,000.45" in changed
    assert "excl. VAT" in changed
    assert "corrected in Ajour" in changed


def test_money_that_matches_nothing_is_shown_with_its_sum(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.ajour.sell(LAST_DAY, "98", "120.50")
    shown = " ".join(shell.run("fetch", "--from", LAST_DAY, "--to", LAST_DAY).stdout.split())
    assert "! Location without a unit: location 98: not counted: DKK 120.50 excl. VAT; not in Ajour's list." in shown
    overview = " ".join(shell.run("status").stdout.split())
    assert "Not mapped 98, 99 (Kitchen, new)" in overview
    assert "location 98: not counted: DKK 120.50 excl. VAT" in overview
    assert "location 98: not counted: DKK 120.50 excl. VAT" in " ".join(shell.run("report").stdout.split())


def test_a_failure_says_why_and_how_to_go_on_and_leaves_what_was_there(shell: Shell, at_company: Company) -> None:
    assert shell.run("fetch", "--from", days_back(40), "--to", days_back(40)).exit_code == 0
    before = at_company.contents()
    Path("wages.csv").write_text("nonsense", encoding="utf-8")
    at_company.ajour.list_locations({})
    result = shell.run("fetch", "--from", days_back(40))
    assert result.exit_code == 1
    error = " ".join(result.stderr.split())
    assert "ajour_connection: The login works, but Ajour lists no location" in error
    assert f"go on with: ajour-revenue fetch --from {days_back(40)} --to {LAST_DAY}" in error
    assert "Traceback" not in result.output
    after = at_company.contents()
    # The wages that the file did not give are to be made up for.
    assert {asset for _, asset, *_ in after.pop("outstanding")} == {"wage_costs"}
    assert after | {"outstanding": []} == before


def answer_twice(company: Company) -> None:
    """Let Ajour give two rows for the last day, which fails."""
    company.ajour.sell(LAST_DAY, "10", "1")
    (company.folder / "duplicate.sql").write_text(
        "SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat FROM daily_revenue "
        "WHERE company_id = :company_id AND business_date BETWEEN :from_date AND :to_date "
        f"UNION ALL SELECT '{LAST_DAY}', '10', 1, 1 WHERE :to_date = '{LAST_DAY}'",
        encoding="utf-8",
    )
    company.reload(ajour={"driver": "SQLite3", "queries": {"revenue": "duplicate.sql"}})


def test_what_was_fetched_before_a_failure_stays_and_is_told(shell: Shell, at_company: Company) -> None:
    answer_twice(at_company)
    result = shell.run("fetch", "--from", FIRST_DAY)
    assert result.exit_code == 1
    error = " ".join(result.stderr.split())
    assert "demo__raw_revenue: " in error
    assert "returned more than one row" in error
    assert f"{ENGLISH.days(FIRST_DAY, LAST_DAY - timedelta(days=1))} was fetched before" in error
    assert f"--from {LAST_DAY} --to {LAST_DAY}" in error
    assert "93 of them new" in result.stdout
    assert at_company.query("SELECT count(*) FROM fetches") == [(MAX_DAYS,)]


@pytest.mark.slow
def test_who_interrupts_it_loses_nothing_and_is_told_how_to_go_on(shell: Shell, at_fetched_company: Company) -> None:
    before = at_fetched_company.contents()
    # Somebody else has the warehouse open, so the run waits in the middle of its way.
    with (
        duckdb.connect(str(at_fetched_company.settings.warehouse_file)),
        shell.terminal("fetch", "--from", LAST_DAY) as fetch,
    ):
        fetch.expect("ajour database ajour connection")
        fetch.interrupt()
        assert fetch.end() == 1
    assert "interrupted" in fetch.text
    assert f"ajour-revenue fetch --from {LAST_DAY} --to {LAST_DAY}" in " ".join(fetch.text.split())
    assert "Traceback" not in fetch.text
    assert at_fetched_company.contents() == before


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--from", "soon"),
        ("--from", LAST_DAY, "--to", days_back(1)),
        ("--from", ACTIVATION_DATE - timedelta(days=1)),
        ("--from", LAST_DAY, "--to", LAST_DAY + timedelta(days=1)),
    ],
)
def test_days_that_cannot_be_fetched_are_a_usage_error(
    shell: Shell, at_company: Company, arguments: tuple[object, ...]
) -> None:
    assert shell.run("fetch", *arguments).exit_code == 2
    assert not at_company.settings.warehouse_file.exists()


@pytest.mark.usefixtures("at_company")
def test_a_dagster_home_that_is_not_there_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/not/there")
    result = shell.run("fetch", "--from", LAST_DAY)
    assert result.exit_code == 1
    assert '"/not/there" is not a directory' in result.stderr
    with pytest.raises(NoInstanceError), dagster_instance():
        pass


def test_the_instance_is_that_of_dagster_home(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dagster_instance() as instance:
        assert instance.is_ephemeral
    home = tmp_path_factory.mktemp("home")
    shutil.copy(CHECKOUT / "dagster.yaml", shell.folder)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dagster_instance() as instance:
        assert instance.root_directory == str(home)


ON_A_FULL_DISK = """
import resource
from ajour_revenue.cli import main
# The kernel lets no file grow beyond this, as it does on a disk that is full.
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
main()
"""


@pytest.mark.slow
def test_where_dagsters_history_cannot_be_written_it_is_said(shell: Shell, at_company: Company) -> None:
    shutil.copy(CHECKOUT / "dagster.yaml", ".")
    outcome = run(sys.executable, "-c", ON_A_FULL_DISK, "fetch", "--from", LAST_DAY, folder=shell.folder)

    assert outcome.returncode == 1
    assert "Error: Dagster's history cannot be read or written" in " ".join(outcome.stderr.split())
    assert "Traceback" not in outcome.stderr
    assert not at_company.settings.warehouse_file.exists()


# In both languages


@pytest.mark.parametrize("language", ["da"])
def test_a_failure_at_ajour_is_told_in_danish(shell: Shell, at_company: Company) -> None:
    at_company.ajour.list_locations({})
    Path("wages.csv").unlink()

    result = shell.run("fetch", "--from", LAST_DAY)

    assert result.exit_code == 1
    assert " ".join(result.stderr.split()).startswith(f"Fejl: ajour_connection: {NO_LOCATIONS.da}")


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, at_company: Company, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    # Checks speak English, as everything does that Dagster shows.
    monkeypatch.setattr(fetch_module, "warnings_of", lambda _: [])
    monkeypatch.setattr(days, "MAX_DAYS", 1)
    monkeypatch.setattr(fetch_module, "SHOWN_AT_MOST", 0)
    monkeypatch.setattr(attention, "SHOWN_AT_MOST", 0)
    outcomes = " UNION ALL ".join(f"SELECT '{outcome}' AS outcome, 2 AS unit_days" for outcome in get_args(Outcome))
    monkeypatch.setattr(fetch_module, "PUBLISHED", f"SELECT * FROM ({outcomes}) WHERE len($run_ids) > 0")
    # Of one unit, and of several.
    [bar, *others] = settings_dict()["units"]
    shown = ""
    for units in ([bar], [bar, *others]):
        at_company.reload(units=units)
        shown += shell.run("fetch", "--from", LAST_DAY).stdout
    shown += shell.run("fetch", "--from", days_back(1)).stdout
    at_company.ajour.sell(LAST_DAY, "30", "4321.00")
    shown += shell.run("fetch", "--from", LAST_DAY).stdout
    monkeypatch.setattr(fetch_module, "SHOWN_AT_MOST", 20)
    at_company.ajour.sell(LAST_DAY, "30", "1234.00")
    shown += shell.run("fetch", "--from", LAST_DAY).stdout
    answer_twice(at_company)
    failed = shell.run("fetch", "--from", days_back(1))
    texts = FETCH_TEXTS[language]

    assert failed.exit_code == 1
    assert unsaid(shown + failed.stderr, texts, apart_from={"findings"}) == []
    shown = STEP.sub("", shown)
    assert foreign_words(shown, texts, FETCH_TEXTS[other]) == set()
    assert "{" not in shown
