"""Planday over HTTP: one client, whose methods are the requests that we make."""

import contextlib
import datetime as dt
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import requests
import simplejson as json
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from ajour_revenue import web
from ajour_revenue.addresses import UnsafeAddressError, checked_address
from ajour_revenue.masking import is_blank
from ajour_revenue.planday.errors import (
    AccessRevokedError,
    ChangingListError,
    LoginRefusedError,
    MissingCredentialsError,
    NoOpeningDayError,
    OutageError,
    PlandayError,
    RequestNotSentError,
    RequestRefusedError,
    RevenueRefusedError,
    ScopeMissingError,
    UnknownIdError,
    UnreadableAnswerError,
)
from ajour_revenue.planday.models import (
    AccessToken,
    Department,
    ListRow,
    Page,
    Portal,
    Position,
    Revenue,
    RevenueUnit,
    TimeAndCost,
)
from ajour_revenue.settings.secrets import PLANDAY_CREDENTIALS
from ajour_revenue.text.bilingual import EMPTY, Bilingual
from ajour_revenue.text.faults import fault_of

T = TypeVar("T", bound=BaseModel)
Row = TypeVar("Row", bound=ListRow)
Number = TypeVar("Number", int, Decimal)

logger = logging.getLogger(__name__)

PAGE_ROWS = 50
MOST_ROWS = 50_000
"""More than any list of a portal has."""

READING_AGAIN = Bilingual(
    da="{endpoint}: listen ændrede sig, mens den blev læst; læser den igen",
    en="{endpoint}: the list changed while it was read; reading it again",
)
TRYING_AGAIN = Bilingual(
    da="{endpoint}: Planday {found}; prøver igen om {seconds} s",
    en="{endpoint}: Planday {found}; trying again in {seconds} s",
)
READINGS = 3
"""How often a list is read that changes in the meantime."""

LONGEST_NUMBER = 40
LARGEST_NUMBER = 10**18
RATE_LIMITS = ((10, 1), (500, 60))
"""How many requests in how many seconds are safe for one portal."""

# Requests overtake each other on the way, so Planday may see the last of one window in the next.
MARGIN_SECONDS = 0.05
RENEWED_BEFORE_EXPIRY_SECONDS = 60
BACK_OFF = wait_random_exponential(multiplier=0.5, max=30)
RESET_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)
LONGEST_RESET_SECONDS = 60
"""The longest of Planday's rate limits starts anew within this time, whatever an answer says."""

NO_OPENING_DAY = "no opening day"
MOST_WORDS = 200
API_ACCESS = Bilingual(
    da="I Planday: Settings > Integrations > API Access",
    en="In Planday: Settings > Integrations > API Access",
)
TOLD_FAULTS = 3


