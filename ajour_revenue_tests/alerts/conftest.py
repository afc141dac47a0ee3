"""Who is sent something: mail servers and a webhook on loopback ports, and a sensor with a Dagster instance."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import trustme

from ajour_revenue.settings.secrets import MAIL_PASSWORD, MAIL_USER, WEBHOOK_URL
from ajour_revenue_tests.ajour.kit import silent_server
from ajour_revenue_tests.alerts.kit import (
    PASSWORD,
    RECIPIENTS,
    SENDER,
    USER,
    Hook,
    Mailbox,
    Office,
    authenticates,
    mail_server,
    server_context,
    webhook_server,
)
from ajour_revenue_tests.kit import Company


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The authority that has signed the servers' certificates is trusted on this machine."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def mailbox(authority: trustme.CA) -> Iterator[Mailbox]:
    """A mail server as providers run them: STARTTLS first, then a login."""
    with mail_server(
        tls_context=server_context(authority), require_starttls=True, auth_required=True, authenticator=authenticates
    ) as mailbox:
        yield mailbox


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as hook:
        yield hook


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with silent_server() as port:
        yield port


@pytest.fixture
def office(fetched_company: Company, hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with a webhook, whose last three days have been fetched; its sensor has been switched on."""
    monkeypatch.setenv(WEBHOOK_URL, hook.url)
    fetched_company.speak("en")
    fetched_company.reload(alerts={"webhook": True})
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.ephemeral() as instance:
        office = Office(fetched_company, instance, "webhook")
        assert office.evaluate() == "Sends alerts of the runs that end from now on."
        yield office


@pytest.fixture
def mailing_office(office: Office, mailbox: Mailbox, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office, telling by mail instead."""
    assert trusted
    monkeypatch.setenv(MAIL_USER, USER)
    monkeypatch.setenv(MAIL_PASSWORD, PASSWORD)
    mail = {"host": "127.0.0.1", "port": mailbox.port, "sender": SENDER, "recipients": RECIPIENTS}
    office.company.reload(alerts={"mail": mail})
    office.channel = "mail"
    return office
