"""What only a server can show: logins, time-outs, and connections that break halfway."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import tenacity
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ajour_revenue import days
from ajour_revenue.ajour import connection
from ajour_revenue.ajour.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    ContractBrokenError,
    HostUnreachableError,
    LoginRefusedError,
    QueryFailedError,
    TimedOutError,
    UnknownDatabaseError,
)
from ajour_revenue.ajour.queries import Query
from ajour_revenue_tests.ajour.kit import (
    LOCATIONS,
    PASSWORD,
    REVENUE,
    USER,
    WINDOW,
    Source,
    address_that_never_answers,
    failure,
    fill,
    hanging_up_server,
    in_background,
    locations_failure,
    revenue_failure,
    silent_server,
)
from ajour_revenue_tests.ajour.postgres import LOCK, Postgres, running_postgres
from ajour_revenue_tests.processes import PATIENCE_SECONDS, free_port, wait_until

WAITS_BEFORE_THE_FIRST_ROW = f"""
    SELECT location_id, location_name
    FROM pg_advisory_xact_lock({LOCK}), locations
    WHERE company_id = :company_id
"""
WAITS_BETWEEN_ROWS = f"""
    SELECT
        number AS location_id,
        rpad('name', 1000) || CASE number WHEN 4000 THEN pg_advisory_xact_lock({LOCK})::text ELSE '.' END
            AS location_name
    FROM generate_series(1, 5000) AS number
"""
AT_A_TIME = """
    SELECT timestamp '{}' AS business_date, '10' AS location_id, 1 AS revenue_incl_vat, 1 AS revenue_excl_vat
"""
WAITING = pytest.mark.parametrize(
    "query",
    [
        pytest.param(WAITS_BEFORE_THE_FIRST_ROW, id="before the first row"),
        pytest.param(WAITS_BETWEEN_ROWS, id="while rows come over"),
    ],
)


@pytest.fixture
def only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again."""
    monkeypatch.setattr(connection, "retried", connection.retried.copy(stop=tenacity.stop_after_attempt(1)))


@pytest.fixture
def original_password(postgres: Postgres) -> Iterator[None]:
    """Let a test change the password."""
    yield
    postgres.set_password(USER, PASSWORD)


# Figures


@pytest.mark.parametrize("column_type", ["numeric(18, 2)", "numeric", "money", "text", "double precision", "integer"])
def test_money_becomes_an_exact_decimal_whatever_its_type(postgres_ajour: Source, column_type: str) -> None:
    query = f"""
        SELECT date '2026-03-28' AS business_date, '10' AS location_id,
            '125'::text::{column_type} AS revenue_incl_vat, '100'::text::{column_type} AS revenue_excl_vat
    """

    [row] = postgres_ajour.ajour(revenue=query).daily_revenue(WINDOW).rows.to_pylist()

    assert (row["revenue_incl_vat"], row["revenue_excl_vat"]) == (Decimal(125), Decimal(100))


def test_more_decimals_than_the_oere_are_kept(postgres_ajour: Source) -> None:
    query = """
        SELECT date '2026-03-28' AS business_date, '10' AS location_id,
            0.1::numeric AS revenue_incl_vat, 0.12345678::numeric AS revenue_excl_vat
    """

    revenue = postgres_ajour.ajour(revenue=query).daily_revenue(WINDOW).rows

    assert revenue["revenue_excl_vat"].to_pylist() == [Decimal("0.12345678")]


@pytest.mark.parametrize("not_a_number", ["NaN", "Infinity", "-Infinity"])
def test_a_numeric_that_is_no_number_is_refused(postgres_ajour: Source, not_a_number: str) -> None:
    query = f"""
        SELECT date '2026-03-28' AS business_date, '10' AS location_id,
            0 AS revenue_incl_vat, '{not_a_number}'::numeric AS revenue_excl_vat
    """

    assert "row 1, revenue_excl_vat" in revenue_failure(ContractBrokenError, postgres_ajour.ajour(revenue=query))


def test_a_timestamp_at_midnight_is_a_date(postgres_ajour: Source) -> None:
    query = AT_A_TIME.format("2026-03-28 00:00")

    assert postgres_ajour.ajour(revenue=query).daily_revenue(WINDOW).rows["business_date"].to_pylist() == [
        date(2026, 3, 28)
    ]


