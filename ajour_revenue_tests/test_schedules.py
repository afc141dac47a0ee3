"""When the scheduled task fetches, and which days (R4-R9, D9)."""

import datetime as dt
from itertools import islice
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.days import COPENHAGEN, WEEKDAYS, Window
from ajour_revenue.schedules import freshness_policy, plan_schedule, weekday_schedules
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NextFetch, next_fetch, switched_weekdays, window_to_fetch
from ajour_revenue_tests.kit import settings_dict

JOB = "demo_daily_revenue"
ACTIVATION_DATE = dt.date(2026, 1, 1)
FRIDAY = dt.date(2026, 3, 13)
ONE_DAY = dt.timedelta(days=1)


def settings_of(activation_date: dt.date = ACTIVATION_DATE, **task: Any) -> Settings:  # noqa: ANN401 (YAML may hold anything)
    task_settings = {
        "active": True,
        "start_date": ACTIVATION_DATE + ONE_DAY,
        "time": "07:00",
        "repeat_weekly": True,
        "weekdays": list(WEEKDAYS),
        "days_back": 1,
    }
    return Settings.model_validate(settings_dict(activation_date=activation_date, task=task_settings | task))


def tick(settings: Settings, at: dt.datetime) -> dg.RunRequest | dg.SkipReason:
    """Let the schedule of that weekday tick at a time."""
    schedule = weekday_schedules(settings, job_name=JOB)[at.astimezone(COPENHAGEN).weekday()]
    outcome = schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert isinstance(outcome, dg.RunRequest | dg.SkipReason)
    return outcome


def danish(day: dt.date, time: dt.time = dt.time(7)) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=COPENHAGEN)


def skipped(settings: Settings, day: dt.date) -> str:
    outcome = tick(settings, danish(day))
    assert isinstance(outcome, dg.SkipReason)
    return str(outcome.skip_message)


def fetched(settings: Settings, day: dt.date) -> Window:
    outcome = tick(settings, danish(day))
    assert isinstance(outcome, dg.RunRequest)
    return Window(
        dt.date.fromisoformat(outcome.tags["dagster/asset_partition_range_start"]),
        dt.date.fromisoformat(outcome.tags["dagster/asset_partition_range_end"]),
    )


# The schedules


def test_there_is_one_schedule_per_weekday_for_the_same_job() -> None:
    schedules = weekday_schedules(settings_of(), job_name=JOB)

    assert [schedule.name for schedule in schedules] == [f"demo_{weekday}" for weekday in WEEKDAYS]
    assert {schedule.job_name for schedule in schedules} == {JOB}


def test_the_ticked_weekdays_run_by_default_and_the_others_wait_to_be_switched_on() -> None:
    schedules = weekday_schedules(settings_of(weekdays=["monday", "friday"]), job_name=JOB)

    running = [schedule.name for schedule in schedules if schedule.default_status == dg.DefaultScheduleStatus.RUNNING]
    assert running == ["demo_monday", "demo_friday"]


def test_no_schedule_runs_by_default_where_the_task_is_not_active() -> None:
    schedules = weekday_schedules(settings_of(active=False), job_name=JOB)

    assert {schedule.default_status for schedule in schedules} == {dg.DefaultScheduleStatus.STOPPED}


@pytest.mark.parametrize("weekday", WEEKDAYS)
def test_a_schedule_ticks_on_its_weekday_at_the_chosen_danish_time(weekday: str) -> None:
    schedule = weekday_schedules(settings_of(time="05:30"), job_name=JOB)[WEEKDAYS.index(weekday)]

    [first] = ticks(schedule, since=danish(dt.date(2026, 3, 9), dt.time(0)), count=1)

    assert (f"{first:%A}".lower(), first.time()) == (weekday, dt.time(5, 30))