class Endpoint(NamedTuple):
    """One request of Planday's API."""

    method: str
    path: str
    scope: str | None = None
    """What the app must have been granted; None where Planday documents no scope."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class PlandayClient:
    """Reads structure and wages from one Planday portal, and publishes revenue to it.

    The threads and runs of a process share one access token and one portal's rate limits. Requests that meet an outage
    or a rate limit are repeated, the revenue's POST too: Planday replaces what the first one may have left.

    Every method raises a PlandayError whose message says what failed and what to do, without any credential.
    """

    client_id: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api_url: str
    identity_url: str
    timeout_seconds: float = 30
    """How long the whole answer to one request may take."""
    patience_seconds: float = 300
    """How long a request is repeated in an outage, and how long a whole list may take."""

    def portal(self) -> Portal:
        """Return whose portal this is."""
        endpoint = Endpoint("GET", "/portal/v1.0/info")
        return self._connection.one(Portal, endpoint, {})

    def departments(self) -> list[Department]:
        """Return all departments that the app may see."""
        return self._connection.all(Department, Endpoint("GET", "/hr/v1.0/departments", "department:read"), {})

    def revenue_units(self) -> list[RevenueUnit]:
        """Return all revenue units, which R13 wants mapped."""
        return self._connection.all(RevenueUnit, Endpoint("GET", "/revenue/v1.0/revenueunits", "revenue:read"), {})

    def positions(self) -> list[Position]:
        """Return all positions, which lead from a shift's cost to its revenue unit."""
        return self._connection.all(Position, Endpoint("GET", "/scheduling/v1.0/positions", "shiftposition:read"), {})

    def time_and_cost(self, *, department_id: int, first_day: dt.date, last_day: dt.date) -> TimeAndCost:
        """Return what the department's planned shifts cost on the days, both included (personal data: D5)."""
        path = f"/scheduling/v1.0/timeandcost/{department_id}"
        days = {"from": first_day.isoformat(), "to": last_day.isoformat()}
        return self._connection.one(TimeAndCost, Endpoint("GET", path, "timeandcost:read"), days)

    def revenue(self, *, department_id: int, first_day: dt.date, last_day: dt.date) -> list[Revenue]:
        """Return the revenue that Planday has for the department's units on the days, both included."""
        which = {"departmentId": str(department_id), "from": first_day.isoformat(), "to": last_day.isoformat()}
        return self._connection.all(Revenue, Endpoint("GET", "/revenue/v1.0/revenue", "revenue:read"), which)

    def set_revenue(self, *, revenue_unit_id: int, day: dt.date, turnover: Decimal, description: str) -> None:
        """Make the turnover, in the portal's currency, the unit's one figure for the day; an earlier one is replaced.

        Raises NoOpeningDayError where no shift is planned that day, and RevenueRefusedError where Planday does not
        take the figure: both concern this unit-day alone.
        """
        figure = {
            "description": description,
            "turnover": turnover,
            "revenueUnitId": revenue_unit_id,
            "date": day.isoformat(),
        }
        self._connection.call(
            Endpoint("POST", "/revenue/v1.0/revenue", "revenue:set"),
            body=json.dumps(figure, use_decimal=True),
            about=Bilingual(
                da=f" for omsætningsenhed {revenue_unit_id} den {day}, omsætning {turnover}",
                en=f" for revenue unit {revenue_unit_id} on {day}, turnover {turnover}",
            ),
        )

    @property
    def _connection(self) -> "Connection":
        if missing := [variable for name, variable in PLANDAY_CREDENTIALS.items() if is_blank(getattr(self, name))]:
            named = ", ".join(missing)
            raise MissingCredentialsError(
                Bilingual(
                    da=f"{named} har ingen værdi. {API_ACCESS.da} viser begge; skriv dem i .env.",
                    en=f"No value is set for {named}. {API_ACCESS.en} shows both; put them into .env.",
                )
            )
        for setting in ("api_url", "identity_url"):
            try:
                checked_address(getattr(self, setting))
            except UnsafeAddressError as error:
                raise RequestNotSentError(
                    Bilingual(
                        da=f"Intet blev sendt til Planday. planday.{setting} i indstillingerne: {error.text.da}.",
                        en=f"Nothing was sent to Planday. planday.{setting} in the settings: {error.text.en}.",
                    )
                ) from None
        with _opening:
            return _connection_with(**asdict(self))


