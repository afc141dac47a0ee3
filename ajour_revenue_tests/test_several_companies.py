"""Two companies in one Dagster, started as docs/operations.md says."""

import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue_tests.dagster_server import CHECKOUT, DagsterServer, clean_environment, free_port, stop
from ajour_revenue_tests.kit import LAST_DAY, SqliteAjour, write_settings, write_wages

pytestmark = pytest.mark.slow

REVENUE = {"nord": Decimal("1000.00"), "syd": Decimal("2000.00")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterServer]:
    """Two folders side by side, and below them what the documentation says."""
    server = DagsterServer(tmp_path_factory.mktemp("companies"))
    for name, revenue in REVENUE.items():
        make_company(server.folder / name, revenue)
    page = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
    for port in ("4001", "4002"):
        page = page.replace(port, str(free_port()))
    page = page.replace("-p 3000", f"-p {server.address.rpartition(':')[2]}")
    blocks = re.findall(r"^```(yaml|bash)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    [workspace] = [text for kind, text in blocks if kind == "yaml" and "grpc_server" in text]
    [script] = [text for kind, text in blocks if kind == "bash"]
    (server.folder / "workspace.yaml").write_text(workspace)
    with server.log.open("a") as log:
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=server.folder,
            env=clean_environment({"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server.wait_for("both code locations to be loaded", lambda: is_loaded(server))
        yield server
    finally:
        stop(process)


def is_loaded(server: DagsterServer) -> bool:
    """Tell whether the UI has found both code servers, which may be ready later than it is."""
    if not server.is_loaded():
        return False
    answer = server.ask(
        "{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename } } } } }"
    )
    entries = answer["workspaceOrError"]["locationEntries"]
    found = {each["name"] for each in entries if each["locationOrLoadError"]["__typename"] == "RepositoryLocation"}
    return found == set(REVENUE)


def make_company(folder: Path, revenue: Decimal) -> None:
    folder.mkdir()
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar"})
    ajour.sell(LAST_DAY, "10", revenue)
    units = [{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}]
    write_settings(folder, name=folder.name, units=units, warehouse="warehouse.duckdb")
    write_wages(folder / "wages.csv", [])
    lines = [f"{variable}={value}\n" for variable, value in ajour.environment.items()]
    (folder / ".env").write_text("".join(lines))


def test_each_company_has_its_own_credentials_warehouse_and_names(server: DagsterServer) -> None:
    runs = {
        name: server.launch({PARTITION_TAG: str(LAST_DAY)}, job=f"{name}_daily_revenue", location=name)
        for name in REVENUE
    }

    for name, run in runs.items():
        assert server.wait_for_run(run) == "SUCCESS", server.failures(run)
        with duckdb.connect(str(server.folder / name / "warehouse.duckdb"), read_only=True) as warehouse:
            assert warehouse.execute("SELECT revenue FROM unit_revenue").fetchall() == [(REVENUE[name],)]
        assert (server.folder / name / "reports" / f"{name}.html").is_file()
