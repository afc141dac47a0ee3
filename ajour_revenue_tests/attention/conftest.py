"""Fixtures of the tests of findings."""

from collections.abc import Iterator

import duckdb
import pytest

from ajour_revenue_tests.attention.kit import State


@pytest.fixture
def state(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[State]:
    """A warehouse in which nothing needs attention."""
    empty_tables.begin()
    state = State(empty_tables)
    state.be_in_order()
    yield state
    empty_tables.rollback()
