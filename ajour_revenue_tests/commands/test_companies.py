"""`ajour-revenue companies`: lists, adds, reports, and writes what Dagster needs."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from ruamel.yaml import YAML

from ajour_revenue.companies.folder import Company
from ajour_revenue.companies.workspace import listening
from ajour_revenue.definitions import build_definitions
from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue.settings.load import load_settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.kit import execute
from ajour_revenue_tests.processes import CHECKOUT, free_port
from ajour_revenue_tests.reports.kit import Page

CREDENTIALS = {
    "AJOUR_COMPANY_ID": "1",
    "AJOUR_USER": "user",
    "AJOUR_PASSWORD": "geheim-17",
    "AJOUR_DATABASE": "database",
    "AJOUR_HOST": "127.0.0.1",
}


@pytest.fixture
def companies(shell: Shell) -> list[Company]:
    """Two companies in the folder that we are in."""
    folder = shell.folder / "companies"
    return [add_company(folder, name, Decimal(revenue)) for name, revenue in (("nord", 1000), ("syd", 3000))]


def yaml_in(path: Path) -> dict[str, object]:
    content: dict[str, object] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return content


# Adding and writing


def test_a_first_company_is_added_and_dagster_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    nothing = shell.run("companies")
    assert nothing.exit_code == 1
    assert "companies add NAME" in nothing.stderr

    added = shell.run("companies", "add", "nord", "--yes", "--activation-date", "2026-10-01")

    assert added.exit_code == 0, added.stderr
    nord = Company(shell.folder / "companies" / "nord")
    assert yaml_in(nord.settings_file)["name"] == "nord"
    assert (nord.env_file.stat().st_mode & 0o777, nord.folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert shell.run("companies", "write").exit_code == 0
    assert yaml_in(Path("workspace.yaml")) == {
        "load_from": [{"grpc_server": {"host": "localhost", "port": nord.port, "location_name": "nord"}}]
    }


@pytest.mark.parametrize("name", ["../nord", "nord øst", "", "-x"])
def test_a_name_that_dagster_cannot_have_is_refused(shell: Shell, name: str) -> None:
    assert shell.run("companies", "add", name, "--yes").exit_code == 2
    assert list(shell.folder.iterdir()) == []


def test_ports_stay_and_a_new_company_gets_another(shell: Shell, companies: list[Company]) -> None:
    assert shell.run("companies", "write").exit_code == 0
    ports = [company.port for company in companies]
    east = add_company(shell.folder / "companies", "east", Decimal(1))

    assert shell.run("companies", "write").exit_code == 0

    assert [company.port for company in companies] == ports
    assert len({*ports, east.port}) == 3


@pytest.mark.usefixtures("companies")
def test_one_server_for_all_has_no_ports(shell: Shell) -> None:
    shell.run("companies", "write")
    assert shell.run("companies", "write", "--one-server").exit_code == 0

    module = {"module_name": "ajour_revenue.companies.repositories", "location_name": "companies"}
    assert yaml_in(Path("workspace.yaml")) == {"load_from": [{"python_module": module}]}
    assert list(shell.folder.rglob("server.env")) == []


@pytest.mark.usefixtures("companies")
def test_dagsters_settings_keep_runs_of_one_company_apart(shell: Shell) -> None:
    assert shell.run("companies", "write", "--runs-at-once", "7").exit_code == 0

    written, shipped = yaml_in(Path("dagster.yaml")), yaml_in(CHECKOUT / "dagster.yaml")
    assert written.pop("concurrency") == {
        "runs": {
            "max_concurrent_runs": 7,
            "tag_concurrency_limits": [{"key": "company", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}],
        }
    }
    assert written == {key: value for key, value in shipped.items() if key != "concurrency"}
    with dg.DagsterInstance.from_config(str(shell.folder), "dagster.yaml") as instance:
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 7  # type: ignore[union-attr]


@pytest.mark.usefixtures("companies")
def test_dagsters_settings_that_are_there_stay_and_what_they_lack_is_told(shell: Shell) -> None:
    for content, told in (("telemetry: {enabled: false}\n", True), ((CHECKOUT / "dagster.yaml").read_text(), True)):
        Path("dagster.yaml").write_text(content, encoding="utf-8")
        result = shell.run("companies", "write")
        assert Path("dagster.yaml").read_text(encoding="utf-8") == content
        assert ("tag_concurrency_limits" in result.stderr) == told


# The list


def test_the_list_tells_the_state_of_each(shell: Shell, companies: list[Company]) -> None:
    run_yesterday(companies[0])

    result = shell.run("companies", "--json")

    assert result.exit_code == 0, result.stderr
    nord, syd = json.loads(result.stdout)["companies"]
    assert (nord["name"], nord["last_day"], nord["code_server"]) == ("nord", str(LAST_DAY), "shared")
    assert (syd["name"], syd["last_day"], syd["usable"]) == ("syd", None, True)
    listed = shell.run("companies").stdout
    assert re.search(rf"^nord .*{DANISH.date(LAST_DAY)}", listed, re.MULTILINE)
    assert re.search("^syd .*ingen endnu", listed, re.MULTILINE)


def test_a_company_that_cannot_be_used_is_told_and_the_others_are_listed(
    shell: Shell, companies: list[Company]
) -> None:
    companies[0].settings_file.write_text("name: nord\nunits: 7\n", encoding="utf-8")
    add_company(shell.folder / "companies", "west", Decimal(1), name="east")

    result = shell.run("companies")

    assert result.exit_code == 1
    assert re.search("^nord .*har fejl", result.stdout, re.MULTILINE)
    assert re.search("^syd ", result.stdout, re.MULTILINE)
    said = " ".join(result.stderr.split())
    assert "units: fandt '7': det er ikke en liste" in said
    assert "Giv mappen og indstillingerne det samme navn." in said


@contextmanager
def code_server_on(port: int) -> Iterator[int]:
    """Let a process listen on a port as Dagster's code servers do, which share it with others."""
    script = (
        "import socket, sys\n"
        "listener = socket.socket()\n"
        "listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
        f"listener.bind(('127.0.0.1', {port}))\n"
        "listener.listen()\nprint('ready', flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.kill()


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="ports are never shared here")
def test_code_servers_that_share_a_port_are_told(shell: Shell, companies: list[Company]) -> None:
    port = free_port()
    companies[0].server_file.write_text(f"PORT={port}\n", encoding="utf-8")
    assert f"{port} nede" in shell.run("companies").stdout
    with code_server_on(port) as first:
        assert f"{port} oppe" in shell.run("companies").stdout
        with code_server_on(port) as second:
            result = shell.run("companies")
            assert listening(port) == sorted([first, second])

    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert f"2 processer lytter på dens port {port}" in said
    assert f"({', '.join(map(str, sorted([first, second])))})" in said


