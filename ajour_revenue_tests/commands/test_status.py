import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from ajour_revenue import days
from ajour_revenue.attention.finding import Finding
from ajour_revenue.commands import status as status_command
from ajour_revenue.commands.overview import DayState, LastRun, Overview, RunResult, RunState, RunUnderWay
from ajour_revenue.commands.status_texts import STATUS_TEXTS
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.instance import dagster_instance
from ajour_revenue.launch import RunFailedError, run_window
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.processes import RunProcess
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH
from ajour_revenue.upcoming import NextFetch, NoFetch, WhyNone, next_fetch
from ajour_revenue.wages.figures import Place
from ajour_revenue.warehouse import connect
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS, Shell
from ajour_revenue_tests.kit import Company, settings_dict, write_settings
from ajour_revenue_tests.language import foreign_words, unsaid
from ajour_revenue_tests.processes import CHECKOUT

EVERY_DAY = settings_dict()["task"]


def test_before_the_first_run_there_is_a_status_and_no_warehouse(shell: Shell, at_company: Company) -> None:
    result = shell.run("status")
    assert result.exit_code == 1
    for shown in ("demo  ACTIVE", "Last run        none yet", "- 61 never fetched", "ajour-revenue fetch --from"):
        assert shown in result.stdout
    assert not at_company.settings.warehouse_file.exists()
    assert not at_company.settings.warehouse_file.parent.exists()


def test_the_calendar_says_of_each_day_what_became_of_it(shell: Shell, at_fetched_company: Company) -> None:
    company = at_fetched_company
    first, second, last = Window.back_from(LAST_DAY + dt.timedelta(days=1), days=3).days
    company.ajour.sell(first, "30", "5")
    company.ajour.sell(second, "20", None)
    assert company.run(Window(first, second)).success
    assert shell.run("enter", "Bar", last, "--excl-vat", "1", "--reason", "x", "--yes").exit_code == 0
    company.reload(activation_date=first, task=EVERY_DAY | {"start_date": last})
    [status] = shell.json("status")["integrations"]
    assert status["days"] == {str(first): "corrected", str(second): "missing", str(last): "manual"}
    assert status["never_fetched"] == []
    assert status["unmapped_locations"] == {"99": "Kitchen, new"}
    unmapped, missing, *more = status["attention"]
    assert unmapped.startswith("Location without a unit: location 99 (Kitchen, new)")
    assert missing.startswith(f"Location missing: Vesterbro, Kitchen, location 20 (Kitchen), {second}.")
    assert [text.partition(":")[0] for text in more] == ["Wage percentage over target"]
    shown = shell.run("status").stdout
    assert "c 1 corrected   m 1 incomplete   h 1 by hand" in shown
    months = [line[10:] for line in shown.splitlines() if re.match(r"[A-Z][a-z]{2,3} \d{4}", line)]
    assert "".join(months).split() == ["c", "m", "h"]


