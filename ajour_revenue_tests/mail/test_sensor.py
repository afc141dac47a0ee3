"""From the end of a scheduled run to a mail for each reader: a real Dagster instance, a real mail server."""

from datetime import timedelta

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.mail.sensor import mail_sensors
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.secrets import MAIL_USER
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests import clock
from ajour_revenue_tests.alerts.kit import Mailbox, does_nothing, fails, part
from ajour_revenue_tests.clock import LAST_DAY, MOMENT
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.mail.kit import CONTROLLER, DAYS, LEADER, Desk

NOTHING = "Nothing to mail before the next scheduled run."
WEEKDAY = DANISH.weekday(LAST_DAY)


def correct(desk: Desk, unit: str) -> None:
    """Let a unit's percentage of yesterday have become another one."""
    [department] = [each.department for each in desk.company.settings.units if each.name == unit]
    desk.company.change(f"UPDATE unit_revenue SET revenue_excl_vat = 9999 WHERE unit = '{unit}'")
    desk.company.change(f"UPDATE wage_costs SET wage_cost = 777 WHERE department = '{department}'")


def evaluate_all(desk: Desk) -> list[str]:
    """Evaluate until there is nothing left to send."""
    said: list[str] = []
    while not said or said[-1].startswith("Report mailed"):
        said.append(desk.evaluate())
    return said


def recipients(mailbox: Mailbox) -> list[str]:
    return [str(mail["To"]) for mail in mailbox.mails]


def test_without_readers_there_is_no_sensor(company: Company) -> None:
    assert mail_sensors(company.settings) == []


def test_it_runs_by_default_beside_the_alerts(desk: Desk) -> None:
    sensors = build_definitions(desk.company.settings).get_repository_def().sensor_defs

    assert {sensor.name for sensor in sensors} == {"demo_alerts_by_mail", "demo_report_by_mail"}
    assert {sensor.default_status for sensor in sensors} == {dg.DefaultSensorStatus.RUNNING}


def test_after_a_scheduled_run_each_reader_gets_one_mail_of_what_they_may_see(desk: Desk, mailbox: Mailbox) -> None:
    desk.end_scheduled()

    assert evaluate_all(desk) == [f"Report mailed to {LEADER}.", f"Report mailed to {CONTROLLER}.", NOTHING]

    leader, controller = mailbox.mails
    assert (leader["To"], controller["To"]) == (LEADER, CONTROLLER)
    assert str(leader["Subject"]).startswith(f"Vesterbro {WEEKDAY}: 4.101 kr. · løn ")
    assert str(controller["Subject"]).startswith(f"demo {WEEKDAY}: 7.102 kr. · løn ")
    for kind in ("html", "plain"):
        text = part(leader, kind)
        assert "Kitchen" in text
        for other in ("Aarhus", "Shop", "3.000", "7.102"):
            assert other not in text
        assert "Aarhus · Shop" in part(controller, kind)
    assert list(leader.iter_attachments()) == []
    [workbook] = controller.iter_attachments()
    assert workbook.get_filename() == f"demo {LAST_DAY}.xlsx"
    assert workbook.get_content()[:2] == b"PK"


def test_a_real_scheduled_run_is_mailed_of(desk: Desk, mailbox: Mailbox) -> None:
    assert desk.run(DAYS, **{"dagster/schedule_name": f"demo_{MOMENT:%A}".lower()}).success
    evaluate_all(desk)

    assert recipients(mailbox) == [LEADER, CONTROLLER]


def test_whoever_runs_by_hand_or_a_backfill_mails_nothing(desk: Desk, mailbox: Mailbox) -> None:
    desk.end(does_nothing, DAYS)
    desk.end(does_nothing, DAYS, dagster__backfill="abcdefgh")
    desk.end(does_nothing, DAYS, dagster__schedule_name="demo_plan")
    desk.end(does_nothing, dagster__schedule_name="demo_monday")
    desk.end(fails, DAYS, dagster__schedule_name="demo_monday")
    before = Window(LAST_DAY - timedelta(days=3), LAST_DAY - timedelta(days=1))
    desk.end(does_nothing, before, dagster__schedule_name="demo_monday")

    assert desk.evaluate() == NOTHING
    assert mailbox.mails == []


def test_a_run_that_tries_a_scheduled_one_again_counts_as_that_one(desk: Desk, mailbox: Mailbox) -> None:
    by_hand = desk.end(fails, DAYS).run_id
    desk.end(does_nothing, DAYS, ajour_revenue__again=by_hand)
    assert desk.evaluate() == NOTHING

    scheduled = desk.end(fails, DAYS, dagster__schedule_name="demo_monday").run_id
    again = desk.end(fails, DAYS, ajour_revenue__again=scheduled).run_id
    desk.end(does_nothing, DAYS, ajour_revenue__again=again)
    evaluate_all(desk)

    assert recipients(mailbox) == [LEADER, CONTROLLER]


