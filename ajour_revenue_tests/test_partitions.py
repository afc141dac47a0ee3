"""Which days exist, and which of them a run may take (R3, D8, D9)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.days import COPENHAGEN, Window, latest_days, yesterday
from ajour_revenue.partitions import (
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    UnusableDaysError,
    daily_partitions,
    requested_window,
    tagged_window,
    window_tags,
)
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.clock import set_now
from ajour_revenue_tests.kit import settings_dict

YESTERDAY = dt.date(2026, 6, 30)
ACTIVATION_DATE = dt.date(2026, 1, 15)

days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))


def settings_from(activation_date: dt.date) -> Settings:
    return Settings.model_validate(settings_dict(activation_date=activation_date))


SETTINGS = settings_from(ACTIVATION_DATE)


@pytest.fixture(autouse=True)
def fixed_yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_now(monkeypatch, dt.datetime.combine(YESTERDAY + dt.timedelta(days=1), dt.time(12), COPENHAGEN))


def refusal(first_day: dt.date, last_day: dt.date) -> str:
    with pytest.raises(UnusableDaysError) as refused:
        requested_window(window_tags(Window(first_day, last_day)), SETTINGS)
    return str(refused.value)


def partition_keys(settings: Settings, now: dt.datetime) -> list[str]:
    return list(daily_partitions(settings).get_partition_keys(current_time=now))


# Windows


def test_a_window_back_from_a_day_ends_the_day_before() -> None:
    assert Window.back_from(dt.date(2026, 3, 1), days=3) == Window(dt.date(2026, 2, 26), dt.date(2026, 2, 28))


def test_a_window_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Window(dt.date(2026, 3, 2), dt.date(2026, 3, 1))


def test_the_latest_days_are_31_within_those_since_activation() -> None:
    assert latest_days(YESTERDAY, since=ACTIVATION_DATE) == Window.back_from(dt.date(2026, 7, 1), days=31)
    assert latest_days(dt.date(2026, 1, 17), since=ACTIVATION_DATE) == Window(ACTIVATION_DATE, dt.date(2026, 1, 17))


def test_a_window_of_one_day_is_told_as_that_day() -> None:
    assert str(Window(YESTERDAY, YESTERDAY)) == "2026-06-30"


def test_a_longer_window_is_told_from_its_first_to_its_last_day() -> None:
    assert str(Window(dt.date(2026, 6, 1), YESTERDAY)) == "2026-06-01 to 2026-06-30"


@given(first_day=days, length=st.integers(1, 400))
def test_a_split_window_has_every_day_once_in_order_in_parts_of_at_most_31(first_day: dt.date, length: int) -> None:
    window = Window(first_day, first_day + dt.timedelta(days=length - 1))

    parts = list(window.split())

    assert [day for part in parts for day in part.days] == window.days
    assert all(len(part.days) == 31 for part in parts[:-1])
    assert 1 <= len(parts[-1].days) <= 31


@pytest.mark.parametrize(
    ("last_day", "told"),
    [
        (dt.date(2026, 11, 27), "2026-11-27"),
        (dt.date(2026, 11, 29), "2026-11-27/29"),
        (dt.date(2026, 12, 1), "2026-11-27/12-01"),
        (dt.date(2027, 1, 2), "2026-11-27/2027-01-02"),
    ],
)
def test_the_days_are_told_briefly_in_a_tag(last_day: dt.date, told: str) -> None:
    assert window_tags(Window(dt.date(2026, 11, 27), last_day))["days"] == told


@given(first_day=days, length=st.integers(1, 60))
def test_the_tags_of_a_window_name_that_window(first_day: dt.date, length: int) -> None:
    window = Window(first_day, first_day + dt.timedelta(days=length - 1))

    assert tagged_window(window_tags(window)) == window


def test_a_run_of_one_partition_names_that_day() -> None:
    assert tagged_window({"dagster/partition": "2026-06-30"}) == Window(YESTERDAY, YESTERDAY)


def test_a_run_without_days_names_none() -> None:
    assert tagged_window({"dagster/max_runtime": "3600"}) is None


# Partitions


def test_yesterday_is_a_partition_as_soon_as_it_is_over_in_denmark() -> None:
    midnight = dt.datetime(2026, 7, 1, tzinfo=COPENHAGEN)

    assert partition_keys(SETTINGS, midnight - dt.timedelta(seconds=1))[-1] == "2026-06-29"
    assert partition_keys(SETTINGS, midnight)[-1] == "2026-06-30"


def test_the_activation_date_is_the_first_partition() -> None:
    assert partition_keys(SETTINGS, dt.datetime(2026, 7, 1, tzinfo=COPENHAGEN))[0] == "2026-01-15"


@pytest.mark.parametrize("activation_date", [dt.date(2026, 2, 1), dt.date(2025, 12, 1)], ids=["later", "earlier"])
def test_a_moved_activation_date_moves_the_first_partition(activation_date: dt.date) -> None:
    keys = partition_keys(settings_from(activation_date), dt.datetime(2026, 7, 1, tzinfo=COPENHAGEN))

    assert (keys[0], keys[-1]) == (str(activation_date), "2026-06-30")


def test_there_is_no_partition_before_an_activation_date_in_the_future() -> None:
    assert partition_keys(settings_from(dt.date(2026, 8, 1)), dt.datetime(2026, 7, 1, tzinfo=COPENHAGEN)) == []


@pytest.mark.parametrize("sunday", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["23 hours", "25 hours"])
def test_the_day_on_which_the_clocks_change_is_one_partition_like_any_other(sunday: dt.date) -> None:
    monday = dt.datetime.combine(sunday + dt.timedelta(days=1), dt.time(), tzinfo=COPENHAGEN)

    keys = partition_keys(SETTINGS, monday)

    assert keys == [str(day) for day in Window(ACTIVATION_DATE, sunday).days]


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        (dt.datetime(2026, 1, 10, 22, 59, tzinfo=dt.UTC), dt.date(2026, 1, 9)),
        (dt.datetime(2026, 1, 10, 23, 0, tzinfo=dt.UTC), dt.date(2026, 1, 10)),
        (dt.datetime(2026, 7, 10, 21, 59, tzinfo=dt.UTC), dt.date(2026, 7, 9)),
        (dt.datetime(2026, 7, 10, 22, 0, tzinfo=dt.UTC), dt.date(2026, 7, 10)),
    ],
)
def test_yesterday_is_the_day_before_the_danish_day_in_winter_and_in_summer(
    monkeypatch: pytest.MonkeyPatch, utc: dt.datetime, expected: dt.date
) -> None:
    set_now(monkeypatch, utc)

    assert yesterday() == expected


# What a run may ask for


def test_a_run_may_ask_for_31_days() -> None:
    window = Window(dt.date(2026, 5, 31), YESTERDAY)

    assert len(window.days) == 31
    assert requested_window(window_tags(window), SETTINGS) == window


def test_a_run_may_ask_for_the_activation_date_itself() -> None:
    assert (
        requested_window(window_tags(Window(ACTIVATION_DATE, ACTIVATION_DATE)), SETTINGS).first_day == ACTIVATION_DATE
    )


def test_a_run_of_32_days_is_refused_with_the_ranges_to_launch_instead() -> None:
    message = refusal(dt.date(2026, 5, 30), YESTERDAY)

    assert "asks for 32 days, 2026-05-30 to 2026-06-30" in message
    assert "Nothing was fetched" in message
    assert message.splitlines()[1:] == ["  2026-05-30 to 2026-06-29", "  2026-06-30"]


def test_a_run_of_90_days_is_refused_with_three_ranges() -> None:
    assert len(refusal(YESTERDAY - dt.timedelta(days=89), YESTERDAY).splitlines()[1:]) == 3


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (ACTIVATION_DATE - dt.timedelta(days=1), ACTIVATION_DATE),
        (ACTIVATION_DATE - dt.timedelta(days=9), ACTIVATION_DATE - dt.timedelta(days=3)),
        (YESTERDAY, YESTERDAY + dt.timedelta(days=1)),
        (YESTERDAY + dt.timedelta(days=1), YESTERDAY + dt.timedelta(days=1)),
    ],
    ids=["reaches before activation", "before activation", "reaches into today", "today"],
)
def test_a_run_of_days_that_do_not_exist_is_refused_with_those_that_do(first_day: dt.date, last_day: dt.date) -> None:
    message = refusal(first_day, last_day)

    assert f"asks for {Window(first_day, last_day)}" in message
    assert "activation date 2026-01-15 up to yesterday, 2026-06-30" in message


def test_a_run_without_a_day_is_refused_and_told_to_choose_some() -> None:
    with pytest.raises(UnusableDaysError, match=r"names no day.*at most 31"):
        requested_window({}, SETTINGS)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-06-30", "2026-06-29", "cannot end"),
        ("2026-06-31", "2026-06-31", "day is out of range"),
        ("yesterday", "2026-06-30", "Invalid isoformat"),
    ],
)
def test_a_run_whose_days_are_none_is_refused(first: str, last: str, told: str) -> None:
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}

    with pytest.raises(UnusableDaysError, match=told):
        requested_window(tags, SETTINGS)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({}, "Kørslen nævner ingen dag. Vælg en eller flere partitioner, højst 31, når du materialiserer."),
        (
            {PARTITION_TAG: "yesterday"},
            ("Kørslen beder om dagene fra yesterday til yesterday: 'yesterday' er ikke en dag. Intet blev hentet."),
        ),
        (
            {PARTITION_TAG: "2026-W20"},
            (
                "Kørslen beder om dagene fra 2026-W20 til 2026-W20: '2026-W20' er ikke en dag, som partitioner har "
                "den; skriv 2026-05-11. Intet blev hentet."
            ),
        ),
        (
            {RANGE_START_TAG: "2026-06-30", RANGE_END_TAG: "2026-06-29"},
            (
                "Kørslen beder om dagene fra 2026-06-30 til 2026-06-29: den sidste dag er før den første. Intet blev "
                "hentet."
            ),
        ),
        (
            {PARTITION_TAG: "2026-07-01"},
            (
                "Kørslen beder om 2026-07-01, men der er kun omsætning fra aktiveringsdatoen 2026-01-15 til i går, "
                "2026-06-30. Start den for dage inden for dem."
            ),
        ),
        (
            {RANGE_START_TAG: "2026-05-01", RANGE_END_TAG: "2026-06-01"},
            (
                "Kørslen beder om 32 dage, 2026-05-01 til 2026-06-01; en kørsel tager højst 31. Intet blev hentet. "
                "Start den som en backfill, som Dagster selv deler op, eller som en kørsel for hver af:\n"
                "  2026-05-01 til 2026-05-31\n  2026-06-01"
            ),
        ),
    ],
)
def test_a_run_is_refused_in_danish_too(tags: dict[str, str], told: str) -> None:
    with pytest.raises(UnusableDaysError) as refused:
        requested_window(tags, SETTINGS)

    assert refused.value.text.da == told


@given(first_day=days, length=st.integers(1, 50))
def test_a_run_is_let_through_only_for_days_that_exist_and_31_of_them(first_day: dt.date, length: int) -> None:
    window = Window(first_day, first_day + dt.timedelta(days=length - 1))

    try:
        requested_window(window_tags(window), SETTINGS)
        let_through = True
    except UnusableDaysError:
        let_through = False

    assert let_through == (window.first_day >= ACTIVATION_DATE and window.last_day <= YESTERDAY and length <= 31)