def test_with_everything_in_order_nothing_needs_attention(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.reload(
        activation_date=LAST_DAY,
        task=EVERY_DAY | {"start_date": LAST_DAY},
        units=[{"name": "Bar", "department": "Vesterbro", "locations": ["10", "11", "20", "30", "99"]}],
    )
    result = shell.run("status")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "# 1 fetched" in result.stdout
    assert result.stdout.endswith("Nothing needs attention.\n")


def test_a_paused_integration_says_why(shell: Shell, at_company: Company) -> None:
    at_company.reload(task=EVERY_DAY | {"active": False})
    shown = shell.run("status").stdout
    assert "demo  PAUSED" in shown
    assert "task.active is false in the settings" in " ".join(shown.split())
    [status] = shell.json("status")["integrations"]
    assert (status["active"], status["next_fetch"]) == (False, None)


def test_without_dagsters_history_the_last_fetch_is_that_of_the_warehouse(
    shell: Shell, at_fetched_company: Company
) -> None:
    assert at_fetched_company.settings.warehouse_file.exists()
    [status] = shell.json("status")["integrations"]
    last_run = status["last_run"]
    assert (last_run["result"], last_run["last_day"]) == ("fetched", str(LAST_DAY))


@pytest.mark.slow
def test_with_dagsters_history_the_last_run_is_the_integrations_last(shell: Shell, at_fetched_company: Company) -> None:
    company = at_fetched_company
    shutil.copy(CHECKOUT / "dagster.yaml", ".")
    company.ajour.list_locations({})
    with dagster_instance() as instance, pytest.raises(RunFailedError):
        run_window(company.settings, Window(LAST_DAY, LAST_DAY), instance)
    result = shell.run("status")
    assert result.exit_code == 1
    assert "failure, " in result.stdout
    assert "The login works, but Ajour lists no location" in result.stdout
    assert "Last run failed: " in result.stdout

    # A run of another integration on the same instance is not this one's.
    company.reload(name="other")
    [status] = shell.json("status")["integrations"]
    assert status["last_run"]["result"] == "fetched"


def test_every_settings_file_that_is_named_is_shown_and_a_broken_one_told(shell: Shell, at_company: Company) -> None:
    other = shell.folder / "other"
    other.mkdir()
    write_settings(other, name="other")
    Path("broken.yaml").write_text("name: 1\n", encoding="utf-8")
    result = shell.run("status", "ajour.yaml", "broken.yaml", "other/ajour.yaml")
    assert result.exit_code == 1
    assert "demo  ACTIVE" in result.stdout
    # Each in its own language.
    assert "other  AKTIV" in result.stdout
    # A long path is broken at the terminal's edge.
    assert "broken.yamlkanikkebruges" in "".join(result.stderr.split())
    answer = json.loads(shell.run("status", "ajour.yaml", "broken.yaml", "other/ajour.yaml", "--json").stdout)
    assert [each["name"] for each in answer["integrations"]] == ["demo", "other"]
    assert len(answer["errors"]) == 1
    assert at_company.settings.name == "demo"


@pytest.mark.parametrize(
    ("report", "told"),
    [
        ("", "Fejl: {} kan ikke bruges; 4 ting skal rettes: - activation_date: mangler"),
        ("report: {language: da}", "Fejl: {} kan ikke bruges; 4 ting skal rettes: - activation_date: mangler"),
        ("report: {language: en}", "Error: {} cannot be used; 4 things to change: - activation_date: is missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of_in_its_language(shell: Shell, report: str, told: str) -> None:
    Path("ajour.yaml").write_text(f"name: demo\n{report}\n", encoding="utf-8")

    result = shell.run("status")

    assert result.exit_code == 1
    # A long path is broken at the terminal's edge.
    assert "".join(told.format(Path("ajour.yaml").absolute()).split()) in "".join(result.stderr.split())


def test_each_of_several_files_that_cannot_be_used_is_told_of_in_its_language(shell: Shell) -> None:
    Path("danish.yaml").write_text("name: demo\n", encoding="utf-8")
    Path("english.yaml").write_text("name: demo\nreport: {language: en}\n", encoding="utf-8")

    told = " ".join(shell.run("status", "danish.yaml", "english.yaml", "none.yaml").stderr.split())

    assert told.index("Fejl: ") < told.index("Error: ") < told.index("Error: There is no settings file")
    assert told.count("Error: ") == 2


@pytest.mark.parametrize(("language", "note"), [("da", "Bemærk: "), ("en", "Note: ")])
def test_what_is_doubtful_in_settings_is_told_in_their_language(shell: Shell, language: str, note: str) -> None:
    write_settings(shell.folder, units=[], report={"language": language})

    told = shell.run("status").stderr

    assert told.startswith(note)
    assert ("har ingen enheder endnu" in " ".join(told.split())) == (language == "da")


def test_the_settings_file_may_be_named_in_the_env_file(shell: Shell, at_company: Company) -> None:
    Path("ajour.yaml").rename("elsewhere.yaml")
    with Path(".env").open("a", encoding="utf-8") as file:
        file.write("AJOUR_SETTINGS=elsewhere.yaml\n")
    [status] = shell.json("status")["integrations"]
    assert status["name"] == at_company.settings.name


def test_an_activation_date_to_come_has_no_days_yet(shell: Shell, at_company: Company) -> None:
    coming = LAST_DAY + dt.timedelta(days=10)
    at_company.reload(activation_date=coming, task=EVERY_DAY | {"start_date": coming, "days_back": 1})
    result = shell.run("status")
    assert result.exit_code == 0
    assert "none yet; the activation date is" in result.stdout


def test_publishing_is_told(shell: Shell, at_fetched_company: Company) -> None:
    company = at_fetched_company
    company.reload(planday={"publish": True})
    assert "to Planday; unit-days: none yet" in shell.run("status").stdout
    company.change(
        "INSERT INTO planday_revenue VALUES "
        "('2026-01-01', 'Bar', 1, 1, 'published', '2026-01-02 12:00:00+01', 'run'), "
        "('2026-01-02', 'Bar', 1, 1, 'no shift that day', NULL, 'run')"
    )
    shown = shell.run("status").stdout
    assert "1 no shift that day, 1 published; last on 2 Jan 2026, 12:00" in " ".join(shown.split())


def test_a_warehouse_that_a_run_writes_to_is_told(
    shell: Shell, at_fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "READER_PATIENCE_SECONDS", 0)
    with duckdb.connect(str(at_fetched_company.settings.warehouse_file)):
        result = shell.run("status")
    assert result.exit_code == 1
    assert "is kept open by another process" in " ".join(result.stderr.split())


# In both languages


def overviews(settings: Settings) -> Iterator[Overview]:
    """Give overviews that have everything to tell."""
    at = dt.datetime(2026, 11, 30, 7, 15, tzinfo=COPENHAGEN)
    window = Window(dt.date(2026, 11, 28), dt.date(2026, 11, 29))
    process = RunProcess(run_id="abcd-1", host="nord", pid=42, started_at=0)
    overview = Overview(
        settings=settings,
        next_fetch=NextFetch(at, window),
        last_run=None,
        under_way=[
            RunUnderWay("abcd-1", state, at, window, process if state == "gone" else None)
            for state in get_args(RunState)
        ],
        working="ajour",
        days={dt.date(2026, 11, number): state for number, state in enumerate(get_args(DayState), start=1)},
        attention=[Finding("over target", window, Place("Vesterbro", str(number))) for number in range(30)],
        published=dict.fromkeys(get_args(Outcome), 2),
        published_at=at,
    )
    yield overview
    for result in get_args(RunResult):
        yield replace(overview, last_run=LastRun("abcd-1", result, at, window), attention=[], days={}, published={})
    for why in get_args(WhyNone):
        yield replace(overview, next_fetch=NoFetch(why, LAST_DAY))


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, at_company: Company, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    shown = ""
    for publish in (True, False):
        at_company.reload(report={"language": language}, planday={"publish": publish})
        for overview in overviews(at_company.settings):
            monkeypatch.setattr(status_command, "overview_of", lambda _, overview=overview: overview)
            screen = shell.show("status", colours=False)
            assert screen.widest_line <= COLUMNS
            shown += screen.text
    texts = STATUS_TEXTS[language]

    assert unsaid(shown, texts, apart_from={"findings"}) == []
    assert foreign_words(shown, texts, STATUS_TEXTS[other]) == set()
    assert "{" not in shown


def test_a_danish_status_is_written_as_danes_do(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.reload(report={"language": "da"}, planday={"publish": True})
    coming = next_fetch(at_fetched_company.settings, days.now(), {})
    assert isinstance(coming, NextFetch)
    sales = DANISH.days(coming.window.first_day, coming.window.last_day)

    shown = " ".join(shell.run("status").stdout.split())

    moment = f"{DANISH.weekday_and_date(coming.at.date())} kl. {coming.at:%H.%M}"
    assert f"demo AKTIV Næste hentning {moment}, salg for {sales}" in shown
    assert "Seneste kørsel hentet, " in shown
    assert "Planday omsætning sendes; enhedsdage: ingen endnu Uden enhed 99 (Kitchen, new)" in shown
    assert "# 3 hentet r 0 rettet m 0 mangler i 0 indtastet - 58 aldrig hentet Kræver handling" in shown


def test_an_unknown_option_is_a_usage_error(shell: Shell) -> None:
    assert shell.run("status", "--unknown").exit_code == 2
    assert shell.run("status").exit_code == 1