def test_after_another_run_only_those_whose_figures_have_changed_get_another_mail(desk: Desk, mailbox: Mailbox) -> None:
    desk.end_scheduled()
    evaluate_all(desk)
    desk.end_scheduled()
    assert desk.evaluate() == NOTHING

    correct(desk, "Shop")
    desk.company.run_alone(
        dg.AssetSelection.assets(["demo", "wage_percentage"]).without_checks(), tags=window_tags(DAYS)
    )
    desk.end_scheduled()
    evaluate_all(desk)

    assert recipients(mailbox) == [LEADER, CONTROLLER, CONTROLLER]


def test_a_daemon_that_starts_again_mails_nothing_twice(desk: Desk, mailbox: Mailbox) -> None:
    desk.end_scheduled()
    desk.evaluate()

    started = Desk(desk.company, desk.instance, desk.channel, cursor=desk.cursor, mailbox=mailbox)
    evaluate_all(started)

    assert recipients(mailbox) == [LEADER, CONTROLLER]


def test_one_that_dies_before_it_remembers_mails_twice_rather_than_never(desk: Desk, mailbox: Mailbox) -> None:
    desk.end_scheduled()
    cursor = desk.cursor
    desk.evaluate()
    desk.cursor = cursor
    evaluate_all(desk)

    assert recipients(mailbox) == [LEADER, LEADER, CONTROLLER]


def test_a_reader_whom_the_server_does_not_take_keeps_it_from_nobody(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.unknown = {LEADER}
    desk.end_scheduled()

    said = desk.evaluate()
    assert said.startswith(f"The report could not be mailed to {LEADER}. The mail server 127.0.0.1:")
    assert "Check report.mail, and whether it wants a login." in said
    assert "1 mail(s) could not be sent; tried again from " in said
    assert desk.evaluate() == f"Report mailed to {CONTROLLER}."
    assert desk.evaluate().startswith("1 mail(s) could not be sent")

    mailbox.unknown = set()
    desk.let_the_pause_pass()
    evaluate_all(desk)
    assert recipients(mailbox) == [CONTROLLER, LEADER]


def test_a_failure_is_an_error_in_the_log_of_the_tick(
    desk: Desk, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox.unknown = {LEADER}
    desk.end_scheduled()
    desk.evaluate()

    assert f"The report could not be mailed to {LEADER}." in capsys.readouterr().err


def test_one_of_several_who_is_refused_is_told_of(
    desk: Desk, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.mail_to({"to": [LEADER, CONTROLLER]})
    mailbox.unknown = {LEADER}
    desk.end_scheduled()

    assert desk.evaluate() == (
        f"Report mailed to {CONTROLLER}; refused: {LEADER}. Check the addresses that were refused in report.mail; they "
        "are not tried again today."
    )
    assert f"refused: {LEADER}" in capsys.readouterr().err
    assert desk.evaluate() == NOTHING


def test_pauses_grow_to_an_hour_and_end_with_the_day(
    desk: Desk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.mail_to({"to": [LEADER]})
    mailbox.answer = "451 later"
    desk.end_scheduled()
    morning = MOMENT.replace(hour=7, minute=0, second=0, microsecond=0)
    for minute in range(181):
        clock.set_now(monkeypatch, morning + timedelta(minutes=minute))
        desk.evaluate()
    tried = [number for number, tick in enumerate(desk.ticks[1:]) if tick.startswith("The report could not")]
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123]

    clock.set_now(monkeypatch, morning + timedelta(days=1))
    assert desk.evaluate() == NOTHING
    assert f"The report of {LAST_DAY} was not mailed to {LEADER}" in capsys.readouterr().err
    assert mailbox.mails == []


def test_readers_whom_the_settings_no_longer_name_get_nothing(desk: Desk, mailbox: Mailbox) -> None:
    desk.end_scheduled()
    desk.evaluate()
    desk.mail_to({"to": [LEADER], "departments": ["Vesterbro"]})

    assert desk.evaluate() == NOTHING
    assert recipients(mailbox) == [LEADER]


def test_a_password_is_in_no_tick(desk: Desk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_USER, "S3cret-User")
    desk.end_scheduled()

    assert "No value is set for ALERT_SMTP_PASSWORD" in desk.evaluate()
    assert "S3cret" not in "".join(desk.ticks)
    assert mailbox.mails == []
