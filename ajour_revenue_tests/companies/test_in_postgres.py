"""Two companies whose runs overlap, with everything in PostgreSQL: their figures, and Dagster's history."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue.settings.env_file import env_file_values
from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue_tests.ajour.postgres import Postgres
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.dagster_server import QUICK_COORDINATOR, DagsterServer
from ajour_revenue_tests.kit import write_env_file

pytestmark = pytest.mark.slow

REVENUE = {"nord": Decimal("1000.00"), "syd": Decimal("2000.00")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[DagsterServer]:
    """One code server for all companies, as `companies write` sets it up."""
    for database in ("dagster", *REVENUE):
        postgres.make_database(database)
    server = DagsterServer(tmp_path_factory.mktemp("group"))
    (server.folder / "dagster.yaml").unlink()
    for name, revenue in REVENUE.items():
        company = add_company(server.folder / "companies", name, revenue, warehouse={"postgres": True})
        write_env_file(company.folder, env_file_values(company.env_file) | {WAREHOUSE: postgres.address(name)})
    command = Path(sys.executable).with_name("ajour-revenue")
    subprocess.run([command, "companies", "write", "--one-server"], cwd=server.folder, check=True)
    keep_history_in(postgres.address("dagster"), server.folder / "dagster.yaml")
    script = (
        "dagster instance migrate && { "
        f"dagster-webserver -w workspace.yaml -h 127.0.0.1 -p {server.port} & "
        "dagster-daemon run -w workspace.yaml & wait; }"
    )
    with server.serving("bash", "-c", script):
        yield server


def keep_history_in(address: str, file: Path) -> None:
    yaml = YAML(typ="safe", pure=True)
    instance = yaml.load(file)
    instance["storage"] = {"postgres": {"postgres_url": address.replace("postgresql:", "postgresql+psycopg2:")}}
    instance["run_coordinator"] = QUICK_COORDINATOR
    yaml.dump(instance, file)


@contextmanager
def ajour_busy(server: DagsterServer) -> Iterator[None]:
    """Keep every company's Ajour from answering until the end of the block."""
    with closing(sqlite3.connect(server.folder / "companies/nord/ajour.sqlite", isolation_level=None)) as nord:
        nord.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(server.folder / "companies/syd/ajour.sqlite", isolation_level=None)) as syd:
            syd.execute("BEGIN EXCLUSIVE")
            yield


def launch(server: DagsterServer, name: str) -> str:
    return server.launch(
        {PARTITION_TAG: str(LAST_DAY)}, job=f"{name}_daily_revenue", location="companies", repository=name
    )


def test_runs_of_two_companies_overlap_and_those_of_one_do_not(server: DagsterServer, postgres: Postgres) -> None:
    with ajour_busy(server):
        first, second, other = launch(server, "nord"), launch(server, "nord"), launch(server, "syd")
        server.wait_for(
            "a run of each company to be at work",
            lambda: all(server.run(run)["status"] == "STARTED" for run in (first, other)),
        )
        assert server.run(second)["status"] == "QUEUED"

    for run in (first, second, other):
        assert server.wait_for_run(run) == "SUCCESS", server.failures(run)
    assert server.run(second)["startTime"] >= server.run(first)["endTime"]
    for name, revenue in REVENUE.items():
        [(stored,)] = postgres.execute("SELECT revenue FROM unit_revenue", database=name)
        assert stored == revenue
        [(shown,)] = postgres.execute("SELECT revenue_excl_vat FROM readers.daily WHERE level = 'unit'", database=name)
        assert shown == revenue
    [(runs,)] = postgres.execute("SELECT count(*) FROM runs WHERE status = 'SUCCESS'", database="dagster")
    assert runs == 3
    assert not any(os.path.lexists(server.folder / "companies" / name / "warehouse.duckdb") for name in REVENUE)
