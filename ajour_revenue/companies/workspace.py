"""What Dagster needs to know of the companies: its workspace, the ports of code servers, and its own settings."""

import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import psutil

from ajour_revenue.companies.folder import PORT, Company

WORKSPACE_FILE = Path("workspace.yaml")
INSTANCE_FILE = Path("dagster.yaml")
FIRST_PORT = 4001

HEADING = "# Written by `ajour-revenue companies write`.\nload_from:\n"

ONE_SERVER = """\
  - python_module:
      module_name: ajour_revenue.companies.repositories
      location_name: companies
"""


def write_workspace(companies: Sequence[Company], *, one_server: bool) -> list[Path]:
    """Write the workspace of the working directory anew, and give each company a port where it has none yet.

    With one server for all, no company has a port. Returns what was written.
    """
    written = [WORKSPACE_FILE]
    if one_server:
        for company in companies:
            company.server_file.unlink(missing_ok=True)
        entries = ONE_SERVER
    else:
        written += [company.server_file for company in companies if _give_port(company, companies)]
        entries = "".join(
            f"  - grpc_server: {{host: localhost, port: {company.port}, location_name: {company.name}}}\n"
            for company in companies
        )
    _write(WORKSPACE_FILE, HEADING + entries)
    return written


def write_instance(*, runs_at_once: int) -> bool:
    """Write Dagster's own settings for several companies, where there are none; return whether it did."""
    if INSTANCE_FILE.exists():
        return False
    text = (resources.files(__package__) / "dagster.yaml").read_text(encoding="utf-8")
    _write(INSTANCE_FILE, text.replace("max_concurrent_runs: 4", f"max_concurrent_runs: {runs_at_once}"))
    return True


def listening(port: int) -> list[int]:
    """Return the processes that listen on a port, where the system tells them; 0 stands for one that it does not tell.

    Code servers share a port without a word: one that survived answers every other request with what it once knew.
    """
    found = [
        each
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port
    ]
    return sorted({each.pid or 0 for each in found})


def _give_port(company: Company, companies: Sequence[Company]) -> bool:
    if company.port is not None:
        return False
    taken = {each.port for each in companies if each.port is not None}
    port = next(port for port in range(FIRST_PORT, 65536) if port not in taken and not listening(port))
    _write(company.server_file, f"{PORT}={port}\n")
    return True


def _write(path: Path, text: str) -> None:
    written = path.with_name(f".{path.name}.{os.getpid()}")
    written.write_text(text, encoding="utf-8")
    written.replace(path)
