"""What units and compose file start is started here, with its history in PostgreSQL, and carries out a run."""

import re
import shlex
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ajour_revenue.instance import COMPANY_TAG
from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue_tests.ajour.postgres import ADMINISTRATOR, ADMINISTRATORS_PASSWORD, Postgres
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.deploy.docker_daemon import DockerDaemon, serve
from ajour_revenue_tests.deploy.files import COMPANIES, DOCKER, HOME, SYSTEMD, loaded
from ajour_revenue_tests.kit import SqliteAjour, opened, write_env_file, write_settings, write_wages
from ajour_revenue_tests.processes import free_port

pytestmark = pytest.mark.slow

MIGRATE = ["dagster", "instance", "migrate"]
LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
    name locationOrLoadError { __typename }
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


@dataclass
class Deployed:
    """The processes of one way; its containers, where it has any, are processes too."""

    way: str
    server: DagsterServer
    docker: DockerDaemon


@pytest.fixture(scope="module", params=PROCESSES)
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> Iterator[Deployed]:
    """All of them, in a home folder, on ports and with a database of the tests' own."""
    way = request.param
    postgres.make_database(way)
    home = tmp_path_factory.mktemp(way)
    for name in COMPANIES:
        make_company(home, name)
    user = {"HOME": str(tmp_path_factory.mktemp(f"user-of-{way}"))}
    docker = DockerDaemon(home, of_image=user)
    with serve(docker):
        address = f"{ADMINISTRATOR}:{ADMINISTRATORS_PASSWORD}@127.0.0.1:{postgres.port}/{way}"
        secrets = {"DAGSTER_POSTGRES_URL": f"postgresql+psycopg2://{address}"}
        server = DagsterServer(home, {**user, **secrets, "DOCKER_HOST": docker.address})
        script = script_of(way, server)
        with server.serving("bash", "-ec", script, is_ready=lambda: is_loaded(server)):
            yield Deployed(way, server, docker)


def script_of(way: str, server: DagsterServer) -> str:
    """Write the files of one way into the home folder, and return the script that starts everything."""
    source = SYSTEMD if way == "systemd" else DOCKER
    ports = {"3000": server.port, "3001": str(free_port())}

    def ours(text: str) -> str:
        text = re.sub(r"\b(3000|3001)\b", lambda port: ports[port[0]], text.replace("0.0.0.0", "127.0.0.1"))
        return text.replace("${AJOUR_REVENUE:-latest}", "latest").replace(HOME, str(server.folder))

    workspace = loaded(source / "workspace.yaml")
    own_ports = {}
    for entry in workspace["load_from"]:
        code_server = entry["grpc_server"]
        # In containers both have the same port, each on a host of its own.
        there, here = code_server["port"], free_port()
        own_ports[code_server["location_name"]] = (str(there), str(here))
        code_server |= {"host": "127.0.0.1", "port": here}
    YAML(typ="safe", pure=True).dump(workspace, server.folder / "workspace.yaml")
    (server.folder / "dagster.yaml").write_text(ours((source / "dagster.yaml").read_text(encoding="utf-8")))
    script = [shlex.join(MIGRATE)]
    for variables, command in PROCESSES[way]():
        given, own = own_ports.get(command[-1], ("", ""))
        words = [own if word == given else word for word in command]
        script.append(
            ours(shlex.join(["env", *(f"{name}={value}" for name, value in variables.items()), *words])) + " &"
        )
    return "\n".join([*script, "wait"])


def is_loaded(server: DagsterServer) -> bool:
    """Tell whether the UI has found both code servers, which may be ready later than it is."""
    if not server.is_loaded():
        return False
    entries = server.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
    found = {each["name"] for each in entries if each["locationOrLoadError"]["__typename"] == "RepositoryLocation"}
    return found == set(COMPANIES)


def test_a_run_of_each_company_goes_through_and_all_of_its_history_is_in_postgresql(
    deployed: Deployed, postgres: Postgres
) -> None:
    server = deployed.server
    read_only = files_that_should_stay(deployed)
    runs = {
        name: server.launch({PARTITION_TAG: str(LAST_DAY)}, job=f"{name}_daily_revenue", location=name)
        for name in COMPANIES
    }

    for name, run in runs.items():
        assert server.wait_for_run(run) == "SUCCESS", server.failures(run)
        with opened(server.folder / "data" / name / "warehouse.duckdb") as warehouse:
            assert warehouse.execute("SELECT count(*) FROM unit_revenue").fetchone() == (1,)
        assert (server.folder / "data" / name / "reports" / name / "latest.html").is_file()
    stored = postgres.execute(
        "SELECT value, run_id FROM runs JOIN run_tags USING (run_id) WHERE status = 'SUCCESS' AND key = ?",
        COMPANY_TAG,
        database=deployed.way,
    )
    assert dict(stored) == runs
    # Nothing but data/ was written to; and there, Dagster's part holds logs only.
    assert files_that_should_stay(deployed) == read_only
    assert [path.name for path in (server.folder / "data" / "dagster").iterdir()] == ["compute_logs"]
    if deployed.way == "docker":
        assert_each_was_a_container_with_its_own_company_only(deployed.docker)
    else:
        assert not deployed.docker.created


def files_that_should_stay(deployed: Deployed) -> set[tuple[Path, int]]:
    """Return what is read-only where it is deployed, and when it was written; the logs are the tests' own."""
    home = deployed.server.folder
    user = Path(deployed.server.environment["HOME"])
    found = {path for folder in (home, user) for path in folder.rglob("*")}
    return {
        (path, path.stat().st_mtime_ns)
        for path in found
        if home / "data" not in (path, *path.parents) and path.suffix != ".log"
    }


def assert_each_was_a_container_with_its_own_company_only(docker: DockerDaemon) -> None:
    containers = {
        name: made
        for made in docker.created.values()
        for name in COMPANIES
        if f"AJOUR_SETTINGS={docker.home}/companies/{name}/ajour.yaml" in made["Env"]
    }

    assert set(containers) == set(COMPANIES)
    for name, made in containers.items():
        mounted = {bind.split(":")[0] for bind in made["HostConfig"]["Binds"]}
        assert made["Image"] == "ajour-revenue:latest"
        assert made["HostConfig"]["ReadonlyRootfs"]
        assert {made["HostConfig"]["NetworkMode"], *made["Networks"]} == {"ajour-store", f"ajour-{name}"}
        assert {path for path in mounted if "/companies/" in path} == {f"{docker.home}/companies/{name}"}
        assert not [secret for secret in made["Env"] if secret.startswith(("AJOUR_PASSWORD", "PLANDAY_"))]
