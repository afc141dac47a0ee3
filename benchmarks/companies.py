"""What many companies cost on one machine: a morning in which each fetches three days, and Dagster with 200 of them.

Run it with `.venv/bin/python benchmarks/companies.py`, some half an hour on two cores; `--companies 1,5 --loaded 20`
takes a few minutes. Everything is real (webserver, daemon, code servers, a process for each run, Ajour over ODBC), in a
temporary folder. Where there is no PostgreSQL server, what needs one is left out.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from subprocess import Popen
from sys import executable
from typing import NamedTuple

import click
import dagster as dg
import psutil
import requests
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster_graphql import DagsterGraphQLClient
from rich.console import Console
from rich.table import Table

from ajour_revenue.companies import repositories
from ajour_revenue.companies.folder import companies
from ajour_revenue.companies.workspace import INSTANCE_FILE, write_instance, write_workspace
from ajour_revenue.days import Window, yesterday
from ajour_revenue.launch import run_window
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue_tests.ajour.postgres import Postgres, running_postgres
from ajour_revenue_tests.kit import SqliteAjour, write_env_file, write_settings, write_wages
from ajour_revenue_tests.processes import free_port, launch, stop, wait_until

UNITS = range(10, 20)
WINDOW = Window.back_from(yesterday(), days=3)
ROUNDS = 7
IDLE_SECONDS = 60
SETTLING_SECONDS = 5
"""After which a run's process, which outlives the run by a moment, is gone too."""
PATIENCE_SECONDS = 3_600
MB = 1_000_000
BIN = Path(executable).parent

LOCATIONS = """{ workspaceOrError { ... on Workspace {
    locationEntries { loadStatus locationOrLoadError { __typename } }
} } }"""

console = Console()
names = (f"dagster_{number}" for number in count())


@click.command()
@click.option("--companies", "numbers", default="1,5,20", show_default=True, help="Sizes of the mornings.")
@click.option("--server-each", default=5, show_default=True, help="Up to so many, also with a code server for each.")
@click.option("--loaded", default=200, show_default=True, help="How many one code server builds; 0 leaves it out.")
@click.option("--runs-at-once", default=4, show_default=True)
def main(*, numbers: str, server_each: int, loaded: int, runs_at_once: int) -> None:
    """Print a table of each: mornings, companies that are only loaded, and a run on either store."""
    with ExitStack() as stack:
        try:
            postgres = stack.enter_context(running_postgres())
        except FileNotFoundError as error:
            postgres = None
            console.print(f"Without PostgreSQL: {error}")
        measure_mornings([int(number) for number in numbers.split(",")], server_each, runs_at_once, postgres)
        if loaded:
            measure_loaded(loaded)
        measure_stores(postgres)


# A morning


class Morning(NamedTuple):
    """What a morning was like."""

    seconds: float
    run_seconds: float
    cpu_seconds: float
    memory: int
    stores: int
    history: int


def measure_mornings(numbers: list[int], server_each: int, runs_at_once: int, postgres: Postgres | None) -> None:
    """Print a row for each number of companies, form of code servers and store of Dagster's history."""
    table = _table(
        f"A morning: {len(WINDOW.days)} days of {len(UNITS)} units each, {runs_at_once} runs at once",
        "companies",
        "servers",
        "history",
        "seconds",
        "runs a minute",
        "s a run",
        "CPU s a run",
        "memory, MB",
        "stores, MB",
        "history, MB",
    )
    for number in numbers:
        for one_server in (True, False) if number <= server_each else (True,):
            for history in (None, postgres) if postgres else (None,):
                with _companies(number, one_server=one_server, runs_at_once=runs_at_once, history=history) as dagster:
                    morning = dagster.morning()
                table.add_row(
                    str(number),
                    "one" if one_server else "one each",
                    "PostgreSQL" if history else "SQLite",
                    f"{morning.seconds:.0f}",
                    f"{number / morning.seconds * 60:.1f}",
                    f"{morning.run_seconds:.1f}",
                    f"{morning.cpu_seconds / number:.1f}",
                    f"{morning.memory / MB:,.0f}",
                    f"{morning.stores / MB:.1f}",
                    f"{morning.history / MB:.1f}",
                )
    console.print(table)


