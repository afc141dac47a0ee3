"""SQL takes named arguments, and its rows come back by name."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import duckdb
import pytest

from ajour_revenue.warehouse.run import row, rows, run, value, values


class Sale(NamedTuple):
    day: dt.date
    amount: Decimal


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
