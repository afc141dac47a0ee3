"""What AjourConnection promises, over ODBC against every source alike."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue import days
from ajour_revenue.ajour import connection
from ajour_revenue.ajour.answer import REVENUE_SCHEMA
from ajour_revenue.ajour.errors import (
    ContractBrokenError,
    DriverManagerMissingError,
    DriverNotInstalledError,
    LoginRefusedError,
    MissingCredentialsError,
    QueryFailedError,
    TimedOutError,
)
from ajour_revenue.days import Window
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue_tests.ajour.kit import (
    LOCATIONS,
    REVENUE,
    WINDOW,
    Source,
    locations_failure,
    revenue_failure,
)
from ajour_revenue_tests.processes import PATIENCE_SECONDS


def rows_of(table: pa.Table) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in table.to_pylist())


def revenue_row(
    day: str = "'2026-03-28'", location: str = "'10'", incl_vat: str = "'1.25'", excl_vat: str = "'1.00'"
) -> str:
    """Return the SQL text of one row, each of its values an SQL expression."""
    return (
        f"SELECT {day} AS business_date, {location} AS location_id, "
        f"{incl_vat} AS revenue_incl_vat, {excl_vat} AS revenue_excl_vat"
    )


def test_the_locations_arrive_with_their_names_intact(source: Source) -> None:
    found = source.ajour().locations()

    assert sorted((location.location_id, location.location_name) for location in found) == LOCATIONS


def test_revenue_arrives_as_exact_decimals_and_dates(source: Source) -> None:
    assert rows_of(source.ajour().daily_revenue(WINDOW).rows) == REVENUE


def test_revenue_has_the_same_types_whatever_the_driver_and_however_few_the_rows(source: Source) -> None:
    full = source.ajour().daily_revenue(WINDOW).rows
    empty = source.ajour().daily_revenue(Window(date(2030, 1, 1), date(2030, 1, 1))).rows

    assert empty.num_rows == 0
    assert full.schema == empty.schema == REVENUE_SCHEMA


def test_both_ends_of_the_window_are_fetched_and_nothing_beside_them(source: Source) -> None:
    window = Window(date(2026, 3, 28), date(2026, 3, 29))

    assert rows_of(source.ajour().daily_revenue(window).rows) == REVENUE[:3]


def test_another_companys_figures_are_not_fetched(source: Source) -> None:
    ajour = source.ajour(company_id="another")

    assert ajour.locations() == []
    assert ajour.daily_revenue(WINDOW).rows.num_rows == 0


def test_the_moment_of_asking_is_that_of_the_query(source: Source) -> None:
    before = days.now()
    asked_at = source.ajour().daily_revenue(WINDOW).asked_at

    assert before <= asked_at <= days.now()
    assert asked_at.tzinfo is UTC


def test_ids_and_names_are_trimmed_as_fixed_width_columns_need_it(source: Source) -> None:
    ajour = source.ajour(locations="SELECT ' 10  ' AS location_id, 'Bar   ' AS location_name")

    [location] = ajour.locations()

    assert (location.location_id, location.location_name) == ("10", "Bar")


def test_column_names_may_come_in_any_order_and_in_capitals(source: Source) -> None:
    ajour = source.ajour(locations="""SELECT 'Bar' AS "LOCATION_NAME", '10' AS "Location_Id" """)

    [location] = ajour.locations()

    assert (location.location_id, location.location_name) == ("10", "Bar")


@pytest.mark.parametrize(
    "day",
    [
        *("'2026-03-28'", "'2026-03-28 00:00:00'", "'2026-03-28 00:00:00.0000000'", "'2026-03-28T00:00:00'"),
        *("'2026-03-28T00:00:00Z'", "'2026-03-28T00:00'", "'28-03-2026'", "'28-3-2026 00:00:00'"),
        *("'20260328'", "' 2026-03-28T00:00:00.000Z '", "'2026-03-28 00:00:00 +00:00'"),
    ],
)
def test_a_date_may_come_as_text_or_as_midnight(source: Source, day: str) -> None:
    revenue = source.ajour(revenue=revenue_row(day)).daily_revenue(WINDOW).rows

    assert revenue["business_date"].to_pylist() == [date(2026, 3, 28)]


@given(
    kroner=st.lists(
        st.decimals(Decimal("-9999999999999.99"), Decimal("9999999999999.99"), places=2), min_size=1, max_size=20
    )
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_amount_that_comes_as_text_arrives_exactly(source: Source, kroner: list[Decimal]) -> None:
    query = " UNION ALL ".join(
        revenue_row(location=f"'{number}'", excl_vat=f"'{amount}'") for number, amount in enumerate(kroner)
    )

    revenue = source.ajour(revenue=query).daily_revenue(WINDOW).rows

    amounts = dict(zip(revenue["location_id"].to_pylist(), revenue["revenue_excl_vat"].to_pylist(), strict=True))
    assert amounts == {str(number): amount for number, amount in enumerate(kroner)}


def numbered(count: int, *, bad: int | None = None) -> str:
    """Return an SQL text that gives so many rows, the locations numbered from 1; one of them may hold no number."""
    return (
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
        "SELECT '2026-03-28' AS business_date, n AS location_id, '1.25' AS revenue_incl_vat, "
        f"CASE WHEN n = {bad or 0} THEN 'many' ELSE '1.00' END AS revenue_excl_vat FROM numbers ORDER BY n"
    )


def test_rows_of_several_batches_all_arrive(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BATCH_ROWS", 7)

    revenue = source.ajour(revenue=numbered(23)).daily_revenue(WINDOW).rows

    assert revenue["location_id"].to_pylist() == [str(n) for n in range(1, 24)]


def test_a_bad_row_of_a_later_batch_is_told_by_its_own_number(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BATCH_ROWS", 7)

    told = revenue_failure(ContractBrokenError, source.ajour(revenue=numbered(23, bad=20)))

    assert "row 20, revenue_excl_vat: found 'many'" in told


def test_a_repeated_key_is_refused_across_batches(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BATCH_ROWS", 1)
    query = " UNION ALL ".join([revenue_row(), revenue_row(location="' 10 '")])

    told = revenue_failure(ContractBrokenError, source.ajour(revenue=query))

    assert "more than one row for 2026-03-28, location_id 10" in told


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (revenue_row(day="NULL"), "row 1, business_date: found None"),
        (revenue_row(location="NULL"), "row 1, location_id: found None"),
        (revenue_row(location="''"), "row 1, location_id: found ''"),
        (revenue_row(location="'  '"), "row 1, location_id: found '  '"),
        (revenue_row(incl_vat="NULL"), "row 1, revenue_incl_vat: found None"),
        (revenue_row(excl_vat="'abc'"), "row 1, revenue_excl_vat: found 'abc'"),
        (revenue_row(excl_vat="'1.000,50'"), "row 1, revenue_excl_vat: found '1.000,50'"),
        (revenue_row(excl_vat="''"), "row 1, revenue_excl_vat: found ''"),
        (revenue_row(excl_vat="'NaN'"), "row 1, revenue_excl_vat: found 'NaN'"),
        (revenue_row(excl_vat="'Infinity'"), "row 1, revenue_excl_vat: found 'Infinity'"),
        (revenue_row(excl_vat="'-Infinity'"), "row 1, revenue_excl_vat: found '-Infinity'"),
        (revenue_row(excl_vat="'1000000000000000'"), "row 1, revenue_excl_vat: found '1000000000000000'"),
        (revenue_row(excl_vat="'1e400'"), "row 1, revenue_excl_vat: found '1e400'"),
        (revenue_row(day="'28-03-26'"), "row 1, business_date: found '28-03-26'"),
        (revenue_row(day="'2026-W13'"), "row 1, business_date: found '2026-W13'"),
        (revenue_row(day="'2026-03-28 23:00:00'"), "return a DATE"),
        (revenue_row(day="'2026-02-30'"), "row 1, business_date: found '2026-02-30'"),
        (revenue_row(day="'2026-03-28 08:30:00'"), "found '2026-03-28 08:30:00': it has a time of day; return a DATE"),
        (revenue_row(day="'2026-03-28T00:00:00.0000001'"), "it has a time of day; return a DATE, as with CAST("),
        (revenue_row(day="'2026-W13-6'"), "row 1, business_date: found '2026-W13-6': it is no day"),
        (revenue_row(day="'28-03-26'"), "row 1, business_date: found '28-03-26': it is no day"),
        (revenue_row(day="'03/28/2026'"), "row 1, business_date: found '03/28/2026': it is no day"),
        (revenue_row(excl_vat="'1_000'"), "row 1, revenue_excl_vat: found '1_000': it is no amount"),
        (revenue_row(day="20260328"), "row 1, business_date: found 20260328"),
        (revenue_row(day="'2026-03-27'"), "was asked for 2026-03-28 to 2026-03-30, but returned 2026-03-27"),
        (revenue_row(day="'2026-03-31'"), "was asked for 2026-03-28 to 2026-03-30, but returned 2026-03-31"),
        (f"{revenue_row()} UNION ALL {revenue_row()}", "more than one row for 2026-03-28, location_id 10"),
        (
            "SELECT '2026-03-28' AS business_date, '10' AS location_id, 1 AS revenue_incl_vat",
            "missing revenue_excl_vat, unexpected none",
        ),
        (f"{revenue_row()}, 'x' AS till", "missing none, unexpected till"),
        (f"{revenue_row()}, '11' AS location_id", "location_id, revenue_incl_vat, revenue_excl_vat, location_id:"),
        (revenue_row().replace("business_date", "date_of_sale"), "missing business_date, unexpected date_of_sale"),
    ],
)
def test_revenue_that_breaks_the_contract_is_refused(source: Source, query: str, told: str) -> None:
    ajour = source.ajour(revenue=query)

    message = revenue_failure(ContractBrokenError, ajour)

    assert told in message
    assert ajour.revenue_query in message
    assert "nothing was stored" in message


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT '10' AS location_id", "missing location_name, unexpected none"),
        ("SELECT '10' AS location_id, 'Bar' AS location_name, 1 AS till", "missing none, unexpected till"),
        ("SELECT NULL AS location_id, 'Bar' AS location_name", "row 1, location_id: found None"),
        ("SELECT '' AS location_id, 'Bar' AS location_name", "row 1, location_id: found ''"),
        (
            "SELECT '10' AS location_id, 'Bar' AS location_name UNION ALL SELECT '10 ', 'Bar'",
            "'10 ' has U+0020 SPACE where '10' has nothing",
        ),
        (
            "SELECT '10' AS location_id, 'Bar' AS location_name UNION ALL SELECT '1\u200b0', 'Bar, upstairs'",
            r"'1\u200b0' has U+200B ZERO WIDTH SPACE where '10' has nothing",
        ),
        (
            "SELECT '10' AS location_id, 'Bar' AS location_name UNION ALL SELECT '10', 'Bar, upstairs'",
            "more than one row for 10",
        ),
        ("DELETE FROM daily_revenue", "returns no rows. Use one SELECT"),
        ("SELECT 1; SELECT 2", "has 2 statements, and only the first one's rows would be read. Use one SELECT"),
        (
            "SET datestyle TO ISO;\nSELECT 1",
            "and the first statement returns no rows. Use one SELECT",
        ),
    ],
)
def test_locations_that_break_the_contract_are_refused(source: Source, query: str, told: str) -> None:
    assert told in locations_failure(ContractBrokenError, source.ajour(locations=query))


@pytest.mark.parametrize("name", ["NULL", "''", "' '", "'\u200b'"])
def test_a_location_without_a_name_is_called_after_its_id(source: Source, name: str) -> None:
    query = f"SELECT '10' AS location_id, 'Bar' AS location_name UNION ALL SELECT '12', {name} ORDER BY 1"

    assert [location.location_name for location in source.ajour(locations=query).locations()] == ["Bar", "Location 12"]


def test_names_arrive_without_what_nobody_sees(source: Source) -> None:
    name = "\x1b[31mCafe\u0301\u202e \u00a0 1.\u2028sal\x07"

    [location] = source.ajour(locations=f"SELECT '10' AS location_id, '{name}' AS location_name").locations()

    assert location.location_name == "Café 1. sal"


def test_ids_of_different_days_are_not_made_one(source: Source) -> None:
    query = f"{revenue_row()} UNION ALL {revenue_row(day=repr('2026-03-29'), location=repr('10') + '')}"
    hidden = query.replace("'10'", "'1\u200b0'", 1)

    assert source.ajour(revenue=query).daily_revenue(WINDOW).rows.num_rows == 2
    told = revenue_failure(ContractBrokenError, source.ajour(revenue=hidden))
    assert r"'10' has nothing where '1\u200b0' has U+200B ZERO WIDTH SPACE" in told


def test_many_bad_rows_are_counted_and_only_the_first_are_told(source: Source) -> None:
    query = " UNION ALL ".join(revenue_row(location=f"'{n}'", excl_vat="'many'") for n in range(1, 16))

    told = revenue_failure(ContractBrokenError, source.ajour(revenue=query))

    assert told.count("found 'many'") == 10
    assert told.endswith("and 5 more")


def test_nothing_that_a_query_writes_is_committed(source: Source) -> None:
    with pytest.raises(ContractBrokenError):
        source.ajour(revenue="DELETE FROM daily_revenue").daily_revenue(WINDOW)

    assert rows_of(source.ajour().daily_revenue(WINDOW).rows) == REVENUE


def test_a_query_that_the_server_refuses_is_told_from_a_lost_connection(source: Source) -> None:
    ajour = source.ajour(locations="SELECT location_id, location_name FROM no_such_table")

    told = locations_failure(QueryFailedError, ajour)

    assert "Correct" in told
    assert ajour.locations_query in told
    assert "no_such_table" in told


def test_a_parameter_that_there_is_no_value_for_is_refused(source: Source) -> None:
    ajour = source.ajour(revenue="SELECT * FROM daily_revenue WHERE business_date > :from_day")

    assert "uses the unknown parameter :from_day. Available: :company_id, :from_date, :to_date." in revenue_failure(
        QueryFailedError, ajour
    )


def test_a_query_file_that_is_gone_is_told(source: Source) -> None:
    ajour = source.ajour(locations_query="nowhere.sql")

    assert "nowhere.sql cannot be read" in locations_failure(QueryFailedError, ajour)


@pytest.mark.parametrize("missing", AJOUR_CREDENTIALS)
def test_a_missing_credential_is_named(source: Source, missing: str) -> None:
    with pytest.raises(MissingCredentialsError) as raised:
        source.ajour(**{missing: ""}).locations()

    assert [variable for variable in AJOUR_CREDENTIALS.values() if variable in str(raised.value)] == [
        AJOUR_CREDENTIALS[missing]
    ]


def test_all_missing_credentials_are_named_at_once(source: Source) -> None:
    with pytest.raises(MissingCredentialsError) as raised:
        source.ajour(**dict.fromkeys(AJOUR_CREDENTIALS, "")).locations()

    assert all(variable in str(raised.value) for variable in AJOUR_CREDENTIALS.values())


def test_a_driver_may_be_named_by_its_path(source: Source) -> None:
    [path] = [
        path
        for path in Path("/usr/lib").glob("*/odbc/*.so")
        if path.name == {"SQLite3": "libsqlite3odbc.so", "PostgreSQL Unicode": "psqlodbcw.so"}[source.driver]
    ]

    assert len(source.ajour(driver=str(path)).locations()) == len(LOCATIONS)


@pytest.mark.parametrize(
    ("driver", "how_to_install"),
    [
        ("ODBC Driver 99 for SQL Server", "msodbcsql18"),
        ("FreeTDS 99", "apt-get install tdsodbc"),
        ("PostgreSQL 99", "apt-get install odbc-postgresql"),
        ("MariaDB 99", "apt-get install odbc-mariadb"),
        ("SQLite 99", "apt-get install libsqliteodbc"),
        ("Oracle 99", "as its vendor describes"),
        ("/nowhere/libmsodbcsql-18.so", "msodbcsql18"),
    ],
)
def test_a_driver_that_is_not_installed_is_told_with_those_that_are(
    sqlite_ajour: Source, driver: str, how_to_install: str
) -> None:
    told = locations_failure(DriverNotInstalledError, sqlite_ajour.ajour(driver=driver))

    assert f"{driver!r} is not installed" in told
    assert "SQLite3" in told
    assert how_to_install in told


def test_a_driver_file_that_is_no_driver_is_told(sqlite_ajour: Source, tmp_path: Path) -> None:
    path = tmp_path / "libsqlite3odbc.so"
    path.write_text("not a library", encoding="utf-8")

    assert "is not installed" in locations_failure(DriverNotInstalledError, sqlite_ajour.ajour(driver=str(path)))


def test_the_credentials_are_not_in_the_representation(source: Source) -> None:
    ajour = source.ajour()

    assert not [name for name in AJOUR_CREDENTIALS if getattr(ajour, name) in repr(ajour)]


def test_what_may_pass_is_tried_four_times_with_longer_and_longer_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    waits: list[float] = []
    tries = 0

    def time_out() -> None:
        nonlocal tries
        tries += 1
        raise TimedOutError(Bilingual(da="for langsom", en="too slow"))

    with pytest.raises(TimedOutError):
        connection.retried.copy(sleep=waits.append)(time_out)

    assert tries == 4
    assert [int(wait) for wait in waits] == [2, 4, 8]
    assert any(wait != int(wait) for wait in waits)


def test_what_will_not_pass_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    tries = 0

    def refuse() -> None:
        nonlocal tries
        tries += 1
        raise LoginRefusedError(Bilingual(da="forkert adgangskode", en="wrong password"))

    with pytest.raises(LoginRefusedError):
        connection.retried(refuse)

    assert tries == 1


def test_a_missing_driver_manager_is_told_with_what_to_install(sqlite_ajour: Source, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    reason = "libodbc.so.2: cannot open shared object file: No such file or directory"
    (broken / "pyodbc.py").write_text(f"raise ImportError({reason!r})\n", encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys\n"
        "from ajour_revenue.ajour.connection import AjourConnection\n"
        "try:\n"
        "    AjourConnection(**json.load(sys.stdin)).locations()\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error, sep='\\n')\n",
        encoding="utf-8",
    )

    shown = subprocess.run(
        [sys.executable, program],
        input=json.dumps(asdict(sqlite_ajour.ajour())),
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(broken), str(Path(connection.__file__).parents[2])])},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    ).stdout.splitlines()

    assert shown[0] == DriverManagerMissingError.__name__
    assert "apt-get install unixodbc" in shown[1]
    assert reason in shown[1]
