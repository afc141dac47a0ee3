"""A small server that speaks SQL Server's protocol, TDS 7.4, as far as Microsoft's driver and FreeTDS need it here.

It encrypts, checks logins, takes batches and prepared calls, and answers what a test tells it to: rows of all types
that matter, an error of any number, or nothing for a while, during which it takes the client's attention signal.
"""

import contextlib
import datetime as dt
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import trustme

# Kinds of messages ([MS-TDS] 2.2.3.1.1) and tokens (2.2.7).
BATCH, RPC, RESPONSE, ATTENTION, TRANSACTION, LOGIN, PRELOGIN = 1, 3, 4, 6, 14, 16, 18
DONE, DONE_PROC, DONE_IN_PROC = 0xFD, 0xFE, 0xFF
ERROR, INFO, LOGIN_ACK, ENV_CHANGE, COLUMNS, ROW, RETURN_STATUS, RETURN_VALUE = (
    *(0xAA, 0xAB, 0xAD, 0xE3, 0x81, 0xD1, 0x79, 0xAC),
)
FAILED, HAS_COUNT, MORE, ATTENDED = 0x02, 0x10, 0x01, 0x20
LATIN1_CI_AS = bytes.fromhex("0904d00034")
PACKET_BYTES = 4096
PROCEDURES = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}


class Column(NamedTuple):
    """A column's type, as TYPE_INFO, and how a value is written; None is written as no bytes."""

    info: bytes
    write: Callable[[Any], bytes]


def _short(info: bytes, write: Callable[[Any], bytes]) -> Column:
    return Column(info, lambda value: b"\0" if value is None else bytes([len(write(value))]) + write(value))


def _long(info: bytes, write: Callable[[Any], bytes]) -> Column:
    return Column(
        info, lambda value: b"\xff\xff" if value is None else struct.pack("<H", len(write(value))) + write(value)
    )


def _in_parts(info: bytes, write: Callable[[Any], bytes]) -> Column:
    def parts(value: object) -> bytes:
        if value is None:
            return b"\xff" * 8
        data = write(value)
        return struct.pack("<QI", len(data), len(data)) + data + struct.pack("<I", 0)

    return Column(info, parts)


def _scaled(value: object, scale: int) -> int:
    return int(Decimal(str(value)).scaleb(scale))


def decimal(precision: int, scale: int) -> Column:
    size = 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17

    def write(value: object) -> bytes:
        number = _scaled(value, scale)
        return bytes([number >= 0]) + abs(number).to_bytes(size - 1, "little")

    return _short(bytes([0x6A, size, precision, scale]), write)


def _money(value: object) -> bytes:
    number = _scaled(value, 4)
    return struct.pack("<iI", number >> 32, number & 0xFFFFFFFF)


def _days(day: dt.date) -> bytes:
    return (day.toordinal() - 1).to_bytes(3, "little")


def _datetime(moment: dt.datetime) -> bytes:
    midnight = dt.datetime.combine(moment, dt.time())
    days = moment.toordinal() - dt.date(1900, 1, 1).toordinal()
    return struct.pack("<iI", days, round((moment - midnight).total_seconds() * 300))


