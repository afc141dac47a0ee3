"""Fixtures of the reports' tests."""

from collections.abc import Iterator

import duckdb
import pytest

from ajour_revenue_tests.reports.kit import Books


@pytest.fixture
def books(tables_in_memory: duckdb.DuckDBPyConnection) -> Iterator[Books]:
    tables_in_memory.begin()
    yield Books(tables_in_memory)
    tables_in_memory.rollback()
