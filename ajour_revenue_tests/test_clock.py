"""The clock: one moment in all tests and their processes, and what the package makes of a moment near midnight."""

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal

import dagster as dg
import pytest

from ajour_revenue import days
from ajour_revenue.days import Window, yesterday
from ajour_revenue_tests.clock import LAST_DAY, MOMENT, VARIABLE, set_now
from ajour_revenue_tests.kit import COMPANY_ID, Company, settings_dict
from ajour_revenue_tests.processes import CHECKOUT, clean_environment

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
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stderr == ""
    return ended.stdout.split()


@pytest.fixture(params=MOMENTS)
def moment(request: pytest.FixtureRequest) -> dt.datetime:
    return dt.datetime.fromisoformat(request.param)


@pytest.fixture
def last_day(moment: dt.datetime) -> dt.date:
    """The day that was yesterday at the moment."""
    return dt.date.fromisoformat(MOMENTS[moment.isoformat()])


@pytest.fixture
def company_then(moment: dt.datetime, last_day: dt.date, company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company that sold something on the last two days before the moment, and already on its day."""
    set_now(monkeypatch, moment)
    activation_date = last_day - dt.timedelta(days=30)
    task = settings_dict()["task"] | {"start_date": last_day}
    company.reload(activation_date=activation_date, task=task)
    for number in range(-1, 2):
        company.ajour.sell(last_day + dt.timedelta(days=number), "10", Decimal(1000 + number))
    return company


def failure_texts(result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(str(event.step_failure_data.error_display_string) for event in result.get_step_failure_events())


def test_it_is_the_sessions_moment_in_this_process() -> None:
    assert days.now() == MOMENT
    assert days.now() is days.now()
    assert yesterday() == LAST_DAY
    assert os.environ[VARIABLE] == MOMENT.isoformat()


@pytest.mark.parametrize("program", ["from ajour_revenue.days import now; print(now().isoformat())"])
def test_it_is_the_sessions_moment_in_processes_and_in_those_that_they_start(program: str) -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}], check=True)"

    assert said_by_a_process(program) == said_by_a_process(nested) == [MOMENT.isoformat()]


def test_a_process_and_the_tests_in_it_are_at_the_moment_that_they_are_given(
    moment: dt.datetime, last_day: dt.date
) -> None:
    program = (
        "from ajour_revenue import days; from ajour_revenue_tests.clock import LAST_DAY; "
        "print(days.now().isoformat(), days.yesterday(), LAST_DAY)"
    )

    said = said_by_a_process(program, **{VARIABLE: moment.isoformat()})

    assert said == [moment.isoformat(), str(last_day), str(last_day)]


def test_a_run_at_a_moment_takes_the_day_before_it_and_no_later_one(company_then: Company, last_day: dt.date) -> None:
    company = company_then
    tomorrow = last_day + dt.timedelta(days=1)

    taken = company.run(Window(last_day - dt.timedelta(days=1), last_day))
    refused = company.run(Window(last_day, tomorrow))

    assert taken.success, failure_texts(taken)
    assert not refused.success
    assert f"up to yesterday, {last_day}" in failure_texts(refused)
    assert company.query("SELECT company_id, business_date FROM fetched_days ORDER BY ALL") == [
        (COMPANY_ID, last_day - dt.timedelta(days=1)),
        (COMPANY_ID, last_day),
    ]
    assert company.query(f"SELECT revenue FROM unit_revenue WHERE business_date = '{last_day}' AND unit = 'Bar'") == [
        (Decimal(1000),)
    ]
