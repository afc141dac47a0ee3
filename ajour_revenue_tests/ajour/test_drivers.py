"""How each family of drivers is told where to go and who asks."""

import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

import pyodbc
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ajour_revenue.ajour.drivers import DriverFamily, family_of
from ajour_revenue.ajour.errors import InexpressibleValueError
from ajour_revenue_tests.ajour.kit import PASSWORD
from ajour_revenue_tests.processes import PATIENCE_SECONDS

MICROSOFT = "ODBC Driver 18 for SQL Server"
FREETDS = "FreeTDS"
POSTGRESQL = "PostgreSQL Unicode"
MARIADB = "MariaDB Unicode"
SQLITE = "SQLite3"
OTHER = "Oracle 23"
IN_NETWORK = (MICROSOFT, FREETDS, POSTGRESQL, MARIADB, OTHER)


def connection_string(  # noqa: PLR0913 (these are what a connection is made of)
    driver: str,
    *,
    host: str = "192.0.2.7",
    port: int = 1433,
    database: str = "figures",
    user: str = "reader",
    password: str = "secret",
    options: Mapping[str, str] | None = None,
) -> str:
    return family_of(driver).connection_string(
        driver=driver,
        host=host,
        port=port,
        database=database,
        user=user,
        password=password,
        options=options or {},
        login_timeout_seconds=7,
    )


@pytest.mark.parametrize(
    ("driver", "expected"),
    [
        (MICROSOFT, "SERVER=tcp:192.0.2.7,1433;DATABASE={figures};UID={reader};PWD={secret};Encrypt=yes;"),
        (
            FREETDS,
            "SERVER=192.0.2.7;PORT=1433;DATABASE={figures};UID={reader};PWD={secret};TDS_Version=7.4;Encryption=require;",
        ),
        (POSTGRESQL, "SERVER=192.0.2.7;PORT=1433;DATABASE=figures;UID=reader;PWD={secret};SSLmode=require;"),
        (
            MARIADB,
            "SERVER=192.0.2.7;PORT=1433;DATABASE={figures};UID={reader};PWD={secret};CONN_TIMEOUT=7;SSLVERIFY=1;SSLMODE=VERIFY_IDENTITY;",
        ),
        (SQLITE, "Database=figures;NoCreat=1;"),
        (OTHER, "SERVER=192.0.2.7;PORT=1433;DATABASE={figures};UID={reader};PWD={secret};"),
    ],
)
def test_each_family_has_its_own_spelling(driver: str, expected: str) -> None:
    assert connection_string(driver) == f"DRIVER={{{driver}}};{expected}"


@pytest.mark.parametrize(
    ("driver", "same_as"),
    [
        ("ODBC Driver 17 for SQL Server", MICROSOFT),
        ("/opt/microsoft/msodbcsql18/lib64/libmsodbcsql-18.6.so.2.1", MICROSOFT),
        ("/usr/lib/x86_64-linux-gnu/odbc/libtdsodbc.so", FREETDS),
        ("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so", POSTGRESQL),
        ("PostgreSQL ANSI", POSTGRESQL),
        ("/usr/lib/x86_64-linux-gnu/odbc/libmaodbc.so", MARIADB),
        ("MySQL ODBC 9.0 Unicode Driver", MARIADB),
        ("/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so", SQLITE),
        ("/opt/postgres/odbc/libmaodbc.so", MARIADB),
        ("C:\\FreeTDS\\psqlodbc35w.dll", POSTGRESQL),
    ],
)
def test_a_name_or_a_path_tells_the_family(driver: str, same_as: str) -> None:
    assert family_of(driver) is family_of(same_as)


@pytest.mark.parametrize(
    ("driver", "spelled"),
    [
        (MICROSOFT, "PWD={p}}a;s{w=o'rd æ};"),
        (FREETDS, "PWD={p}a;s{w=o'rd æ};"),
        (POSTGRESQL, "PWD={p}}a;s{w=o'rd æ};"),
        (MARIADB, "PWD={p}}a;s{w=o'rd æ};"),
    ],
)
def test_a_difficult_password_is_quoted_as_its_family_reads_it(driver: str, spelled: str) -> None:
    assert spelled in connection_string(driver, password=PASSWORD)


