import datetime as dt
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import duckdb
import pytest

from ajour_revenue.commands import reading
from ajour_revenue.commands.overview import NextFetch, next_fetch, switched_weekdays
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.launch import RunFailedError, dagster_instance, run_window
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, settings_dict, write_settings
from ajour_revenue_tests.processes import CHECKOUT

if TYPE_CHECKING:
    import dagster as dg

MONDAY = dt.date(2026, 3, 23)
EVERY_DAY = settings_dict()["task"]


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), COPENHAGEN)


def settings(**task: object) -> Settings:
    return Settings.model_validate(
        settings_dict(activation_date=dt.date(2026, 1, 1), task=EVERY_DAY | {"start_date": MONDAY} | task)
    )


def upcoming(now: dt.datetime, switched: dict[str, bool] | None = None, **task: object) -> tuple[dt.date, str] | str:
    found = next_fetch(settings(**task), now, switched or {})
    return (found.at.date(), str(found.window)) if isinstance(found, NextFetch) else found


def test_the_next_fetch_is_today_until_its_time_has_come() -> None:
    assert upcoming(at(MONDAY, 6)) == (MONDAY, "2026-03-20 to 2026-03-22")
    assert upcoming(at(MONDAY, 7)) == (dt.date(2026, 3, 24), "2026-03-21 to 2026-03-23")


def test_the_next_fetch_is_on_a_ticked_weekday() -> None:
    friday = dt.date(2026, 3, 27)
    assert upcoming(at(MONDAY, 8), weekdays=["friday"], days_back=1) == (friday, "2026-03-26")
    assert upcoming(at(friday, 8), weekdays=["friday"], days_back=1) == (dt.date(2026, 4, 3), "2026-04-02")


def test_a_schedule_that_somebody_switched_in_dagster_counts() -> None:
    assert upcoming(at(MONDAY, 6), {"monday": False}) == (dt.date(2026, 3, 24), "2026-03-21 to 2026-03-23")
    assert upcoming(at(MONDAY, 6), {"monday": True}, weekdays=["friday"]) == (MONDAY, "2026-03-20 to 2026-03-22")
    assert "switched off in Dagster" in upcoming(at(MONDAY, 6), {"monday": False}, weekdays=["monday"])


class FakeInstance:
    """What Dagster has stored about schedules."""

    def all_instigator_state(self) -> list[SimpleNamespace]:
        stored = {
            "demo_monday": "STOPPED",
            "demo_friday": "RUNNING",
            "demo_sunday": "DECLARED_IN_CODE",
            "other_tuesday": "RUNNING",
        }
        return [
            SimpleNamespace(instigator_name=name, status=SimpleNamespace(value=status))
            for name, status in stored.items()
        ]


def test_only_what_somebody_has_switched_differs_from_the_settings() -> None:
    instance = cast("dg.DagsterInstance", FakeInstance())
    assert switched_weekdays(instance, settings()) == {"monday": False, "friday": True}


def test_why_there_is_no_next_fetch_is_said() -> None:
    assert "task.active is false" in upcoming(at(MONDAY, 6), active=False)
    assert "does not repeat" in upcoming(at(dt.date(2026, 3, 30), 8), repeat_weekly=False)


def test_a_task_that_starts_later_is_waited_for() -> None:
    assert upcoming(at(dt.date(2026, 1, 5), 6)) == (MONDAY, "2026-03-20 to 2026-03-22")


def test_before_the_first_run_there_is_a_status_and_no_warehouse(shell: Shell, at_company: Company) -> None:
    result = shell.run("status")
    assert result.exit_code == 1
    for shown in ("demo  ACTIVE", "Last run      none yet", "- 61 never fetched", "ajour-revenue fetch --from"):
        assert shown in result.stdout
    assert not at_company.settings.warehouse.exists()
    assert not at_company.settings.warehouse.parent.exists()


def test_the_calendar_says_of_each_day_what_became_of_it(shell: Shell, at_fetched_company: Company) -> None:
    company = at_fetched_company
    first, second, last = Window.back_from(LAST_DAY + dt.timedelta(days=1), days=3).days
    company.ajour.sell(first, "30", "5")
    company.ajour.sell(second, "20", None)
    assert company.run(Window(first, second)).success
    assert shell.run("enter", "Bar", last, "--excl-vat", "1", "--reason", "x").exit_code == 0
    company.reload(activation_date=first, task=EVERY_DAY | {"start_date": last})
    [status] = shell.json("status")["integrations"]
    assert status["days"] == {str(first): "corrected", str(second): "missing", str(last): "manual"}
    assert status["never_fetched"] == []
    assert status["unmapped_locations"] == {"99": "Kitchen, new"}
    [attention] = status["attention"]
    assert "Location '99' (Kitchen, new) feeds no unit" in attention
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
    assert "task.active is false in the settings (R8)" in " ".join(shown.split())
    [status] = shell.json("status")["integrations"]
    assert (status["active"], status["next_fetch"]) == (False, None)


def test_without_dagsters_history_the_last_fetch_is_that_of_the_warehouse(
    shell: Shell, at_fetched_company: Company
) -> None:
    assert at_fetched_company.settings.warehouse.exists()
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
    assert "The last run failed." in result.stdout

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
    monkeypatch.setattr(reading._connect.retry, "stop", lambda _: True)  # noqa: SLF001 (whoever waits, waits 15 s)
    with duckdb.connect(str(at_fetched_company.settings.warehouse)):
        result = shell.run("status")
    assert result.exit_code == 1
    assert "cannot be read now" in " ".join(result.stderr.split())


def test_a_warehouse_of_an_earlier_version_is_told(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.query("DROP TABLE planday_revenue")
    result = shell.run("status")
    assert result.exit_code == 1
    assert "is from an earlier version" in " ".join(result.stderr.split())


def test_an_unknown_option_is_a_usage_error(shell: Shell) -> None:
    assert shell.run("status", "--unknown").exit_code == 2
    assert shell.run("status").exit_code == 1
