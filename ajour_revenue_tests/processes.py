"""Processes of the tests: how they are started and stopped, and what they need."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ajour_revenue_tests.clock import SUBPROCESSES

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