def test_a_timestamp_with_a_time_of_day_is_refused(postgres_ajour: Source) -> None:
    query = AT_A_TIME.format("2026-03-28 08:30")

    told = revenue_failure(ContractBrokenError, postgres_ajour.ajour(revenue=query))

    assert f"row 1, business_date: found {datetime(2026, 3, 28, 8, 30)!r}" in told  # noqa: DTZ001 (as it came)


def test_casts_literals_and_comments_with_colons_and_semicolons_are_left_alone(postgres_ajour: Source) -> None:
    query = """
        -- at 07:00; :from_date is bound below, :nothing in comments is
        SELECT business_date::date, location_id, revenue_incl_vat, revenue_excl_vat  /* :nothing; ? */
        FROM daily_revenue
        WHERE company_id = :company_id
            AND '07:00;:from_date?' = '07:00' || ';:from_date?'
            AND business_date BETWEEN :from_date::date AND :to_date
            AND :from_date <= business_date;
        -- the end;
    """

    revenue = postgres_ajour.ajour(revenue=query).daily_revenue(WINDOW).rows

    assert sorted(tuple(row.values()) for row in revenue.to_pylist()) == REVENUE


def test_a_query_that_deletes_what_it_returns_deletes_nothing(postgres_ajour: Source) -> None:
    query = "WITH gone AS (DELETE FROM daily_revenue RETURNING *) SELECT * FROM gone"
    columns = "business_date, location_id, revenue_incl_vat, revenue_excl_vat"

    taken = postgres_ajour.ajour(revenue=query.replace("*", columns)).daily_revenue(WINDOW).rows

    assert taken.num_rows == len(REVENUE)
    assert postgres_ajour.ajour().daily_revenue(WINDOW).rows.num_rows == len(REVENUE)


# Logins


def failed_logins(server: Postgres, user: str) -> int:
    return server.log.count(f'FATAL:  password authentication failed for user "{user}"')


@pytest.mark.usefixtures("original_password")
def test_a_wrong_password_is_told_and_not_tried_again(postgres: Postgres, postgres_ajour: Source) -> None:
    before = failed_logins(postgres, USER)

    told = locations_failure(LoginRefusedError, postgres_ajour.ajour(password="distinct;wrong}"))

    assert told == "Ajour refused the login. Check AJOUR_USER and AJOUR_PASSWORD. (SQLSTATE 08001, error 101)"
    assert failed_logins(postgres, USER) - before == 1


def test_an_unknown_user_is_told(postgres_ajour: Source) -> None:
    assert "Check AJOUR_USER" in locations_failure(LoginRefusedError, postgres_ajour.ajour(user="nobody-here"))


@pytest.mark.parametrize("database", ["no-such-database", "two  spaces", 'quoted " æ'])
def test_an_unknown_database_is_told(postgres_ajour: Source, database: str) -> None:
    told = locations_failure(UnknownDatabaseError, postgres_ajour.ajour(database=database))

    assert told.startswith("Ajour has no database with the name in AJOUR_DATABASE, or this login may not open it.")
    assert database not in told


def test_a_database_that_the_user_may_not_enter_is_told_with_the_servers_reason(
    postgres: Postgres, postgres_ajour: Source
) -> None:
    postgres.execute("CREATE DATABASE closed")
    postgres.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")

    told = locations_failure(ConnectionFailedError, postgres_ajour.ajour(database="closed"))

    assert "permission denied for database" in told


@pytest.mark.usefixtures("original_password")
@given(
    password=st.text(
        st.one_of(
            st.sampled_from("{};='\"\\ %+[]()?*!@,:$&~"),
            st.characters(codec="utf-8", exclude_categories=("C", "Z")),
        ),
        min_size=1,
        max_size=20,
    )
)
@example(password=PASSWORD)
@example(password="}}")
@example(password="};UID=nobody;PWD={")
@example(password=" {} ")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_printable_password_arrives_as_it_is(postgres: Postgres, postgres_ajour: Source, password: str) -> None:
    postgres.set_password(USER, password)

    assert len(postgres_ajour.ajour(password=password).locations()) == len(LOCATIONS)


