"""Fixtures of the wages' tests."""

from collections.abc import Iterator

import duckdb
import pytest

from ajour_revenue_tests.reports.kit import Books


@pytest.fixture
def books(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[Books]:
    empty_tables.begin()
    yield Books(empty_tables)
    empty_tables.rollback()
