import datetime as dt
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from ajour_revenue.days import Window
from ajour_revenue.instance import dagster_instance
from ajour_revenue.launch import RunFailedError, run_window
from ajour_revenue.warehouse import connect
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, settings_dict, write_settings
from ajour_revenue_tests.processes import CHECKOUT

EVERY_DAY = settings_dict()["task"]


def test_before_the_first_run_there_is_a_status_and_no_warehouse(shell: Shell, at_company: Company) -> None:
    result = shell.run("status")
    assert result.exit_code == 1
    for shown in ("demo  ACTIVE", "Last run      none yet", "- 61 never fetched", "ajour-revenue fetch --from"):
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
    months = [line[8:] for line in shown.splitlines() if re.match(r"[A-Z][a-z]{2} \d{4}", line)]
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
    assert "other  ACTIVE" in result.stdout
    # A long path is broken at the terminal's edge.
    assert "broken.yamlcannotbeused" in "".join(result.stderr.split())
    answer = json.loads(shell.run("status", "ajour.yaml", "broken.yaml", "other/ajour.yaml", "--json").stdout)
    assert [each["name"] for each in answer["integrations"]] == ["demo", "other"]
    assert len(answer["errors"]) == 1
    assert at_company.settings.name == "demo"


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
    assert "1 no shift that day, 1 published; last on 02-01-2026" in " ".join(shown.split())


def test_a_warehouse_that_a_run_writes_to_is_told(
    shell: Shell, at_fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "READER_PATIENCE_SECONDS", 0)
    with duckdb.connect(str(at_fetched_company.settings.warehouse_file)):
        result = shell.run("status")
    assert result.exit_code == 1
    assert "is kept open by another process" in " ".join(result.stderr.split())


def test_an_unknown_option_is_a_usage_error(shell: Shell) -> None:
    assert shell.run("status", "--unknown").exit_code == 2
    assert shell.run("status").exit_code == 1