@dataclass
class Dagster:
    """Dagster's processes in the working directory, which holds companies/, workspace.yaml and dagster.yaml."""

    history: Postgres | None
    database: str
    port: int = field(default_factory=free_port)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the webserver, the daemon and the companies' own code servers, once all companies are loaded."""
        started: list[Popen[bytes]] = []
        with dg.DagsterInstance.from_config(".", str(INSTANCE_FILE)):
            pass  # its files are made before several processes would do it at once
        try:
            for company in companies():
                if company.port:
                    module = ("code-server", "start", "-m", "ajour_revenue.definitions", "-p", company.port)
                    started.append(self._launch("dagster", *module, AJOUR_SETTINGS=str(company.settings_file)))
            started.append(self._launch("dagster-webserver", "-w", "workspace.yaml", "-p", self.port))
            started.append(self._launch("dagster-daemon", "run", "-w", "workspace.yaml"))
            wait_until(self._is_loaded, "the companies to be loaded", seconds=PATIENCE_SECONDS, pause=0.5)
            yield
        finally:
            for process in started:
                stop(process)

    def _launch(self, program: str, *arguments: object, **environment: str) -> Popen[bytes]:
        environment |= {"DAGSTER_HOME": str(Path.cwd()), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        return launch(BIN / program, *arguments, folder=Path.cwd(), log=Path("log"), environment=environment)

    def _is_loaded(self) -> bool:
        try:
            answer = requests.post(f"http://127.0.0.1:{self.port}/graphql", json={"query": LOCATIONS}, timeout=600)
        except requests.ConnectionError:
            return False
        entries = answer.json()["data"]["workspaceOrError"]["locationEntries"]
        loaded = {"loadStatus": "LOADED", "locationOrLoadError": {"__typename": "RepositoryLocation"}}
        return bool(entries) and all(entry == loaded for entry in entries)

    def morning(self) -> Morning:
        """Launch a run of each company, and wait until all have ended."""
        with self.running(), dg.DagsterInstance.from_config(".", str(INSTANCE_FILE)) as instance:
            client = DagsterGraphQLClient("127.0.0.1", port_number=self.port)
            start, before = time.monotonic(), use()
            for company in companies():
                client.submit_job_execution(
                    f"{company.name}_daily_revenue",
                    repository_location_name=company.name if company.port else "companies",
                    repository_name="__repository__" if company.port else company.name,
                    tags=window_tags(WINDOW),
                )
            peak = 0
            while unfinished := instance.get_runs(dg.RunsFilter(statuses=UNFINISHED), limit=1):
                peak = max(peak, use().memory)
                if time.monotonic() - start > PATIENCE_SECONDS:
                    message = f"{unfinished[0].run_id} has not ended"
                    raise TimeoutError(message)
                time.sleep(0.5)
            seconds = time.monotonic() - start
            time.sleep(SETTLING_SECONDS)
            cpu_seconds = use().cpu_seconds - before.cpu_seconds
            runs = instance.get_run_records()
        if failed := [record.dagster_run for record in runs if not record.dagster_run.is_success]:
            message = f"{len(failed)} of {len(runs)} runs have failed, the first of {failed[0].job_name}"
            raise RuntimeError(message)
        return Morning(
            seconds,
            run_seconds=median((record.end_time or 0) - (record.start_time or 0) for record in runs),
            cpu_seconds=cpu_seconds,
            memory=peak,
            stores=_size(Path("companies"), "*.duckdb") + _size(Path("companies"), "*.parquet"),
            history=self._size_of_history(),
        )

    def _size_of_history(self) -> int:
        if self.history is None:
            return _size(Path("data"), "*.db*")
        [(size,)] = self.history.execute(f"SELECT pg_database_size('{self.database}')")
        return int(size)


UNFINISHED = [
    status
    for status in dg.DagsterRunStatus
    if status not in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
]


class Use(NamedTuple):
    """What Dagster's processes have of the machine; memory that several of them share is counted in each."""

    memory: int
    cpu_seconds: float


def use() -> Use:
    """Return it for all that this process has started, but PostgreSQL."""
    memory, cpu_seconds = 0, 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.name() != "postgres":
                memory += process.memory_info().rss
                cpu_seconds += sum(process.cpu_times()[:4])  # with those of children that have ended
    return Use(memory, cpu_seconds)


@contextmanager
def _companies(
    number: int, *, one_server: bool, runs_at_once: int = 4, history: Postgres | None = None
) -> Iterator[Dagster]:
    """Make so many companies in a folder of their own, which is the working directory meanwhile."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for each in range(number):
            make_company(Path("companies") / f"company_{each:03}")
        write_workspace(companies(), one_server=one_server)
        write_instance(runs_at_once=runs_at_once)
        database = next(names)
        if history:
            history.execute(f"CREATE DATABASE {database}")
            address = history.address(database).replace("postgresql:", "postgresql+psycopg2:")
            instance = Path(INSTANCE_FILE)
            sqlite, postgres = "sqlite:\n    base_dir: data/dagster", f"postgres:\n    postgres_url: {address}"
            instance.write_text(instance.read_text(encoding="utf-8").replace(sqlite, postgres), encoding="utf-8")
        yield Dagster(history, database)


def make_company(folder: Path, **changes: object) -> None:
    """Make a company that has sold something in each of its units on each day."""
    folder.mkdir(parents=True)
    ajour = SqliteAjour(folder.absolute() / "ajour.sqlite")
    ajour.list_locations({str(unit): f"Till {unit}" for unit in UNITS})
    ajour.sell_all((day, str(unit), f"{unit * 100}.25") for day in WINDOW.days for unit in UNITS)
    units = [{"name": f"Unit {unit}", "department": "Restaurants", "locations": [str(unit)]} for unit in UNITS]
    wages = [(day, "Restaurants", f"Unit {unit}", "400.00", "2.5") for day in WINDOW.days for unit in UNITS]
    write_wages(folder / "wages.csv", wages)
    write_settings(folder, name=folder.name, units=units, **{"warehouse": "warehouse.duckdb", **changes})
    write_env_file(folder, ajour.environment)


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern))


# Loaded


def measure_loaded(number: int) -> None:
    """Print what Dagster takes for so many companies of which none runs."""
    table = _table(f"{number} companies loaded, with one code server", "", "")
    with _companies(number, one_server=True) as dagster:
        # A process of its own, which has nothing else loaded.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            built = pool.apply(build_all)
        table.add_row("to build them all, seconds of CPU", f"{built.seconds:.1f}")
        table.add_row("memory of a process that has built them, MB", f"{built.memory / MB:,.0f}")
        table.add_row("of which it had without them, MB", f"{built.memory_before / MB:,.0f}")
        table.add_row("their snapshots, MB", f"{built.snapshots / MB:.1f}")
        start = time.monotonic()
        with dagster.running():
            table.add_row("from the start until the UI knows them all, seconds", f"{time.monotonic() - start:.0f}")
            time.sleep(IDLE_SECONDS)  # the daemon has them later than the UI
            before = use()
            time.sleep(IDLE_SECONDS)
            after = use()
            cores = (after.cpu_seconds - before.cpu_seconds) / IDLE_SECONDS
            table.add_row("cores in use while nothing runs", f"{cores:.2f}")
            table.add_row("memory of webserver, daemon and a code server of either, MB", f"{after.memory / MB:,.0f}")
    console.print(table)


class Built(NamedTuple):
    """What it takes to build every company."""

    seconds: float
    memory_before: int
    memory: int
    snapshots: int


def build_all() -> Built:
    """Build every company as a code server does, with what it tells others of them."""
    process = psutil.Process()
    memory_before, start = process.memory_info().rss, time.process_time()
    snapshots = 0
    for name in dir(repositories):
        snapshot = RepositorySnap.from_def(getattr(repositories, name))
        snapshots += len(dg.serialize_value(snapshot))
    return Built(time.process_time() - start, memory_before, process.memory_info().rss, snapshots)


# A run on either store


def measure_stores(postgres: Postgres | None) -> None:
    """Print the medians of one run on a file and on PostgreSQL, in this process, and their ratio."""
    if postgres is None:
        return
    postgres.execute("CREATE DATABASE warehouse")
    with tempfile.TemporaryDirectory() as folder:
        stores: dict[str, Settings] = {}
        for name, warehouse in (("file", "warehouse.duckdb"), ("postgres", {"postgres": True})):
            make_company(Path(folder) / name, warehouse=warehouse)
            with (Path(folder) / name / ".env").open("a", encoding="utf-8") as env_file:
                env_file.write(f"{WAREHOUSE}={postgres.address('warehouse')}\n")
            stores[name] = load_settings(Path(folder) / name / "ajour.yaml")
        pairs = [[seconds_of_run(settings) for settings in stores.values()] for _ in range(ROUNDS)]
    file, database = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(database / file for file, database in pairs)
    console.print(f"A run in this process, median of {ROUNDS}: file {file:.2f} s, PostgreSQL {database:.2f} s")
    console.print(f"PostgreSQL / file: {ratio:.2f}")


def seconds_of_run(settings: Settings) -> float:
    """Return how long a run of the window takes, on an instance that forgets it."""
    with dg.DagsterInstance.ephemeral() as instance:
        start = time.perf_counter()
        run_window(settings, WINDOW, instance)
        return time.perf_counter() - start


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


if __name__ == "__main__":
    main()
