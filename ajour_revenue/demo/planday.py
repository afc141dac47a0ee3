"""A Planday to try everything with: it answers as the documentation of the Open API says, and forgets all at its end.

The caller fills the portal. Everything that the client sends is held against what Planday asks for: the token, both
headers, scopes, the size of pages, rate limits.
"""

import datetime as dt
import math
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import simplejson as json
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

SCOPES = frozenset({"department:read", "revenue:read", "revenue:set", "shiftposition:read", "timeandcost:read"})
RATE_LIMITS = ((10, 1), (500, 60))
LARGEST_PAGE = 50
SECONDS_TO_START = 10

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Department:
    """A department of the portal."""

    id: int
    name: str


@dataclass(frozen=True)
class RevenueUnit:
    """A revenue unit of the portal, in its one department."""

    id: int
    name: str
    department_id: int


@dataclass(frozen=True)
class Position:
    """A position of the portal; without a revenue unit its cost stays with the department."""

    id: int
    name: str
    department_id: int
    revenue_unit_id: int | None
    affect_revenue: bool = True


@dataclass(frozen=True)
class Shift:
    """The cost of a planned shift, on the day it starts; without a shift's id it is a supplement."""

    department_id: int
    day: dt.date
    employee_id: int
    cost: Decimal
    hours: Decimal
    position_id: int | None = None
    shift_id: int | None = None


@dataclass
class PlandayPortal:
    """What a portal holds; revenue is by revenue unit and day, in the portal's currency."""

    name: str
    departments: list[Department] = field(default_factory=list)
    revenue_units: list[RevenueUnit] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    revenue: dict[tuple[int, dt.date], Decimal] = field(default_factory=dict)
    currency_symbol: str = "kr."


def create_app(  # noqa: PLR0913 (what an app in Planday is, and how strict its Planday)
    portal: PlandayPortal,
    *,
    client_id: str,
    refresh_token: str,
    scopes: Collection[str] = SCOPES,
    token_seconds: int = 3600,
    rotate_refresh_token: bool = False,
    rate_limits: Sequence[tuple[int, int]] = RATE_LIMITS,
) -> Starlette:
    """Return the token endpoint and the API of one portal, for one app with its client id and refresh token.

    A rotated refresh token is good once, and the answer to it holds the next. The rate limits are so many requests in
    so many seconds each, for the API.
    """
    door = _Door(
        client_id=client_id,
        refresh_token=refresh_token,
        scopes=scopes,
        token_seconds=token_seconds,
        rotate_refresh_token=rotate_refresh_token,
        rate_limits=[_RateLimit(requests, seconds) for requests, seconds in rate_limits],
    )
    api = _Api(portal)
    return Starlette(
        routes=[
            Route("/connect/token", door.token, methods=["POST"]),
            Route("/portal/v1.0/info", door.guard(api.portal_info)),
            Route("/hr/v1.0/departments", door.guard(api.departments, "department:read")),
            Route("/revenue/v1.0/revenueunits", door.guard(api.revenue_units, "revenue:read")),
            Route("/scheduling/v1.0/positions", door.guard(api.positions, "shiftposition:read")),
            Route(
                "/scheduling/v1.0/timeandcost/{department_id:int}",
                door.guard(api.time_and_cost, "timeandcost:read"),
            ),
            Route("/revenue/v1.0/revenue", door.guard(api.revenue, "revenue:read"), methods=["GET"]),
            Route("/revenue/v1.0/revenue", door.guard(api.set_revenue, "revenue:set"), methods=["POST"]),
        ],
    )


@contextmanager
def serve(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """Serve the app on this machine alone, for as long as the block lasts; give its address.

    On the port, if nobody else has it; else on any that is free.
    """
    with socket.socket() as listener:
        # Also where whoever had it has only just gone.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1),
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="demo-planday", daemon=True)
        thread.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not server.started:
            if time.monotonic() > deadline:
                msg = f"The demo's Planday did not start within {SECONDS_TO_START} s."
                raise TimeoutError(msg)
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class _RateLimit:
    requests: int
    seconds: int
    used: int = 0
    resets_at: float = 0

    def roll_on(self, now: float) -> None:
        if now >= self.resets_at:
            self.used = 0
            self.resets_at = now + self.seconds


