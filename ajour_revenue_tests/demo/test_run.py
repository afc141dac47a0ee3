"""How the demo comes up: what it fetches, and on which ports."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from ajour_revenue.days import MAX_DAYS, Window
from ajour_revenue.demo.planday import PlandayPortal, create_app, serve
from ajour_revenue.demo.run import missing_days
from ajour_revenue.reports.write import Pages
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.clock import LAST_DAY, now, set_now
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.processes import free_port

APP = create_app(PlandayPortal(name="Chain"), client_id="client", refresh_token="token")


@pytest.fixture
def made(fetched_company: Company) -> Settings:
    """A demo that was made today: the days up to yesterday are fetched, and the report is written."""
    latest = Pages.of(fetched_company.settings).latest
    latest.parent.mkdir(parents=True)
    latest.touch()
    return fetched_company.settings


def test_nothing_is_missing_where_all_is_fetched_and_reported(made: Settings) -> None:
    assert missing_days(made) is None


@pytest.mark.parametrize(("days_later", "first_missing"), [(1, 1), (2, 1), (31, 1), (32, 2), (100, 70)])
def test_the_days_that_have_passed_since_are_missing_the_latest_31_of_them(
    made: Settings, monkeypatch: pytest.MonkeyPatch, days_later: int, first_missing: int
) -> None:
    set_now(monkeypatch, now() + timedelta(days=days_later))

    assert missing_days(made) == Window(LAST_DAY + timedelta(days=first_missing), LAST_DAY + timedelta(days=days_later))


@pytest.mark.parametrize("lost", ["warehouse", "report"])
def test_everything_is_missing_where_there_is_no_warehouse_or_no_report(made: Settings, lost: str) -> None:
    (made.warehouse_file if lost == "warehouse" else Pages.of(made).latest).unlink()

    assert missing_days(made) == Window(LAST_DAY - timedelta(days=MAX_DAYS - 1), LAST_DAY)


def test_planday_is_served_on_its_port_again_and_again() -> None:
    port = free_port()

    for _ in range(2):
        with serve(APP, port=port) as url:
            assert urlsplit(url).port == port
            assert requests.get(url, timeout=10).status_code == requests.codes.not_found


def test_planday_is_served_elsewhere_where_its_port_is_taken() -> None:
    with serve(APP) as first, serve(APP, port=urlsplit(first).port or 0) as second:
        assert second != first
        assert requests.get(second, timeout=10).status_code == requests.codes.not_found