def ticks(schedule: dg.ScheduleDefinition, *, since: dt.datetime, count: int) -> list[dt.datetime]:
    """Return when the daemon would let the schedule tick."""
    iterator = schedule_execution_time_iterator(
        since.timestamp(), schedule.cron_schedule, schedule.execution_timezone, ascending=True
    )
    return [at.astimezone(COPENHAGEN) for at in islice(iterator, count)]


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
@pytest.mark.parametrize("time", ["05:00", "07:00", "23:59"])
def test_in_the_weeks_of_the_clock_change_every_day_has_one_tick_at_the_same_local_time_for_the_day_before(
    change: dt.date, time: str
) -> None:
    settings = settings_of(time=time)
    monday = change - dt.timedelta(days=6)
    schedules = weekday_schedules(settings, job_name=JOB)
    all_ticks = sorted(at for each in schedules for at in ticks(each, since=danish(monday, dt.time(0)), count=2))

    assert [at.date() for at in all_ticks] == [monday + dt.timedelta(days=n) for n in range(14)]
    assert {f"{at:%H:%M}" for at in all_ticks} == {time}
    for at in all_ticks:
        outcome = tick(settings, at.astimezone(dt.UTC))
        assert isinstance(outcome, dg.RunRequest)
        assert outcome.tags["days"] == str(at.date() - ONE_DAY)


# What a tick fetches


def test_friday_seven_oclock_with_one_day_back_fetches_thursday() -> None:
    assert fetched(settings_of(days_back=1), FRIDAY) == Window(FRIDAY - ONE_DAY, FRIDAY - ONE_DAY)


@pytest.mark.parametrize("days_back", [1, 3, 31])
def test_a_tick_fetches_the_chosen_number_of_days_back(days_back: int) -> None:
    window = fetched(settings_of(days_back=days_back, start_date=ACTIVATION_DATE), dt.date(2026, 6, 5))

    assert window == Window(dt.date(2026, 6, 5) - days_back * ONE_DAY, dt.date(2026, 6, 4))


@pytest.mark.parametrize("at", [dt.datetime(2026, 3, 12, 23, 30, tzinfo=dt.UTC), danish(FRIDAY, dt.time(23, 59))])
def test_the_day_of_a_tick_is_the_danish_day_whatever_time_zone_the_time_comes_in(at: dt.datetime) -> None:
    outcome = tick(settings_of(), at)

    assert isinstance(outcome, dg.RunRequest)
    assert outcome.tags["days"] == "2026-03-12"


def test_a_tick_made_up_for_after_downtime_fetches_the_days_it_was_meant_to() -> None:
    long_ago = dt.date(2026, 1, 9)

    assert fetched(settings_of(), long_ago) == Window(long_ago - ONE_DAY, long_ago - ONE_DAY)


def test_a_repeated_tick_has_the_same_run_key_and_another_day_another_one() -> None:
    outcomes = [tick(settings_of(), danish(day)) for day in (FRIDAY, FRIDAY, FRIDAY + 7 * ONE_DAY)]

    keys = [outcome.run_key for outcome in outcomes if isinstance(outcome, dg.RunRequest)]
    assert keys[0] is not None
    assert keys[0] == keys[1] != keys[2]


def test_two_integrations_never_share_a_run_key() -> None:
    demo = settings_of()

    outcomes = [tick(settings, danish(FRIDAY)) for settings in (demo, demo.model_copy(update={"name": "other"}))]

    assert len({outcome.run_key for outcome in outcomes if isinstance(outcome, dg.RunRequest)}) == 2


# Start date, active, weekly repetition


def test_before_the_start_date_a_tick_is_skipped_and_says_when_the_task_starts() -> None:
    settings = settings_of(start_date=FRIDAY)

    assert "starts on 2026-03-13" in skipped(settings, FRIDAY - ONE_DAY)
    assert fetched(settings, FRIDAY).last_day == FRIDAY - ONE_DAY


