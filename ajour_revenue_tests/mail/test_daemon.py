"""The sensor in Dagster's own daemon, which is stopped and started again."""

import dagster as dg
import pytest

from ajour_revenue.instance import INSTANCE_FILE
from ajour_revenue.mail.memory import Memory, recall, sensor_name
from ajour_revenue.mail.sensor import SCHEDULE_TAG
from ajour_revenue.partitions import window_tags
from ajour_revenue_tests.alerts.kit import Mailbox
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.mail.kit import CONTROLLER, DAYS, LEADER, Desk

pytestmark = pytest.mark.slow


def remembered(name: str) -> Memory | None:
    """Return what the sensor remembers in the instance here."""
    with dg.DagsterInstance.from_config(".", INSTANCE_FILE) as instance:
        states = {state.instigator_name: state for state in instance.all_instigator_state()}
        state = states.get(sensor_name(name))
        return recall(getattr(state.instigator_data, "cursor", None)) if state else None


def test_each_reader_gets_one_mail_although_the_daemon_starts_again(
    desk: Desk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = desk.company
    monkeypatch.chdir(company.folder)
    server = DagsterServer(company.folder, company.ajour.environment)

    def successes() -> str | None:
        memory = remembered(company.settings.name)
        return memory.successes if memory else None

    def run_and_see() -> None:
        """Let a scheduled run succeed, and the sensor see it."""
        seen = server.wait_for("the sensor to be evaluated", successes)
        run = server.launch(window_tags(DAYS) | {SCHEDULE_TAG: "demo_monday"}, assets=["readers_copy"])
        assert server.wait_for_run(run) == "SUCCESS"
        server.wait_for("the sensor to see the run", lambda: successes() != seen)

    def readers() -> list[str]:
        return [str(mail["To"]) for mail in mailbox.mails if str(mail["To"]) in (LEADER, CONTROLLER)]

    with server.dev():
        run_and_see()
        server.wait_for("two mails", lambda: len(readers()) == 2)
    with server.dev():
        run_and_see()

    assert readers() == [LEADER, CONTROLLER]
    memory = remembered(company.settings.name)
    assert memory is not None
    assert {mailed.readers.to for mailed in memory.mailed} == {(LEADER,), (CONTROLLER,)}
