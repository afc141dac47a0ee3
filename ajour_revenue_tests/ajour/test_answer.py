"""Whole columns at once say what row by row says, of every answer that a driver can give."""

import datetime as dt
import resource
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue.ajour import answer
from ajour_revenue.ajour.answer import REVENUE_SCHEMA, Fetched, RevenueAnswer
from ajour_revenue.ajour.errors import AnswerTooLargeError, ContractBrokenError
from ajour_revenue.ajour.queries import Batch, DailyRevenue, Query
from ajour_revenue.days import Window

WINDOW = Window(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
ASKED_AT = dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)

Values = tuple[object, object, object, object]


class RowByRow(RevenueAnswer):
    """Has nothing that is plain."""

    def _plain_columns(self, _: Batch) -> None:
        return None


@pytest.fixture
def query(tmp_path: Path) -> Query[DailyRevenue]:
    return query_in(tmp_path)


def query_in(folder: Path) -> Query[DailyRevenue]:
    path = folder / "query.sql"
    path.write_text("SELECT 1", encoding="utf-8")
    return Query(path, DailyRevenue)


def fetched(taken: RevenueAnswer, batches: Iterable[list[Values]]) -> Fetched:
    number = 1
    for values in batches:
        taken.add(Batch(REVENUE_SCHEMA.names, values, number))
        number += len(values)
    return taken.fetched(ASKED_AT)


def outcome(taken: RevenueAnswer, batches: Iterable[list[Values]]) -> list[dict[str, Any]] | str:
    try:
        found: list[dict[str, Any]] = fetched(taken, batches).rows.to_pylist()
    except ContractBrokenError as error:
        return str(error)
    return found


DAYS = st.sampled_from(WINDOW.days)
ZONES = st.sampled_from([None, dt.UTC, dt.timezone(dt.timedelta(hours=1))])
AMOUNTS = st.decimals(-(10**16), 10**16, places=2) | st.decimals(-100, 100, places=25) | st.decimals()
COLUMNS = (
    (
        DAYS,
        DAYS.map(str),
        DAYS.map(lambda day: f"{day} 00:00:00"),
        st.builds(lambda day, zone: dt.datetime.combine(day, dt.time(), zone), DAYS, ZONES),
        st.sampled_from(["2026-11-31", "", None, True, dt.date(2026, 12, 1)]),
    ),
    (
        st.sampled_from(["1", "2", "Bar", " 1", "1 ", "1\u200b", "", "x" * 101]),
        st.integers(0, 3),
        st.sampled_from([None, True, 1.0, Decimal("1.0"), Decimal(1), b"1"]),
    ),
    (
        AMOUNTS,
        AMOUNTS.map(str),
        st.integers(-(10**16), 10**16),
        st.floats(),
        st.sampled_from(["1e3", " 5 ", "+1", ".5", "5.", "\u0661", "1_0", "", None, True, b"1", "1.5\n"]),
        st.sampled_from([Decimal(10**15) - Decimal("1e-9"), str(10**15 - 1), "0.000000005", "-0.000000005", "-0"]),
    ),
)


@st.composite
def batches(draw: st.DrawFn) -> list[list[Values]]:
    """Draw answers whose columns mostly are of one kind, as drivers give them."""
    kinds = [draw(st.sampled_from(kinds)) for kinds in (*COLUMNS, COLUMNS[-1])]
    odd = [st.one_of(*kinds) for kinds in (*COLUMNS, COLUMNS[-1])]
    is_odd = draw(st.integers(0, 9)) == 0
    return draw(st.lists(st.lists(st.tuples(*(odd if is_odd else kinds)), min_size=1, max_size=4), max_size=3))


@given(batches=batches())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_give_what_rows_give(tmp_path: Path, batches: list[list[Values]]) -> None:
    by_row = outcome(RowByRow(query_in(tmp_path), WINDOW), batches)

    assert outcome(RevenueAnswer(query_in(tmp_path), WINDOW), batches) == by_row


def rows(count: int, *, amount: object = "1.25") -> list[Values]:
    return [(dt.date(2026, 11, 1), str(number), amount, Decimal(1)) for number in range(count)]


@pytest.mark.parametrize("amount", ["1.25", "-1234567890.123456785", Decimal("0.3333333333333333333"), 7])
def test_an_ordinary_answer_is_not_looked_at_row_by_row(
    query: Query[DailyRevenue], monkeypatch: pytest.MonkeyPatch, amount: object
) -> None:
    monkeypatch.setattr(Query, "rows", lambda *_: pytest.fail("it is plain"))

    assert fetched(RevenueAnswer(query, WINDOW), [rows(5, amount=amount)]).row_count == 5


def test_a_large_answer_is_read_from_outside_memory_as_often_as_one_likes(
    query: Query[DailyRevenue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "IN_MEMORY_AT_MOST", 100)

    large = fetched(RevenueAnswer(query, WINDOW), [rows(500)])

    assert large.reader().read_all().num_rows == 500
    assert large.rows["location_id"].to_pylist() == [str(number) for number in range(500)]


def test_what_cannot_be_used_is_told_of_the_whole_answer_at_once(query: Query[DailyRevenue]) -> None:
    bad = [rows(3), rows(1, amount="many"), rows(12, amount=None)]

    told = outcome(RevenueAnswer(query, WINDOW), bad)

    assert "row 4, revenue_incl_vat: found 'many'" in told
    assert "row 5, revenue_incl_vat: found None: it is empty (NULL)" in told
    assert isinstance(told, str)
    assert told.endswith("\n  and 3 more")


def test_a_repeated_key_is_told_once(query: Query[DailyRevenue]) -> None:
    told = outcome(RevenueAnswer(query, WINDOW), [rows(2), rows(1), rows(1) + rows(1)])

    assert isinstance(told, str)
    assert "more than one row for 2026-11-01, location_id 0. Correct" in told


def test_a_full_disk_is_told_with_what_to_do(query: Query[DailyRevenue], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "IN_MEMORY_AT_MOST", 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    taken = RevenueAnswer(query, WINDOW)

    # A process that may write no more is refused by the system as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(AnswerTooLargeError, match=r"does not fit into .* \(File too large\); nothing was stored"):
            fetched(taken, [rows(2000)] * 20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
