"""Two companies in one Dagster, started as docs/operations.md says."""

import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.kit import SqliteAjour, opened, write_env_file, write_settings, write_wages
from ajour_revenue_tests.processes import CHECKOUT, free_port

pytestmark = pytest.mark.slow

COMPANY_ID = r"it's ${HOME}\4711"
"""A shell, and Dagster where it reads `.env` by itself, would make something else of it."""
REVENUE = {"nord": Decimal("1000.00"), "syd": Decimal("2000.00")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterServer]:
    """Two folders side by side, and below them what the documentation says."""
    server = DagsterServer(tmp_path_factory.mktemp("companies"))
    for name, revenue in REVENUE.items():
        make_company(server.folder / "companies" / name, revenue)
    # Dagster reads it by itself, since it is where the processes are started.
    write_env_file(server.folder, {"AJOUR_COMPANY_ID": "of nobody", "AJOUR_DATABASE": "of nobody"})
    page = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
    ports = {"4001": str(free_port()), "4002": str(free_port()), "3000": server.port}
    page = re.sub(rf"\b({'|'.join(ports)})\b", lambda port: ports[port[0]], page)
    blocks = re.findall(r"^```(yaml|bash)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    [workspace] = [text for kind, text in blocks if kind == "yaml" and "grpc_server" in text]
    [script] = [text for kind, text in blocks if kind == "bash"]
    (server.folder / "workspace.yaml").write_text(workspace)
    with server.serving("bash", "-c", script, is_ready=lambda: is_loaded(server)):
        yield server


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
    folder.mkdir(parents=True)
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar"})
    ajour.sell(LAST_DAY, "10", revenue)
    units = [{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}]
    write_settings(folder, name=folder.name, units=units, warehouse="warehouse.duckdb")
    write_wages(folder / "wages.csv", [])
    with sqlite3.connect(ajour.path) as database:
        for table in ("locations", "daily_revenue"):
            database.execute(f"UPDATE {table} SET company_id = ?", [COMPANY_ID])
    write_env_file(folder, ajour.environment | {"AJOUR_COMPANY_ID": COMPANY_ID})


def test_each_company_has_its_own_credentials_warehouse_and_names(server: DagsterServer) -> None:
    runs = {
        name: server.launch({PARTITION_TAG: str(LAST_DAY)}, job=f"{name}_daily_revenue", location=name)
        for name in REVENUE
    }

    for name, run in runs.items():
        assert server.wait_for_run(run) == "SUCCESS", server.failures(run)
        with opened(server.folder / "companies" / name / "warehouse.duckdb") as warehouse:
            assert warehouse.execute("SELECT revenue FROM unit_revenue").fetchall() == [(REVENUE[name],)]
        assert (server.folder / "companies" / name / "reports" / name / "latest.html").is_file()
