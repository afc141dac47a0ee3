"""From the end of a run to one message: real runs, a real Dagster instance, real servers."""

from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.remote_representation.external_data import RepositorySnap

from ajour_revenue.ajour.causes import LOGIN
from ajour_revenue.alerts.sensors import MOST_TRIES, alert_channels, alert_sensors
from ajour_revenue.alerts.texts import ALERT_TEXTS
from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions, defs
from ajour_revenue.partitions import window_tags
from ajour_revenue.runs import failure_reasons
from ajour_revenue.settings.secrets import MAIL_PASSWORD, MAIL_USER, WEBHOOK_URL
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.formats import DANISH, ENGLISH
from ajour_revenue.warehouse import turn as turns
from ajour_revenue.warehouse.turn import NoTurnError, turn
from ajour_revenue_tests.alerts.kit import (
    PASSWORD,
    RECIPIENTS,
    SENDER,
    USER,
    WEBHOOK_PATH,
    Hook,
    Mailbox,
    Office,
    breaks,
    does_nothing,
    fails,
)
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import ACTIVATION_DATE, Company, write_settings, write_wages
from ajour_revenue_tests.processes import free_port, open_in_another_process

MONTH = Window.back_from(LAST_DAY + timedelta(days=1), days=31)
DAYS = Window.back_from(LAST_DAY + timedelta(days=1), days=3)
MAIL = {"host": "127.0.0.1", "sender": SENDER, "recipients": RECIPIENTS}


def shown(days: Window) -> str:
    """Return days as an English alert names them."""
    return ENGLISH.days(days.first_day, days.last_day)


# Off and on


def test_nothing_is_defined_where_nobody_is_to_be_told(company: Company) -> None:
    assert alert_sensors(company.settings) == []
    assert alert_channels(company.settings) == {}
    assert not build_definitions(company.settings).sensors


@pytest.mark.parametrize(
    ("alerts", "names"),
    [
        ({"mail": MAIL}, {"demo_alerts_by_mail"}),
        ({"webhook": True}, {"demo_alerts_by_webhook"}),
        ({"mail": MAIL, "webhook": True}, {"demo_alerts_by_mail", "demo_alerts_by_webhook"}),
    ],
)
def test_each_way_that_is_on_has_a_sensor_that_runs_by_default(
    company: Company, alerts: dict[str, object], names: set[str]
) -> None:
    company.reload(alerts=alerts)

    sensors = build_definitions(company.settings).get_repository_def().sensor_defs

    assert {sensor.name for sensor in sensors} == names
    assert {sensor.default_status for sensor in sensors} == {dg.DefaultSensorStatus.RUNNING}


