"""No run configuration reaches a resource, the warehouse or a channel."""

from typing import Any

import dagster as dg
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.settings.secrets import MAIL_PASSWORD, MAIL_USER, PLANDAY_CREDENTIALS, WEBHOOK_URL
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company

ALERTS = (MAIL_USER, MAIL_PASSWORD, WEBHOOK_URL)

MAIL = {"host": "127.0.0.1", "sender": "a@example.dk", "recipients": ["b@example.dk"]}

OVERRIDES: list[dict[str, Any]] = [
    {"host": "127.0.0.1"},
    {"password": {"env": "AJOUR_PASSWORD"}, "host": "127.0.0.1", "driver": "/tmp/evil.so"},
    {"driver": {"env": "AJOUR_PASSWORD"}},
    {"identity_url": "https://127.0.0.1"},
    {"database": "/tmp/other.duckdb"},
    {"url": "https://127.0.0.1"},
    {"base_dir": "/tmp"},
    {"locations_query": "/etc/passwd"},
]


@pytest.fixture
def definitions(company: Company) -> dg.Definitions:
    """Everything that there can be: Planday, and both channels."""
    company.reload(wages={"source": "planday"}, planday={"publish": True}, alerts={"mail": MAIL, "webhook": True})
    return build_definitions(company.settings)


def names(definitions: dg.Definitions) -> set[str]:
    return set(definitions.resolve_job_def("demo_daily_revenue").resource_defs)


def test_these_are_all_resources(definitions: dg.Definitions) -> None:
    assert names(definitions) == {"ajour", "warehouse", "wage_source", "planday", "mail", "webhook", "io_manager"}


@pytest.mark.parametrize("job", ["demo_daily_revenue", "demo_recalculate", "__ASSET_JOB"])
def test_each_override_of_each_resource_is_refused(definitions: dg.Definitions, job: str) -> None:
    job_definition = definitions.resolve_job_def(job)
    dg.validate_run_config(job_definition, {})

    for name in names(definitions):
        for override in OVERRIDES:
            for config in (override, *({key: value} for key, value in override.items())):
                with pytest.raises(dg.DagsterInvalidConfigError):
                    dg.validate_run_config(job_definition, {"resources": {name: {"config": config}}})


def test_a_run_leaves_no_connection_to_the_garbage_collector(company: Company) -> None:
    # What is told then comes at any moment; one was when a progress bar was drawn, which waited for itself for ever.
    opened: list[object] = []
    closed: list[object] = []

    def note_opened(connection: object, *_: object) -> None:
        opened.append(connection)

    def note_closed(connection: object, *_: object) -> None:
        closed.append(connection)

    event.listen(Pool, "checkout", note_opened)
    event.listen(Pool, "checkin", note_closed)
    try:
        assert company.run(Window(LAST_DAY, LAST_DAY)).success
    finally:
        event.remove(Pool, "checkout", note_opened)
        event.remove(Pool, "checkin", note_closed)

    assert opened
    assert len(closed) == len(opened)


def test_the_ui_says_where_each_value_comes_from_and_no_credential(
    definitions: dg.Definitions, company: Company
) -> None:
    resources = definitions.get_repository_def().get_top_level_resources()
    shown = "\n".join(str(resource.description) for resource in resources.values())

    for variable in (*company.ajour.environment, *PLANDAY_CREDENTIALS.values(), *ALERTS):
        assert f"from the variable `{variable}`" in shown
    assert "- `driver`: SQLite3" in shown
    assert [value for value in company.ajour.environment.values() if value in shown] == []