def test_an_inactive_task_skips_every_tick_even_of_a_schedule_switched_on_by_hand() -> None:
    assert "task.active is false" in skipped(settings_of(active=False), FRIDAY)


def test_a_task_switched_on_again_fetches_again() -> None:
    assert fetched(settings_of(active=True), FRIDAY).last_day == FRIDAY - ONE_DAY


def test_without_weekly_repetition_each_weekday_runs_once_in_the_first_seven_days_and_never_again() -> None:
    settings = settings_of(repeat_weekly=False, start_date=FRIDAY)
    outcomes = [window_to_fetch(settings, FRIDAY + n * ONE_DAY) for n in range(-1, 400)]

    assert [isinstance(outcome, Window) for outcome in outcomes] == [False] + [True] * 7 + [False] * 393
    assert "does not repeat" in str(outcomes[-1])


def test_with_weekly_repetition_it_goes_on() -> None:
    assert isinstance(window_to_fetch(settings_of(start_date=FRIDAY), FRIDAY + 700 * ONE_DAY), Window)


# The activation date


def test_a_window_that_reaches_over_the_activation_date_is_cut_there() -> None:
    settings = settings_of(activation_date=FRIDAY, start_date=FRIDAY, days_back=7)

    assert fetched(settings, FRIDAY + 3 * ONE_DAY) == Window(FRIDAY, FRIDAY + 2 * ONE_DAY)


def test_the_day_after_activation_fetches_the_activation_date() -> None:
    settings = settings_of(activation_date=FRIDAY, start_date=FRIDAY, days_back=3)

    assert fetched(settings, FRIDAY + ONE_DAY) == Window(FRIDAY, FRIDAY)


def test_a_tick_is_skipped_with_the_reason_where_no_day_remains() -> None:
    settings = settings_of(activation_date=FRIDAY, start_date=ACTIVATION_DATE, days_back=7)

    assert "before the activation date 2026-03-13" in skipped(settings, FRIDAY)


def test_an_activation_date_in_the_future_skips_and_fails_nothing() -> None:
    assert "activation date" in skipped(settings_of(activation_date=dt.date(2099, 1, 1)), FRIDAY)


# For any settings

days = st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 30))  # near each other, so that the bounds meet


@given(
    settings=st.builds(
        settings_of,
        activation_date=days,
        start_date=days,
        days_back=st.integers(1, 31),
        active=st.booleans(),
        repeat_weekly=st.booleans(),
    ),
    day=days,
)
def test_whatever_is_set_a_window_ends_yesterday_within_31_days_and_after_activation(
    settings: Settings, day: dt.date
) -> None:
    task = settings.task

    window = window_to_fetch(settings, day)

    in_time = task.start_date <= day and (task.repeat_weekly or day < task.start_date + 7 * ONE_DAY)
    assert isinstance(window, Window) == (task.active and in_time and day > settings.activation_date)
    if isinstance(window, Window):
        assert window.last_day == day - ONE_DAY
        assert window.first_day == max(settings.activation_date, day - task.days_back * ONE_DAY)
        assert len(window.days) <= 31


@pytest.mark.parametrize(
    ("time", "weekdays", "deadline"),
    [
        ("07:00", ["friday", "monday"], "0 8 * * 1,5"),
        ("07:30", ["sunday"], "30 8 * * 0"),
        ("23:30", ["saturday", "sunday"], "30 0 * * 0,1"),
    ],
)
def test_the_daily_assets_are_expected_within_an_hour_of_the_fetch(
    time: str, weekdays: list[str], deadline: str
) -> None:
    policy = freshness_policy(settings_of(time=time, weekdays=weekdays))

    assert isinstance(policy, dg.FreshnessPolicy)
    assert policy.deadline_cron == deadline  # type: ignore[attr-defined]
    assert policy.timezone == "Europe/Copenhagen"  # type: ignore[attr-defined]


