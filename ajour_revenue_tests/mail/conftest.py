"""Fixtures of the tests of the report by mail."""

from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest

from ajour_revenue.settings.secrets import MAIL_PASSWORD, MAIL_USER
from ajour_revenue_tests.alerts.kit import Mailbox, mail_server
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.mail.kit import CONTROLLER, LEADER, Desk
from ajour_revenue_tests.reports.kit import Books


@pytest.fixture
def books(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[Books]:
    empty_tables.begin()
    yield Books(empty_tables)
    empty_tables.rollback()


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    for variable in (MAIL_USER, MAIL_PASSWORD):
        monkeypatch.setenv(variable, "")
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def desk(fetched_company: Company, mailbox: Mailbox) -> Iterator[Desk]:
    """A company whose last three days have been fetched, with two readers; its sensor has been switched on."""
    with dg.DagsterInstance.ephemeral() as instance:
        desk = Desk(fetched_company, instance, "report_by_mail", mailbox=mailbox)
        desk.mail_to({"to": [LEADER], "departments": ["Vesterbro"]}, {"to": [CONTROLLER], "xlsx": True})
        assert desk.evaluate() == "Mails the report after the scheduled runs that succeed from now on."
        yield desk
