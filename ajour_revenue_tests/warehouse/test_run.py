"""SQL takes named arguments, and its rows come back by name."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.warehouse.run import give, row, rows, run, value, values


class Sale(NamedTuple):
    day: dt.date
    amount: Decimal


class Given(NamedTuple):
    name: str | None
    number: int
    day: dt.date | None
    amount: Decimal


GIVEN = st.builds(
    Given,
    # What names are made of: `clean_name` sees to it.
    st.none() | st.text(st.characters(exclude_categories=["C"])),
    st.integers(-(2**63), 2**63 - 1),
    st.none() | st.dates(),
    st.decimals(Decimal("-999.99"), Decimal("999.99"), places=2),
)

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        run(
            connection,
            """
            -- A text of several statements; each takes the arguments that it names.
            CREATE TABLE sales AS SELECT $day AS day, $amount::DECIMAL(18, 2) AS amount;
            INSERT INTO sales SELECT $day::DATE + 1, 2 * $amount;
            """,
            day=DAY,
            amount=Decimal("1.05"),
        )
        yield connection


def test_rows_are_records_whatever_the_order_of_their_columns(connection: duckdb.DuckDBPyConnection) -> None:
    one_way = rows(connection, "SELECT day, amount FROM sales ORDER BY day", Sale)
    other_way = rows(connection, "SELECT amount, day FROM sales ORDER BY day", Sale)

    assert one_way == other_way == [Sale(DAY, Decimal("1.05")), Sale(DAY + dt.timedelta(days=1), Decimal("2.10"))]


def test_a_column_that_the_record_does_not_have_is_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(TypeError, match="shop"):
        rows(connection, "SELECT *, 'Bar' AS shop FROM sales", Sale)


def test_a_parameter_without_an_argument_is_an_error_that_names_it(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError, match="day"):
        run(connection, "SELECT $day")


def test_a_list_and_none_are_arguments_too(connection: duckdb.DuckDBPyConnection) -> None:
    assert value(connection, "SELECT list_contains($days, $day) AND $none IS NULL", days=[DAY], day=DAY, none=None)


def test_an_only_row_and_an_only_value_must_be_the_only_ones(connection: duckdb.DuckDBPyConnection) -> None:
    first = "FROM sales ORDER BY day LIMIT 1"

    assert row(connection, first, Sale) == Sale(DAY, Decimal("1.05"))
    assert values(connection, "SELECT amount FROM sales ORDER BY day") == [Decimal("1.05"), Decimal("2.10")]
    with pytest.raises(ValueError, match="too many"):
        row(connection, "FROM sales", Sale)
    with pytest.raises(ValueError, match="not enough"):
        value(connection, "SELECT amount FROM sales WHERE amount < 0")


@given(st.lists(GIVEN, max_size=5))
def test_rows_that_are_given_come_back_as_they_were(given_rows: list[Given]) -> None:
    with duckdb.connect() as connection:
        # The second one takes the place of the first.
        for filling in ([Given("before", 1, DAY, Decimal(1))], given_rows):
            columns = "name VARCHAR, number BIGINT, day DATE, amount DECIMAL(5, 2)"
            give(connection, "filled", columns, [each._asdict() for each in filling])

        assert rows(connection, "FROM filled", Given) == given_rows
