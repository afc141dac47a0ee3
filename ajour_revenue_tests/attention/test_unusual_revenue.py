"""Unusual revenue (D26): what is found, what its cause is said to be, and what is left alone."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import get_args

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ajour_revenue import days
from ajour_revenue.attention.finding import Cause, Facts, Finding, Kind
from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts, about, line
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import never
from ajour_revenue.wages.figures import Place
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.file import empty
from ajour_revenue_tests.kit import COMPANY_ID, IN_BOTH_STORES, settings_dict
from ajour_revenue_tests.plan.kit import OERE, TODAY, Sold, days_before, drawn, every_day, store

DAY = TODAY
"""The day that is judged."""
ONLY_DAY = Window(DAY, DAY)
WEEK = dt.timedelta(days=7)
UNITS = ("Bar", "Kitchen", "Shop")
SEEDS = st.integers(0, 10_000)
few = examples(max_examples=10)

History = dict[dt.date, Sold]


@dataclass
class Books:
    """A warehouse of three units, for as long as a test looks at it."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings = field(default_factory=lambda: Settings.model_validate(settings_dict()))

    def earn(
        self,
        history: History,
        revenue: str | None,
        unit: str = "Bar",
        *,
        locations: tuple[str, ...] = ("10", "11"),
        missing: tuple[str, ...] = (),
    ) -> None:
        """Store what a unit sold before the day and on it, as if long ago."""
        amount = None if revenue is None else Decimal(revenue)
        self.add([*history.values(), Sold(DAY, amount, unit, locations, missing)])

    def add(self, sold: Iterable[Sold]) -> None:
        store(self.connection, sold)
        self.change("UPDATE unit_revenue SET updated_at = '2020-01-01'")

    def pay(self, unit: str, cost: str, people: int = 2) -> None:
        department = "Aarhus" if unit == "Shop" else "Vesterbro"
        self.change("INSERT INTO wage_costs VALUES (?, ?, ?, ?, 1, now(), 'run')", DAY, department, unit, cost)
        self.change("INSERT INTO wage_cost_people VALUES (?, ?, ?, ?)", DAY, department, unit, people)

    def revise(self, before: str | None, after: str, change: str) -> None:
        self.change(
            "INSERT INTO unit_revenue_revisions BY NAME SELECT ? AS business_date, 'Bar' AS unit, "
            "?::DECIMAL(18, 2) AS revenue_excl_vat_before, ?::DECIMAL(18, 2) AS revenue_excl_vat_after, "
            "'ajour' AS source_before, 'ajour' AS source_after, now() AS changed_at, 'run' AS run_id, ? AS change",
            *(DAY, before, after, change),
        )

    def change(self, sql: str, *arguments: object) -> None:
        self.connection.execute(sql, arguments)

    def found(self, *kinds: Kind, window: Window = ONLY_DAY) -> list[Finding]:
        calculate_wage_percentage(self.connection, self.settings, window)
        return findings(
            self.connection,
            self.settings,
            upcoming=never,
            days=window,
            company_id=COMPANY_ID,
            kinds=kinds or ("unusual revenue",),
        )

    def cause(self) -> Cause | None:
        """Return the cause of the only finding."""
        [unusual] = self.found()
        return unusual.facts.cause


