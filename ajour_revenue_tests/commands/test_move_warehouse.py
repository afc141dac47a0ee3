"""`ajour-revenue move-warehouse`, and every command on a warehouse in PostgreSQL."""

import pytest

from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue.warehouse.turn import turn
from ajour_revenue_tests.ajour.postgres import Postgres
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, write_env_file

REPORT = ("report", "--by", "day", "--format", "csv", "--output", "-")


@pytest.fixture
def at_both(shell: Shell, at_fetched_company: Company, postgres: Postgres) -> Company:
    """A company with figures in a file, and an empty database for them."""
    postgres.make_database("company")
    write_env_file(shell.folder, {**at_fetched_company.ajour.environment, WAREHOUSE: postgres.address("company")})
    return at_fetched_company


@pytest.mark.slow
def test_a_company_moves_and_every_command_goes_on(shell: Shell, at_both: Company) -> None:
    before = shell.run(*REPORT).stdout_bytes

    moved = shell.run("move-warehouse", "postgres")

    assert moved.exit_code == 0, moved.stderr
    assert "unit_revenue" in moved.stdout
    assert "warehouse: {postgres: true}" in moved.stdout
    at_both.settings.warehouse_file.unlink()
    at_both.reload(warehouse={"postgres": True})
    assert shell.run(*REPORT).stdout_bytes == before
    fetched = shell.run("fetch", "--from", str(LAST_DAY), "--to", str(LAST_DAY))
    assert fetched.exit_code == 0, fetched.stderr
    assert (
        shell.run("enter", "Bar", LAST_DAY, "--excl-vat", "1234", "--reason", "till was down", "--yes").exit_code == 0
    )
    assert "1,234.00" in shell.run("explain", "Bar", LAST_DAY).stdout
    assert "1234.00" in shell.run(*REPORT).stdout
    assert "by hand" in shell.run("status").stdout

    back = shell.run("move-warehouse", "back.duckdb")

    assert back.exit_code == 0, back.stderr
    at_both.reload(warehouse="back.duckdb")
    assert "1234.00" in shell.run(*REPORT).stdout


def test_what_cannot_be_moved_is_told(shell: Shell, at_both: Company) -> None:
    named = str(at_both.settings.warehouse_file)
    assert "already" in shell.run("move-warehouse", named).stderr
    with turn(at_both.settings.warehouse, who="run 1234"):
        assert "run 1234 works on the warehouse" in shell.run("move-warehouse", "postgres").stderr
    write_env_file(shell.folder, {WAREHOUSE: ""})
    assert "AJOUR_WAREHOUSE is empty" in " ".join(shell.run("move-warehouse", "postgres").stderr.split())
    at_both.settings.warehouse_file.unlink()
    assert "nothing to copy" in shell.run("move-warehouse", "postgres").stderr
