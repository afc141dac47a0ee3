"""HTTP as Planday and the webhook are spoken to: encrypted, and bounded in size and time."""

import http.client
import io
import os
import socket
import time
import zlib
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from ajour_revenue.addresses import is_loopback
from ajour_revenue.text.bilingual import EMPTY, Bilingual

MOST_BYTES = 16 * 2**20
"""More than a department's shifts of 31 days are, many times over."""

PART_BYTES = 2**16
GZIP = zlib.MAX_WBITS | 16
PROXY_VARIABLES = ("{scheme}_proxy", "{SCHEME}_PROXY", "all_proxy", "ALL_PROXY")
"""In the order in which they are looked at."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    """None where it was longer than MOST_BYTES, or packed in a way that was not asked for."""


def by_proxy(address: str) -> Bilingual:
    """Say, with a space in front, which setting of this machine names the proxy on the way; empty where there is none.

    Never the proxy's address: it may hold a password.
    """
    scheme, host = urlsplit(address).scheme, urlsplit(address).hostname or ""
    if is_loopback(host) or not select_proxy(address, get_environ_proxies(address)):
        return EMPTY
    names = (name.format(scheme=scheme, SCHEME=scheme.upper()) for name in PROXY_VARIABLES)
    for variable in filter(os.environ.get, names):
        return Bilingual(da=f" gennem den proxy, som står i {variable}", en=f" through the proxy that {variable} names")
    return Bilingual(
        da=" gennem den proxy, som står i systemets netværksindstillinger",
        en=" through the proxy that the system's network settings name",
    )


def new_session() -> requests.Session:
    """Return a session that sends only what it is told to, and whose answers come by a deadline."""
    session = _Session()
    # Without an auth of its own, requests would send a password from ~/.netrc.
    session.auth = lambda request: request
    # Nothing that unpacks to more than is read.
    session.headers["Accept-Encoding"] = "gzip"
    for scheme in ("https://", "http://"):
        session.mount(scheme, _InTimeAdapter())
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow no redirect, which may lead elsewhere with what is secret, nor read its body as requests would."""


def ask(session: requests.Session, method: str, address: str, *, seconds: float, **request: Any) -> Answer:  # noqa: ANN401 (what requests takes)
    """Return the answer to one request, which is whole within so many seconds, however slowly it drips.

    Raises requests' exceptions, whose messages may quote what is secret.
    """
    proxies = {"no_proxy": "*"} if is_loopback(urlsplit(address).hostname or "") else None
    token = _deadline.set(time.monotonic() + seconds)
    try:
        with session.request(method, address, timeout=seconds, stream=True, proxies=proxies, **request) as response:
            return Answer(response.status_code, response.headers, _body(response))
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    finally:
        _deadline.reset(token)


def _body(response: requests.Response) -> bytes | None:
    body = bytearray()
    while part := response.raw.read(PART_BYTES, decode_content=False):
        body += part
        if len(body) > MOST_BYTES:
            return None
    match response.headers.get("content-encoding", "").strip().lower():
        case "" | "identity":
            return bytes(body)
        case "gzip":
            return _unpacked(bytes(body))
        case _:
            return None


def _unpacked(packed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj(GZIP)
    try:
        body = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error:
        return None
    return body if unpacker.eof and not unpacker.unused_data else None


# The time-out of requests is about each single read. Here every read of an answer, its headers too, gets what is left
# of the whole.
_deadline: ContextVar[float] = ContextVar("deadline")


class _Punctual(io.RawIOBase):
    """What a socket receives until the deadline."""

    def __init__(self, connection: socket.socket, received: io.RawIOBase) -> None:
        self._connection = connection
        self._received = received

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 (whatever a buffer is)
        left = _deadline.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


class _InTimeResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (http.client's)
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Punctual(sock, self.fp.detach()))


class _HTTPConnection(urllib3.connection.HTTPConnection):
    response_class = _InTimeResponse


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    response_class = _InTimeResponse


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _InTimeAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (requests')
        super().init_poolmanager(*args, **kwargs)
        _use_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:  # noqa: ANN401 (requests')
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        _use_pools(manager)
        return manager


def _use_pools(manager: urllib3.PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