def _datetime2(moment: dt.datetime) -> bytes:
    since_midnight = moment - dt.datetime.combine(moment, dt.time())
    return (since_midnight // dt.timedelta(microseconds=1) * 10).to_bytes(5, "little") + _days(moment)


def _utf16(value: object) -> bytes:
    return str(value).encode("utf-16-le")


def _latin1(value: object) -> bytes:
    return str(value).encode("cp1252")


INT = _short(b"\x26\x04", lambda value: struct.pack("<i", value))
BIGINT = _short(b"\x26\x08", lambda value: struct.pack("<q", value))
BIT = _short(b"\x68\x01", lambda value: bytes([value]))
FLOAT = _short(b"\x6d\x08", lambda value: struct.pack("<d", value))
MONEY = _short(b"\x6e\x08", _money)
SMALLMONEY = _short(b"\x6e\x04", lambda value: struct.pack("<i", _scaled(value, 4)))
DECIMAL = decimal(28, 2)
DATE = _short(b"\x28", _days)
DATETIME = _short(b"\x6f\x08", _datetime)
DATETIME2 = _short(b"\x2a\x07", _datetime2)
NVARCHAR = _long(b"\xe7" + struct.pack("<H", 200) + LATIN1_CI_AS, _utf16)
VARCHAR = _long(b"\xa7" + struct.pack("<H", 100) + LATIN1_CI_AS, _latin1)
NVARCHAR_MAX = _in_parts(b"\xe7\xff\xff" + LATIN1_CI_AS, _utf16)


class SqlServerError(Exception):
    """An error of the server's."""

    def __init__(self, number: int, text: str = "It is so.", *, severity: int = 16) -> None:
        """Take what SQL Server says of it."""
        super().__init__(text)
        self.number, self.text, self.severity = number, text, severity


@dataclass
class Answer:
    """What a query is answered: columns by name, and rows; an error after so many of them, if any."""

    columns: Sequence[tuple[str, Column]] = ()
    rows: Sequence[Sequence[object]] = ()
    error: SqlServerError | None = None
    is_slow: bool = False
    """Whether nothing comes until the client gives up."""


@dataclass
class SqlServer:
    """The server, and what happened to it."""

    answer: Callable[[str, list[object]], Answer]
    logins: dict[str, str]
    databases: set[str]
    port: int
    encryption: ssl.SSLContext
    refusal: SqlServerError | None = None
    """What every login is answered, if anything but its own fate."""
    happened: list[str] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """Serve one client until it goes."""
        with connection, contextlib.suppress(ConnectionError, ssl.SSLError, OSError):
            _Session(connection, self).run()


@contextlib.contextmanager
def running_sql_server(
    answer: Callable[[str, list[object]], Answer],
    *,
    logins: dict[str, str],
    databases: set[str],
    certificate: trustme.LeafCert,
    refusal: SqlServerError | None = None,
) -> Iterator[SqlServer]:
    """Run a server on a port of its own."""
    encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Within TDS 7.4 the handshake is wrapped in packets, which TLS 1.3's later messages do not fit into.
    encryption.maximum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(encryption)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SqlServer(answer, logins, databases, listener.getsockname()[1], encryption, refusal)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server
        # A thread that waits in accept keeps the socket open otherwise.
        listener.shutdown(socket.SHUT_RDWR)


class _Session:
    """One client's connection."""

    def __init__(self, connection: socket.socket, server: SqlServer) -> None:
        self._connection, self._server = connection, server
        self._out = bytearray()
        self._number = 1
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._statements: dict[int, str] = {}
        self._in_transaction = False

    # Bytes and packets

    def _read_raw(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._connection.recv(size - len(data))
            if not part:
                raise ConnectionResetError
            data += part
        return data

    def _read(self, size: int) -> bytes:
        if self._tls is None:
            return self._read_raw(size)
        data = b""
        while len(data) < size:
            try:
                data += self._tls.read(size - len(data))
            except ssl.SSLWantReadError:
                part = self._connection.recv(65536)
                if not part:
                    raise ConnectionResetError from None
                self._incoming.write(part)
        return data

    def _write(self, data: bytes) -> None:
        if self._tls:
            self._tls.write(data)
            data = self._outgoing.read()
        self._connection.sendall(data)

    def _message(self) -> tuple[int, bytes]:
        body, is_last = b"", False
        while not is_last:
            kind, status, length = struct.unpack(">BBH4x", self._read(8))
            body += self._read(length - 8)
            is_last = bool(status & 1)
        return kind, body

    def _packet(self, data: bytes, *, is_last: bool, kind: int = RESPONSE) -> None:
        self._write(struct.pack(">BBHHBB", kind, is_last, len(data) + 8, 55, self._number & 255, 0) + data)
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._out += data
        room = PACKET_BYTES - 8
        while len(self._out) > room:
            self._packet(bytes(self._out[:room]), is_last=False)
            del self._out[:room]

    def _flush(self) -> None:
        self._packet(bytes(self._out), is_last=True)
        self._out.clear()
        self._number = 1

    def _done(self, token: int = DONE, status: int = 0, count: int = 0) -> None:
        self._put(struct.pack("<BHHQ", token, status, 0xC1, count))

    def _put_error(self, error: SqlServerError) -> None:
        self._put_text_token(ERROR, error.number, error.text, error.severity)

    def _put_text_token(self, token: int, number: int, text: str, severity: int) -> None:
        body = struct.pack("<iBBH", number, 1, severity, len(text)) + _utf16(text) + _counted("TEST") + _counted("")
        body += struct.pack("<I", 1)
        self._put(bytes([token]) + struct.pack("<H", len(body)) + body)

    def _put_env_change(self, body: bytes) -> None:
        self._put(bytes([ENV_CHANGE]) + struct.pack("<H", len(body)) + body)

    # Login

    def run(self) -> None:
        self._agree_on_encryption()
        if not self._login():
            return
        while True:
            kind, body = self._message()
            self._handle(kind, body)

    def _agree_on_encryption(self) -> None:
        kind, _ = self._message()
        assert kind == PRELOGIN
        options = {0: b"\x10\0\x10\0\0\0", 1: b"\x03", 2: b"\0", 3: b"", 4: b"\0"}
        places, data = b"", b""
        for number, value in options.items():
            places += struct.pack(">BHH", number, 5 * len(options) + 1 + len(data), len(value))
            data += value
        self._packet(places + b"\xff" + data, is_last=True)
        tls = self._server.encryption.wrap_bio(self._incoming, self._outgoing, server_side=True)
        is_agreed = False
        while not is_agreed:
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                is_agreed = True
            if answer := self._outgoing.read():
                self._packet(answer, is_last=True, kind=PRELOGIN)
            if not is_agreed:
                header = self._read_raw(8)
                self._incoming.write(self._read_raw(struct.unpack(">H", header[2:4])[0] - 8))
        self._tls, self._number = tls, 1

    def _login(self) -> bool:
        kind, body = self._message()
        assert kind == LOGIN

        def text(place: int) -> bytes:
            offset, length = struct.unpack_from("<HH", body, place)
            return body[offset : offset + 2 * length]

        user, database = (text(place).decode("utf-16-le") for place in (40, 68))
        swapped = bytes(byte ^ 0xA5 for byte in text(44))
        password = bytes((byte >> 4 | byte << 4) & 255 for byte in swapped).decode("utf-16-le")
        self._server.happened.append(f"login {user}")
        wrong_login = SqlServerError(18456, f"Login failed for user '{user}'.", severity=14)
        errors = []
        if self._server.refusal:
            errors = [self._server.refusal]
        elif self._server.logins.get(user) != password:
            errors = [wrong_login]
        elif database not in self._server.databases:
            errors = [SqlServerError(4060, f'Cannot open database "{database}".', severity=11), wrong_login]
        if errors:
            for error in errors:
                self._put_error(error)
            self._done(status=FAILED)
            self._flush()
            return False
        self._put_env_change(b"\x01" + _counted(database) + _counted("master"))
        self._put_text_token(INFO, 5701, f"Changed database context to '{database}'.", 10)
        self._put_env_change(b"\x07\x05" + LATIN1_CI_AS + b"\0")
        acknowledged = b"\x01\x74\0\0\x04" + _counted("Microsoft SQL Server") + b"\x10\0\x10\0"
        self._put(bytes([LOGIN_ACK]) + struct.pack("<H", len(acknowledged)) + acknowledged)
        self._put_env_change(b"\x04" + _counted(str(PACKET_BYTES)) + _counted(str(PACKET_BYTES)))
        self._done()
        self._flush()
        return True

    # Requests

    def _handle(self, kind: int, body: bytes) -> None:
        if kind == ATTENTION:
            self._attend()
            return
        body = body[struct.unpack_from("<I", body)[0] :]
        if kind == BATCH:
            self._reply(body.decode("utf-16-le"), [], is_call=False)
        elif kind == RPC:
            self._call(body)
        elif kind == TRANSACTION:
            self._end_transaction(struct.unpack_from("<H", body)[0])

    def _attend(self) -> None:
        self._server.happened.append("attention")
        self._out.clear()
        self._done(status=ATTENDED)
        self._flush()

    def _begin_transaction(self) -> None:
        self._in_transaction = True
        self._put_env_change(b"\x08\x08" + struct.pack("<Q", 7) + b"\0")

    def _end_transaction(self, request: int) -> None:
        begin, commit, rollback = 5, 7, 8
        if request == begin:
            self._begin_transaction()
        elif not self._in_transaction and request == rollback:
            self._put_error(SqlServerError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN."))
            self._done(status=FAILED)
            self._flush()
            return
        elif self._in_transaction:
            self._in_transaction = False
            self._server.happened.append("commit" if request == commit else "rollback")
            self._put_env_change(bytes([9 if request == commit else 10]) + b"\0\x08" + struct.pack("<Q", 7))
        self._done()
        self._flush()

    def _call(self, body: bytes) -> None:
        length = struct.unpack_from("<H", body)[0]
        if length == 0xFFFF:
            procedure, place = PROCEDURES.get(struct.unpack_from("<H", body, 2)[0], "other"), 4
        else:
            procedure, place = body[2 : 2 + 2 * length].decode("utf-16-le").lower(), 2 + 2 * length
        place += 2
        values: list[Any] = []
        while place < len(body):
            # Its name, and its status.
            place += 2 + 2 * body[place]
            value, place = _parameter(body, place)
            values.append(value)
        if procedure == "sp_prepexec":
            handle = self._prepare(values[2])
            self._reply(values[2], values[3:], is_call=True, handle=handle)
        elif procedure == "sp_executesql":
            self._reply(values[0], values[2:], is_call=True)
        elif procedure == "sp_execute":
            self._reply(self._statements[values[0]], values[1:], is_call=True)
        else:
            self._put_status(self._prepare(values[2]) if procedure == "sp_prepare" else None)
            self._done(DONE_PROC)
            self._flush()

    def _prepare(self, sql: str) -> int:
        self._statements[len(self._statements) + 1] = sql
        return len(self._statements)

    def _put_status(self, handle: int | None) -> None:
        self._put(bytes([RETURN_STATUS]) + struct.pack("<i", 0))
        if handle is not None:
            self._put(bytes([RETURN_VALUE]) + b"\0\0\0\x01\0\0\0\0\0\0\x26\x04\x04" + struct.pack("<i", handle))

    def _reply(self, sql: str, parameters: list[object], *, is_call: bool, handle: int | None = None) -> None:
        words = sql.strip().lower()
        if words.startswith(("set ", "use ", "if @@trancount", "sp_datatype_info")) or "rollback" in words:
            if "rollback" in words and self._in_transaction:
                self._in_transaction = False
                self._put_env_change(b"\x0a\0\x08" + struct.pack("<Q", 7))
            self._done(DONE_IN_PROC if is_call else DONE, MORE if is_call else 0)
            answer = None
        else:
            if words == "select 1":
                answer = Answer([("", INT)], [(1,)])
            else:
                self._server.happened.append("query")
                answer = self._server.answer(sql, parameters)
            if not self._put_answer(answer, is_call=is_call):
                return
        if is_call and not (answer and answer.error):
            self._put_status(handle)
            self._done(DONE_PROC)
        self._flush()

    def _put_answer(self, answer: Answer, *, is_call: bool) -> bool:
        """Return whether the client still wants it."""
        if answer.is_slow:
            while not self._is_readable(10):
                pass
            self._message()
            self._attend()
            return False
        if answer.columns:
            described = (struct.pack("<IH", 0, 9) + column.info + _counted(name) for name, column in answer.columns)
            self._put(bytes([COLUMNS]) + struct.pack("<H", len(answer.columns)) + b"".join(described))
        for row in answer.rows:
            written = (column.write(value) for (_, column), value in zip(answer.columns, row, strict=True))
            self._put(bytes([ROW]) + b"".join(written))
        if answer.error:
            # As SQL Server does, it rolls back by itself.
            self._in_transaction = False
            self._put_error(answer.error)
            self._done(DONE_PROC if is_call else DONE, FAILED)
            return True
        status = (HAS_COUNT if answer.columns else 0) | (MORE if is_call else 0)
        self._done(DONE_IN_PROC if is_call else DONE, status, len(answer.rows))
        return True

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self._connection], [], [], seconds)[0])