def test_a_port_that_is_none_is_told(shell: Shell, companies: list[Company]) -> None:
    for written in ("PORT=x\n", "PORT=0\n", "PORT=70000\n", "\n"):
        companies[0].server_file.write_text(written, encoding="utf-8")
        result = shell.run("companies")
        assert result.exit_code == 1
        assert "som ikke er en port" in " ".join(result.stderr.split())


@pytest.mark.usefixtures("companies")
def test_status_shows_all_of_them(shell: Shell) -> None:
    integrations = json.loads(shell.run("status", "--json").stdout)["integrations"]

    assert [integration["name"] for integration in integrations] == ["nord", "syd"]


# The report


def run_yesterday(company: Company) -> None:
    job = build_definitions(load_settings(company.settings_file)).resolve_job_def(f"{company.name}_daily_revenue")
    assert execute(job, tags={PARTITION_TAG: str(LAST_DAY)}).success


def test_one_page_has_every_company_and_their_sum(shell: Shell, companies: list[Company]) -> None:
    for company in companies:
        run_yesterday(company)

    result = shell.run("companies", "report", "--language", "en")

    assert result.exit_code == 0, result.stderr
    html = (shell.folder / "companies" / "group.html").read_text(encoding="utf-8")
    rows = Page(html).table("Company", "Revenue excl. VAT")
    shown = {row["Company"].split()[0]: row for row in rows}
    assert [row["Revenue excl. VAT"] for row in rows] == ["1,000.00", "3,000.00", "4,000.00"]
    assert shown["nord"]["Wage percentage"].startswith("25")
    assert rows[-1]["Wage cost"] == "1,000.00"
    assert rows[-1]["Wage percentage"].startswith("25")
    assert 'href="nord/reports/nord/latest.html"' in html
    assert "geheim" not in html


def test_a_company_that_cannot_be_read_is_named_and_in_no_sum(shell: Shell, companies: list[Company]) -> None:
    run_yesterday(companies[1])
    companies[0].settings_file.write_text("name: nord\nunits: <b>7</b>\n", encoding="utf-8")

    result = shell.run("companies", "report", "--language", "en", "--output", "group.html")

    assert result.exit_code == 1
    html = Path("group.html").read_text(encoding="utf-8")
    assert "Not in the figures" in html
    assert "<b>7</b>" not in html
    assert [row["Revenue excl. VAT"] for row in Page(html).table("Company", "Revenue excl. VAT")] == ["3,000.00"] * 2
