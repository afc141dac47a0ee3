"""Running SQL: what a query needs are arguments, and rows come back by name.

One parameter style everywhere: `$name` in the text takes the argument of that name. Relations that Python gives are
registered under a name first (Arrow tables), or made a temporary table of it (`give`).
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from typing import Any, TypeVar

import duckdb

Record = TypeVar("Record")


def sql_file(package: str, name: str) -> str:
    """Return the text of `sql/<name>.sql` in a package: `sql_file(__package__, "unit_revenue")`."""
    return (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def run(connection: duckdb.DuckDBPyConnection, sql: str, **arguments: object) -> duckdb.DuckDBPyConnection:
    """Run every statement of an SQL text, and return the connection with the last one's result.

    Raises KeyError where the text names a parameter that is not among the arguments.
    """
    with _without_pandas():
        for statement in connection.extract_statements(sql):
            connection.execute(statement, {name: arguments[name] for name in statement.named_parameters})
    return connection


@contextmanager
def _without_pandas() -> Iterator[None]:
    """Keep DuckDB from importing pandas.

    It does so for any argument, to see whether that is one of the values that pandas has for nothing; a query of ours
    is quicker than that import.
    """
    if "pandas" in sys.modules:
        yield
        return
    # So Python refuses to import it, and DuckDB goes on as where it is not installed.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop("pandas", None)


def give(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Give SQL some rows as a temporary table: `give(connection, "days", "business_date DATE", rows)`.

    They hold texts, numbers, dates and decimals, lists of these, and None. In one argument, as JSON, which DuckDB takes
    much faster than a list.
    """
    made = f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT unnest($rows::JSON::STRUCT({columns})[], max_depth := 2)"
    run(connection, made, rows=json.dumps(list(rows), default=str))


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str, record: Callable[..., Record], **arguments: object
) -> list[Record]:
    """Return a query's rows as records, whose fields are the query's columns in any order."""
    result = run(connection, sql, **arguments)
    names = [column[0] for column in result.description]
    return [record(**dict(zip(names, row, strict=True))) for row in result.fetchall()]


def row(connection: duckdb.DuckDBPyConnection, sql: str, record: Callable[..., Record], **arguments: object) -> Record:
    """Return a query's only row as a record; ValueError where there is none, or more than one."""
    [only] = rows(connection, sql, record, **arguments)
    return only


def values(connection: duckdb.DuckDBPyConnection, sql: str, **arguments: object) -> list[Any]:
    """Return a query's only column."""
    return [value for (value,) in run(connection, sql, **arguments).fetchall()]


def value(connection: duckdb.DuckDBPyConnection, sql: str, **arguments: object) -> Any:  # noqa: ANN401 (as the query has it)
    """Return the only value of a query; ValueError where there is none, or more than one."""
    [only] = values(connection, sql, **arguments)
    return only


def quoted(text: object) -> str:
    """Return a text, or a path, as SQL writes it where no parameter can stand."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