def _counted(text: str) -> bytes:
    return bytes([len(text)]) + _utf16(text)


def _parameter(body: bytes, place: int) -> tuple[object, int]:
    """Read one parameter of a prepared call: its type and its value; return it and where it ends."""
    kind, place = body[place], place + 1
    if kind in (0x26, 0x68, 0x6D, 0x6E, 0x6F):
        length = body[place + 1]
        place += 2
        data = body[place : place + length]
        return (int.from_bytes(data, "little", signed=True) if length else None), place + length
    if kind == 0x28:
        length = body[place]
        data = body[place + 1 : place + 1 + length]
        return (dt.date.fromordinal(int.from_bytes(data, "little") + 1) if length else None), place + 1 + length
    if kind in (0xE7, 0xEF, 0xA7, 0xAF):
        longest, place = struct.unpack_from("<H", body, place)[0], place + 7
        encoding = "utf-16-le" if kind in (0xE7, 0xEF) else "cp1252"
        if longest == 0xFFFF:
            return _parameter_in_parts(body, place, encoding)
        length, place = struct.unpack_from("<H", body, place)[0], place + 2
        if length == 0xFFFF:
            return None, place
        return body[place : place + length].decode(encoding), place + length
    if kind in (0x63, 0x23):
        length, place = struct.unpack_from("<I", body, place + 9)[0], place + 13
        return body[place : place + length].decode("utf-16-le" if kind == 0x63 else "cp1252"), place + length
    msg = f"a parameter of type {kind:#x}"
    raise NotImplementedError(msg)


def _parameter_in_parts(body: bytes, place: int, encoding: str) -> tuple[object, int]:
    total, place = struct.unpack_from("<Q", body, place)[0], place + 8
    if total == 0xFFFFFFFFFFFFFFFF:
        return None, place
    data = b""
    while length := struct.unpack_from("<I", body, place)[0]:
        data += body[place + 4 : place + 4 + length]
        place += 4 + length
    return data.decode(encoding), place + 4
