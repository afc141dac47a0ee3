"""Kill, cut, fill and damage, at random, for a bounded time: `make torture`. What is promised has to hold each time.

The seed is printed; `make torture SEED=...` repeats it. A tally comes at the end. docs/reliability.md says what is
promised.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ajour_revenue.ajour import connection
from ajour_revenue.ajour.errors import AjourError
from ajour_revenue.cli import main as command
from ajour_revenue.days import Window
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import WarehouseError
from ajour_revenue.warehouse.run import values
from ajour_revenue_tests.ajour.kit import LOCATIONS, Fault, faulty_way
from ajour_revenue_tests.ajour.sql_server import AUTHORITY, FREETDS, MICROSOFT, ajour_of, sql_server
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, make_company, write_env_file
from ajour_revenue_tests.processes import PATIENCE_SECONDS

FEW_DAYS = Window.back_from(LAST_DAY, days=3)
LOCATIONS_OF_A_DAY = 5

TORN_DAYS = f"""
    SELECT business_date::VARCHAR
    FROM fetches LEFT JOIN raw_revenue USING (company_id, business_date)
    GROUP BY business_date
    HAVING count(DISTINCT location_id) <> {LOCATIONS_OF_A_DAY}
"""

FIGURES = {
    "raw_revenue": "business_date, location_id, revenue_incl_vat, revenue_excl_vat",
    "unit_revenue": "business_date, unit, revenue_incl_vat, revenue_excl_vat, source",
    "wage_percentage": "business_date, department, unit, wage_cost, wage_percentage",
}

LOST = """
    SELECT 'an entry is lost'
    WHERE (SELECT count(*) FROM manual_revenue) < $entries
