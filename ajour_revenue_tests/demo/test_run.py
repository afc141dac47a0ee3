import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from ajour_revenue.days import MAX_DAYS
from ajour_revenue.demo.chain import DEPARTMENTS, LOCATIONS, UNITS
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests import processes
from ajour_revenue_tests.commands.kit import COLUMNS
from ajour_revenue_tests.kit import contents

pytestmark = pytest.mark.slow

COMMAND = [str(Path(sys.executable).with_name("ajour-revenue")), "demo"]


class Ran(NamedTuple):
    """What a run of the command left behind."""

    status: int
    said: str
    complained: str
    tables: dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def runs(home: Path) -> list[Ran]:
    """The command, run in an empty folder, and once more."""
    home.mkdir()
    return [run(home) for _ in range(2)]


def run(home: Path) -> Ran:
    result = processes.run(*COMMAND, folder=home)
    [warehouse] = home.parent.glob("*.duckdb")
    return Ran(result.returncode, result.stdout, result.stderr, contents(warehouse))


def test_it_succeeds_as_often_as_it_is_run(runs: list[Ran]) -> None:
    assert [ran.status for ran in runs] == [0, 0], runs[-1].complained


def test_it_prints_the_wage_percentage_of_every_unit_and_department(runs: list[Ran]) -> None:
    rows = [line.replace(" ", "").split("│")[1:-1] for line in runs[0].said.splitlines() if line.startswith("│")]
    window, one_day = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    expected = {(unit.department.replace(" ", ""), unit.name) for unit in UNITS}
    expected |= {(department.replace(" ", ""), name) for department in DEPARTMENTS for name in ("total", "nounit")}
    for table in (window, one_day):
        assert {(department, unit) for department, unit, *_ in table} == expected
    for _, unit, revenue, wage_cost, percentage, target in window:
        if unit == "nounit":
            # One manager's in each department: nobody can read it.
            assert (revenue, wage_cost, percentage, target) == ("-", "-", "-", "-")
            continue
        figures = [Decimal(figure.replace(".", "").replace(",", ".")) for figure in (revenue, wage_cost)]
        exact = (100 * figures[1] / figures[0]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert percentage.removesuffix("over") == DANISH.percent(exact).replace(" ", "")
        assert target != "-"


def test_it_names_the_location_that_nobody_has_mapped(runs: list[Ran]) -> None:
    mapped = {location for unit in UNITS for location in unit.locations}
    [unmapped] = [location for location in LOCATIONS if location.id not in mapped]
    for ran in runs:
        assert f"Location without a unit: location {unmapped.id} ({unmapped.name})" in ran.said


def test_it_says_where_the_report_and_the_warehouse_lie_and_fits_a_terminal(runs: list[Ran], home: Path) -> None:
    [warehouse] = home.parent.glob("*.duckdb")
    for ran in runs:
        said = ran.said.splitlines()
        paths = {f"  {path.resolve()}" for path in (warehouse, home / "reports" / "demo.html")}
        assert paths <= set(said)
        assert max(len(line) for line in said if line not in paths) <= COLUMNS


def test_its_wages_come_from_planday_and_its_revenue_goes_there(runs: list[Ran]) -> None:
    for ran in runs:
        outcomes = Counter(row[4] for row in ran.tables["planday_revenue"])
        assert set(outcomes) == {"published", "unchanged", "refused"}
        assert outcomes["refused"] == len([row for row in ran.tables["planday_revenue"] if cast("Decimal", row[3]) < 0])
        assert len(ran.tables["wage_cost_people"]) == len(ran.tables["wage_costs"])


def test_run_again_it_leaves_revenue_and_its_revisions_as_they_were(runs: list[Ran]) -> None:
    first, second = (ran.tables for ran in runs)
    assert len(first["unit_revenue"]) == len(UNITS) * MAX_DAYS
    for table in ("unit_revenue", "unit_revenue_revisions"):
        assert second[table] == first[table]
