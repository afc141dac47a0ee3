"""A warehouse in PostgreSQL: whole transactions, one writer after the other, and errors that quote no address.

That its figures are those of a file is tested where the figures are, in the tests that are IN_BOTH_STORES.
"""

import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ajour_revenue.plan.wage_plan import coming_days
from ajour_revenue.readers.copy import bring_up_to_date
from ajour_revenue.readers.tables import FOR_PEOPLE
from ajour_revenue.settings.model import PostgresWarehouse, Settings
from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue.wages.assets import store_wage_costs
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue.warehouse import turn as turns
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import (
    Cause,
    WarehouseError,
    WarehouseLockedError,
    WarehouseUnusableError,
    WarehouseUnwritableError,
)
from ajour_revenue.warehouse.move import move
from ajour_revenue.warehouse.postgres import CAUSES, address_of
from ajour_revenue.warehouse.turn import turn, whose_turn
from ajour_revenue_tests.ajour.postgres import Postgres
from ajour_revenue_tests.kit import NEEDS_POSTGRES_EXTENSION, settings_dict
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.plan.kit import make_plan_of, planned
from ajour_revenue_tests.processes import PATIENCE_SECONDS, free_port
from ajour_revenue_tests.readers.kit import DAYS, settings_of
from ajour_revenue_tests.reports.kit import MONDAY, Books

pytestmark = NEEDS_POSTGRES_EXTENSION

PASSWORD = "håndværk 17 @home"
"""As people choose them: with letters that an address has to write in another way."""

numbers = count()


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Postgres:
    postgres.execute("CREATE ROLE owner LOGIN")
    postgres.set_password("owner", PASSWORD)
    return postgres


@pytest.fixture
def database(server: Postgres) -> str:
    """A new database of the owner's."""
    name = f"company_{next(numbers)}"
    server.execute(f"CREATE DATABASE {name} OWNER owner")
    return name