"""

ENTRY = ("enter", "Bar", str(FEW_DAYS.last_day), "--excl-vat", "2500,00", "--reason", "torture", "--yes")

Tally = Counter[str]


def whole(company: Company, *, entries: int = 0) -> None:
    """Raise AssertionError unless the warehouse opens, each fetched day is whole, and no entry is lost."""
    with reading(company.settings.warehouse_file) as warehouse:
        assert values(warehouse, TORN_DAYS) == []
        assert values(warehouse, LOST, entries=entries) == []


def figures(company: Company) -> dict[str, list[tuple[object, ...]]]:
    """Return every figure, without when and by which run it was stored; raises WarehouseError."""
    with reading(company.settings.warehouse_file) as warehouse:
        return {
            table: warehouse.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
            for table, columns in FIGURES.items()
        }


def in_a_child(work: Callable[[], object]) -> int:
    """Carry out something in a process of its own, and return its number."""
    child = os.fork()
    if child:
        return child
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        work()
    finally:
        os._exit(0)


def kills(company: Company, chance: random.Random, times: int) -> Tally:
    """Kill runs at random moments; afterwards a run has to bring what one brings that nobody kills."""
    tally: Tally = Counter()
    began = time.monotonic()
    assert company.run(FEW_DAYS).success
    usual = time.monotonic() - began
    undisturbed = figures(company)
    company.settings.warehouse_file.unlink()
    for _ in range(times):
        child = in_a_child(lambda: company.run(FEW_DAYS))
        time.sleep(chance.uniform(0, usual / 2))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        tally["killed" if os.WIFSIGNALED(status) else "had ended before"] += 1
        whole(company)
    assert company.run(FEW_DAYS).success
    assert figures(company) == undisturbed
    left = [path.name for path in company.folder.rglob("*") if path.name.endswith((".wal", ".turn.txt"))]
    assert left == [], left
    return tally


def crowds(company: Company, chance: random.Random, times: int) -> Tally:
    """Let runs, entries, status, report and a reader that stays go on at once; none may fail."""
    tally: Tally = Counter()
    assert company.run(FEW_DAYS).success
    for number in range(times):
        works: list[Callable[[], object]] = [
            *[lambda: exit_by(company.run(FEW_DAYS).success)] * 3,
            *[lambda: exit_by(carried_out("status", "--json") in (0, 1))] * 2,
            lambda: exit_by(carried_out("report") == 0),
            lambda: exit_by(carried_out(*ENTRY) == 0),
            lambda: exit_by(is_read(company, chance.uniform(0.1, 2))),
        ]
        chance.shuffle(works)
        children = [in_a_child(work) for work in works]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert codes == [0] * len(works), codes
        tally["done beside each other"] += len(works)
        whole(company, entries=number + 1)
    return tally


def carried_out(*arguments: str) -> int:
    """Carry out a command in this process, and return its exit code."""
    return CliRunner().invoke(command, arguments).exit_code


def exit_by(outcome: object) -> None:
    """End a child at once, with 0 where the outcome is true."""
    os._exit(0 if outcome else 1)


def is_read(company: Company, seconds: float) -> bool:
    """Hold the warehouse open to read for a while."""
    with reading(company.settings.warehouse_file, patience_seconds=PATIENCE_SECONDS):
        time.sleep(seconds)
    return True


def broken_ways(folder: Path, chance: random.Random, times: int) -> Tally:
    """Let answers of SQL Server break off at random bytes; each ends as a transient error, or is made up for."""
    tally: Tally = Counter()
    faults: list[Fault] = ["silence", "cut", "reset"]
    for _ in range(times):
        driver, fault, after_bytes = chance.choice([MICROSOFT, FREETDS]), chance.choice(faults), chance.randrange(2200)
        with sql_server() as server, faulty_way(server.port, fault, after_bytes=after_bytes) as way:
            limits = {"login_timeout_seconds": 1, "query_timeout_seconds": 1}
            ajour = ajour_of(server, driver, folder, port=way.port, **limits)
            try:
                found = ajour.locations()
            except AjourError as error:
                is_right, end = error.transient, "told"
            else:
                is_right, end = len(found) == len(LOCATIONS), "made up for"
            assert is_right, (driver, fault, after_bytes)
            tally[f"{fault}: {end}"] += 1
    return tally


def full_disks(company: Company, chance: random.Random, times: int) -> Tally:
    """Let the disk be full at random sizes; what was there stays, and it is said."""
    tally: Tally = Counter()
    assert company.run(FEW_DAYS).success
    size = company.settings.warehouse_file.stat().st_size
    before = figures(company)
    for _ in range(times):
        limit = size + chance.randrange(400_000)

        def write(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                with transaction(company.settings.warehouse_file) as warehouse:
                    warehouse.execute("CREATE OR REPLACE TABLE much AS SELECT hash(range) AS n FROM range(400000)")
                exit_by(outcome=True)
            except WarehouseError as error:
                os._exit(2 if "is full" in str(error) else 1)

        code = os.waitstatus_to_exitcode(os.waitpid(in_a_child(write), 0)[1])
        assert code in (0, 2), code
        tally["full" if code else "had room"] += 1
        assert figures(company) == before
    return tally


def damages(company: Company, chance: random.Random, times: int) -> Tally:
    """Damage the file at random places; it is read right, or told to be damaged, and never half."""
    tally: Tally = Counter()
    assert company.run(FEW_DAYS).success
    before = figures(company)
    right = company.settings.warehouse_file.read_bytes()
    for _ in range(times):
        broken = bytearray(right)
        place = chance.randrange(len(broken))
        broken[place : place + chance.randrange(1, 5000)] = b"\xaa"
        company.settings.warehouse_file.write_bytes(broken)
        try:
            found = figures(company)
        except WarehouseError:
            tally["told"] += 1
        else:
            assert found == before
            tally["not hit"] += 1
    company.settings.warehouse_file.write_bytes(right)
    return tally


@contextmanager
def company_in(folder: Path) -> Iterator[Company]:
    """Make a company in a folder, which becomes the working directory."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        company = make_company(folder, monkeypatch)
        write_env_file(folder, company.ajour.environment)
        authority = folder / "authority.pem"
        AUTHORITY.cert_pem.write_to_path(str(authority))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setattr(connection, "END_SECONDS", 0.2)
        yield company


SCENARIOS: dict[str, Callable[[Company, random.Random, int], Tally]] = {
    "kills": kills,
    "crowds": crowds,
    "broken ways": lambda company, chance, times: broken_ways(company.folder, chance, times),
    "full disks": full_disks,
    "damages": damages,
}
TIMES = {"kills": 200, "crowds": 10, "broken ways": 100, "full disks": 50, "damages": 100}


def torture(seed: int, *, share: float = 1) -> dict[str, Tally]:
    """Go through all scenarios, each so often or the share of it, and return what came of each."""
    tallies = {}
    for name, scenario in SCENARIOS.items():
        folder = Path(tempfile.mkdtemp(prefix="torture-"))
        with company_in(folder) as company:
            times = max(1, round(TIMES[name] * share))
            tallies[name] = scenario(company, random.Random(f"{seed} {name}"), times)
        shutil.rmtree(folder)
    return tallies


def main() -> None:
    """Torture, and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--share", type=float, default=1, help="of how often each scenario is gone through")
    given = parser.parse_args()
    click.echo(f"seed {given.seed}")
    for name, tally in torture(given.seed, share=given.share).items():
        click.echo(f"{name}: {', '.join(f'{count} {what}' for what, count in sorted(tally.items()))}")


if __name__ == "__main__":
    main()
