"""Fixtures of the tests of findings."""

from collections.abc import Iterator

import duckdb
import pytest

from ajour_revenue_tests.attention.kit import State


@pytest.fixture
def state(tables_in_memory: duckdb.DuckDBPyConnection) -> Iterator[State]:
    """A warehouse in which nothing needs attention."""
    tables_in_memory.begin()
    state = State(tables_in_memory)
    state.be_in_order()
    yield state
    tables_in_memory.rollback()
