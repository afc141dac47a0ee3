import os
import sqlite3
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from ajour_revenue.demo.planday import Shift
from ajour_revenue_tests.kit import Company, opened
from ajour_revenue_tests.planday.connected import (
    AARHUS,
    REVENUE,
    VESTERBRO,
    WINDOW,
    ConnectedCompany,
    connected,
    costs_of,
)
from ajour_revenue_tests.planday.kit import Stage, answers, row_of_costs

EMPLOYEE_IDS = range(731_904_650_101, 731_904_650_105)
SHIFT_IDS = range(864_209_753_101, 864_209_753_113)
UNASKED_EMPLOYEE_ID = 731_904_650_999


def texts_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Everything that files say: as it lies there, and what SQLite, DuckDB and zlib make of it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()
            if path.read_bytes().startswith(b"SQLite format 3"):
                with sqlite3.connect(path) as database:
                    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                    for (table,) in tables:
                        for row in database.execute(f'SELECT * FROM "{table}"'):
                            yield from ((path, unpacked(value)) for value in row)
            elif path.suffix == ".duckdb":
                with opened(path) as warehouse:
                    names = warehouse.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
                    for (name,) in names:
                        yield from ((path, str(row).encode()) for row in warehouse.execute(f"FROM {name}").fetchall())


def unpacked(value: object) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def found(secrets: Iterable[str | int], folder: Path, said: str) -> set[tuple[str, str]]:
    """Which of the secrets are where: a file's name, or `said`."""
    wanted: list[tuple[str, bytes]] = [(str(secret), str(secret).encode()) for secret in secrets]
    wanted += [(str(secret), struct.pack("<q", secret)) for secret in secrets if isinstance(secret, int)]
    places = [*((path.name, text) for path, text in texts_below(folder)), ("said", said.encode())]
    return {(secret, place) for place, text in places for secret, needle in wanted if needle in text}


def with_telling_ids(shifts: list[Shift]) -> list[Shift]:
    """Give each shift and employee an id that is found nowhere by chance."""
    return [
        replace(shift, employee_id=EMPLOYEE_IDS[shift.employee_id - 1], shift_id=shift_id)
        for shift, shift_id in zip(shifts, SHIFT_IDS, strict=True)
    ]


def run_remembered(company: ConnectedCompany) -> dg.ExecuteInProcessResult:
    """Run the job on the instance of DAGSTER_HOME."""
    with dg.DagsterInstance.get() as instance:
        return company.run(WINDOW, instance=instance)


@pytest.fixture
def home(
    company: Company,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ConnectedCompany, Path]]:
    """A connected company whose warehouse lies below DAGSTER_HOME, with everything that Dagster keeps."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with connected(company, stage, monkeypatch) as connected_company:
        connected_company.reload(warehouse=str(folder / "warehouse.duckdb"))
        connected_company.portal.shifts = with_telling_ids(connected_company.portal.shifts)
        yield connected_company, folder


def secrets_of(company: ConnectedCompany) -> list[str | int]:
    bearers = {
        seen.headers["authorization"].removeprefix("Bearer ")
        for seen in company.planday.faults.seen
        if "authorization" in seen.headers
    }
    assert bearers
    credentials = [company.planday.client_id, "c0ffee", company.planday.refresh_token, "facade"]
    return [*EMPLOYEE_IDS, UNASKED_EMPLOYEE_ID, *SHIFT_IDS, *bearers, *credentials, os.environ["AJOUR_PASSWORD"]]


@pytest.mark.slow
def test_nothing_that_a_full_run_leaves_tells_a_person_or_a_secret(
    home: tuple[ConnectedCompany, Path],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    company, folder = home
    caplog.set_level("DEBUG")
    company.portal.currency_symbol = "€"

    assert run_remembered(company).success
    broken = row_of_costs(employeeId=str(UNASKED_EMPLOYEE_ID), shiftId=SHIFT_IDS[0], duration=str(SHIFT_IDS[0]))
    company.planday.faults.order(costs_of(VESTERBRO), [answers(200, broken)])
    company.planday.faults.order(costs_of(AARHUS), [answers(200, broken[:-1])])
    company.planday.faults.order(REVENUE, [answers(403, broken)])
    assert not run_remembered(company).success

    said = "".join(capfd.readouterr()) + caplog.text
    assert found(secrets_of(company), folder, said) == set()
    # The run did see them, and did leave something everywhere.
    # Each of the two asked for the days behind, and for those ahead.
    assert len(company.planday.faults.requests(costs_of(VESTERBRO))) == 4
    assert len(company.wages()) == 9
    kept = {place for _, place in found(["Vesterbro", "wage_costs", "timeandcost"], folder, said)}
    assert kept >= {"warehouse.duckdb", "index.db", "said"}
    assert any(path.suffix in {".out", ".err"} and path.stat().st_size for path in folder.rglob("*"))


def test_the_search_would_find_them(home: tuple[ConnectedCompany, Path]) -> None:
    company, folder = home
    employee, shift, person = EMPLOYEE_IDS[0], SHIFT_IDS[0], "facade"
    with opened(company.settings.warehouse_file) as warehouse:
        warehouse.execute("CREATE TABLE leak AS SELECT unnest(range(?::BIGINT, ? + 5)) AS id", [employee, employee])

    @dg.asset
    def leaky(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        context.log.info("shift %s", shift)
        sys.stdout.write(person)
        return dg.MaterializeResult(metadata={"employee": employee})

    with dg.DagsterInstance.get() as instance:
        assert dg.materialize([leaky], instance=instance, tags={"who": person}).success
    places = found([employee, shift, person], folder, f"told {shift}")
    assert {secret for secret, place in places if place == "warehouse.duckdb"} == {str(employee)}
    assert {(str(shift), "said"), (person, "runs.db")} < places
    events = {secret for secret, place in places if place not in {"warehouse.duckdb", "said", "runs.db"}}
    assert events == {str(employee), str(shift), person}