def test_further_keywords_follow_and_may_replace_the_familys_own() -> None:
    assert connection_string(FREETDS, options={"tds_version ": "7.3", "ClientCharset": "UTF-8"}).endswith(
        "PWD={secret};Encryption=require;tds_version=7.3;ClientCharset=UTF-8;"
    )
    assert connection_string(MARIADB, options={"CONN_TIMEOUT": "3"}).count("CONN_TIMEOUT") == 1


@pytest.mark.parametrize("driver", IN_NETWORK)
@pytest.mark.parametrize("field", ["database", "user", "password"])
@pytest.mark.parametrize("character", ["\0", "\r", "\n"])
def test_line_ends_and_null_are_refused_everywhere(driver: str, field: str, character: str) -> None:
    refused(driver, field, f"told{character}nobody")


@pytest.mark.parametrize(
    ("driver", "field", "value"),
    [
        (FREETDS, "password", "told};nobody"),
        (FREETDS, "password", "told};"),
        (FREETDS, "user", "};told"),
        (FREETDS, "database", "told};SERVER=nobody"),
        (MARIADB, "password", " told"),
        (MARIADB, "password", "told "),
        (MARIADB, "user", "\ttold"),
        (MARIADB, "database", "told\t"),
        (POSTGRESQL, "user", "told;nobody"),
        (POSTGRESQL, "user", "{told"),
        (POSTGRESQL, "database", "told;UID=nobody"),
        (POSTGRESQL, "database", "{told}"),
        (SQLITE, "database", "told;nobody.sqlite"),
        (SQLITE, "database", "told\nnobody.sqlite"),
        *((driver, "host", "192.0.2.7;UID=told") for driver in IN_NETWORK),
        *((driver, "host", "192.0.2.7,told") for driver in IN_NETWORK),
        *((driver, "host", "{told}") for driver in IN_NETWORK),
        *((driver, "host", "told nobody") for driver in IN_NETWORK),
        *((driver, "host", "told\n") for driver in IN_NETWORK),
    ],
)
def test_what_a_family_cannot_carry_is_refused(driver: str, field: str, value: str) -> None:
    refused(driver, field, value)


def refused(driver: str, field: str, value: str) -> None:
    with pytest.raises(InexpressibleValueError) as raised:
        connection_string(driver, **{field: value})  # type: ignore[arg-type]
    assert str(raised.value).startswith(f"AJOUR_{field.upper()} contains a character that this ODBC driver cannot take")
    assert "told" not in str(raised.value)


@pytest.mark.parametrize("driver", IN_NETWORK)
@pytest.mark.parametrize("host", ["192.0.2.7", "sql.ajour.example", "2001:db8::7", "sql_1"])
def test_hosts_of_every_kind_are_carried(driver: str, host: str) -> None:
    assert host in connection_string(driver, host=host)


def braced(text: str, *, doubled: bool) -> tuple[str, str]:
    """Read one value in braces as a driver does; return it and what follows."""
    assert text[0] == "{"
    if not doubled:
        value, _, rest = text[1:].partition("};")
        return value, rest
    value = ""
    position = 1
    while text[position : position + 1] != "}" or text[position : position + 2] == "}}":
        step = 2 if text[position] == "}" else 1
        value += text[position]
        position += step
    assert text[position : position + 2] == "};"
    return value, text[position + 2 :]


@given(
    driver=st.sampled_from([MICROSOFT, FREETDS, MARIADB, OTHER]),
    values=st.tuples(*[st.text(st.sampled_from("{};=a æ'"), min_size=1, max_size=8)] * 3),
)
@settings(max_examples=300)
def test_any_value_that_is_accepted_ends_where_it_should(driver: str, values: tuple[str, str, str]) -> None:
    family: DriverFamily = family_of(driver)
    database, user, password = values
    try:
        rest = connection_string(driver, database=database, user=user, password=password)
    except InexpressibleValueError:
        assert any(re.search(family.forbidden, value) for value in values)
        return
    for keyword, meant in (("DATABASE=", database), ("UID=", user), ("PWD=", password)):
        rest = rest.partition(f";{keyword}" if keyword == "DATABASE=" else keyword)[2]
        read, rest = braced(rest, doubled=family.doubles_braces)
        assert read == meant