@pytest.fixture
def settings(server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(WAREHOUSE, address(server, database))
    return Settings.model_validate(settings_dict(activation_date="2024-01-01", warehouse={"postgres": True}))


def address(server: Postgres, database: str, *, user: str = "owner", password: str = PASSWORD) -> str:
    return server.address(database, user=user, password=password.replace(" ", "%20").replace("@", "%40"))


@pytest.fixture
def filled(settings: Settings) -> Settings:
    with transaction(settings.warehouse) as connection:
        fill(connection, settings)
    return settings


def fill(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    books = Books(connection, settings)
    books.fill()
    books.fetch(DAYS)
    books.pay("Vesterbro", None, "4321.09", people=1)
    books.correct("Bar", "10.00", "12.00")
    calculate_wage_percentage(connection, settings, DAYS)
    window = coming_days(settings)
    wages = [planned(window.first_day, "Bar", "4321.09"), planned(window.last_day, None, "1234.50", people=1)]
    make_plan_of(connection, settings, window, revenue={}, wages=wages)


# Transactions


def test_the_tables_are_made_once_and_what_is_stored_is_there_for_the_next(settings: Settings) -> None:
    with reading(settings.warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM unit_revenue").fetchall() == [(0,)]
    for unit in ("Bar", "Shop"):
        with transaction(settings.warehouse) as connection:
            Books(connection, settings).earn(unit, "10.00")

    with reading(settings.warehouse) as connection:
        assert connection.execute("SELECT unit FROM unit_revenue ORDER BY ALL").fetchall() == [("Bar",), ("Shop",)]


def test_whatever_is_raised_inside_a_transaction_leaves_everything_as_it_was(settings: Settings) -> None:
    def interrupted() -> None:
        with transaction(settings.warehouse) as connection:
            Books(connection, settings).earn("Bar", "10.00")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    with reading(settings.warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM unit_revenue").fetchall() == [(0,)]


def test_keys_and_checks_hold_in_postgresql_too(filled: Settings) -> None:
    with pytest.raises(duckdb.Error, match="duplicate key"), transaction(filled.warehouse) as connection:
        connection.execute("INSERT INTO unit_revenue FROM unit_revenue LIMIT 1")


def test_a_reader_cannot_write(filled: Settings) -> None:
    with pytest.raises(duckdb.Error, match="read-only"), reading(filled.warehouse) as connection:
        connection.execute("DELETE FROM unit_revenue")


def test_times_are_shown_in_danish_time(filled: Settings) -> None:
    with reading(filled.warehouse) as connection:
        [(moment,)] = connection.execute("SELECT max(asked_at)::VARCHAR FROM fetches").fetchall()

    assert moment == "2026-11-24 07:00:00+01"


def test_tables_of_a_newer_version_are_refused(filled: Settings) -> None:
    with transaction(filled.warehouse) as connection:
        connection.execute("INSERT INTO schema_versions VALUES (999, now())")

    for how in (reading, transaction):
        with (
            pytest.raises(WarehouseUnusableError, match="newer version of ajour-revenue") as error,
            how(filled.warehouse),
        ):
            pass
        assert_said_in_both(error.value.text)


# Writers and readers at once


def test_four_writers_on_the_same_days_leave_no_duplicate_and_no_torn_day(settings: Settings) -> None:
    with transaction(settings.warehouse):
        pass

    def write(writer: int) -> None:
        rows = [
            {
                "business_date": day,
                "department": "Vesterbro",
                "unit": unit,
                "wage_cost": Decimal(writer),
                "hours": Decimal(1),
                "people": 2,
            }
            for day in DAYS.days
            for unit in ("Bar", "Kitchen", None)
        ]
        costs = WageCosts(rows=pa.Table.from_pylist(rows, schema=WAGE_COST_SCHEMA))
        for _ in range(3):
            with transaction(settings.warehouse) as connection:
                store_wage_costs(connection, settings, costs, DAYS, run_id=f"{writer}")

    def read(_: int) -> None:
        for _again in range(4):
            with reading(settings.warehouse) as connection:
                [[rows, costs]] = connection.execute(
                    "SELECT count(*), count(DISTINCT wage_cost) FROM wage_costs"
                ).fetchall()
                [[people]] = connection.execute("SELECT count(*) FROM wage_cost_people").fetchall()
            assert (rows, costs, people) in {(0, 0, 0), (3 * len(DAYS.days), 1, 3 * len(DAYS.days))}

    with ThreadPoolExecutor(8) as pool:
        for done in [*(pool.submit(write, n) for n in range(1, 5)), *(pool.submit(read, n) for n in range(4))]:
            done.result()

    with reading(settings.warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM wage_costs").fetchall() == [(3 * len(DAYS.days),)]


def test_a_reader_waits_for_no_writer(filled: Settings) -> None:
    with transaction(filled.warehouse) as writer:
        writer.execute("UPDATE unit_revenue SET revenue_excl_vat = 1")
        with reading(filled.warehouse) as reader:
            assert reader.execute("SELECT count(*) FROM unit_revenue WHERE revenue_excl_vat = 1").fetchall() == [(0,)]


def test_a_writer_that_waits_too_long_is_told_who_writes(filled: Settings) -> None:
    with (
        transaction(filled.warehouse),
        pytest.raises(WarehouseLockedError, match="ajour-revenue has worked on the warehouse in PostgreSQL") as error,
        transaction(filled.warehouse, patience_seconds=0.1),
    ):
        pass
    assert_said_in_both(error.value.text)


def test_runs_take_turns_and_a_killed_process_gives_its_turn_back(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_another_process() as process:
        assert whose_turn(filled.warehouse) == "run 1 on another machine"
        with transaction(filled.warehouse):
            pass  # a command that changes one thing needs no turn
        monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
        with pytest.raises(WarehouseLockedError, match="run 1 on another machine"), turn(filled.warehouse, who="run 2"):
            pass
        process.kill()
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", PATIENCE_SECONDS)

    with turn(filled.warehouse, who="run 2"):
        assert whose_turn(filled.warehouse) == "run 2"
    assert whose_turn(filled.warehouse) is None


@contextmanager
def in_another_process() -> Iterator[subprocess.Popen[str]]:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from ajour_revenue.settings.model import PostgresWarehouse\n"
        "from ajour_revenue.warehouse.turn import turn\n"
        "with turn(PostgresWarehouse(folder=Path()), who='run 1 on another machine'):\n"
        "    print('has it', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "has it\n"
        yield process
        process.kill()


# What goes wrong


def wrong_password(server: Postgres, database: str) -> str:
    return address(server, database, password="geheim-17")


def no_such_database(server: Postgres, database: str) -> str:
    return address(server, f"{database}_2")


def nobody_there(server: Postgres, database: str) -> str:
    return address(server, database).replace(str(server.port), str(free_port()))


def malformed(server: Postgres, database: str) -> str:
    return address(server, database).removeprefix("postgresql")


def without_encryption(server: Postgres, database: str) -> str:
    return f"{address(server, database)}?sslmode=verify-full"


def blank(*_: object) -> str:
    return " "


TOLD = {
    wrong_password: "does not let this user in",
    no_such_database: "no database of the name",
    nobody_there: "cannot be reached",
    malformed: "is no address of a PostgreSQL database",
    without_encryption: "encryption that is asked for",
    blank: "is empty",
}


@pytest.mark.parametrize("make", TOLD)
def test_what_is_the_matter_is_told_and_the_address_is_not(
    settings: Settings,
    server: Postgres,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Postgres, str], str],
) -> None:
    told = TOLD[make]
    monkeypatch.setenv(WAREHOUSE, make(server, database))

    for how in (reading, transaction):
        with pytest.raises(WarehouseError, match=told) as caught, how(settings.warehouse):
            pass
        assert_said_in_both(caught.value.text)
        whole = "".join(traceback.format_exception(caught.value)) + caught.value.text.da
        for secret in (PASSWORD, PASSWORD.replace(" ", "%20").replace("@", "%40"), "geheim-17"):
            assert secret not in whole


def test_a_server_that_ends_a_connection_leaves_nothing_half(filled: Settings, server: Postgres, database: str) -> None:
    def cut_off() -> None:
        with transaction(filled.warehouse) as connection:
            connection.execute("DELETE FROM unit_revenue")
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", database)
            connection.execute("DELETE FROM wage_costs")

    with pytest.raises(WarehouseLockedError, match="cannot be reached"):
        cut_off()

    with reading(filled.warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM unit_revenue").fetchall() == [(3 * len(DAYS.days),)]


def test_a_user_who_may_not_change_the_tables_is_told(
    filled: Settings, server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.execute("CREATE ROLE stranger LOGIN")
    server.set_password("stranger", PASSWORD)
    monkeypatch.setenv(WAREHOUSE, address(server, database, user="stranger"))

    with (
        pytest.raises(WarehouseUnwritableError, match="may not change the warehouse's tables"),
        transaction(filled.warehouse) as connection,
    ):
        connection.execute("DELETE FROM unit_revenue")


def test_a_query_with_an_error_of_its_own_raises_that(filled: Settings) -> None:
    with pytest.raises(duckdb.BinderException, match="nowhere"), reading(filled.warehouse) as connection:
        connection.execute("SELECT nowhere FROM unit_revenue")


def test_an_address_elsewhere_is_encrypted_unless_it_says_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(settings.warehouse, PostgresWarehouse)
    for written, mode in {
        "postgresql://u:p@db.example.dk/x": "require",
        "postgresql://u:p@db.example.dk/x?sslmode=disable": "disable",
        "host=db.example.dk user=u sslmode=verify-full": "verify-full",
    }.items():
        monkeypatch.setenv(WAREHOUSE, written)
        assert f"sslmode={mode}" in address_of(settings.warehouse)
    monkeypatch.setenv(WAREHOUSE, "postgresql://u:p@localhost/x")
    assert "sslmode" not in address_of(settings.warehouse)


# Readers


def test_a_readers_role_sees_shown_figures_and_nothing_else(filled: Settings, server: Postgres, database: str) -> None:
    bring_up_to_date(filled)
    server.execute("CREATE ROLE reader LOGIN")
    server.set_password("reader", PASSWORD)
    for sql in (
        "GRANT USAGE ON SCHEMA readers TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA readers TO reader",
    ):
        server.execute(sql, database=database)
    with transaction(filled.warehouse) as connection:
        Books(connection, filled).earn("Shop", "5.00", DAYS.first_day.replace(year=2025))
    bring_up_to_date(filled)

    with duckdb.connect() as connection:
        connection.execute("LOAD postgres_scanner")
        connection.execute(f"ATTACH '{address(server, database, user='reader')}' AS company (TYPE postgres)")
        [[days, wages]] = connection.execute(
            "SELECT count(*), sum(wage_cost) FROM company.readers.daily WHERE level = 'company'"
        ).fetchall()
        assert days == len(DAYS.days)
        assert wages
        hidden = f"SELECT wage_cost FROM company.readers.daily WHERE level = 'not allocated' AND day = '{MONDAY}'"
        assert connection.execute(hidden).fetchall() == [(None,)]
        for table in ("wage_costs", "wage_percentage", "wage_cost_people", "unit_revenue"):
            with pytest.raises(duckdb.Error, match="permission denied"):
                connection.execute(f"SELECT * FROM company.public.{table}").fetchall()
        with pytest.raises(duckdb.Error, match="permission denied"):
            connection.execute("DELETE FROM company.readers.daily")


def test_the_tables_for_people_are_the_same_in_both_stores(filled: Settings, tmp_path: Path) -> None:
    in_file = settings_of(tmp_path)
    with transaction(in_file.warehouse) as connection:
        fill(connection, in_file)
    for each in (in_file, filled):
        bring_up_to_date(each)

    with (
        duckdb.connect(in_file.readers_folder / "figures.duckdb", read_only=True) as file,
        reading(filled.warehouse) as database,
    ):
        for table in set(FOR_PEOPLE) - {"made"}:
            order = f"SELECT * FROM {{}}.{table} ORDER BY ALL"
            assert (
                file.execute(order.format("main")).fetchall() == database.execute(order.format("readers")).fetchall()
            ), table


def test_the_tables_for_people_are_written_only_where_something_has_changed(filled: Settings) -> None:
    def made_at() -> object:
        with reading(filled.warehouse) as connection:
            return connection.execute("SELECT made_at FROM readers.made").fetchall()

    bring_up_to_date(filled)
    first = made_at()
    bring_up_to_date(filled)
    assert made_at() == first
    with transaction(filled.warehouse) as connection:
        Books(connection, filled).earn("Shop", "5.00", DAYS.first_day.replace(year=2025))
    bring_up_to_date(filled)
    assert made_at() != first


# Moving


def everything(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}


def test_a_company_moves_to_postgresql_and_back_with_every_row(settings: Settings, tmp_path: Path) -> None:
    in_file = settings_of(tmp_path)
    with transaction(in_file.warehouse) as connection:
        fill(connection, in_file)

    there = move(in_file.warehouse, settings.warehouse)
    back = move(settings.warehouse, tmp_path / "back.duckdb")

    assert there == back
    assert there["unit_revenue"] == 3 * len(DAYS.days)
    with reading(in_file.warehouse) as first, reading(tmp_path / "back.duckdb") as last:
        assert everything(first, list(there)) == everything(last, list(there))


def test_a_warehouse_that_holds_anything_is_not_copied_into(filled: Settings, tmp_path: Path) -> None:
    in_file = settings_of(tmp_path)
    with transaction(in_file.warehouse) as connection:
        fill(connection, in_file)

    with pytest.raises(
        WarehouseUnusableError, match=r"is not empty: it has rows in .*unit_revenue, .*Nothing was copied"
    ) as error:
        move(in_file.warehouse, filled.warehouse)
    assert_said_in_both(error.value.text)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.words.pattern)
def test_every_cause_is_told_in_both_languages(cause: Cause) -> None:
    assert_said_in_both(cause.message)