@dataclass(kw_only=True, repr=False, eq=False)
class Connection:
    """What a process keeps of one portal: the tokens, the open connections, and its share of the rate limits.

    It outlives the client, of which each run has its own: a refresh token that Planday has replaced is good
    for nothing any more, and the limits are the portal's.
    """

    client_id: str
    refresh_token: str
    api_url: str
    identity_url: str
    timeout_seconds: float
    patience_seconds: float

    def __post_init__(self) -> None:
        self._throttle = Throttle(*((count, seconds + MARGIN_SECONDS) for count, seconds in RATE_LIMITS))
        self._renewing = threading.Lock()
        self._access_token = ""
        self._renew_at = 0.0
        # Threads may share a session whose settings do not change: its pool and its cookies have locks of their own.
        self._session = web.new_session()

    def one(self, kind: type[T], endpoint: Endpoint, params: Mapping[str, str]) -> T:
        """Return the one thing that the endpoint answers."""
        answer = self._json(endpoint, self.call(endpoint, params=params))
        data = answer.get("data") if isinstance(answer, dict) else answer
        return _understood(kind, data, endpoint)

    def all(self, kind: type[Row], endpoint: Endpoint, params: Mapping[str, str]) -> list[Row]:
        """Return the whole list that the endpoint answers in pages, as it is at one moment."""
        for _ in range(READINGS):
            rows = self._all_once(kind, endpoint, params)
            if rows is not None:
                return rows
            logger.warning("%s", READING_AGAIN.format(endpoint=endpoint))
        raise ChangingListError(
            Bilingual(
                da=f"{endpoint}: {READINGS} gange i træk ændrede listen sig, mens den blev læst: rækker kom to gange, "
                "eller der kom færre eller flere, end svaret siger, der er. Intet af den blev brugt. Kør det igen, og "
                "kontakt Plandays support, hvis det bliver ved.",
                en=f"{endpoint}: each of {READINGS} times, the list changed while it was read: rows came twice, or "
                "fewer or more than the answer says there are. None of it was used. Run it again, and contact "
                "Planday's support if this persists.",
            )
        )

    def _all_once(self, kind: type[Row], endpoint: Endpoint, params: Mapping[str, str]) -> list[Row] | None:
        """Return the whole list; None where it has changed while it was read."""
        deadline = time.monotonic() + self.patience_seconds
        rows: list[object] = []
        total: int | None = None
        while total is None or len(rows) < total:
            # Every page begins with the last row of the one before; it is another one where rows have moved.
            seen = rows[-1:]
            if seen and time.monotonic() >= deadline:
                seconds = f"{self.patience_seconds:g}"
                raise OutageError(
                    Bilingual(
                        da=f"{endpoint}: listen blev ikke læst til ende inden for {seconds} s. Kør det igen.",
                        en=f"{endpoint}: the list was not read to its end within {seconds} s. Run it again.",
                    )
                )
            window = {**params, "offset": str(len(rows) - len(seen)), "limit": str(PAGE_ROWS)}
            answer = self.call(endpoint, params=window, deadline=deadline)
            page = _understood(Page, self._json(endpoint, answer), endpoint)
            total = page.paging.total if total is None else total
            if total > MOST_ROWS:
                raise UnreadableAnswerError(
                    Bilingual(
                        da=f"{endpoint}: svaret siger, at listen har {total} rækker; flere end {MOST_ROWS} læses ikke.",
                        en=f"{endpoint}: the answer says that the list has {total} rows; more than {MOST_ROWS} are not "
                        "read.",
                    )
                )
            new = page.data[len(seen) :]
            if page.paging.total != total or page.data[: len(seen)] != seen or (not new and len(rows) < total):
                return None
            rows += new
        listed = [_understood(kind, row, endpoint) for row in rows]
        return listed if len({row.key for row in listed}) == len(listed) == total else None

    def call(
        self,
        endpoint: Endpoint,
        *,
        params: Mapping[str, str] | None = None,
        body: str | None = None,
        about: Bilingual = EMPTY,
        deadline: float | None = None,
    ) -> web.Answer:
        """Return Planday's answer to the request; raise a PlandayError where it is anything but a yes."""
        if deadline is None:
            deadline = time.monotonic() + self.patience_seconds
        url = self.api_url.rstrip("/") + endpoint.path

        def ask(token: str) -> web.Answer:
            headers = {
                "Authorization": f"Bearer {token}",
                "X-ClientId": self.client_id,
                "Content-Type": "application/json",
            }
            return self._send(endpoint, url, deadline, params=params, data=body, headers=headers)

        token = self._token(deadline)
        answer = ask(token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = ask(self._token(deadline, instead_of=token))
        if error := _refusal(endpoint, answer.status, about, self._words(answer)):
            raise error
        return answer

    def _words(self, answer: web.Answer) -> str:
        """Return what an answer says, on one line, no longer than people read, and without any secret."""
        text = (answer.body or b"")[: web.PART_BYTES].decode("utf-8", "replace")
        # Planday's usual errors hold a message; others are taken as they are.
        with contextlib.suppress(ValueError, RecursionError, TypeError, KeyError):
            text = str(json.loads(text)["message"])
        for secret in filter(None, (self.client_id, self.refresh_token, self._access_token)):
            text = text.replace(secret, "***")
        words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        return words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]} ..."

    def _token(self, deadline: float, instead_of: str | None = None) -> str:
        """Return an access token, a new one where the present one has expired or is the one that was refused."""
        with self._renewing:
            if time.monotonic() >= self._renew_at or self._access_token == instead_of:
                self._renew(deadline)
            return self._access_token

    def _renew(self, deadline: float) -> None:
        endpoint = Endpoint("POST", "/connect/token")
        form = {
            "client_id": self.client_id,
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
        }
        url = self.identity_url.rstrip("/") + endpoint.path
        answer = self._send(endpoint, url, deadline, data=form)
        if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise LoginRefusedError(
                Bilingual(
                    da=f"{endpoint}: Planday svarede {answer.status}: det kender ikke dette client id eller refresh "
                    f"token. {API_ACCESS.da} viser begge: skriv dem i PLANDAY_CLIENT_ID og PLANDAY_REFRESH_TOKEN.",
                    en=f"{endpoint}: Planday answered {answer.status}: it does not know this client id or refresh "
                    f"token. {API_ACCESS.en} shows both: put them in PLANDAY_CLIENT_ID and PLANDAY_REFRESH_TOKEN.",
                )
            )
        if error := _refusal(endpoint, answer.status):
            raise error
        token = _understood(AccessToken, self._json(endpoint, answer), endpoint)
        self._access_token = token.access_token
        self.refresh_token = token.refresh_token or self.refresh_token
        margin = min(RENEWED_BEFORE_EXPIRY_SECONDS, token.expires_in / 10)
        self._renew_at = time.monotonic() + token.expires_in - margin

    def _send(self, endpoint: Endpoint, url: str, deadline: float, **request: Any) -> web.Answer:  # noqa: ANN401 (what requests takes)
        """Return the first answer that is neither a rate limit nor an outage; give up before the deadline passes."""

        def too_late(state: RetryCallState) -> bool:
            return time.monotonic() + state.upcoming_sleep >= deadline

        def tell(state: RetryCallState) -> None:
            failure = _failure(state)
            found = failure.found if isinstance(failure, _TryAgain) else failure
            told = TRYING_AGAIN.format(endpoint=endpoint, found=found, seconds=f"{state.upcoming_sleep:.1f}")
            logger.warning("%s", told)

        retrying = Retrying(
            retry=retry_if_exception_type(_TryAgain),
            wait=_pause,
            stop=too_late,
            before_sleep=tell,
            reraise=True,
        )
        try:
            return retrying(self._send_once, endpoint, url, **request)
        except _TryAgain as failure:
            found = failure.found
        attempts, seconds = retrying.statistics["attempt_number"], f"{self.patience_seconds:g}"
        raise OutageError(
            Bilingual(
                da=f"{endpoint}: Planday {found.da} ved det sidste af {attempts} forsøg inden for {seconds} s. Det, "
                "der er gemt, er uændret; kør det igen, når Planday svarer.",
                en=f"{endpoint}: Planday {found.en}, at the last of {attempts} attempts within {seconds} s. What is "
                "stored is unchanged; run it again when Planday answers.",
            )
        )

    def _send_once(self, endpoint: Endpoint, url: str, **request: Any) -> web.Answer:  # noqa: ANN401 (what requests takes)
        self._throttle.wait()
        # Errors are raised after the except clauses, since some of requests' own hold a header or a body.
        failure: Exception
        by_proxy = web.by_proxy(url)
        try:
            answer = web.ask(self._session, endpoint.method, url, seconds=self.timeout_seconds, **request)
        except requests.Timeout:
            failure = _TryAgain(
                Bilingual(
                    da=f"svarede ikke inden for {self.timeout_seconds:g} s{by_proxy.da}",
                    en=f"did not answer within {self.timeout_seconds:g} s{by_proxy.en}",
                )
            )
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            kind = _innermost(error)
            failure = _TryAgain(
                Bilingual(
                    da=f"kunne ikke nås{by_proxy.da} eller afbrød forbindelsen ({kind})",
                    en=f"could not be reached{by_proxy.en}, or cut the connection ({kind})",
                )
            )
        except (requests.RequestException, UnicodeError) as error:
            kind = type(error).__name__
            failure = RequestNotSentError(
                Bilingual(
                    da=f"{endpoint}: forespørgslen kan ikke sendes{by_proxy.da} ({kind}). Kontrollér Plandays adresser "
                    "i indstillingerne, og om PLANDAY_CLIENT_ID har mellemrum eller andre usædvanlige tegn.",
                    en=f"{endpoint}: the request cannot be sent{by_proxy.en} ({kind}). Check Planday's addresses in "
                    "the settings, and PLANDAY_CLIENT_ID for spaces or other unusual characters.",
                )
            )
        else:
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                reset = RESET_SECONDS.fullmatch(answer.headers.get("x-ratelimit-reset", ""))
                found = Bilingual(da="svarede 429, for mange forespørgsler", en="answered 429, too many requests")
                failure = _TryAgain(found, float(reset[0]) if reset else 0)
            elif answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                failure = _TryAgain(Bilingual(da=f"svarede {answer.status}", en=f"answered {answer.status}"))
            else:
                return answer
        raise failure

    def _json(self, endpoint: Endpoint, answer: web.Answer) -> Any:  # noqa: ANN401 (whatever it is)
        if answer.body is None:
            found = Bilingual(
                da=f"det har mere end {web.MOST_BYTES} byte eller er pakket på en måde, der ikke er bedt om",
                en=f"it has more than {web.MOST_BYTES} bytes, or is packed in a way that was not asked for",
            )
        else:
            try:
                return json.loads(answer.body, parse_float=_decimal, parse_int=_integer)
            except (ValueError, RecursionError):
                size, kind = len(answer.body), answer.headers.get("content-type")
                found = Bilingual(
                    da=f"{size} byte af {kind or 'ingen indholdstype'}",
                    en=f"{size} bytes of {kind or 'no content type'}",
                )
        raise UnreadableAnswerError(
            Bilingual(
                da=f"{endpoint}: svaret er ikke gyldig JSON ({found.da}). Kontrollér Plandays adresser i "
                "indstillingerne, og om der er en proxy imellem.",
                en=f"{endpoint}: the answer is not valid JSON ({found.en}). Check Planday's addresses in the settings, "
                "and whether there is a proxy in between.",
            )
        )