def test_the_plan_is_made_every_two_hours_of_the_danish_day_once_somebody_switches_it_on() -> None:
    schedule = plan_schedule(settings_of(), job_name="demo_plan")

    first = ticks(schedule, since=danish(dt.date(2026, 3, 9), dt.time(0)), count=4)
    assert [at.time() for at in first] == [dt.time(0), dt.time(2), dt.time(4), dt.time(6)]
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


# When the next fetch comes


MONDAY = dt.date(2026, 3, 23)


def at(day: dt.date, hour: int) -> dt.datetime:
    return danish(day, dt.time(hour))


def upcoming(
    now: dt.datetime,
    switched: dict[str, bool] | None = None,
    **task: Any,  # noqa: ANN401 (YAML may hold anything)
) -> tuple[dt.date, str] | str:
    found = next_fetch(
        settings_of(ACTIVATION_DATE, **{"start_date": MONDAY, "days_back": 3} | task), now, switched or {}
    )
    return (found.at.date(), str(found.window)) if isinstance(found, NextFetch) else str(found)


def test_the_next_fetch_is_today_until_its_time_has_come() -> None:
    assert upcoming(at(MONDAY, 6)) == (MONDAY, "2026-03-20 to 2026-03-22")
    assert upcoming(at(MONDAY, 7)) == (dt.date(2026, 3, 24), "2026-03-21 to 2026-03-23")


def test_the_next_fetch_is_on_a_ticked_weekday() -> None:
    friday = dt.date(2026, 3, 27)
    assert upcoming(at(MONDAY, 8), weekdays=["friday"], days_back=1) == (friday, "2026-03-26")
    assert upcoming(at(friday, 8), weekdays=["friday"], days_back=1) == (dt.date(2026, 4, 3), "2026-04-02")


def test_a_schedule_that_somebody_switched_in_dagster_counts() -> None:
    assert upcoming(at(MONDAY, 6), {"monday": False}) == (dt.date(2026, 3, 24), "2026-03-21 to 2026-03-23")
    assert upcoming(at(MONDAY, 6), {"monday": True}, weekdays=["friday"]) == (MONDAY, "2026-03-20 to 2026-03-22")
    assert "switched off in Dagster" in upcoming(at(MONDAY, 6), {"monday": False}, weekdays=["monday"])


class FakeInstance:
    """What Dagster has stored about schedules."""

    def __init__(self, *, remembers: bool) -> None:
        self.schedule_storage = object() if remembers else None

    def all_instigator_state(self) -> list[SimpleNamespace]:
        stored = {
            "demo_monday": "STOPPED",
            "demo_friday": "RUNNING",
            "demo_sunday": "DECLARED_IN_CODE",
            "demo_plan": "RUNNING",
            "other_tuesday": "RUNNING",
        }
        return [
            SimpleNamespace(instigator_name=name, status=SimpleNamespace(value=status))
            for name, status in stored.items()
        ]


def test_only_what_somebody_has_switched_differs_from_the_settings() -> None:
    instance = cast("dg.DagsterInstance", FakeInstance(remembers=True))
    assert switched_weekdays(instance, settings_of()) == {"monday": False, "friday": True}


def test_an_instance_that_forgets_everything_knows_of_no_switched_schedule() -> None:
    instance = cast("dg.DagsterInstance", FakeInstance(remembers=False))
    assert switched_weekdays(instance, settings_of()) == {}
    with dg.DagsterInstance.ephemeral() as forgetful:
        assert switched_weekdays(forgetful, settings_of()) == {}


def test_why_there_is_no_next_fetch_is_said() -> None:
    assert "task.active is false" in upcoming(at(MONDAY, 6), active=False)
    assert "does not repeat" in upcoming(at(dt.date(2026, 3, 30), 8), repeat_weekly=False)


def test_a_task_that_starts_later_is_waited_for() -> None:
    assert upcoming(at(dt.date(2026, 1, 5), 6)) == (MONDAY, "2026-03-20 to 2026-03-22")
