"""The sensor in Dagster's own daemon."""

import dagster as dg
import pytest

from ajour_revenue.instance import INSTANCE_FILE
from ajour_revenue.mail.memory import Mailed, Memory, recall, sensor_name
from ajour_revenue.mail.sensor import SCHEDULE_TAG
from ajour_revenue.partitions import window_tags
from ajour_revenue_tests.alerts.kit import Mailbox
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.mail.kit import CONTROLLER, DAYS, Desk

pytestmark = pytest.mark.slow


def remembered(name: str) -> Memory | None:
    """Return what the sensor remembers in the instance here."""
    with dg.DagsterInstance.from_config(".", INSTANCE_FILE) as instance:
        states = {state.instigator_name: state for state in instance.all_instigator_state()}
        state = states.get(sensor_name(name))
        return recall(getattr(state.instigator_data, "cursor", None)) if state else None


def test_the_daemon_mails_of_a_scheduled_run_and_remembers_it(
    desk: Desk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mail_to({"to": [CONTROLLER]})
    company = desk.company
    monkeypatch.chdir(company.folder)
    server = DagsterServer(company.folder, company.ajour.environment)

    with server.dev():
        server.wait_for("the sensor to be evaluated", lambda: remembered(company.settings.name))
        run = server.launch(window_tags(DAYS) | {SCHEDULE_TAG: "demo_monday"}, assets=["readers_copy"])
        assert server.wait_for_run(run) == "SUCCESS"
        server.wait_for("the mail", lambda: [mail for mail in mailbox.mails if mail["To"] == CONTROLLER])

        def mailed() -> tuple[Mailed, ...]:
            memory = remembered(company.settings.name)
            return memory.mailed if memory else ()

        [of_controller] = server.wait_for("the sensor to remember it", mailed)

    assert of_controller.readers.to == (CONTROLLER,)