@dataclass(kw_only=True)
class _Door:
    """Who may come in, for what, and how often."""

    client_id: str
    refresh_token: str
    scopes: Collection[str]
    token_seconds: int
    rotate_refresh_token: bool
    rate_limits: list[_RateLimit]
    expiry_by_token: dict[str, float] = field(default_factory=dict)

    async def token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        expected = {
            "client_id": [self.client_id],
            "grant_type": ["refresh_token"],
            "refresh_token": [self.refresh_token],
        }
        if form != expected:
            return _json({"error": "invalid_grant"}, status=400)
        access_token = secrets.token_urlsafe()
        self.expiry_by_token[access_token] = time.monotonic() + self.token_seconds
        answer = {"access_token": access_token, "expires_in": self.token_seconds, "token_type": "Bearer"}
        if self.rotate_refresh_token:
            self.refresh_token = answer["refresh_token"] = secrets.token_urlsafe()
        return _json(answer)

    def guard(self, handler: Handler, scope: str | None = None) -> Handler:
        async def answer(request: Request) -> Response:
            within, headers = self._count()
            if not within:
                response = Response(status_code=429)
            elif not self._knows(request):
                response = Response(status_code=401)
            elif scope is not None and scope not in self.scopes:
                response = Response(status_code=403)
            else:
                response = await handler(request)
            response.headers.update(headers)
            return response

        return answer

    def _count(self) -> tuple[bool, dict[str, str]]:
        now = time.monotonic()
        for limit in self.rate_limits:
            limit.roll_on(now)
        tightest = min(self.rate_limits, key=lambda limit: limit.requests - limit.used)
        policy = ", ".join(f"{limit.requests};w={limit.seconds}" for limit in self.rate_limits)
        within = tightest.used < tightest.requests
        if within:
            for limit in self.rate_limits:
                limit.used += 1
        return within, {
            "x-ratelimit-limit": f"{tightest.requests}, {policy}",
            "x-ratelimit-remaining": str(tightest.requests - tightest.used),
            "x-ratelimit-reset": str(math.ceil(tightest.resets_at - now)),
        }

    def _knows(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return (
            request.headers.get("x-clientid") == self.client_id
            and scheme == "Bearer"
            and self.expiry_by_token.get(token, 0) > time.monotonic()
        )


class _Api:
    """What the portal answers to those who were let in."""

    def __init__(self, portal: PlandayPortal) -> None:
        self._portal = portal

    async def portal_info(self, _: Request) -> Response:
        name = self._portal.name
        return _json({"data": {"id": 1, "name": name, "companyName": name, "country": "DK", "portals": []}})

    async def departments(self, request: Request) -> Response:
        return _page(request, [{**asdict(department), "number": ""} for department in self._portal.departments])

    async def revenue_units(self, request: Request) -> Response:
        rows = [
            {"id": unit.id, "name": unit.name, "departmentId": unit.department_id}
            for unit in self._portal.revenue_units
        ]
        return _page(request, rows)

    async def positions(self, request: Request) -> Response:
        rows = [
            {
                "id": position.id,
                "name": position.name,
                "departmentId": position.department_id,
                "affectRevenue": position.affect_revenue,
                "revenueUnitId": position.revenue_unit_id,
            }
            for position in self._portal.positions
        ]
        return _page(request, rows)

    async def time_and_cost(self, request: Request) -> Response:
        department_id = request.path_params["department_id"]
        window = _window(request)
        if window is None:
            return Response(status_code=400)
        if not self._has_department(department_id):
            return Response(status_code=404)
        costs = [
            {
                **({} if shift.shift_id is None else {"shiftId": shift.shift_id}),
                "employeeId": shift.employee_id,
                "positionId": shift.position_id,
                "shiftTypeId": None,
                "date": shift.day.isoformat(),
                "duration": _duration(shift.hours),
                "cost": shift.cost,
            }
            for shift in self._portal.shifts
            if shift.department_id == department_id and window[0] <= shift.day <= window[1]
        ]
        symbol = self._portal.currency_symbol
        return _json({"data": {"costs": costs, "currencySymbol": symbol, "currencyFormatString": "{0} " + symbol}})

    async def revenue(self, request: Request) -> Response:
        department_id = request.query_params.get("departmentId", "")
        window = _window(request)
        if window is None or not department_id.isdecimal():
            return Response(status_code=400)
        if not self._has_department(int(department_id)):
            return Response(status_code=404)
        units = {unit.id for unit in self._portal.revenue_units if unit.department_id == int(department_id)}
        rows = [
            {"revenueUnitId": unit_id, "date": day.isoformat(), "turnover": turnover}
            for (unit_id, day), turnover in sorted(self._portal.revenue.items())
            if unit_id in units and window[0] <= day <= window[1]
        ]
        return _page(request, rows)

    async def set_revenue(self, request: Request) -> Response:
        # Whether Planday takes a negative figure is documented nowhere; that it may refuse one is to be seen here.
        try:
            figure = json.loads(await request.body(), use_decimal=True)
            day = dt.date.fromisoformat(figure["date"])
            unit_id, turnover = figure["revenueUnitId"], figure["turnover"]
        except (ValueError, TypeError, KeyError):
            return Response(status_code=400)
        departments = [unit.department_id for unit in self._portal.revenue_units if unit.id == unit_id]
        if not departments:
            return Response(status_code=404)
        if not any(shift.department_id == departments[0] and shift.day == day for shift in self._portal.shifts):
            return _json({"message": f"No opening day on date {day}"}, status=409)
        if type(turnover) not in {int, Decimal} or turnover < 0:
            return Response(status_code=400)
        self._portal.revenue[unit_id, day] = Decimal(turnover)
        return _json({"data": {"dayScheduleId": day.toordinal(), "revenueUnitId": unit_id}}, status=201)

    def _has_department(self, department_id: int) -> bool:
        return any(department.id == department_id for department in self._portal.departments)


def _json(answer: dict[str, Any], status: int = 200) -> Response:
    # Starlette's own would need floats, and money is none.
    return Response(json.dumps(answer, use_decimal=True), status, media_type="application/json")


def _page(request: Request, rows: list[dict[str, Any]]) -> Response:
    try:
        offset = int(request.query_params.get("offset", 0))
        limit = min(int(request.query_params.get("limit", LARGEST_PAGE)), LARGEST_PAGE)
    except ValueError:
        return Response(status_code=400)
    paging = {"offset": offset, "limit": limit, "total": len(rows)}
    return _json({"paging": paging, "data": rows[offset : offset + limit]})


def _window(request: Request) -> tuple[dt.date, dt.date] | None:
    try:
        first, last = (dt.date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
    except (KeyError, ValueError):
        return None
    return first, last


def _duration(hours: Decimal) -> str:
    """Write hours as Planday does: D:HH:MM."""
    minutes = round(hours * 60)
    return f"{minutes // 1440}:{minutes // 60 % 24:02}:{minutes % 60:02}"
