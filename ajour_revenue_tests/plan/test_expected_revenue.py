"""What the coming days are expected to bring: from which days, with which interval, and when nothing is said."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.plan.danish_holidays import danish_holidays
from ajour_revenue.plan.expected_revenue import ExpectedDay, PastDay, expect_revenue, load_expected
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.file import empty
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.plan.kit import OERE, TODAY, Sold, days_before, drawn, every_day, store

SETTINGS = Settings.model_validate(settings_dict())
UNITS = ("Bar", "Kitchen", "Shop")
FORTNIGHT = 14


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty() as connection:
        connection.execute("SET threads = 1")
        yield connection


def expected(
    connection: duckdb.DuckDBPyConnection,
    history: Iterable[Sold],
    *,
    today: dt.date = TODAY,
    days: int = FORTNIGHT,
    unit: str = "Bar",
) -> dict[dt.date, ExpectedDay]:
    """Return what is expected of a unit where the warehouse holds this history and nothing else."""
    connection.begin()
    try:
        store(connection, history)
        expect_revenue(connection, SETTINGS, Window(today, today + dt.timedelta(days=days - 1)))
        return {day.business_date: day for day in load_expected(connection) if day.unit == unit}
    finally:
        connection.rollback()


def figures(days: dict[dt.date, ExpectedDay]) -> list[Decimal | None]:
    return [day.expected_revenue_excl_vat for day in days.values()]


SEEDS = st.integers(0, 10_000)
WEEKS = st.integers(0, 40)
few = settings(max_examples=10)


# What an ordinary day is expected to bring


def test_where_every_day_was_the_same_so_are_the_coming_ones(connection: duckdb.DuckDBPyConnection) -> None:
    days = expected(connection, every_day(1_000, weeks=30).values())

    assert list(days) == [TODAY + dt.timedelta(days=n) for n in range(FORTNIGHT)]
    assert {(day.expected_revenue_excl_vat, day.low, day.high, day.note) for day in days.values()} == {
        (Decimal(1_000), Decimal(1_000), Decimal(1_000), None)
    }


def test_a_figure_names_the_days_that_it_comes_from(connection: duckdb.DuckDBPyConnection) -> None:
    history = drawn(1, weeks=40)

    friday = expected(connection, history.values())[dt.date(2026, 3, 6)]

    fridays = [dt.date(2026, 3, 6) - dt.timedelta(weeks=week) for week in range(1, 27)]
    assert friday.department == "Vesterbro"
    assert [(day.business_date, day.revenue_excl_vat) for day in friday.learnt_from] == [
        (day, history[day].revenue_excl_vat) for day in fridays if day != dt.date(2025, 12, 26)
    ]
    weights = [day.weight for day in friday.learnt_from]
    assert weights[:2] == [Decimal(1), Decimal("0.85")]
    assert weights == sorted(weights, reverse=True)


@few
@given(seed=SEEDS, weeks=WEEKS)
def test_a_figure_is_the_product_of_its_parts(connection: duckdb.DuckDBPyConnection, seed: int, weeks: int) -> None:
    for day in expected(connection, drawn(seed, weeks=weeks).values()).values():
        if weeks < 4:
            assert (day.expected_revenue_excl_vat, day.note) == (None, "fewer than four such weekdays")
            continue
        assert day.weekday_revenue is not None
        assert day.level is not None
        product = day.weekday_revenue * day.level * (day.holiday_factor or 1)
        assert day.expected_revenue_excl_vat == product.quantize(OERE, ROUND_HALF_UP)
        amounts = [each.revenue_excl_vat for each in day.learnt_from]
        assert min(amounts) <= day.weekday_revenue <= max(amounts)


@few
@given(seed=SEEDS, weeks=WEEKS)
def test_the_interval_contains_the_figure(connection: duckdb.DuckDBPyConnection, seed: int, weeks: int) -> None:
    for day in expected(connection, drawn(seed, weeks=weeks).values()).values():
        if weeks < 6:  # fewer than a fortnight of figures that can be compared with what came
            assert (day.low, day.high) == (None, None)
        else:
            assert day.low is not None
            assert day.expected_revenue_excl_vat is not None
            assert day.high is not None
            assert 0 <= day.low <= day.expected_revenue_excl_vat <= day.high


def test_the_interval_holds_four_times_of_five(connection: duckdb.DuckDBPyConnection) -> None:
    held = []
    for seed in range(40):
        later = TODAY + dt.timedelta(days=FORTNIGHT)
        history = drawn(seed, weeks=42, today=later)
        for day in expected(connection, (sold for sold in history.values() if sold.business_date < TODAY)).values():
            sold = history[day.business_date].revenue_excl_vat
            assert sold is not None
            assert day.low is not None
            assert day.high is not None
            held.append(day.low <= sold <= day.high)

    assert 0.75 <= sum(held) / len(held) <= 0.9


@few
@given(seed=SEEDS, factor=st.integers(2, 50))
def test_a_place_that_sells_so_many_times_as_much_is_expected_to(
    connection: duckdb.DuckDBPyConnection, seed: int, factor: int
) -> None:
    history = drawn(seed, weeks=60)
    more = [replace(day, revenue_excl_vat=(day.revenue_excl_vat or Decimal()) * factor) for day in history.values()]

    for one, many in zip(
        expected(connection, history.values()).values(), expected(connection, more).values(), strict=True
    ):
        for field in ("expected_revenue_excl_vat", "low", "high"):
            # The level has four decimals.
            assert float(getattr(many, field)) == pytest.approx(factor * float(getattr(one, field)), rel=0.0005)


@few
@given(seed=SEEDS, weeks=st.integers(4, 30), later=st.lists(st.integers(-10_000, 1_000_000), min_size=1, max_size=60))
def test_nothing_from_the_first_day_on_is_read(
    connection: duckdb.DuckDBPyConnection, seed: int, weeks: int, later: list[int]
) -> None:
    history = drawn(seed, weeks=weeks)
    future = [Sold(TODAY + dt.timedelta(days=n), Decimal(amount)) for n, amount in enumerate(later)]

    assert expected(connection, [*history.values(), *future]) == expected(connection, history.values())


@few
@given(seed=SEEDS, shuffle=st.randoms(use_true_random=False))
def test_the_same_history_gives_the_same_figures_in_whatever_order_it_lies(
    connection: duckdb.DuckDBPyConnection, seed: int, shuffle: Random
) -> None:
    history = list(drawn(seed, weeks=60).values())
    shuffled = shuffle.sample(history, len(history))

    assert expected(connection, shuffled) == expected(connection, history)


@settings(max_examples=3)
@given(seed=SEEDS)
def test_units_have_nothing_to_do_with_each_other(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    histories = {unit: drawn(seed + n, weeks=30, unit=unit).values() for n, unit in enumerate(UNITS)}
    together = [day for history in histories.values() for day in history]

    for unit, history in histories.items():
        assert expected(connection, together, unit=unit) == expected(connection, history, unit=unit)


def test_a_unit_that_the_settings_no_longer_have_is_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    assert expected(connection, every_day(1_000, weeks=30, unit="Old bar").values(), unit="Old bar") == {}


@pytest.mark.parametrize("change", ["0.2", "0.5", "2"])
def test_a_new_level_is_followed_within_four_weeks(connection: duckdb.DuckDBPyConnection, change: str) -> None:
    history = every_day(1_000, weeks=40) | every_day(Decimal(1_000) * Decimal(change), weeks=4)

    for amount in figures(expected(connection, history.values())):
        assert amount is not None
        assert float(amount) == pytest.approx(1_000 * float(change), rel=0.12)


def test_a_single_good_week_is_no_new_level(connection: duckdb.DuckDBPyConnection) -> None:
    history = every_day(1_000, weeks=40) | every_day(1_500, weeks=1)

    for amount in figures(expected(connection, history.values())):
        assert amount is not None
        assert 1_000 <= amount < 1_200


@pytest.mark.parametrize("amount", [985, 1_015])
def test_two_per_cent_are_no_new_level(connection: duckdb.DuckDBPyConnection, amount: int) -> None:
    history = every_day(1_000, weeks=40) | every_day(amount, weeks=4)

    assert {day.level for day in expected(connection, history.values()).values()} == {Decimal(1)}


def test_a_few_days_are_no_new_level(connection: duckdb.DuckDBPyConnection) -> None:
    weeks_ago = every_day(1_000, weeks=36, today=TODAY - dt.timedelta(weeks=4))
    days_ago = {day: Sold(day, Decimal(1_900)) for day in days_before(TODAY, weeks=1)[-3:]}

    days = expected(connection, [*weeks_ago.values(), *days_ago.values()])

    assert {day.level for day in days.values()} == {Decimal(1)}


# From what nothing is learnt


AMOUNTS = st.sampled_from(["-5000", "-0.01", "0", "0.01", "100", "249", "4001", "1000000", "900000000"])


@few
@given(amount=AMOUNTS, days_ago=st.sets(st.integers(1, 200), min_size=1, max_size=3))
@example(amount="0.01", days_ago={1, 2, 3})
def test_a_few_refunds_or_invoices_change_nothing(
    connection: duckdb.DuckDBPyConnection, amount: str, days_ago: set[int]
) -> None:
    odd = {TODAY - dt.timedelta(days=days) for days in days_ago}
    history = every_day(1_000, weeks=40) | {day: Sold(day, Decimal(amount)) for day in odd}

    days = expected(connection, history.values())

    assert set(figures(days)) == {Decimal(1_000)}
    assert not odd & {each.business_date for expected_day in days.values() for each in expected_day.learnt_from}


@few
@given(
    seed=SEEDS,
    silences=st.dictionaries(st.integers(1, 200), st.integers(0, 100_000) | st.none(), min_size=1, max_size=3),
)
def test_a_day_on_which_a_till_was_silent_might_as_well_not_be_there(
    connection: duckdb.DuckDBPyConnection, seed: int, silences: dict[int, int | None]
) -> None:
    history = drawn(seed, weeks=30)
    for days_ago, amount in silences.items():
        day = TODAY - dt.timedelta(days=days_ago)
        history[day] = Sold(
            day,
            None if amount is None else Decimal(amount),
            locations=() if amount is None else ("10",),
            missing_locations=("10", "11") if amount is None else ("11",),
        )
    without = [day for day in history.values() if not day.missing_locations]

    assert expected(connection, history.values()) == expected(connection, without)


def test_a_figure_that_stays_although_its_location_vanished_is_learnt_from(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    history = drawn(1, weeks=30)
    yesterday = TODAY - dt.timedelta(days=1)
    kept = history | {yesterday: replace(history[yesterday], missing_locations=("11",))}

    assert expected(connection, kept.values()) == expected(connection, history.values())


def test_a_location_that_hardly_ever_sells_on_a_weekday_is_not_missed_on_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    history = drawn(1, weeks=30)
    upstairs_closed = {
        day: replace(sold, locations=("10",), missing_locations=("11",)) if day.weekday() < 3 else sold
        for day, sold in history.items()
    }

    assert expected(connection, upstairs_closed.values()) == expected(connection, history.values())


# Closed days


@pytest.mark.parametrize("closed", [Sold(TODAY, Decimal()), Sold(TODAY, None, "Bar", (), ("10", "11"))])
@pytest.mark.parametrize("weeks", [4, 40])
@pytest.mark.parametrize("since_weeks", [4, 40])
def test_a_weekday_without_revenue_is_closed(
    connection: duckdb.DuckDBPyConnection, closed: Sold, weeks: int, since_weeks: int
) -> None:
    history = every_day(1_000, weeks=weeks)
    for day in days_before(TODAY, weeks=min(weeks, since_weeks)):
        if day.weekday() == 0:
            history[day] = replace(closed, business_date=day)

    days = expected(connection, history.values())

    for day, expected_day in days.items():
        if day.weekday() == 0:
            assert (expected_day.expected_revenue_excl_vat, expected_day.note) == (Decimal(), "closed")
        else:
            assert (expected_day.expected_revenue_excl_vat, expected_day.note) == (Decimal(1_000), None)


def test_a_weekday_that_is_open_again_is_not_closed(connection: duckdb.DuckDBPyConnection) -> None:
    history = every_day(1_000, weeks=20)
    mondays = sorted(day for day in history if day.weekday() == 0)
    for day in mondays[8:-1]:
        history[day] = Sold(day, Decimal())

    monday = expected(connection, history.values())[TODAY]

    assert (monday.expected_revenue_excl_vat, monday.note) == (Decimal(1_000), None)
    assert [day.business_date for day in monday.learnt_from] == [
        mondays[-1],
        *(day for day in reversed(mondays[:8]) if day >= TODAY - dt.timedelta(weeks=26)),
    ]


def test_tills_that_no_longer_answer_on_any_day_are_no_closed_days(connection: duckdb.DuckDBPyConnection) -> None:
    history = every_day(1_000, weeks=20) | {
        day: Sold(day, None, "Bar", (), ("10", "11")) for day in every_day(0, weeks=4)
    }

    days = expected(connection, history.values())

    assert {(day.expected_revenue_excl_vat, day.note) for day in days.values()} == {(Decimal(1_000), None)}


# Short history


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_with_fewer_than_four_same_weekdays_nothing_is_said(connection: duckdb.DuckDBPyConnection, weeks: int) -> None:
    days = expected(connection, every_day(1_000, weeks=weeks).values())

    assert len(days) == FORTNIGHT
    assert {(day.expected_revenue_excl_vat, day.low, day.high, day.note) for day in days.values()} == {
        (None, None, None, "fewer than four such weekdays")
    }


def test_what_is_older_than_half_a_year_says_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    history = [day for day in every_day(1_000, weeks=60).values() if day.business_date < TODAY - dt.timedelta(weeks=26)]

    assert set(figures(expected(connection, history))) == {None}


# Holidays


def holiday_on(name: str, year: int) -> dt.date:
    return next(each.business_date for each in danish_holidays([year]) if each.holiday == name)


NAMES = sorted({each.holiday for each in danish_holidays([2026])})


@few
@given(name=st.sampled_from(NAMES), year=st.integers(2024, 2040), share=st.sampled_from(["0", "0.4", "1.9"]))
def test_a_holiday_brings_what_it_brought_last_year_wherever_it_moves(
    connection: duckdb.DuckDBPyConnection, name: str, year: int, share: str
) -> None:
    last, coming = ([each for each in danish_holidays([of]) if each.holiday == name] for of in (year - 1, year))
    if not last or not coming:  # two fall together in one of the years
        return
    history = every_day(1_000, weeks=62, today=coming[0].business_date)
    then = last[0].business_date
    history[then] = Sold(then, Decimal(1_000) * Decimal(share))

    [day] = expected(connection, history.values(), today=coming[0].business_date, days=1).values()

    assert day.holiday == name
    assert day.expected_revenue_excl_vat == Decimal(1_000) * Decimal(share)
    assert day.note == ("closed" if share == "0" else None)
    assert day.last_holiday == PastDay(then, Decimal(1_000) * Decimal(share))


def test_last_years_date_is_an_ordinary_day_where_easter_has_moved(connection: duckdb.DuckDBPyConnection) -> None:
    good_friday = holiday_on("Langfredag", 2025)
    history = every_day(1_000, weeks=60, today=dt.date(2026, 3, 30))
    history[good_friday] = Sold(good_friday, Decimal())

    days = expected(connection, history.values(), today=dt.date(2026, 3, 30), days=30)

    assert [day for day, each in days.items() if each.expected_revenue_excl_vat == 0] == [
        holiday_on("Langfredag", 2026)
    ]
    assert days[good_friday.replace(year=2026)].expected_revenue_excl_vat == 1_000


def test_a_holiday_is_as_much_above_the_level_as_last_year(connection: duckdb.DuckDBPyConnection) -> None:
    today = holiday_on("Nytårsaften", 2025)
    history = every_day(1_000, weeks=62, today=today) | every_day(2_000, weeks=30, today=today)
    history[holiday_on("Nytårsaften", 2024)] = Sold(holiday_on("Nytårsaften", 2024), Decimal(3_000))

    [day] = expected(connection, history.values(), today=today, days=1).values()

    assert day.expected_revenue_excl_vat == 6_000
    assert day.holiday_factor == 3


def test_a_holiday_that_was_an_ordinary_day_is_one(connection: duckdb.DuckDBPyConnection) -> None:
    today = holiday_on("Lillejuleaften", 2025)
    random = Random(1)
    history = {day: Sold(day, Decimal(random.randint(700, 1_300))) for day in every_day(0, weeks=60, today=today)}
    history[holiday_on("Lillejuleaften", 2024)] = Sold(holiday_on("Lillejuleaften", 2024), Decimal(1_050))

    [day] = expected(connection, history.values(), today=today, days=1).values()

    assert day.holiday_factor == 1
    assert day.last_holiday == PastDay(holiday_on("Lillejuleaften", 2024), Decimal(1_050))


def test_nothing_is_known_of_a_first_holiday(connection: duckdb.DuckDBPyConnection) -> None:
    today = dt.date(2025, 12, 22)
    days = expected(connection, every_day(1_000, weeks=30, today=today).values(), today=today, days=14)

    assert {(day.business_date.day, day.low) for day in days.values() if day.note == "first such holiday"} == {
        (23, Decimal(1_000)),
        *((day, Decimal()) for day in (24, 25, 26, 31, 1)),
    }  # an eve is no reason to close
    assert set(figures(days)) == {Decimal(1_000)}


def test_a_holiday_before_which_nothing_is_known_is_a_first_one(connection: duckdb.DuckDBPyConnection) -> None:
    christmas_eve = holiday_on("Juleaftensdag", 2024)
    history = every_day(1_000, weeks=30, today=holiday_on("Juleaftensdag", 2025))
    for days_after in range(6):
        day = christmas_eve + dt.timedelta(days=days_after)
        history[day] = Sold(day, Decimal(400))

    today = holiday_on("Juleaftensdag", 2025)
    coming = expected(connection, history.values(), today=today)[today]

    assert (coming.note, coming.expected_revenue_excl_vat) == ("first such holiday", Decimal(1_000))


def test_without_any_figure_a_holiday_was_closed_and_an_eve_was_silent(connection: duckdb.DuckDBPyConnection) -> None:
    today = dt.date(2025, 12, 22)
    history = every_day(1_000, weeks=60, today=today)
    for name in ("Lillejuleaften", "Juledag"):
        then = holiday_on(name, 2024)
        history[then] = Sold(then, None, "Bar", (), ("10", "11"))

    days = expected(connection, history.values(), today=today)

    assert days[dt.date(2025, 12, 23)].note == "first such holiday"
    assert days[dt.date(2025, 12, 25)].note == "closed"


def test_a_holiday_opens_a_weekday_that_is_closed(connection: duckdb.DuckDBPyConnection) -> None:
    easter_monday, today = holiday_on("Anden påskedag", 2025), holiday_on("Anden påskedag", 2026)
    history = {
        day: replace(sold, revenue_excl_vat=Decimal()) if day.weekday() == 0 else sold
        for day, sold in every_day(1_000, weeks=60, today=today).items()
    }
    history[easter_monday] = Sold(easter_monday, Decimal(1_600))

    days = expected(connection, history.values(), today=today, days=8)

    assert (days[today].expected_revenue_excl_vat, days[today].note) == (Decimal(1_600), "open for the holiday")
    assert days[today + dt.timedelta(days=7)].note == "closed"


def test_what_a_holiday_brought_is_not_what_its_weekday_brings(connection: duckdb.DuckDBPyConnection) -> None:
    today = dt.date(2026, 6, 8)
    history = every_day(1_000, weeks=10, today=today)
    for holiday in danish_holidays([2026]):
        if holiday.business_date in history:
            history[holiday.business_date] = Sold(holiday.business_date, Decimal(1_900))

    assert set(figures(expected(connection, history.values(), today=today))) == {Decimal(1_000)}


@few
@given(today=st.dates(dt.date(2025, 12, 18), dt.date(2026, 1, 2)))
def test_the_turn_of_the_year_loses_no_day(connection: duckdb.DuckDBPyConnection, today: dt.date) -> None:
    days = expected(connection, every_day(1_000, weeks=62, today=today).values(), today=today)

    assert list(days) == [today + dt.timedelta(days=n) for n in range(FORTNIGHT)]
    assert set(figures(days)) == {Decimal(1_000)}
    names = {each.business_date: each.holiday for each in danish_holidays([2025, 2026])}
    assert {day: each.holiday for day, each in days.items()} == {day: names.get(day) for day in days}


# The stores


def test_either_store_gives_the_same(
    empty_tables: duckdb.DuckDBPyConnection, connection: duckdb.DuckDBPyConnection
) -> None:
    history = drawn(1, weeks=60)
    for days_ago in (5, 11):
        day = TODAY - dt.timedelta(days=days_ago)
        history[day] = Sold(day, Decimal(10), "Bar", ("10",), ("11",))

    assert expected(empty_tables, history.values()) == expected(connection, history.values())
