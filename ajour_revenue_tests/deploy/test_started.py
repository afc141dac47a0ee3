"""What units and compose file start is started here, with its history in PostgreSQL: that each program takes its words."""

import os
import re
import shlex
from collections.abc import Iterator
from configparser import ConfigParser
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue_tests.ajour.postgres import ADMINISTRATOR, ADMINISTRATORS_PASSWORD, Postgres, running_postgres
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.deploy.files import COMPANIES, DOCKER, HOME, SYSTEMD, loaded
from ajour_revenue_tests.kit import SqliteAjour, opened, write_env_file, write_settings, write_wages
from ajour_revenue_tests.processes import free_port

pytestmark = pytest.mark.slow

MIGRATE = ["dagster", "instance", "migrate"]
LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
    name
    locationOrLoadError { __typename ... on RepositoryLocation { dagsterLibraryVersions { name } } }
    displayMetadata { key value }
} } } }"""


def make_company(home: Path, name: str) -> None:
    folder, data = home / "companies" / name, home / "data" / name
    folder.mkdir(parents=True)
    data.mkdir(parents=True)
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar"})
    ajour.sell(LAST_DAY, "10", Decimal("1000.00"))
    write_settings(
        folder,
        name=name,
        units=[{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}],
        warehouse=str(data / "warehouse.duckdb"),
        report={"folder": str(data / "reports")},
        readers={"folder": str(data / "readers")},
    )
    write_wages(folder / "wages.csv", [])
    write_env_file(folder, ajour.environment)


def command_of(unit: str, company: str = "") -> list[str]:
    """Return what a unit starts."""
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # (as its documentation says)
    parser.read(SYSTEMD / f"ajour-revenue-{unit}.service")
    program, *words = shlex.split(parser["Service"]["ExecStart"].replace("%i", company))
    return [Path(program).name, *words]


def of_systemd() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Give variables and command of each process, code servers with a port as in the workspace."""
    for entry in loaded(SYSTEMD / "workspace.yaml")["load_from"]:
        server = entry["grpc_server"]
        variables = {"AJOUR_SETTINGS": f"{HOME}/companies/{server['location_name']}/ajour.yaml"}
        command = command_of("code@", server["location_name"])
        yield variables, [word.replace("${PORT}", str(server["port"])) for word in command]
    for unit in ("webserver", "webserver-look", "daemon"):
        yield {}, command_of(unit)


def of_compose() -> Iterator[tuple[dict[str, str], list[str]]]:
    services = loaded(DOCKER / "compose.yaml")["services"]
    for name in (*COMPANIES, "webserver", "webserver-look", "daemon"):
        yield services[name].get("environment", {}), services[name]["command"]


PROCESSES = {"systemd": of_systemd, "docker": of_compose}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module", params=PROCESSES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> Iterator[DagsterServer]:
    """The processes of one way, in a home folder, on ports and with a database of the tests' own."""
    way = request.param
    postgres.execute(f"CREATE DATABASE {way}")
    home = tmp_path_factory.mktemp(way)
    for name in COMPANIES:
        make_company(home, name)
    address = f"{ADMINISTRATOR}:{ADMINISTRATORS_PASSWORD}@127.0.0.1:{postgres.port}/{way}"
    server = DagsterServer(home, {"DAGSTER_POSTGRES_URL": f"postgresql+psycopg2://{address}"})
    ports = {"3000": server.port} | {port: str(free_port()) for port in ("3001", "4001", "4002")}

    def ours(text: str) -> str:
        # In containers the two code servers have names of their own and one port.
        for name, port in zip(COMPANIES, ("4001", "4002"), strict=True):
            text = text.replace(f"host: {name}, port: 4000", f"host: 127.0.0.1, port: {port}")
        text = re.sub(r"\b\d{4}\b", lambda port: ports.get(port[0], port[0]), text.replace("0.0.0.0", "127.0.0.1"))
        return text.replace(HOME, str(home))

    source = SYSTEMD if way == "systemd" else DOCKER
    for name in ("dagster.yaml", "workspace.yaml"):
        (home / name).write_text(ours((source / name).read_text(encoding="utf-8")))
    lines = [shlex.join(MIGRATE)]
    for variables, command in PROCESSES[way]():
        if command[-1] in COMPANIES:
            command = [word.replace("4000", f"400{1 + COMPANIES.index(command[-1])}") for word in command]
        words = ["env", *(f"{name}={value}" for name, value in variables.items()), *command]
        lines.append(ours(shlex.join(words)) + " &")
    with server.serving("bash", "-ec", "\n".join([*lines, "wait"]), is_ready=lambda: is_loaded(server)):
        yield server


def is_loaded(server: DagsterServer) -> bool:
    """Tell whether the UI has found both code servers, which may be ready later than it is."""
    if not server.is_loaded():
        return False
    entries = server.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
    return {e["name"] for e in entries if e["locationOrLoadError"]["__typename"] == "RepositoryLocation"} == set(
        COMPANIES
    )


def test_both_companies_are_there_and_the_history_is_in_postgresql(server: DagsterServer, postgres: Postgres) -> None:
    way = "docker" if "DockerRunLauncher" in (server.folder / "dagster.yaml").read_text() else "systemd"

    assert postgres.execute("SELECT count(*) FROM daemon_heartbeats", database=way)
    assert not list(server.folder.rglob("*.db"))
    assert oct(os.stat(server.folder / "companies").st_mode)  # as it was


def test_a_run_of_each_company_goes_through(server: DagsterServer) -> None:
    if "DockerRunLauncher" in (server.folder / "dagster.yaml").read_text():
        pytest.skip("a run is a container there")
    runs = {
        name: server.launch({PARTITION_TAG: str(LAST_DAY)}, job=f"{name}_daily_revenue", location=name)
        for name in COMPANIES
    }

    for name, run in runs.items():
        assert server.wait_for_run(run) == "SUCCESS", server.failures(run)
        with opened(server.folder / "data" / name / "warehouse.duckdb") as warehouse:
            assert warehouse.execute("SELECT count(*) FROM unit_revenue").fetchone() == (1,)
        assert (server.folder / "data" / name / "reports" / f"{name}.html").is_file()
