"""The clock: one moment in all tests and their processes, and what the package makes of a moment near midnight."""

import datetime as dt
import os
import sys
from decimal import Decimal

import dagster as dg
import pytest

from ajour_revenue import days
from ajour_revenue.days import Window, yesterday
from ajour_revenue.partitions import UnusableDaysError, requested_window, window_tags
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests import processes
from ajour_revenue_tests.clock import LAST_DAY, MOMENT, VARIABLE, set_now
from ajour_revenue_tests.kit import COMPANY_ID, Company, settings_dict
from ajour_revenue_tests.processes import CHECKOUT

MOMENTS = {
    # Midnight in winter and in summer
    "2025-01-14T23:59:59+01:00": "2025-01-13",
    "2025-01-15T00:00:01+01:00": "2025-01-14",
    "2025-07-14T23:59:59+02:00": "2025-07-13",
    "2025-07-15T00:00:01+02:00": "2025-07-14",
    # The day on which summer time begins, which lasts 23 hours
    "2025-03-30T00:00:01+01:00": "2025-03-29",
    "2025-03-30T03:00:00+02:00": "2025-03-29",
    "2025-03-30T23:59:59+02:00": "2025-03-29",
    "2025-03-31T00:00:01+02:00": "2025-03-30",
    # The day on which it ends, which has the hour from two to three twice
    "2025-10-26T00:00:01+02:00": "2025-10-25",
    "2025-10-26T02:30:00+02:00": "2025-10-25",
    "2025-10-26T02:30:00+01:00": "2025-10-25",
    "2025-10-26T23:59:59+01:00": "2025-10-25",
    "2025-10-27T00:00:01+01:00": "2025-10-26",
}


def said_by_a_process(program: str, **environment: str) -> list[str]:
    """Return what a Python program prints in a process that the tests start."""
    ended = processes.run(sys.executable, "-c", program, folder=CHECKOUT, environment=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.split()


@pytest.fixture(params=MOMENTS)
def moment(request: pytest.FixtureRequest) -> dt.datetime:
    return dt.datetime.fromisoformat(request.param)


@pytest.fixture
def last_day(moment: dt.datetime) -> dt.date:
    """The day that was yesterday at the moment."""
    return dt.date.fromisoformat(MOMENTS[moment.isoformat()])


def failure_texts(result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(str(event.step_failure_data.error_display_string) for event in result.get_step_failure_events())


def test_it_is_the_sessions_moment_in_this_process() -> None:
    before, after = days.now(), days.now()
    assert MOMENT <= before <= after < MOMENT + dt.timedelta(seconds=10)
    assert yesterday() == LAST_DAY
    assert os.environ[VARIABLE] == MOMENT.isoformat()


@pytest.mark.parametrize("program", ["from ajour_revenue.days import now; print(now().isoformat())"])
def test_it_is_the_sessions_moment_in_processes_and_in_those_that_they_start(program: str) -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}], check=True)"

    for [said] in (said_by_a_process(program), said_by_a_process(nested)):
        assert days.now() - dt.timedelta(seconds=1) < dt.datetime.fromisoformat(said) <= days.now()


def test_a_process_and_the_tests_in_it_are_at_the_moment_that_they_are_given(
    moment: dt.datetime, last_day: dt.date
) -> None:
    program = (
        "from ajour_revenue import days; from ajour_revenue_tests.clock import LAST_DAY; "
        "print(days.now().isoformat(), days.yesterday(), LAST_DAY)"
    )

    said = said_by_a_process(program, **{VARIABLE: moment.isoformat()})

    now, *last_days = said
    assert moment <= dt.datetime.fromisoformat(now) < moment + dt.timedelta(seconds=10)
    assert last_days == [str(last_day), str(last_day)]


def test_at_a_moment_the_day_before_it_may_be_asked_for_and_no_later_one(
    moment: dt.datetime, last_day: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, moment)
    settings = Settings.model_validate(settings_dict(activation_date=last_day))
    whole, too_late = Window(last_day, last_day), Window(last_day, last_day + dt.timedelta(days=1))

    assert yesterday() == last_day
    assert requested_window(window_tags(whole), settings) == whole
    with pytest.raises(UnusableDaysError, match=f"up to yesterday, {last_day}"):
        requested_window(window_tags(too_late), settings)


@pytest.mark.parametrize(
    "moment",
    [dt.datetime.fromisoformat(moment) for moment in MOMENTS if moment[5:10] in {"01-14", "03-31", "10-27"}],
    ids=str,
)
def test_a_run_at_a_moment_takes_the_day_before_it(
    moment: dt.datetime, last_day: dt.date, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, moment)
    task = settings_dict()["task"] | {"start_date": last_day}
    company.reload(activation_date=last_day - dt.timedelta(days=30), task=task)
    for number in range(-1, 2):
        company.ajour.sell(last_day + dt.timedelta(days=number), "10", Decimal(1000 + number))
    window = Window.back_from(moment.date(), days=2)

    result = company.fetch(window)

    assert result.success, failure_texts(result)
    assert company.query("SELECT company_id, business_date FROM fetches ORDER BY ALL") == [
        (COMPANY_ID, day) for day in window.days
    ]
    assert company.query("SELECT business_date, revenue FROM unit_revenue WHERE unit = 'Bar' ORDER BY ALL") == [
        (day, Decimal(999 + number)) for number, day in enumerate(window.days)
    ]
    assert window.last_day == last_day
