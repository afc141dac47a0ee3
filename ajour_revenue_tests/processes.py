"""Processes of the tests: how they are started and stopped, and what they need."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from ajour_revenue_tests.clock import SUBPROCESSES

T = TypeVar("T")

PATIENCE_SECONDS = 1800
"""After this long a test gives up on what should come by itself: only so that none hangs, however slow the machine."""

CHECKOUT = Path(__file__).parents[1]


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a new terminal, with these variables set; it is the tests' moment there too."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AJOUR_", "PLANDAY_", "DAGSTER_"))
    }
    path = os.pathsep.join([str(SUBPROCESSES), *filter(None, [inherited.get("PYTHONPATH")])])
    return inherited | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": path} | dict(environment)


def launch(
    *command: object, folder: Path, log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Launch a command in a folder, in a process group of its own; what it prints goes to a log."""
    with log.open("a") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=clean_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(
    *command: object, folder: Path, typed: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder until it ends."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=clean_environment(environment or {}),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextlib.contextmanager
def open_in_another_process(warehouse: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Have a warehouse open in another process, until the end of the block or until that is made to let go."""
    program = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        yield holder
        let_go(holder)


def let_go(holder: subprocess.Popen[str]) -> None:
    """Let a process that has a warehouse open close it."""
    assert holder.stdin
    holder.stdin.close()
    assert holder.wait(timeout=PATIENCE_SECONDS) == 0


def wait_until(look: Callable[[], T], what: str, *, seconds: float = PATIENCE_SECONDS, pause: float = 0.02) -> T:
    """Return what `look` returns as soon as it is true; raise TimeoutError where it never is."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            msg = f"waited {seconds} s for {what} in vain; the last answer was {found!r}"
            raise TimeoutError(msg)
        time.sleep(pause)
    return found


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server with Ctrl-C, as a user does, and see to it that none of its processes stays behind."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=60)
    # Its process group is its own: code servers and runs are in it too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
