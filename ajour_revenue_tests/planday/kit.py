"""A Planday on a loopback port that misbehaves as ordered, and a client for it."""

import asyncio
import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import simplejson as json
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ajour_revenue.demo.planday import Department, PlandayPortal, Position, RevenueUnit, Shift, create_app
from ajour_revenue.planday.client import PlandayClient

MONDAY = dt.date(2026, 11, 16)
TUESDAY = dt.date(2026, 11, 17)

Fault = Callable[[ASGIApp, Scope, Receive, Send], Any]


def answers(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer this instead of what Planday would."""
    response = Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    async def fault(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    return fault


async def is_silent(_app: ASGIApp, _scope: Scope, receive: Receive, _send: Send) -> None:
    """Answer nothing, until whoever has asked leaves."""
    await _leaves(receive)


async def cuts_the_connection(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and close the connection within the answer."""

    async def send_half(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": message["body"][: len(message["body"]) // 2], "more_body": True}
        await send(message)

    await app(scope, receive, send_half)
    msg = "cut"
    raise ConnectionAbortedError(msg)


async def drips(_app: ASGIApp, _scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for ever, a little at a time."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaves = asyncio.ensure_future(_leaves(receive))
    while not leaves.done():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait([leaves], timeout=0.02)


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def nothing_wrong(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let one request through."""
    await app(scope, receive, send)


@dataclass
class Seen:
    """A request as it came to the server."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    status: int = 0


@dataclass
class Misbehaviour:
    """ASGI middleware: keeps a record of all requests, and does to each what the test has ordered for its path."""

    app: ASGIApp
    seen: list[Seen] = field(default_factory=list)
    orders: dict[str, Iterator[Fault]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)

    def order(self, path: str, faults: Iterable[Fault]) -> None:
        self.orders[path] = iter(faults)

    def revoke_tokens(self) -> None:
        """From now on no access token used so far is good."""
        self.revoked |= {seen.headers["authorization"] for seen in self.seen if "authorization" in seen.headers}

    def requests(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    @property
    def logins(self) -> int:
        return len(self.requests("/connect/token"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        seen = Seen(time.monotonic(), scope["method"], scope["path"], headers)
        self.seen.append(seen)

        async def record(message: Message) -> None:
            seen.status = message.get("status", seen.status)
            await send(message)

        fault = next(self.orders.get(seen.path, iter(())), nothing_wrong)
        if headers.get("authorization") in self.revoked:
            fault = answers(401)
        await fault(self.app, scope, receive, record)


@dataclass
class Planday:
    """A running Planday as a test sees it: what is in it, what goes wrong, and a client to it."""

    portal: PlandayPortal
    faults: Misbehaviour
    url: str
    client_id: str
    refresh_token: str

    def client(self, **changes: Any) -> PlandayClient:  # noqa: ANN401 (any field of the resource)
        fields = {
            "client_id": self.client_id,
            "refresh_token": self.refresh_token,
            "api_url": self.url,
            "identity_url": self.url,
            "timeout_seconds": 60,
            "patience_seconds": 600,
        }
        return PlandayClient(**{**fields, **changes})


@dataclass
class Stage:
    """One server for the whole session, on which each test puts a Planday of its own: starting one takes a while."""

    url: str = ""
    app: ASGIApp = field(default_factory=lambda: Response(status_code=503))
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    @contextmanager
    def planday(self, portal: PlandayPortal | None = None, **rules: Any) -> Iterator[Planday]:  # noqa: ANN401 (create_app's)
        # A process remembers what it knows of a portal by its credentials, so each test has its own.
        number = next(self.numbers)
        client_id, refresh_token = f"client-{number}-c0ffee", f"refresh-{number}-facade"
        portal = portal or small_portal()
        faults = Misbehaviour(create_app(portal, client_id=client_id, refresh_token=refresh_token, **rules))
        self.app = faults
        yield Planday(portal, faults, self.url, client_id, refresh_token)


def small_portal() -> PlandayPortal:
    return PlandayPortal(
        name="Nordlys",
        departments=[Department(1, "Vesterbro"), Department(2, "Nørrebro")],
        revenue_units=[RevenueUnit(101, "Bar", 1), RevenueUnit(201, "Køkken", 2)],
        positions=[Position(11, "Bartender", 1, 101), Position(12, "Chef", 1, None, affect_revenue=False)],
        shifts=[
            Shift(1, MONDAY, 900101, Decimal("1234.56"), Decimal("7.5"), 11, 800001),
            Shift(1, MONDAY, 900101, Decimal("75.10"), Decimal("0.5"), 11),
            Shift(1, TUESDAY, 900102, Decimal(900), Decimal(26), None, 800002),
        ],
    )


def row_of_costs(**changes: object) -> bytes:
    """Return an answer that holds one shift's cost."""
    row = {"shiftId": 800001, "employeeId": 900101, "date": "2026-11-16", "duration": "0:07:30", "cost": 1}
    return json.dumps({"data": {"costs": [{**row, **changes}], "currencySymbol": "kr."}}).encode()
