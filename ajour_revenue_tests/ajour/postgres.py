"""A real PostgreSQL server of the tests' own, on a free loopback port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyodbc
import trustme

from ajour_revenue_tests.processes import PATIENCE_SECONDS, free_port, wait_until

ADMINISTRATOR = "administrator"
ADMINISTRATORS_PASSWORD = "administrator-of-the-tests"
LOCK = 42
"""The advisory lock on which a query can be made to wait, so that a test can meet it halfway."""


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if not folders and (found := shutil.which("postgres")):
        folders = [Path(found).resolve().parent]
    if not folders:
        msg = "There is no PostgreSQL server here (Debian's package postgresql). `make test` installs it."
        raise FileNotFoundError(msg)
    return folders[-1]


def _owner() -> pwd.struct_passwd | None:
    """Return the user that the server runs as, where it cannot be this one: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres")


class Postgres:
    """A server that takes passwords over TCP only; tests may stop, continue and kill it."""

    def __init__(self, folder: Path) -> None:
        """Make the files of a server in an empty folder."""
        self.port = free_port()
        certificate = trustme.CA().issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(str(folder / "server.key"))
        certificate.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
        (folder / "server.key").chmod(0o600)
        self._folder = folder
        self._owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        password_file = folder / "password"
        password_file.write_text(ADMINISTRATORS_PASSWORD, encoding="utf-8")
        if self._owner:
            for path in (folder, password_file, folder / "server.key", folder / "server.pem"):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
        options = [
            *("--username", ADMINISTRATOR, "--pwfile", str(password_file), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ]
        with (folder / "initdb.log").open("wb") as log:
            initdb = self._launch("initdb", options, log)
        if initdb.wait():
            raise RuntimeError((folder / "initdb.log").read_text(encoding="utf-8"))

    def _launch(self, program: str, options: list[str], log: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 (a file)
        return subprocess.Popen(
            [binaries() / program, "-D", self._folder / "data", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={"PATH": os.defpath, "HOME": str(self._folder), "LC_ALL": "C.UTF-8"},
            user=self._owner.pw_uid if self._owner else None,
            group=self._owner.pw_gid if self._owner else None,
            extra_groups=[] if self._owner else None,
        )

    def start(self) -> None:
        """Return when the server takes connections."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "ssl": "on",
            "ssl_cert_file": str(self._folder / "server.pem"),
            "ssl_key_file": str(self._folder / "server.key"),
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log_file.open("ab") as log:
            self._process = self._launch("postgres", options, log)
        ready = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        process = self._process

        def is_ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(self.log)
            return subprocess.run(ready, check=False).returncode == 0

        wait_until(is_ready, "the server to take connections")

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End the server and whatever is still connected to it."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=PATIENCE_SECONDS)
            self._process = None

    @property
    def _log_file(self) -> Path:
        return self._folder / "server.log"

    @property
    def log(self) -> str:
        """What the server has said since it began."""
        return self._log_file.read_text(encoding="utf-8")

    def address(
        self, database: str = "postgres", *, user: str = ADMINISTRATOR, password: str = ADMINISTRATORS_PASSWORD
    ) -> str:
        """Return a database's address, as programs are given it."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute and commit a statement as the administrator; return its rows."""
        with closing(self._connect(database)) as connection:
            cursor = connection.execute(sql, *values)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def _connect(self, database: str = "postgres") -> pyodbc.Connection:
        return pyodbc.connect(
            f"DRIVER={{PostgreSQL Unicode}};SERVER=127.0.0.1;PORT={self.port};DATABASE={database};"
            f"UID={ADMINISTRATOR};PWD={ADMINISTRATORS_PASSWORD};",
            autocommit=True,
        )

    def make_database(self, name: str) -> None:
        """Make an empty database, in the place of one that an earlier test has left."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {name}")

    def set_password(self, role: str, password: str) -> None:
        """Give a role a password, whatever characters are in it."""
        self.execute(
            f"DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', '{role}', "
            f"convert_from(decode('{password.encode().hex()}', 'hex'), 'UTF8')); END $$",
        )

    @contextmanager
    def lock_held(self, database: str) -> Iterator[None]:
        """Hold the lock; a query in the same database that asks for it waits until the end of the block."""
        with closing(self._connect(database)) as connection:
            connection.execute(f"SELECT pg_advisory_lock({LOCK})")
            yield

    def waiting_backend(self) -> int:
        """Return the process of the query that waits for the lock, as soon as there is one."""
        [(process,), *_] = wait_until(
            lambda: self.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'"),
            "a query that waits for the lock",
        )
        return int(process)

    def terminate(self, backend: int) -> None:
        """End one connection from the server's side, and return when it is gone."""
        self.execute("SELECT pg_terminate_backend(?, ?)", backend, PATIENCE_SECONDS * 1000)

    @contextmanager
    def frozen(self, backend: int) -> Iterator[None]:
        """Stop the process behind one connection in its tracks; it goes on after the block."""
        os.kill(backend, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(backend, signal.SIGCONT)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, and leave nothing of it behind."""
    # Not in pytest's own folders: they are closed to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="ajour-postgres-") as folder:
        server = Postgres(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()