@pytest.fixture
def books(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[Books]:
    empty_tables.begin()
    yield Books(empty_tables)
    empty_tables.rollback()


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as connection:
        connection.execute("SET threads = 1")
        yield connection


def found_of(connection: duckdb.DuckDBPyConnection, sold: Iterable[Sold]) -> list[Finding]:
    """Return what is unusual on the day where the warehouse holds this and nothing else."""
    connection.begin()
    try:
        books = Books(connection)
        books.add(sold)
        return books.found()
    finally:
        connection.rollback()


def usual(amount: Decimal | int = 1_000, unit: str = "Bar") -> History:
    return every_day(amount, weeks=26, unit=unit)


def at(history: History, factor: str) -> list[Sold]:
    """Return a history, and on the day so many times what its weekday brought last."""
    last = history[DAY - WEEK].revenue_excl_vat
    assert last is not None
    return [*history.values(), Sold(DAY, (last * Decimal(factor)).quantize(OERE))]


# What is unusual


@IN_BOTH_STORES
def test_a_figure_that_is_far_too_low_is_told_with_what_was_expected_and_the_command_that_explains_it(
    books: Books,
) -> None:
    books.earn(usual(), "300")

    [unusual] = books.found()

    assert (unusual.kind, unusual.place, unusual.days) == (
        "unusual revenue",
        Place("Vesterbro", "Bar"),
        ONLY_DAY,
    )
    assert unusual.facts == Facts(
        revenue_excl_vat=Decimal(300), expected_revenue_excl_vat=Decimal(1_000), cause="none known"
    )
    assert line(unusual) == (
        f"Unusual revenue: Vesterbro, Bar, {DAY}: revenue 300,00 kr. excl. VAT; expected 1.000,00 kr. excl. VAT; no "
        f"cause known. See where the figure comes from: ajour-revenue explain Bar {DAY}"
    )


@pytest.mark.parametrize(
    ("revenue", "is_found"),
    [("0", True), ("499.99", True), ("500", False), ("1000", False), ("2000", False), ("2000.01", True)],
)
def test_less_than_a_half_and_more_than_the_double_are_unusual_where_every_day_is_the_same(
    books: Books,
    revenue: str,
    is_found: bool,  # noqa: FBT001
) -> None:
    books.earn(usual(), revenue)

    assert len(books.found()) == is_found


def test_where_days_differ_much_it_takes_more(books: Books) -> None:
    uneven = {
        day: replace(sold, revenue_excl_vat=Decimal(600 if day.toordinal() // 7 % 2 else 1_400))
        for day, sold in usual().items()
    }
    books.earn(usual(unit="Kitchen"), "450", "Kitchen")
    books.earn(uneven, "450")

    assert [unusual.place.unit for unusual in books.found()] == ["Kitchen"]


@few
@given(seed=SEEDS)
def test_an_ordinary_day_is_not_found_and_one_without_revenue_or_with_four_times_as_much_is(
    connection: duckdb.DuckDBPyConnection, seed: int
) -> None:
    history = drawn(seed, weeks=26)

    assert [len(found_of(connection, at(history, factor))) for factor in ("0", "1", "4")] == [1, 0, 1]


@few
@given(seed=SEEDS, factor=st.decimals("0.1", 4, places=3), scale=st.integers(2, 1_000))
@example(seed=118, factor=Decimal("0.100"), scale=882)
def test_in_another_currency_the_same_days_are_unusual(
    connection: duckdb.DuckDBPyConnection, seed: int, factor: Decimal, scale: int
) -> None:
    sold = at(drawn(seed, weeks=26), f"{factor}")
    scaled = [replace(day, revenue_excl_vat=(day.revenue_excl_vat or Decimal(0)) * scale) for day in sold]

    assert len(found_of(connection, scaled)) == len(found_of(connection, sold))


@few
@given(seed=SEEDS, factor=st.sampled_from(["0", "1", "4"]), later=st.lists(st.integers(0, 10**6), max_size=20))
def test_what_was_sold_later_changes_nothing(
    connection: duckdb.DuckDBPyConnection, seed: int, factor: str, later: list[int]
) -> None:
    sold = at(drawn(seed, weeks=26), factor)
    future = [Sold(DAY + dt.timedelta(days=n), Decimal(amount)) for n, amount in enumerate(later, start=1)]

    assert found_of(connection, [*sold, *future]) == found_of(connection, sold)


@few
@given(weeks=st.integers(1, 3), seed=SEEDS, factor=st.decimals(0, 1_000, places=2))
def test_a_short_history_says_nothing(
    connection: duckdb.DuckDBPyConnection, weeks: int, seed: int, factor: Decimal
) -> None:
    assert found_of(connection, at(drawn(seed, weeks=weeks), f"{factor}")) == []


@few
@given(seed=SEEDS, unit=st.sampled_from(UNITS))
def test_only_the_unit_itself_is_told_whatever_the_others_sold(
    connection: duckdb.DuckDBPyConnection, seed: int, unit: str
) -> None:
    sold = [
        replace(day, unit=each)
        for number, each in enumerate(UNITS)
        for day in at(drawn(seed + number, weeks=26), "0" if each == unit else "1")
    ]

    assert [unusual.place.unit for unusual in found_of(connection, sold)] == [unit]


def test_a_unit_that_is_not_in_the_settings_is_not_judged(books: Books) -> None:
    books.earn(usual(unit="Garden"), "0", "Garden")

    assert books.found() == []


# Which days are judged


def test_an_earlier_day_is_judged_where_its_figure_came_or_changed_today(books: Books) -> None:
    books.earn(usual(), "1000")
    changed, left = DAY - dt.timedelta(days=3), DAY - dt.timedelta(days=2)
    books.change("UPDATE unit_revenue SET revenue_excl_vat = 0 WHERE business_date IN (?, ?)", changed, left)
    midnight = days.now().replace(hour=0, minute=0, second=0, microsecond=0)
    books.change("UPDATE unit_revenue SET updated_at = ? WHERE business_date = ?", midnight, changed)
    just_before = midnight - dt.timedelta(seconds=1)
    books.change("UPDATE unit_revenue SET updated_at = ? WHERE business_date = ?", just_before, left)

    window = Window(DAY - dt.timedelta(days=9), DAY)

    assert [unusual.days for unusual in books.found(window=window)] == [Window(changed, changed)]
    assert books.found(window=Window(left, DAY)) == []


def test_days_in_a_row_are_told_one_by_one(books: Books) -> None:
    books.earn(usual(), "0")
    day_before = DAY - dt.timedelta(days=1)
    books.change(
        "UPDATE unit_revenue SET revenue_excl_vat = 0, updated_at = ? WHERE business_date = ?", days.now(), day_before
    )

    assert [unusual.days for unusual in books.found(window=Window(day_before, DAY))] == [
        Window(day_before, day_before),
        ONLY_DAY,
    ]


def test_a_weekday_that_is_always_closed_is_not_judged(books: Books) -> None:
    closed_on_mondays = {
        day: replace(sold, revenue_excl_vat=Decimal(0)) if day.weekday() == DAY.weekday() else sold
        for day, sold in usual().items()
    }
    books.earn(closed_on_mondays, "0")

    assert books.found() == []


def on_holiday(unit: str, *, weeks: int) -> list[Sold]:
    """Return days of a unit that sells 1.000 on each, 2.000 on Ascension Day, and nothing on that of 2026."""
    holidays = {dt.date(2024, 5, 9), dt.date(2025, 5, 29)}
    today = dt.date(2026, 5, 14)
    return [
        *(Sold(day, Decimal(2_000 if day in holidays else 1_000), unit) for day in days_before(today, weeks=weeks)),
        Sold(today, Decimal(0), unit),
    ]


def test_a_holiday_is_judged_by_the_same_one_last_year_and_not_at_all_where_there_is_none(books: Books) -> None:
    books.add([*on_holiday("Bar", weeks=26), *on_holiday("Kitchen", weeks=104)])

    [unusual] = books.found(window=Window(dt.date(2026, 5, 14), dt.date(2026, 5, 14)))

    assert (unusual.place.unit, unusual.facts.cause) == ("Kitchen", "holiday")
    assert unusual.facts.expected_revenue_excl_vat == Decimal(2_000)
    assert about(unusual).endswith("; likely cause: Ascension Day")
    assert FINDING_TEXTS["da"].facts(unusual).endswith("; sandsynlig årsag: Kristi himmelfartsdag")


# What other findings tell


def test_where_a_location_is_missing_that_is_told_and_nothing_else(books: Books) -> None:
    books.earn(usual(), "300", locations=("10",), missing=("11",))

    assert [finding.kind for finding in books.found("missing", "unusual revenue")] == ["missing"]


def test_that_a_location_is_missing_does_not_explain_too_much(books: Books) -> None:
    books.earn(usual(), "3000", locations=("10",), missing=("11",))

    assert books.cause() == "none known"


def test_a_figure_that_stays_though_a_location_vanished_is_whole(books: Books) -> None:
    books.earn(usual(), "300", locations=("10", "11"), missing=("11",))

    assert books.cause() == "none known"


@pytest.mark.parametrize("revenue", [None, "-500"])
def test_what_is_not_known_and_what_is_refunded_are_findings_of_their_own(books: Books, revenue: str | None) -> None:
    books.earn(usual(), revenue)

    assert books.found() == []


@pytest.mark.parametrize(
    ("revenue", "wages", "other"), [("0", True, "wages without revenue"), ("300", False, "revenue without wages")]
)
def test_wages_that_are_the_cause_are_not_told_again(
    books: Books,
    revenue: str,
    wages: bool,  # noqa: FBT001
    other: Kind,
) -> None:
    books.earn(usual(), revenue)
    books.earn(usual(unit="Kitchen"), "1000", "Kitchen")
    books.pay("Kitchen", "300")
    if wages:
        books.pay("Bar", "300")

    assert [finding.place.unit for finding in books.found(other)] == ["Bar"]
    assert [finding.kind for finding in books.found("unusual revenue", other)] == ["unusual revenue"]


# The cause


def test_of_a_location_that_nobody_entered_when_entering_another(books: Books) -> None:
    books.earn(usual(), "300", locations=("10",), missing=("11",))
    books.change("UPDATE unit_revenue SET source = 'manual' WHERE business_date = ?", DAY)

    assert books.cause() == "missing location"


@pytest.mark.parametrize("locations", [("10",), ("10", "11", "12"), ("10", "12")])
def test_other_locations_than_in_the_weeks_before_are_another_mapping(books: Books, locations: tuple[str, ...]) -> None:
    books.earn(usual(), "300", locations=locations)

    assert books.cause() == "mapping changed"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("corrected", "correction"),
        ("mapping", "mapping changed"),
        ("completed", "none known"),
        ("VAT choice", "none known"),
    ],
)
def test_a_change_is_the_cause_where_it_made_an_unusual_figure_of_a_usual_one(
    books: Books, change: str, cause: Cause
) -> None:
    books.earn(usual(), "3000")
    books.revise("1100", "3000", change)

    assert books.cause() == cause


def test_a_correction_of_what_was_unusual_before_is_not_the_cause(books: Books) -> None:
    books.earn(usual(), "3000")
    books.revise("2900", "3000", "corrected")

    assert books.cause() == "none known"


def test_of_a_manual_entry(books: Books) -> None:
    books.earn(usual(), "10000", locations=())
    books.change("UPDATE unit_revenue SET source = 'manual' WHERE business_date = ?", DAY)

    assert books.cause() == "manual entry"


@pytest.mark.parametrize(
    ("revenue", "bar_pays", "kitchen_pays", "cause"),
    [
        ("0", None, "300", "closed"),
        ("300", None, "300", "no wages"),
        ("0", "300", "300", "open"),
        ("300", "300", "300", "none known"),
        ("3000", None, "300", "none known"),
        # Nobody knows whether any wages were paid.
        ("0", None, None, "none known"),
        ("300", None, None, "none known"),
    ],
)
def test_of_wages_that_are_there_or_not(
    books: Books, revenue: str, bar_pays: str | None, kitchen_pays: str | None, cause: Cause
) -> None:
    books.earn(usual(), revenue)
    books.earn(usual(unit="Kitchen"), "1000", "Kitchen")
    for unit, cost in (("Bar", bar_pays), ("Kitchen", kitchen_pays)):
        if cost:
            books.pay(unit, cost)

    assert books.cause() == cause


@pytest.mark.parametrize("revenue", ["0", "300"])
def test_what_one_person_earned_changes_nothing_that_is_told(books: Books, revenue: str) -> None:
    books.earn(usual(), revenue)
    books.pay("Bar", "4321.09", people=1)
    told = books.found()
    books.change("UPDATE wage_costs SET wage_cost = 1")

    assert books.found() == told
    assert "4.321" not in " ".join(map(about, told))


# What is said


@pytest.mark.parametrize("texts", FINDING_TEXTS.values(), ids=FINDING_TEXTS)
def test_every_cause_is_told_in_its_own_words(texts: FindingTexts) -> None:
    assert texts.causes.keys() == set(get_args(Cause))
    assert len(set(texts.causes.values())) == len(texts.causes)