def _packet(connection: socket.socket) -> tuple[bytes, bool]:
    """Read one packet of SQL Server's protocol; return its content and whether it is the last of a message."""
    _, status, length = struct.unpack(">BBH4x", connection.recv(8, socket.MSG_WAITALL))
    return connection.recv(length - 8, socket.MSG_WAITALL), bool(status & 1)


def _read_login(connection: socket.socket) -> tuple[str, str, str]:
    """Play SQL Server up to the login: decline encryption, and read who asks for what."""
    _packet(connection)
    version_and_encryption = bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 15, 0, 7, 208, 0, 0, 2])
    connection.sendall(struct.pack(">BBH4x", 4, 1, 8 + len(version_and_encryption)) + version_and_encryption)
    login, last = _packet(connection)
    while not last:
        more, last = _packet(connection)
        login += more

    def field(place: int) -> bytes:
        offset, length = struct.unpack_from("<HH", login, place)
        return login[offset : offset + 2 * length]

    swapped = bytes(byte ^ 0xA5 for byte in field(44))
    password = bytes(byte >> 4 | (byte & 15) << 4 for byte in swapped)
    return field(40).decode("utf-16-le"), password.decode("utf-16-le"), field(68).decode("utf-16-le")


@contextmanager
def login_reader() -> Iterator[tuple[int, "Future[tuple[str, str, str]]"]]:
    """Listen for one login in SQL Server's protocol; gives the port, and what the login will have held."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        login: Future[tuple[str, str, str]] = Future()

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    login.set_result(_read_login(connection))
            except BaseException as error:  # noqa: BLE001 (it is raised again where the login is asked for)
                login.set_exception(error)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], login


VALUE = st.text(
    st.one_of(st.sampled_from("{};='\" %+"), st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
    min_size=1,
    max_size=20,
).filter(lambda value: "};" not in value)


# A backslash in the user means a login by Windows domain, which is another message.
@given(user=VALUE.filter(lambda user: "\\" not in user), password=VALUE, database=VALUE)
@example(user="reader}", password=PASSWORD, database="}}")
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_freetds_sends_exactly_what_was_given(user: str, password: str, database: str) -> None:
    with login_reader() as (port, login):
        clear = {"Encryption": "off"}
        text = connection_string(
            FREETDS, host="127.0.0.1", port=port, user=user, password=password, database=database, options=clear
        )
        with pytest.raises(pyodbc.Error):
            pyodbc.connect(text, timeout=PATIENCE_SECONDS)

        assert login.result(timeout=PATIENCE_SECONDS) == (user, password, database)


# Encryption


def _decline_postgresql(connection: socket.socket) -> None:
    assert connection.recv(8, socket.MSG_WAITALL)[4:] == struct.pack("!I", 80877103), "it asks for TLS first"
    connection.sendall(b"N")


def _decline_sql_server(connection: socket.socket) -> None:
    _packet(connection)
    version_and_encryption = bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 15, 0, 7, 208, 0, 0, 2])
    connection.sendall(struct.pack(">BBH4x", 4, 1, 8 + len(version_and_encryption)) + version_and_encryption)


def _decline_mariadb(connection: socket.socket) -> None:
    secure_and_plugins, without_tls = 0x8000 | 0x0200, 0xF7DF & ~0x0800
    greeting = b"".join(
        (
            b"\x0a5.5.5-10.11.6-MariaDB\0" + struct.pack("<I", 1) + b"12345678\0",
            struct.pack("<H", without_tls | secure_and_plugins) + b"\x21" + struct.pack("<HH", 2, 0x000F),
            bytes([21]) + b"\0" * 10 + b"123456789012\0mysql_native_password\0",
        )
    )
    connection.sendall(struct.pack("<I", len(greeting)) + greeting)


DECLINE = {POSTGRESQL: _decline_postgresql, FREETDS: _decline_sql_server, MARIADB: _decline_mariadb}


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        *((driver, {}) for driver in DECLINE),
        # The drivers themselves take each of these to mean that nothing has to be encrypted.
        *((POSTGRESQL, {"SSLmode": value}) for value in ("REQUIRE", "Verify-Full", " require")),
        *((MARIADB, {"SSLVERIFY": value}) for value in ("yes", "True", "on")),
        # Keywords that the drivers do not know.
        (POSTGRESQL, {"SSL_Mode": "require"}),
        (FREETDS, {"En cryption": "off"}),
        (MARIADB, {"SSL_VERIFY": "1"}),
    ],
)
def test_a_server_that_declines_encryption_gets_nothing_more(driver: str, options: dict[str, str]) -> None:
    decline = DECLINE[driver]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sent: Future[bytes] = Future()

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    decline(connection)
                    sent.set_result(connection.recv(4096))
            except BaseException as error:  # noqa: BLE001 (it is raised again where it is asked for)
                sent.set_exception(error)

        threading.Thread(target=serve, daemon=True).start()
        text = connection_string(driver, host="127.0.0.1", port=listener.getsockname()[1], options=options)
        with pytest.raises(pyodbc.Error):
            pyodbc.connect(text, timeout=PATIENCE_SECONDS)

        assert sent.result(timeout=PATIENCE_SECONDS) == b""


@pytest.mark.parametrize(
    ("driver", "options", "harm"),
    [
        *(
            (MICROSOFT, {keyword: value}, "may be unencrypted")
            for keyword in ("Encrypt", "encrypt", "ENCRYPT ")
            for value in ("no", "No", " false", "0", "optional", "disabled")
        ),
        *(
            (MICROSOFT, {keyword: value}, "not verified who answers")
            for keyword in ("TrustServerCertificate", "trust server certificate", "Trust_Server_Certificate")
            for value in ("yes", "YES ", "true", "1")
        ),
        (FREETDS, {"Encryption": "off"}, "may be unencrypted"),
        (FREETDS, {"encryption": "Request"}, "may be unencrypted"),
        (FREETDS, {"TDS_Version": "7.0"}, "may be unencrypted"),
        (POSTGRESQL, {"SSLmode": "disable"}, "may be unencrypted"),
        *(
            (POSTGRESQL, {"sslmode": value}, "may be unencrypted")
            for value in ("prefer", "allow", "", "p", "d", "verify", "nonsense")
        ),
        (MARIADB, {"SSLVERIFY": "0"}, "may be unencrypted"),
        (MARIADB, {"SSLVERIFY": ""}, "may be unencrypted"),
        (MARIADB, {"SSLMODE": "REQUIRED"}, "not verified who answers"),
    ],
)
def test_what_is_switched_off_is_told(driver: str, options: dict[str, str], harm: str) -> None:
    [told] = family_of(driver).weaknesses(options)

    assert harm in told.en
    assert "in ajour.options" in told.en
    assert "i ajour.options" in told.da


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        (MICROSOFT, {}),
        (MICROSOFT, {"Encrypt": "strict", "TrustServerCertificate": "no", "HostnameInCertificate": "sql.ajour.dk"}),
        (FREETDS, {"Encryption": "strict", "TDS_Version": "7.3"}),
        (POSTGRESQL, {"SSLmode": "verify-full"}),
        (POSTGRESQL, {"SSLmode": "Verify-Full"}),
        (MARIADB, {"SSLVERIFY": "yes"}),
        (MARIADB, {"SSLCA": "/etc/ssl/ajour.pem"}),
        (SQLITE, {"Timeout": "5000"}),
    ],
)
def test_what_is_safe_is_not(driver: str, options: dict[str, str]) -> None:
    assert family_of(driver).weaknesses(options) == []


def test_a_driver_of_which_nobody_knows_how_it_encrypts_is_told() -> None:
    [told] = family_of(OTHER).weaknesses({})

    assert "may be unencrypted" in told.en
