"""How named parameters become ODBC's question marks."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.ajour.errors import ContractBrokenError, QueryFailedError
from ajour_revenue.ajour.queries import Location, Query

VALUES = {"company_id": "4711", "from_date": "first", "to_date": "last"}


def query(folder: Path, sql: str, *, encoding: str = "utf-8") -> Query[Location]:
    path = folder / "query.sql"
    path.write_bytes(sql.encode(encoding))
    return Query(path, Location)


@pytest.mark.parametrize(
    ("sql", "bound", "values"),
    [
        ("SELECT :company_id", "SELECT ?", ["4711"]),
        (":to_date :from_date :to_date", "? ? ?", ["last", "first", "last"]),
        ("(:company_id)", "(?)", ["4711"]),
        ("a=:company_id;", "a=?", ["4711"]),
        ("a::date = :from_date::date", "a::date = ?::date", ["first"]),
        ("'07:00' ':company_id' 'it''s :company_id'", "'07:00' ':company_id' 'it''s :company_id'", []),
        ('"a:company_id" [b:company_id]', '"a:company_id" [b:company_id]', []),
        ("1 -- it's :company_id; \n+ 2", "1  \n+ 2", []),
        ("1 /* it's\n:company_id; */ + 2", "1   + 2", []),
        ("'-- no comment' :company_id", "'-- no comment' ?", ["4711"]),
        ("'/*' :company_id '*/'", "'/*' ? '*/'", ["4711"]),
        ("SELECT 1; -- the end;", "SELECT 1", []),
        ("\n SELECT 1 ;\n", "SELECT 1 ", []),
        ("-- Ø\r\nSELECT 'ø'\r\n", "SELECT 'ø'", []),
        ("a[1:2] 12:30 : x", "a[1:2] 12:30 : x", []),
    ],
)
def test_parameters_are_bound_in_their_order_and_nothing_else_changes(
    tmp_path: Path, sql: str, bound: str, values: list[str]
) -> None:
    assert query(tmp_path, sql).bind(VALUES) == (bound, values)


PIECES: st.SearchStrategy[tuple[str, str, list[str]]] = st.one_of(
    st.sampled_from([(f":{name}", "?", [value]) for name, value in VALUES.items()]),
    st.sampled_from(
        [(text, text, []) for text in ("::date", "SELECT", "=", "(", ")", "07", ",", "x.y", "*", "/", "%")]
    ),
    st.text("aø:;'\"[]-/* \n?", max_size=10)
    .map(lambda text: "'" + text.replace("'", "''") + "'")
    .map(lambda literal: (literal, literal, [])),
    st.text("aø:;'\"[] ?", max_size=10).map(lambda text: (f"--{text}\n", " \n", [])),
    st.text("aø:;'\"[]- \n?", max_size=10).map(lambda text: (f"/*{text}*/", " ", [])),
)


@given(pieces=st.lists(PIECES, min_size=1))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_beside_them_only_parameters_are_bound(
    tmp_path: Path, pieces: list[tuple[str, str, list[str]]]
) -> None:
    sql, bound, values = zip(*pieces, strict=True)

    text, given_values = query(tmp_path, " ".join(sql)).bind(VALUES)

    assert text == " ".join(bound).strip()
    assert given_values == [value for each in values for value in each]


def test_an_unknown_parameter_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(QueryFailedError, match=r":company\. Available: :company_id, :from_date, :to_date"):
        query(tmp_path, "SELECT :company").bind(VALUES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_query_may_begin_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    assert query(tmp_path, "SELECT 'æ'", encoding=encoding).bind(VALUES) == ("SELECT 'æ'", [])


def test_a_query_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryFailedError, match=r"query\.sql cannot be read as UTF-8"):
        query(tmp_path, "SELECT 'æ'", encoding="latin-1")


def test_a_statement_that_returns_no_columns_breaks_the_contract(tmp_path: Path) -> None:
    with pytest.raises(ContractBrokenError, match=r"returns no rows\. Use one SELECT"):
        query(tmp_path, "DELETE FROM locations").check_columns([])
