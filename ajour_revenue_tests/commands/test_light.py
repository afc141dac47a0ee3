"""Whoever only reads waits for nothing that is not needed: no command imports more than it uses."""

import sys
from datetime import timedelta
from decimal import Decimal

import pytest

from ajour_revenue.cli import COMMANDS, main
from ajour_revenue.instance import INSTANCE_FILE
from ajour_revenue_tests import processes
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.processes import CHECKOUT

PROGRAM = """
import atexit, sys
from pathlib import Path

file = Path(sys.argv.pop(1))
atexit.register(lambda: file.write_text("\\n".join(sys.modules)))
from ajour_revenue.cli import main
main()
"""

DAGSTER = {"dagster", "sqlalchemy", "alembic"}
PAGE = {"jinja2", "svg"}
HEAVY = {*DAGSTER, *PAGE, "numpy", "pandas", "pyarrow", "pyodbc", "requests", "urllib3", "xlsxwriter", "uvicorn"}
READING = {"babel", "duckdb", "filelock", "pydantic", "rich", "ruamel", "tenacity"}


def imported(shell: Shell, *arguments: object) -> set[str]:
    """Return the packages that a command has imported when it ends."""
    file = shell.folder / "modules.txt"
    result = processes.run(sys.executable, "-c", PROGRAM, file, *arguments, folder=shell.folder)
    assert "Traceback" not in result.stderr
    assert result.stdout, result.stderr
    return {module.partition(".")[0] for module in file.read_text(encoding="utf-8").splitlines()}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_it_says_of_itself(name: str) -> None:
    command = main.commands[name]

    assert command.name == name
    assert command.get_short_help_str(limit=1000) == COMMANDS[name].help


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("demo", "--help")], ids=" ".join)
def test_help_and_version_wait_for_click_alone(shell: Shell, arguments: tuple[str, ...]) -> None:
    modules = imported(shell, *arguments)

    assert modules & (HEAVY | READING) == set()
    assert "click" in modules


@pytest.mark.parametrize(
    "name", ["companies", "enter", "explain", "init", "mail", "move-warehouse", "plan", "report", "status"]
)
def test_the_help_of_a_command_waits_for_nothing_heavy(shell: Shell, name: str) -> None:
    assert imported(shell, name, "--help") & HEAVY == set()


@pytest.mark.usefixtures("at_fetched_company")
@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("report",), set()),
        (("report", "--format", "csv", "--output", "-"), set()),
        (("report", "--format", "html", "--output", "-"), PAGE),
        (("report", "--format", "xlsx"), {"xlsxwriter"}),
        (("explain", "Bar", LAST_DAY), set()),
        (("explain", "Bar", LAST_DAY, "--json"), set()),
        (("explain", "Bar", LAST_DAY + timedelta(days=1)), set()),
        (("mail",), set()),
        (("plan",), set()),
        (("plan", "--format", "csv"), set()),
        (("plan", "--format", "json"), set()),
        (("status",), set()),
        (("status", "--json"), set()),
    ],
    ids=lambda given: " ".join(map(str, sorted(given) if isinstance(given, set) else given)),
)
def test_what_only_reads_waits_for_nothing_heavy(shell: Shell, arguments: tuple[object, ...], needed: set[str]) -> None:
    assert imported(shell, *arguments) & HEAVY == needed


@pytest.mark.usefixtures("at_company")
@pytest.mark.parametrize("arguments", [(), ("--help",)], ids=["steps", "help"])
def test_the_test_of_the_settings_asks_ajour_without_waiting_for_dagster(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    assert imported(shell, "test", *arguments) & DAGSTER == set()


@pytest.mark.parametrize(("arguments", "needed"), [((), set()), (("report",), PAGE)], ids=["list", "report"])
def test_neither_does_what_reads_many_companies(shell: Shell, arguments: tuple[str, ...], needed: set[str]) -> None:
    for name in ("nord", "syd"):
        add_company(shell.folder / "companies", name, Decimal(1))

    assert imported(shell, "companies", *arguments) & HEAVY == needed


@pytest.mark.usefixtures("at_fetched_company")
def test_dagster_is_asked_for_the_next_fetch_only_where_a_day_was_never_fetched(shell: Shell) -> None:
    (shell.folder / INSTANCE_FILE).write_bytes((CHECKOUT / INSTANCE_FILE).read_bytes())

    assert imported(shell, "report", "--from", LAST_DAY) & HEAVY == set()
    assert imported(shell, "report") & HEAVY == DAGSTER


@pytest.mark.usefixtures("at_fetched_company")
def test_the_status_waits_for_dagster_where_that_remembers_runs_and_for_nothing_else(shell: Shell) -> None:
    (shell.folder / INSTANCE_FILE).write_bytes((CHECKOUT / INSTANCE_FILE).read_bytes())

    assert imported(shell, "status") & HEAVY == DAGSTER
