"""docs/reading.md: what it tells people to type works, with the tools that can run here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ajour_revenue.readers.copy import bring_up_to_date
from ajour_revenue_tests.processes import CHECKOUT
from ajour_revenue_tests.readers.kit import DAYS, Place, settings_of

PAGE = (CHECKOUT / "docs" / "reading.md").read_text(encoding="utf-8")
SHELL = Path(sys.executable).with_name("duckdb")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """What the page is about: `company-readers` in the folder where people type."""
    folder = tmp_path_factory.mktemp("reading")
    place = Place(folder, settings_of(folder))
    with place.books() as books:
        books.fill()
        books.fetch(DAYS)
    bring_up_to_date(place.settings)
    return place


def test_the_shell_is_of_the_oldest_duckdb_that_reads_the_copy() -> None:
    version = subprocess.run([SHELL, "--version"], check=True, capture_output=True, text=True).stdout

    assert version.startswith("v1.4.")


@pytest.mark.parametrize("query", blocks("sql"))
def test_a_query_runs_in_duckdbs_shell_and_finds_something(place: Place, query: str) -> None:
    command: list[str | Path] = [SHELL, "-readonly", "-csv", "-noheader", "company-readers/figures.duckdb", query]

    answer = subprocess.run(command, cwd=place.folder, check=True, capture_output=True, text=True)

    assert answer.stdout.strip()
    assert answer.stderr == ""


@pytest.mark.parametrize("script", blocks("python"))
def test_a_script_runs_and_prints_something(place: Place, script: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=place.folder, check=True, capture_output=True, text=True
    )

    assert "revenue_excl_vat" in answer.stdout


def test_every_column_that_the_page_names_is_there(place: Place) -> None:
    columns = {name for (name,) in place.figures("SELECT column_name FROM duckdb_columns() WHERE NOT internal")}
    measures = "\n".join([*blocks("m"), *blocks("dax")])

    named = set(re.findall(r"\[(\w+)\]", measures))

    assert named
    assert named <= columns