@pytest.mark.parametrize("name", ["a b", " a ", "a}b", "a{b}", "a=b", "a'b", "a%41+b", "æ,å"])
def test_users_and_databases_arrive_as_they_are(postgres: Postgres, postgres_ajour: Source, name: str) -> None:
    postgres.execute(f'CREATE ROLE "{name}" LOGIN')
    postgres.set_password(name.replace("'", "''"), PASSWORD)
    postgres.execute(f'CREATE DATABASE "{name}" STRATEGY wal_log')
    query = "SELECT current_user::text AS location_id, current_database()::text AS location_name"
    ajour = postgres_ajour.ajour(locations=query.replace("_user::text", "_user::text || '.'"), user=name, database=name)

    [location] = ajour.locations()

    assert (location.location_id, location.location_name) == (f"{name}.".lstrip(), name.strip())


# Addresses


def test_a_port_where_nothing_listens_is_told(postgres_ajour: Source) -> None:
    port = free_port()

    told = locations_failure(HostUnreachableError, postgres_ajour.ajour(port=port))

    assert f"Nothing answers at AJOUR_HOST, port {port} (Connection refused)" in told


@pytest.mark.parametrize("host", ["findes-ikke.invalid", "findes..ikke", "x" * 70])
def test_an_unknown_host_is_told(postgres_ajour: Source, host: str) -> None:
    assert "Check AJOUR_HOST" in locations_failure(HostUnreachableError, postgres_ajour.ajour(host=host))


@pytest.mark.usefixtures("only_once")
def test_an_address_that_never_answers_is_given_up(postgres_ajour: Source) -> None:
    with address_that_never_answers() as port:
        told = locations_failure(HostUnreachableError, postgres_ajour.ajour(port=port, login_timeout_seconds=1))

    assert "no answer in time" in told


@pytest.mark.usefixtures("only_once")
@pytest.mark.parametrize("driver", ["PostgreSQL Unicode", "FreeTDS"])
def test_a_server_that_takes_the_connection_and_never_answers_is_given_up(postgres_ajour: Source, driver: str) -> None:
    with silent_server() as port:
        ajour = postgres_ajour.ajour(driver=driver, port=port, login_timeout_seconds=1)
        told = locations_failure(TimedOutError, ajour)

    assert "did not answer the login in time" in told


def test_a_server_that_hangs_up_during_the_login_counts_as_a_lost_connection(postgres_ajour: Source) -> None:
    with hanging_up_server() as port:
        locations_failure(ConnectionLostError, postgres_ajour.ajour(port=port))


# Queries


def test_a_table_that_the_user_may_not_read_is_told(postgres_ajour: Source) -> None:
    ajour = postgres_ajour.ajour(locations="SELECT location_id, location_name FROM salaries")

    told = locations_failure(QueryFailedError, ajour)

    assert "may not read what" in told
    assert "It is about salaries. (SQLSTATE 42501" in told


def test_a_query_that_fails_halfway_is_told_from_a_lost_connection(postgres_ajour: Source) -> None:
    query = "SELECT number AS location_id, 1 / (4000 - number) AS location_name FROM generate_series(1, 5000) AS number"

    assert "division by zero" in locations_failure(QueryFailedError, postgres_ajour.ajour(locations=query))


def test_a_company_id_that_is_no_number_is_told_by_its_variable_and_not_by_its_value(postgres_ajour: Source) -> None:
    query = "SELECT location_id, location_name FROM locations WHERE :company_id::text::integer = location_id"

    told = locations_failure(QueryFailedError, postgres_ajour.ajour(locations=query, company_id="Bodega 7"))

    assert "Most often AJOUR_COMPANY_ID is not of the kind that the column holds" in told
    assert "(SQLSTATE 22P02" in told
    assert "Bodega" not in told


@pytest.mark.usefixtures("only_once")
def test_a_query_that_takes_too_long_is_ended_on_the_server_too(postgres: Postgres, postgres_ajour: Source) -> None:
    query = "SELECT pg_sleep(600)::text AS location_id, 'Bar' AS location_name"
    ajour = postgres_ajour.ajour(locations=query, query_timeout_seconds=1)

    def is_gone() -> bool:
        running = (
            "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)%' AND usename = ?"
        )
        return not postgres.execute(running, USER)

    locations_failure(TimedOutError, ajour)

    wait_until(is_gone, "the query to be gone")


