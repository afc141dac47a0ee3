"""How named parameters become ODBC's question marks."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.ajour.errors import ContractBrokenError, QueryFailedError
from ajour_revenue.ajour.queries import Batch, DailyRevenue, Location, Query

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


def rows(folder: Path, *values: tuple[object, ...]) -> list[DailyRevenue]:
    """Check rows of business_date, location_id, revenue_incl_vat and revenue_excl_vat."""
    path = folder / "query.sql"
    path.write_text("SELECT 1", encoding="utf-8")
    revenue = Query(path, DailyRevenue)
    checked = revenue.rows(Batch(revenue.columns, values, first_number=1))
    revenue.refuse_unusable()
    return checked


UTC_PLUS_ONE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 1),
        datetime(2026, 11, 1),  # noqa: DTZ001 (as drivers give it)
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC_PLUS_ONE),
    ],
)
def test_a_moment_at_midnight_is_its_date(tmp_path: Path, day: date) -> None:
    [row] = rows(tmp_path, (day, "10", Decimal(1), Decimal(1)))

    assert type(row.business_date) is date
    assert row.business_date == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("column", "found", "told"),
    [
        ("business_date", datetime(2026, 10, 31, 23, tzinfo=UTC), "it has a time of day; return a DATE"),
        ("business_date", "2026-11-01 12:00:00 AM", "it has a time of day; return a DATE"),
        ("business_date", "2026-11-01 7.30", "it has a time of day; return a DATE"),
        ("business_date", 20261101, "it is no date; return a DATE"),
        ("business_date", True, "it is no date; return a DATE"),
        ("business_date", b"2026-11-01", "it is no date; return a DATE"),
        ("business_date", "", "is no day"),
        ("business_date", "2026-13-01", "is no day"),
        ("business_date", "20261301", "is no day"),
        ("business_date", "202\uff16-11-01", "is no day"),
        ("location_id", b"10", "it is neither a text nor a whole number"),
        ("location_id", 10.0, "it is neither a text nor a whole number"),
        ("location_id", True, "it is neither a text nor a whole number"),
        ("location_id", "\u200b", "at least 1 character"),
        ("location_id", "1" * 101, "at most 100 characters"),
        ("revenue_incl_vat", None, "it is empty (NULL)"),
        ("revenue_incl_vat", True, "it is no amount"),
        ("revenue_incl_vat", b"1.00", "it is no amount"),
        ("revenue_incl_vat", "1.234,50", "it is no amount"),
        ("revenue_incl_vat", "١٢", "it is no amount"),
        ("revenue_incl_vat", float("nan"), "finite number"),
        ("revenue_incl_vat", float("-inf"), "finite number"),
        ("revenue_incl_vat", Decimal("sNaN"), "finite number"),
        ("revenue_incl_vat", Decimal("1e999999"), "less than 1000000000000000"),
        ("revenue_incl_vat", "-1e999999", "greater than -1000000000000000"),
    ],
)
def test_an_odd_value_is_told_with_its_row_and_column(tmp_path: Path, column: str, found: object, told: str) -> None:
    good = {"business_date": date(2026, 11, 1), "location_id": "9", "revenue_incl_vat": 1, "revenue_excl_vat": 1}
    bad = good | {column: found}

    with pytest.raises(ContractBrokenError) as raised:
        rows(tmp_path, tuple(good.values()), tuple(bad.values()))

    assert f"  row 2, {column}: found {found!r}"[:80] in str(raised.value)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (Decimal("-0.00"), "0"),
        ("-0", "0"),
        (Decimal("1e-999999"), "0"),
        ("1.005e2", "100.5"),
        (0.1, "0.1"),
        (Decimal("0.123456785"), "0.12345679"),
    ],
)
def test_an_unusual_amount_is_kept_as_what_it_is(tmp_path: Path, found: object, kept: str) -> None:
    [row] = rows(tmp_path, (date(2026, 11, 1), 10, found, found))

    assert row.revenue_incl_vat == Decimal(kept)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1; SELECT 2", "has 2 statements, and only the first one's rows would be read. Use one SELECT"),
        ("WITH a AS (SELECT 1) SELECT 1;\n-- x\nSELECT 2;", "only the first one's rows would be read"),
        ("SET NOCOUNT ON; SELECT 1", "the first statement returns no rows. Use one SELECT"),
        ("DECLARE @x INT = 1;;SELECT 1; SELECT 2", "has 3 statements, and the first statement returns no rows"),
    ],
)
def test_several_statements_are_refused(tmp_path: Path, sql: str, told: str) -> None:
    with pytest.raises(ContractBrokenError) as raised:
        query(tmp_path, sql).bind(VALUES)

    assert told in str(raised.value)


@pytest.mark.parametrize("sql", [";WITH a AS (SELECT 1) SELECT ';'", "SELECT ';' ;;", "SELECT [a;b] /* ; */ -- ;"])
def test_semicolons_beside_one_statement_do_no_harm(tmp_path: Path, sql: str) -> None:
    bound, _ = query(tmp_path, sql).bind(VALUES)

    assert bound.startswith(("WITH", "SELECT"))
    assert not bound.rstrip().endswith(";")
