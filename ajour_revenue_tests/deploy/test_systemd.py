"""The units, as systemd reads them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ajour_revenue_tests.deploy.files import COMPANIES, DOCUMENTATION, HOME, SYSTEMD, loaded

PROGRAMS = "/opt/ajour-revenue/.venv/bin"
SERVICES = sorted(path.name for path in SYSTEMD.glob("*.service"))
MOST_EXPOSED = 20
"""In tenths, as systemd-analyze counts; 100 is a service without any restriction. These must reach the network."""


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask systemd about the units, which are in no folder of the system."""
    return subprocess.run(
        ["systemd-analyze", *arguments],
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def instance(service: str) -> str:
    return service.replace("@.", f"@{COMPANIES[0]}.")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with the programs of this installation, since systemd looks whether they are there."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(SYSTEMD, folder, dirs_exist_ok=True)
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text().replace(PROGRAMS, str(Path(sys.executable).parent)))
    return folder


@pytest.mark.parametrize("service", SERVICES)
def test_systemd_takes_each_unit_without_a_remark(units: Path, service: str) -> None:
    verified = analyze(units, "verify", "--man=no", str(units / instance(service)))

    assert (verified.returncode, verified.stdout) == (0, "")
    # It also tells what it thinks of the system's own units.
    assert [line for line in verified.stderr.splitlines() if "ajour" in line or str(units) in line] == []


def test_systemd_would_say_what_is_wrong(units: Path, tmp_path: Path) -> None:
    broken = tmp_path / "ajour-revenue-broken.service"
    broken.write_text((units / "ajour-revenue-daemon.service").read_text().replace("InaccessiblePaths", "Inaccessible"))

    assert "Unknown key" in analyze(units, "verify", "--man=no", str(broken)).stderr


@pytest.mark.parametrize("service", SERVICES)
def test_each_unit_is_restricted(units: Path, service: str) -> None:
    judged = analyze(
        units, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", instance(service)
    )

    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_each_unit_has_a_user_of_its_own_even_without_what_they_have_in_common(service: str) -> None:
    assert "\nUser=ajour\n" in (SYSTEMD / service).read_text()


def test_what_the_units_name_is_what_the_documentation_makes() -> None:
    text = "".join(path.read_text() for path in SYSTEMD.rglob("*.*") if path.is_file())
    named = set(re.findall(rf"{HOME}/([\w./-]*\w)", text.replace("%i", COMPANIES[0]))) - {"data/dagster/compute_logs"}

    assert len(named) > 8
    for part in {part for path in named for part in path.split("/")} | {PROGRAMS.split("/")[2]}:
        assert part in DOCUMENTATION, part


def test_the_ports_of_the_workspace_are_those_of_the_documentation() -> None:
    servers = [entry["grpc_server"] for entry in loaded(SYSTEMD / "workspace.yaml")["load_from"]]

    assert [server["location_name"] for server in servers] == list(COMPANIES)
    for server in servers:
        assert server["host"] == "127.0.0.1"
        assert f"PORT={server['port']}" in DOCUMENTATION, json.dumps(server)