def _decimal(text: str) -> Decimal:
    """Return a number with decimals; raises ValueError where calculating with it would never end."""
    if len(text) > LONGEST_NUMBER or not abs(Decimal(text).adjusted()) < LONGEST_NUMBER:
        raise ValueError
    return _not_too_large(Decimal(text))


def _integer(text: str) -> int:
    """Return a whole number; raises ValueError where no column takes it."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError
    return _not_too_large(int(text))


def _not_too_large(number: Number) -> Number:
    if not abs(number) < LARGEST_NUMBER:
        raise ValueError
    return number


_opening = threading.Lock()
_connection_with = cache(Connection)


class Throttle:
    """Lets so many threads through that no window of so many seconds sees more requests than it may."""

    def __init__(
        self,
        *limits: tuple[int, float],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take any number of limits, each so many requests in so many seconds."""
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._starts: deque[float] = deque(maxlen=max(count for count, _ in limits))
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Come back when the next request may start, in the order in which threads came."""
        with self._lock:
            now = self._clock()
            earliest = [self._starts[-count] + seconds for count, seconds in self._limits if len(self._starts) >= count]
            start = max([now, *earliest])
            self._starts.append(start)
        self._sleep(start - now)


class _TryAgain(Exception):  # noqa: N818 (it is a request to repeat, and never leaves this module)
    def __init__(self, found: Bilingual, reset_seconds: float = 0) -> None:
        super().__init__(found.en)
        self.found = found
        self.reset_seconds = reset_seconds


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _pause(state: RetryCallState) -> float:
    """Wait as long as Planday asks for, and longer from time to time, whatever it asks for."""
    failure = _failure(state)
    reset_seconds = failure.reset_seconds if isinstance(failure, _TryAgain) else 0
    return max(BACK_OFF(state), min(reset_seconds, LONGEST_RESET_SECONDS))


def _innermost(error: BaseException) -> str:
    while error.__context__ is not None:
        error = error.__context__
    return type(error).__name__


def _refusal(endpoint: Endpoint, status: int, about: Bilingual = EMPTY, said: str = "") -> PlandayError | None:  # noqa: PLR0911 (a status, a meaning)
    """Return what a status means, None where it is a yes.

    What Planday says may be nothing, or too much; only what it says of a figure that was posted is passed on.
    """
    da, en = f"{endpoint}: Planday svarede {status}{about.da}", f"{endpoint}: Planday answered {status}{about.en}"
    posted = endpoint.method == "POST"
    match status:
        case _ if 200 <= status < 300:  # noqa: PLR2004 (HTTP's success)
            return None
        case 401:
            return AccessRevokedError(
                Bilingual(
                    da=f"{da} til et token, som det lige havde udstedt, så appen, eller den administrator, der "
                    f"godkendte den, er deaktiveret. {API_ACCESS.da}: godkend appen igen, og skriv det nye token i "
                    "PLANDAY_REFRESH_TOKEN.",
                    en=f"{en} to a token that it had just issued, so the app, or the administrator who authorized it, "
                    f"has been deactivated. {API_ACCESS.en}: authorize the app again, and put the new token in "
                    "PLANDAY_REFRESH_TOKEN.",
                )
            )
        case 403 if endpoint.scope:
            return ScopeMissingError(
                Bilingual(
                    da=f"{da}: appen mangler scopet {endpoint.scope}. {API_ACCESS.da}: lav en app, som har det (et "
                    "scope kan ikke tilføjes senere), godkend den, og skriv dens client id og token i "
                    "PLANDAY_CLIENT_ID og PLANDAY_REFRESH_TOKEN.",
                    en=f"{en}: the app lacks the scope {endpoint.scope}. {API_ACCESS.en}: make an app that has it (a "
                    "scope cannot be added later), authorize it, and put its client id and token in PLANDAY_CLIENT_ID "
                    "and PLANDAY_REFRESH_TOKEN.",
                )
            )
        case 404:
            return UnknownIdError(
                Bilingual(
                    da=f"{da}: portalen har ingen afdeling eller omsætningsenhed med det id, eller appen har ikke "
                    "adgang til den. Kontrollér id'erne og Plandays adresser i indstillingerne.",
                    en=f"{en}: the portal has no department or revenue unit with that id, or the app has no access to "
                    "it. Check the ids and Planday's addresses in the settings.",
                )
            )
        # Planday says the same of every rule that is broken, and may say it without a word.
        case 409 if posted and (not said or NO_OPENING_DAY in said.lower()):
            return NoOpeningDayError(
                Bilingual(
                    da=f"{da}: der er ikke planlagt nogen vagt den dag, så Planday har ikke plads til dens omsætning. "
                    "Planlæg en vagt, og send så dagen igen.",
                    en=f"{en}: no shift is planned that day, so Planday has no place for its revenue. Plan a shift, "
                    "then publish the day again.",
                )
            )
        case 400 | 409 | 422 if posted:
            quoted = Bilingual(da=f' og siger "{said}"', en=f', and says "{said}"') if said else EMPTY
            return RevenueRefusedError(
                Bilingual(
                    da=f"{da}: Planday tager ikke imod dette tal{quoted.da}. Er det rigtigt, så indtast det i Planday "
                    "i hånden.",
                    en=f"{en}: Planday does not accept this figure{quoted.en}. If it is right, enter it in Planday by "
                    "hand.",
                )
            )
        case _:
            return RequestRefusedError(
                Bilingual(
                    da=f"{da}, som ikke står i dets dokumentation. Kontrollér Plandays adresser i indstillingerne; er "
                    "de rigtige, så kontakt Plandays support.",
                    en=f"{en}, which its documentation does not mention. Check Planday's addresses in the settings; "
                    "if they are right, contact Planday's support.",
                )
            )


def _understood(kind: type[T], answer: object, endpoint: Endpoint) -> T:
    try:
        return kind.model_validate(answer)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    # Only names and types are told: the values may be about an employee (D5).
    told = [_told(fault) for fault in faults[:TOLD_FAULTS]]
    if more := len(faults) - len(told):
        told.append(Bilingual(da=f"og {more} til", en=f"and {more} more"))
    fields = ", ".join(sorted(filter(str.isidentifier, answer)) if isinstance(answer, dict) else [])
    raise UnreadableAnswerError(
        Bilingual(
            da=f"{endpoint}: svaret er ikke, hvad Plandays dokumentation lover for {kind.__name__}: "
            f"{'; '.join(each.da for each in told)}. Felter, der kom: {fields or 'ingen'}. Intet af det blev brugt; se "
            "efter, om Planday har ændret sit API.",
            en=f"{endpoint}: the answer is not what Planday's documentation promises for a {kind.__name__}: "
            f"{'; '.join(each.en for each in told)}. Fields that came: {fields or 'none'}. None of it was used; check "
            "whether Planday has changed its API.",
        )
    )


def _told(fault: ErrorDetails) -> Bilingual:
    place, text, found = ".".join(map(str, fault["loc"])), fault_of(fault), type(fault["input"]).__name__
    is_missing = fault["type"] == "missing"
    return Bilingual(
        da=f"{place or 'det hele'}: {text.da}" + ("" if is_missing else f", fandt {found}"),
        en=f"{place or 'all of it'}: {text.en}" + ("" if is_missing else f", found {found}"),
    )
