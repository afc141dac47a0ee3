"""Somebody to tell: mail servers and a webhook on loopback ports, and a sensor with a real Dagster instance."""

import asyncio
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import dagster as dg
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ajour_revenue.alerts.sensors import Memory
from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.partitions import window_tags
from ajour_revenue_tests.kit import Company, execute
from ajour_revenue_tests.processes import free_port

USER = "alerts@example.dk"
PASSWORD = "Pa55-w0rd"
SENDER = "ajour@example.dk"
RECIPIENTS = ["controller@example.dk", "vagt@example.dk"]
WEBHOOK_PATH = "/services/T0001/B0002/s3cretW3bhook"


# Mail


@dataclass
class Mailbox:
    """What a mail server does with what it gets: keep it, unless the test tells it otherwise."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    answer: str = "250 OK"
    unknown: set[str] = field(default_factory=set)
    hangs_up: bool = False
    most_mails: int | None = None

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if len(self.mails) == self.most_mails:
            return "452 too many mails"
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.envelopes.append(envelope)
        return self.answer

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "221 Bye"

    @property
    def texts(self) -> list[str]:
        return [part(mail, "plain") for mail in self.mails]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


def part(mail: EmailMessage, kind: str) -> str:
    """Return the plain or the HTML text of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def authenticates(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401
    assert mechanism in ("LOGIN", "PLAIN")
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@contextmanager
def mail_server(**options: Any) -> Iterator[Mailbox]:  # noqa: ANN401 (aiosmtpd's)
    """Run a mail server; without options it takes everything, in clear."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


# Webhook


@dataclass
class Hook:
    """A server behind a webhook."""

    port: int = 0
    posts: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"ok"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{WEBHOOK_PATH}"

    @property
    def texts(self) -> list[str]:
        return [post["text"] for _, post in self.posts]


@contextmanager
def webhook_server() -> Iterator[Hook]:
    """Run a server that takes what is posted to it."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.status == 200:
                hook.posts.append((self.path, json.loads(body)))
            self.send_response(hook.status)
            if hook.status == 302:
                self.send_header("Location", hook.url)
            self.send_header("Content-Length", str(len(hook.answer)))
            self.end_headers()
            self.wfile.write(hook.answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield hook
        server.shutdown()
        thread.join()


# The sensor


@dg.op
def does_nothing() -> None:
    pass


@dg.op
def fails() -> None:
    msg = "The till is on fire. Call the fire brigade."
    raise dg.Failure(msg)


@dg.op
def breaks() -> None:
    msg = "employee 900101 earns 212.50"
    raise KeyError(msg)


@dataclass
class Office:
    """A company with a sensor that tells of its runs, and the Dagster instance that both are in."""

    company: Company
    instance: dg.DagsterInstance
    channel: str
    cursor: str | None = None
    ticks: list[str] = field(default_factory=list)
    built: dict[str, dg.Definitions] = field(default_factory=dict)

    def run(self, window: Window, **tags: str) -> dg.ExecuteInProcessResult:
        """Run the real job, in the instance that the sensor looks at."""
        job = self.definitions().resolve_job_def(self.company.job_name)
        return execute(job, tags=window_tags(window) | tags, instance=self.instance)

    def end(self, op: dg.OpDefinition, window: Window | None = None, **tags: str) -> dg.ExecuteInProcessResult:
        """Let some run end, which costs less than the real job."""
        job = dg.GraphDefinition("demo_daily_revenue", node_defs=[op]).to_job()
        days = window_tags(window) if window else {}
        tags = {key.replace("__", "/"): value for key, value in tags.items()}
        return execute(job, tags=days | tags, instance=self.instance)

    def evaluate(self) -> str:
        """Evaluate the sensor as the daemon does, and return what the tick says."""
        definitions = self.definitions()
        [sensor] = [sensor for sensor in definitions.sensors or [] if sensor.name.endswith(self.channel)]
        assert isinstance(sensor, dg.SensorDefinition)
        resources = {key: (definitions.resources or {})[key] for key in sensor.required_resource_keys}
        with dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, definitions=definitions, resources=resources
        ) as context:
            tick = sensor.evaluate_tick(context)
        self.cursor = tick.cursor
        assert tick.run_requests == []
        said = str(tick.skip_message)
        self.ticks.append(f"{said} {tick.cursor}")
        return said

    def definitions(self) -> dg.Definitions:
        """Return what Dagster sees, built once for the same settings."""
        text = self.company.settings.model_dump_json()
        if text not in self.built:
            self.built[text] = build_definitions(self.company.settings)
        return self.built[text]

    def wait_for_the_next_try(self) -> None:
        """Let the pause pass after which a message is tried again."""
        memory = Memory.model_validate_json(self.cursor or "")
        assert memory.not_before is not None
        self.cursor = memory.model_copy(update={"not_before": None}).model_dump_json()