@pytest.mark.usefixtures("only_once")
def test_a_query_slower_than_the_time_out_is_given_up(postgres_ajour: Source) -> None:
    query = "SELECT location_id, location_name FROM locations, pg_sleep(600)"

    told = locations_failure(TimedOutError, postgres_ajour.ajour(locations=query, query_timeout_seconds=1))

    assert "did not answer locations.sql within 1 s" in told


@pytest.mark.usefixtures("only_once")
@WAITING
def test_a_server_that_freezes_is_given_up(postgres: Postgres, postgres_ajour: Source, query: str) -> None:
    ajour = postgres_ajour.ajour(locations=query, query_timeout_seconds=2)

    with ExitStack() as until_it_thaws:
        with postgres.lock_held(postgres_ajour.database):
            fetched = in_background(ajour.locations)
            backend = postgres.waiting_backend()
            until_it_thaws.enter_context(postgres.frozen(backend))
        # The lock is free: nothing but the frost keeps the query from its end.
        failure(TimedOutError, ajour, fetched)
    postgres.terminate(backend)

    assert len(postgres_ajour.ajour().locations()) == len(LOCATIONS)


@WAITING
def test_a_connection_that_breaks_once_is_made_again(postgres: Postgres, postgres_ajour: Source, query: str) -> None:
    whole = len(postgres_ajour.ajour(locations=query).locations())

    with postgres.lock_held(postgres_ajour.database):
        fetched = in_background(postgres_ajour.ajour(locations=query).locations)
        postgres.terminate(postgres.waiting_backend())
        postgres.waiting_backend()

    assert len(fetched.result(timeout=PATIENCE_SECONDS)) == whole


def test_the_moment_of_asking_is_that_of_the_attempt_that_succeeded(
    postgres: Postgres, postgres_ajour: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests' clock may stand still from one of these moments to the next.
    monkeypatch.setattr(days, "now", lambda: datetime.now(days.COPENHAGEN))
    query = f"""
        SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat
        FROM pg_advisory_xact_lock({LOCK}), daily_revenue
    """

    with postgres.lock_held(postgres_ajour.database):
        fetched = in_background(lambda: postgres_ajour.ajour(revenue=query).daily_revenue(WINDOW))
        first = postgres.waiting_backend()
        before = days.now()
        postgres.terminate(first)
        postgres.waiting_backend()
        after = days.now()

    answer = fetched.result(timeout=PATIENCE_SECONDS)
    assert answer.row_count == len(REVENUE)
    assert before < answer.asked_at < after


@WAITING
def test_a_connection_that_keeps_breaking_is_told(postgres: Postgres, postgres_ajour: Source, query: str) -> None:
    ajour = postgres_ajour.ajour(locations=query)

    with postgres.lock_held(postgres_ajour.database):
        fetched = in_background(ajour.locations)
        postgres.terminate(postgres.waiting_backend())
        postgres.terminate(postgres.waiting_backend())
        told = failure(ConnectionLostError, ajour, fetched)

    assert "nothing was stored" in told


@pytest.mark.usefixtures("only_once")
@WAITING
def test_a_server_that_is_killed_is_told_and_found_again_after_its_start(tmp_path: Path, query: str) -> None:
    with running_postgres() as server:
        fill(server, "figures")
        source = Source(tmp_path, "PostgreSQL Unicode", "figures", host="127.0.0.1", port=server.port)
        ajour = source.ajour(locations=query)
        with server.lock_held(source.database):
            fetched = in_background(ajour.locations)
            server.waiting_backend()
            server.kill()
            failure(ConnectionLostError, ajour, fetched)
        locations_failure(HostUnreachableError, ajour)

        server.start()

        assert len(source.ajour().locations()) == len(LOCATIONS)


def test_a_connection_that_breaks_after_the_last_row_loses_nothing(
    postgres: Postgres, postgres_ajour: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BATCH_ROWS", 1)
    check_columns = Query.check_columns

    def terminated(*arguments: object) -> None:
        for (backend,) in postgres.execute("SELECT pid FROM pg_stat_activity WHERE usename = ?", USER):
            postgres.terminate(backend)
        check_columns(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Query, "check_columns", terminated)

    assert len(postgres_ajour.ajour().locations()) == len(LOCATIONS)
