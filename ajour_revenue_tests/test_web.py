"""What is spoken to over HTTP, and what is not."""

import gzip
import zlib
from pathlib import Path

import pytest
import requests

from ajour_revenue import web
from ajour_revenue.addresses import UnsafeAddressError, checked_address
from ajour_revenue.text.bilingual import EMPTY
from ajour_revenue_tests.kit import Talk, talking_server
from ajour_revenue_tests.processes import free_port

SECONDS = 5
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
GET = b"GET / HTTP/1.1\r\n"


def answer(body: bytes, *headers: str) -> Talk:
    head = [*headers, f"Content-Length: {len(body)}", "Connection: close"]
    return [b"HTTP/1.1 200 OK\r\n" + "".join(f"{header}\r\n" for header in head).encode() + b"\r\n" + body]


@pytest.mark.parametrize(
    "address",
    [
        "https://openapi.planday.com",
        "https://hooks.slack.com/services/T/B/x?y=z",
        "https://planday.brødogvin.dk:8443/",
        "http://localhost",
        "http://localhost:8000/x",
        "http://127.0.0.1:1",
        "http://127.255.1.2",
        "http://[::1]:8000",
    ],
)
def test_a_secret_goes_out_encrypted_or_stays_on_this_machine(address: str) -> None:
    assert checked_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "planday",
        "//openapi.planday.com",
        "https://",
        "https:///x",
        "https:openapi.planday.com",
        "HTTPS://openapi.planday.com",
        "HTTP://127.0.0.1",
        "ftp://openapi.planday.com",
        "file:///etc/passwd",
        "http://openapi.planday.com",
        "http://localhost.evil.dk",
        "http://localhost.",
        "http://127.0.0.1.evil.dk",
        "http://127.1",
        "http://0x7f000001",
        "http://2130706433",
        "http://127.0.0.01",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://[::1%25eth0]",
        "http://127.0.0.1@evil.dk",
        "http://localhost:80@evil.dk",
        "https://user:pa55@openapi.planday.com",
        "https://@openapi.planday.com",
        "http://127.0.0.1\\@evil.dk",
        "http://127.0.0.1#@evil.dk:x/",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
        " https://openapi.planday.com",
        "https://openapi.planday.com\n",
        "https://openapi.pla\tnday.com",
        "https://openapi.planday.com/\u202e",
        "https://openapi.planday.com\u200b",
        "https://openapi.planday.com\u00a0",
        "https://openapi.planday.com\x00",
    ],
)
def test_an_address_that_leads_elsewhere_or_in_clear_is_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(UnsafeAddressError) as raised:
        checked_address(address)
    assert "evil" not in str(raised.value)
    assert "pa55" not in str(raised.value)


def test_a_password_in_netrc_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with talking_server(answer(b"ok")) as server:
        web.ask(web.new_session(), "GET", server.url, seconds=SECONDS)
    assert server.heard[0].startswith(GET)
    assert b"authorization" not in server.heard[0].lower()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_this_machine_itself_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, f"http://user:pa55@127.0.0.1:{free_port()}")
    with talking_server(answer(b"ok")) as server:
        assert web.ask(web.new_session(), "GET", server.url, seconds=SECONDS).body == b"ok"
        assert web.by_proxy(server.url) == EMPTY


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_others_are_reached_through_the_companys_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with talking_server([b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"]) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        with pytest.raises(requests.exceptions.ProxyError):
            web.ask(web.new_session(), "GET", "https://openapi.planday.invalid/", seconds=SECONDS)
        assert web.by_proxy("https://openapi.planday.invalid/").en == f" through the proxy that {variable} names"
        monkeypatch.setenv("NO_PROXY", "planday.invalid")
        assert web.by_proxy("https://openapi.planday.invalid/") == EMPTY
    assert proxy.heard[0].startswith(b"CONNECT openapi.planday.invalid:443 ")


def test_a_redirect_is_not_followed() -> None:
    with talking_server(answer(b"secret")) as elsewhere:
        redirect = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: %b\r\nContent-Length: 2\r\n\r\nok"
        with talking_server([redirect % elsewhere.url.encode()]) as server:
            status, _, body = web.ask(web.new_session(), "POST", server.url, seconds=SECONDS, data=b"x")
        # requests itself would read all of the body, however large, before it lets anybody have a look.
        assert (status, body) == (307, b"ok")
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX-Header: ", b"x"),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["no header's end", "a header", "no status", "a body", "chunks", "a chunk's size", "continue"],
)
def test_an_answer_that_drips_for_ever_is_not_waited_for(first: bytes, then: bytes) -> None:
    with talking_server([first], for_ever=then) as server, pytest.raises(requests.RequestException):
        web.ask(web.new_session(), "GET", server.url, seconds=0.3)


def test_an_answer_of_any_form_is_read_whole_on_one_connection() -> None:
    body = b"x" * 200_000
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"30d40\r\n" + body + b"\r\n0\r\n\r\n",
        *answer(gzip.compress(body), "Content-Encoding: gzip"),
    ]
    session = web.new_session()
    with talking_server(answers) as server:
        assert [web.ask(session, "GET", server.url, seconds=SECONDS).body for _ in answers] == [body] * 3
    assert server.connections == 1


LARGEST = b"0" * web.MOST_BYTES


@pytest.mark.parametrize(
    ("talk", "is_taken"),
    [
        (answer(LARGEST), True),
        (answer(LARGEST + b"0"), False),
        (answer(gzip.compress(LARGEST, 1), "Content-Encoding: gzip"), True),
        (answer(gzip.compress(LARGEST + b"0", 1), "Content-Encoding: gzip"), False),
        (answer(gzip.compress(LARGEST, 1) + gzip.compress(LARGEST, 1), "Content-Encoding: gzip"), False),
        (answer(gzip.compress(gzip.compress(b"0")), "Content-Encoding: gzip, gzip"), False),
        (answer(zlib.compress(b"0"), "Content-Encoding: deflate"), False),
        (answer(gzip.compress(b"0" * 99)[:-9], "Content-Encoding: gzip"), False),
        (answer(b"plain", "Content-Encoding: gzip"), False),
    ],
    ids=["largest", "larger", "largest packed", "larger packed", "two", "packed twice", "deflate", "cut", "not packed"],
)
def test_an_answer_is_no_larger_than_it_may_be_unpacked_too(talk: Talk, is_taken: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    with talking_server(talk) as server:
        body = web.ask(web.new_session(), "GET", server.url, seconds=30).body
    assert (body == LARGEST) if is_taken else (body is None)