def test_the_variables_need_not_be_there_where_the_mail_server_asks_for_no_login(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AJOUR_SETTINGS", str(write_settings(company.folder, alerts={"mail": MAIL})))
    monkeypatch.setenv(MAIL_USER, "x")
    monkeypatch.delenv(MAIL_USER)

    assert defs().resources
    assert dg.EnvVar(MAIL_USER).get_value() == ""


# The real job


def test_a_failed_run_over_31_days_is_one_message_with_the_days_and_what_to_do(
    mailing_office: Office, mailbox: Mailbox
) -> None:
    office = mailing_office
    write_wages(office.company.folder / "wages.csv", [(LAST_DAY, "Vesterbro", "Bar", "a lot", "2.5")])

    run = office.run(MONTH)
    said = [office.evaluate(), office.evaluate()]

    assert not run.success
    [mail], [text] = mailbox.mails, mailbox.texts
    assert mail["Subject"] == f"demo: run failed for {shown(MONTH)}"
    assert f"Run {run.run_id[:8]} of demo_daily_revenue failed for {shown(MONTH)}:\n- wages_fetched: " in text
    assert "line 2" in text
    assert "a lot" in text
    assert "run these days again" in text
    assert said == [f"Alert mailed to {', '.join(RECIPIENTS)}: {mail['Subject']}.", "Nothing new."]


def test_a_danish_alert_gives_the_reason_in_danish(office: Office, hook: Hook) -> None:
    office.company.speak("da")
    office.company.reload(alerts={"webhook": True})
    office.company.ajour.path.unlink()

    run = office.run(DAYS)
    office.evaluate()

    assert not run.success
    [text] = hook.texts
    days = DANISH.days(DAYS.first_day, DAYS.last_day)
    assert text.splitlines() == [
        f"*demo: kørsel fejlede for {days}*",
        f"Kørsel {run.run_id[:8]} af demo_daily_revenue fejlede for {days}:",
        f"- ajour_connection: {LOGIN[0].message.da} (SQLSTATE HY000, fejl 14)",
        ALERT_TEXTS["da"].run_again,
    ]


def test_a_danish_run_whose_turn_never_comes_tells_it_in_danish(
    office: Office, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.company.speak("da")
    office.company.reload(alerts={"webhook": True})
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
    said = Bilingual(da="En anden kørsel er i gang.", en="Another run goes on.")
    monkeypatch.setattr(turns, "_take", lambda *_: _raise(NoTurnError(said)))

    run = office.run(DAYS)
    office.evaluate()

    assert failure_reasons(run.all_events, "da") == [said.da]
    [text] = hook.texts
    assert f"\n- Dagster: {said.da}\n" in text


def _raise(error: Exception) -> None:
    raise error


def test_a_run_that_is_refused_tells_once_what_two_steps_say(office: Office, hook: Hook) -> None:
    office.run(Window(LAST_DAY - timedelta(days=40), LAST_DAY))
    office.evaluate()

    [text] = hook.texts
    assert "- ajour_connection, wage_costs: This run asks for 41 days" in text
    assert f"  {LAST_DAY - timedelta(days=9)} to {LAST_DAY}" in text


def test_after_a_successful_run_one_message_tells_everything_that_needs_attention(office: Office, hook: Hook) -> None:
    company = office.company
    company.ajour.sell(LAST_DAY, "11", None)
    write_wages(
        company.folder / "wages.csv",
        [(day, "Vesterbro", "Bar", "900.00", "5") for day in DAYS.days],
    )

    assert office.run(DAYS).success
    office.evaluate()
    assert office.run(DAYS).success
    office.evaluate()

    [text] = hook.texts
    gap = Window(ACTIVATION_DATE, DAYS.first_day - timedelta(days=1))
    kitchen = "not counted: DKK 29,701.32 excl. VAT; the unit with the most similar name is Kitchen"
    day = ENGLISH.date(LAST_DAY)
    figures = "wage cost DKK 900.00; revenue DKK 2,100.90 excl. VAT"
    assert (
        text
        == f"""*demo: days never fetched; location without a unit; location missing; and 1 more*
Days never fetched. Fetch them:
- {shown(gap)}: ajour-revenue fetch --from {gap.first_day} --to {gap.last_day}

Location without a unit. Add it to a unit's locations in the settings:
- location 99 (Kitchen, new): {kitchen}: ajour-revenue test --write

Location missing. If the place was open, ask Ajour, then fetch the days again:
- Vesterbro, Bar, location 11 (Bar, first floor), {day}: ajour-revenue fetch --from {LAST_DAY} --to {LAST_DAY}

Wage percentage over target. See the unit in the wage report:
- Vesterbro, Bar, {day}: 42.8%, target 30.0%; {figures}
"""[:-1]
    )


# Sent once


def test_the_same_is_told_once_however_many_runs_succeed(office: Office, hook: Hook) -> None:
    for _ in range(3):
        office.end(does_nothing)
        office.evaluate()

    assert len(hook.posts) == 1


def test_a_gap_that_grows_is_told_again_and_one_that_shrinks_is_not(office: Office, hook: Hook) -> None:
    office.end(does_nothing)
    office.evaluate()
    office.company.change(
        f"INSERT INTO fetches SELECT * REPLACE ('{ACTIVATION_DATE}' AS business_date) FROM fetches LIMIT 1",
    )
    office.end(does_nothing)
    office.evaluate()
    assert len(hook.posts) == 1

    office.company.change(f"DELETE FROM fetches WHERE business_date = '{ACTIVATION_DATE}'")
    office.end(does_nothing)
    office.evaluate()

    assert len(hook.posts) == 2
    assert hook.texts[1].startswith("*demo: days never fetched*\n")
    assert f"- {ENGLISH.date(ACTIVATION_DATE)} " in hook.texts[1]


def test_a_location_that_was_mapped_and_is_not_any_more_is_told_again(office: Office, hook: Hook) -> None:
    office.company.change("DELETE FROM raw_revenue WHERE location_id = '99'")
    for location in ("99", "98", "99"):
        office.company.change(
            f"UPDATE ajour_locations SET location_id = '{location}' WHERE location_name = 'Kitchen, new'"
        )
        office.end(does_nothing)
        office.evaluate()

    assert [text.splitlines()[0] for text in hook.texts[1:]] == ["*demo: location without a unit*"] * 2


def test_runs_from_before_the_sensor_was_switched_on_are_not_told(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS)
    office.cursor = None

    office.evaluate()
    office.evaluate()

    assert hook.posts == []


def test_a_failed_run_alone_does_not_look_at_the_warehouse(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS)
    office.evaluate()

    assert [text.splitlines()[0] for text in hook.texts] == [f"*demo: run failed for {shown(DAYS)}*"]


def test_two_failed_runs_are_two_events_in_one_message(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS)
    office.end(fails, MONTH)
    office.evaluate()

    [text] = hook.texts
    assert text.splitlines()[0] == f"*demo: run failed for {shown(DAYS)}; run failed for {shown(MONTH)}*"
    assert text.count("- fails: The till is on fire. Call the fire brigade.") == 2


def test_a_backfill_that_fails_day_by_day_is_one_message(office: Office, hook: Hook) -> None:
    for day in MONTH.days[:3]:
        office.end(fails, Window(day, day), dagster__backfill="abcdefgh")
    office.evaluate()
    for day in MONTH.days[3:5]:
        office.end(fails, Window(day, day), dagster__backfill="abcdefgh")
        office.evaluate()

    [text] = hook.texts
    assert f"Backfill abcdefgh failed for {shown(Window(MONTH.days[0], MONTH.days[2]))}:" in text
    assert text.count("fire brigade") == 1
    assert "Dagster lists them under Backfills" in text


def test_a_run_that_dagster_starts_again_has_not_failed_yet(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS, dagster__will_retry="true")
    office.evaluate()
    assert hook.posts == []

    office.end(fails, DAYS, dagster__parent_run_id="x")
    office.evaluate()
    assert len(hook.posts) == 1


def test_a_run_that_tries_again_what_planday_held_up_was_told_of_before(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS, ajour_revenue__again="the first one")
    office.evaluate()

    assert hook.posts == []


def test_control_characters_do_not_leave_the_house(office: Office, hook: Hook) -> None:
    office.company.change("UPDATE ajour_locations SET location_name = chr(27) || '[31mBar' || chr(8238) || 'raB'")
    office.end(does_nothing)
    office.evaluate()

    [text] = hook.texts
    assert "[31mBarraB" in text
    assert text.replace("\n", "").isprintable()


def test_a_run_without_days_says_so(office: Office, hook: Hook) -> None:
    office.end(fails)
    office.end(fails, dagster__partition="tomorrow")
    office.evaluate()

    assert hook.texts[0].count("failed for no day:") == 2


def test_an_unexpected_error_is_told_without_what_it_quotes(office: Office, hook: Hook) -> None:
    office.end(breaks, DAYS)
    office.evaluate()

    [text] = hook.texts
    assert "- breaks: failed unexpectedly (KeyError). The run's page in Dagster shows the error." in text
    assert "900101" not in text


def test_a_run_whose_process_died_is_told_in_dagsters_words(office: Office, hook: Hook) -> None:
    run = office.instance.create_run_for_job(
        dg.GraphDefinition("demo_daily_revenue", node_defs=[does_nothing]).to_job(), tags=window_tags(DAYS)
    )
    office.instance.report_run_failed(run, "Run process crashed unexpectedly.")
    office.evaluate()

    [text] = hook.texts
    assert "- Dagster: Run process crashed unexpectedly." in text


def test_a_run_whose_turn_never_came_is_told_in_our_words(
    office: Office, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
    with turn(office.company.settings.warehouse_file, who="run abc"):
        office.run(DAYS)
    office.evaluate()

    [text] = hook.texts
    assert "- Dagster: For 0 minutes it was the turn of run abc to work on the warehouse" in text


def test_a_run_of_another_company_in_the_same_dagster_is_not_told(office: Office, hook: Hook) -> None:
    elsewhere = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("another_company"), "__repository__")
    origin = RemoteJobOrigin(elsewhere, "demo_daily_revenue")
    run = dg.DagsterRun("demo_daily_revenue", remote_job_origin=origin, tags=window_tags(DAYS))
    office.instance.add_run(run)
    office.instance.report_run_failed(run)
    office.evaluate()

    assert hook.posts == []


# Sending fails


def test_what_could_not_be_sent_is_sent_once_by_a_later_evaluation(office: Office, hook: Hook) -> None:
    hook.status = 500
    office.end(fails, DAYS)

    first = office.evaluate()
    while_waiting = office.evaluate()
    hook.status = 200
    office.wait_for_the_next_try()
    later = office.evaluate()

    assert first == (
        f"Try 1 of {MOST_TRIES} failed. The webhook answered HTTP 500. That lies with its server. "
        f"Not sent yet: demo: run failed for {shown(DAYS)}."
    )
    assert while_waiting.startswith("Could not be sent 1 time(s); tries again at ")
    assert later == f"Alert posted to the webhook: demo: run failed for {shown(DAYS)}."
    assert office.evaluate() == "Nothing new."
    assert len(hook.posts) == 1


def test_a_failed_sending_is_an_error_in_the_log_of_the_tick(
    office: Office, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.status = 404
    office.end(fails, DAYS)
    office.evaluate()

    assert "ERROR" in (logged := capsys.readouterr().err)
    assert "put its address into ALERT_WEBHOOK_URL" in logged


def test_what_happens_while_sending_fails_goes_into_the_same_message(office: Office, hook: Hook) -> None:
    hook.status = 500
    office.end(fails, DAYS)
    office.evaluate()
    office.end(does_nothing)
    hook.status = 200
    office.wait_for_the_next_try()
    office.evaluate()

    [text] = hook.texts
    assert text.startswith(f"*demo: run failed for {shown(DAYS)}; days never fetched; location without a unit*")


def test_tries_are_bounded_and_what_still_needs_attention_is_told_after_the_next_run(
    office: Office, hook: Hook
) -> None:
    hook.status = 500
    office.end(fails, DAYS)
    office.end(does_nothing)
    for _ in range(MOST_TRIES - 1):
        assert "failed." in office.evaluate()
        office.wait_for_the_next_try()
    assert office.evaluate().startswith(f"Given up after {MOST_TRIES} tries. The webhook answered HTTP 500.")
    assert office.evaluate() == "Nothing new."

    hook.status = 200
    office.end(does_nothing)
    office.evaluate()

    [text] = hook.texts
    assert text.startswith("*demo: days never fetched; location without a unit*")


@pytest.mark.parametrize("broken", ["password", "port"])
def test_a_mail_server_that_does_not_take_it_leaves_the_mail_for_later(
    mailing_office: Office, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    office = mailing_office
    office.end(fails, DAYS)
    if broken == "password":
        monkeypatch.setenv(MAIL_PASSWORD, "wr0ng")
    else:
        office.company.reload(alerts={"mail": MAIL | {"port": free_port()}})

    said = office.evaluate()
    assert "Check ALERT_SMTP_USER" in said if broken == "password" else "Connection refused" in said

    monkeypatch.setenv(MAIL_PASSWORD, PASSWORD)
    office.company.reload(alerts={"mail": MAIL | {"port": mailbox.port}})
    office.wait_for_the_next_try()
    office.evaluate()

    assert mailbox.subjects == [f"demo: run failed for {shown(DAYS)}"]


def test_a_warehouse_in_use_keeps_no_failure_from_being_told_and_is_looked_at_later(office: Office, hook: Hook) -> None:
    office.end(fails, DAYS)
    office.end(does_nothing)
    with open_in_another_process(office.company.settings.warehouse_file):
        said = [office.evaluate(), office.evaluate()]
    office.evaluate()

    assert "is kept open by another process" in said[0]
    assert said[1].startswith("The warehouse")
    assert [text.splitlines()[0] for text in hook.texts] == [
        f"*demo: run failed for {shown(DAYS)}*",
        "*demo: days never fetched; location without a unit*",
    ]


def test_a_cursor_that_was_changed_by_hand_begins_anew(office: Office) -> None:
    office.cursor = "42"

    assert office.evaluate() == "Sends alerts of the runs that end from now on."


# Secrets


def test_no_secret_is_in_messages_ticks_or_logs(
    mailing_office: Office, mailbox: Mailbox, hook: Hook, capfd: pytest.CaptureFixture[str]
) -> None:
    office = mailing_office
    office.end(fails, DAYS)
    office.evaluate()
    mailbox.answer = "554 no"
    office.end(does_nothing)
    office.evaluate()
    office.channel, office.cursor = "webhook", None
    office.company.reload(alerts={"webhook": True})
    office.evaluate()
    hook.status = 500
    office.end(fails, DAYS)
    office.evaluate()

    written = " ".join([*office.ticks, *mailbox.texts, *hook.texts, *capfd.readouterr()])
    assert "fire brigade" in written
    secrets = {WEBHOOK_PATH, "s3cret", USER, PASSWORD, *office.company.ajour.environment.values()}
    assert {secret for secret in secrets if secret in written} == set()


def test_the_ui_gets_the_names_of_the_variables_and_not_their_values(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in ((WEBHOOK_URL, WEBHOOK_PATH), (MAIL_USER, USER), (MAIL_PASSWORD, PASSWORD)):
        monkeypatch.setenv(variable, value)
    company.reload(alerts={"mail": MAIL, "webhook": True})

    snap = RepositorySnap.from_def(build_definitions(company.settings).get_repository_def())

    shown = dg.serialize_value(snap)
    assert {name for name in (WEBHOOK_URL, MAIL_USER, MAIL_PASSWORD) if name in shown} == {
        WEBHOOK_URL,
        MAIL_USER,
        MAIL_PASSWORD,
    }
    assert [value for value in (WEBHOOK_PATH, USER, PASSWORD) if value in shown] == []
