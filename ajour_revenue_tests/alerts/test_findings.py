"""What of a warehouse is worth telling, and what has been told already."""

import datetime as dt
from datetime import timedelta

import pytest

from ajour_revenue.alerts.findings import Finding, Subject, alerts_of, find, news, upcoming_fetch
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.clock import LAST_DAY, MOMENT
from ajour_revenue_tests.kit import ACTIVATION_DATE, COMPANY_ID, Company, settings_dict

FETCHED = Window.back_from(LAST_DAY + timedelta(days=1), days=3)


def found(company: Company, topic: str) -> list[str]:
    return [finding.text for finding in find(company.settings, company_id=COMPANY_ID) if finding.subject.topic == topic]


def test_nothing_is_found_before_the_first_run(company: Company) -> None:
    assert find(company.settings, company_id=COMPANY_ID) == []


def test_a_location_that_feeds_no_unit_is_found_with_a_suggestion(fetched_company: Company) -> None:
    assert found(fetched_company, "mapping") == [
        "Location '99' (Kitchen, new) feeds no unit; the most similar unit is 'Kitchen'. Add it to a unit's locations.",
    ]


def test_days_that_no_run_has_fetched_are_found_as_ranges_to_backfill(fetched_company: Company) -> None:
    gap = Window(ACTIVATION_DATE, FETCHED.first_day - timedelta(days=1))

    assert found(fetched_company, "never fetched") == [str(gap)]


def test_days_that_the_next_fetch_brings_by_itself_are_no_gap(fetched_company: Company) -> None:
    fetched_company.change(f"DELETE FROM fetched_days WHERE business_date >= '{FETCHED.first_day}'")
    upcoming = upcoming_fetch(fetched_company.settings, MOMENT)
    assert upcoming is not None

    [text] = found(fetched_company, "never fetched")

    assert text.endswith(str(upcoming.first_day - timedelta(days=1)))


def test_without_a_task_yesterday_is_a_gap_too(fetched_company: Company) -> None:
    fetched_company.reload(task=settings_dict()["task"] | {"active": False})
    fetched_company.change(f"DELETE FROM fetched_days WHERE business_date = '{LAST_DAY}'")

    assert found(fetched_company, "never fetched")[-1] == str(LAST_DAY)


def test_there_is_no_gap_before_the_activation_date(fetched_company: Company) -> None:
    fetched_company.activate(LAST_DAY + timedelta(days=1))

    assert found(fetched_company, "never fetched") == []


def test_a_mapped_location_without_a_row_is_found_with_its_days(fetched_company: Company) -> None:
    fetched_company.change(
        f"UPDATE unit_revenue SET missing_locations = ['11'] WHERE unit = 'Bar' AND business_date < '{LAST_DAY}'",
    )
    fetched_company.change(
        "INSERT INTO unit_revenue BY NAME SELECT * REPLACE (business_date - 5 AS business_date, ['11', '10'] AS "
        f"missing_locations) FROM unit_revenue WHERE unit = 'Bar' AND business_date = '{LAST_DAY}'",
    )

    early = LAST_DAY - timedelta(days=5)
    assert found(fetched_company, "missing") == [
        f"Bar: location '10' (Bar), {early}",
        f"Bar: location '11' (Bar, first floor), {early}",
        f"Bar: location '11' (Bar, first floor), {Window(FETCHED.first_day, LAST_DAY - timedelta(days=1))}",
    ]


def test_a_location_of_a_unit_that_was_entered_by_hand_is_not_missed(fetched_company: Company) -> None:
    fetched_company.change("UPDATE unit_revenue SET missing_locations = ['11'], source = 'manual' WHERE unit = 'Bar'")

    assert found(fetched_company, "missing") == []


def test_before_the_locations_are_listed_none_is_said_to_be_wrong(fetched_company: Company) -> None:
    fetched_company.change("DELETE FROM ajour_locations")

    assert found(fetched_company, "mapping") == []


def test_a_location_that_ajour_does_not_list_is_found_once(fetched_company: Company) -> None:
    fetched_company.change("DELETE FROM ajour_locations WHERE location_id = '30'")
    fetched_company.change("UPDATE unit_revenue SET missing_locations = ['30'] WHERE unit = 'Shop'")

    assert found(fetched_company, "missing") == []
    assert "Location '30' of unit 'Shop' is none of Ajour's. Correct the unit's locations." in found(
        fetched_company, "mapping"
    )


OVER_TARGET = """
    UPDATE wage_percentage SET wage_cost = 1234.56, revenue_excl_vat = 3390.00, target = 30
    WHERE unit = 'Bar' AND business_date >= '{first_day}'
"""


def test_a_unit_over_its_target_yesterday_is_found_with_its_figures_labelled(fetched_company: Company) -> None:
    fetched_company.change(OVER_TARGET.format(first_day=FETCHED.first_day))

    [text] = found(fetched_company, "over target")
    assert text == (
        f"Bar (Vesterbro), {LAST_DAY}: 36,4 %, target 30,0 %. Wage cost 1.234,56 kr., revenue 3.390,00 kr. excl. VAT."
    )


def test_a_figure_that_lacks_a_location_says_so(fetched_company: Company) -> None:
    fetched_company.change(OVER_TARGET.format(first_day=LAST_DAY))
    fetched_company.change(f"UPDATE wage_percentage SET note = 'missing: 11' WHERE business_date = '{LAST_DAY}'")

    assert found(fetched_company, "over target")[0].endswith("excl. VAT (missing: 11).")


@pytest.mark.parametrize(
    "figures",
    ["wage_cost = 1017.00", "target = NULL", "revenue_excl_vat = 0", "revenue_excl_vat = NULL", "wage_cost = NULL"],
)
def test_a_unit_at_its_target_or_without_a_figure_is_not_over_it(fetched_company: Company, figures: str) -> None:
    fetched_company.change(OVER_TARGET.format(first_day=LAST_DAY))
    fetched_company.change(f"UPDATE wage_percentage SET {figures} WHERE business_date = '{LAST_DAY}'")

    assert found(fetched_company, "over target") == []


def test_a_unit_over_its_target_on_an_earlier_day_is_history(fetched_company: Company) -> None:
    fetched_company.change(OVER_TARGET.format(first_day=FETCHED.first_day))
    fetched_company.change(f"DELETE FROM wage_percentage WHERE business_date = '{LAST_DAY}'")

    assert found(fetched_company, "over target") == []


@pytest.mark.parametrize(("people", "shown", "told"), [(1, False, 0), (2, False, 1), (1, True, 1)])
def test_the_wage_of_one_person_is_told_only_where_the_settings_show_it(
    fetched_company: Company,
    people: int,
    shown: bool,  # noqa: FBT001
    told: int,
) -> None:
    fetched_company.reload(wages=settings_dict()["wages"] | {"show_single_person": shown})
    fetched_company.change(OVER_TARGET.format(first_day=LAST_DAY))
    fetched_company.change(f"INSERT INTO wage_cost_people VALUES ('{LAST_DAY}', 'Vesterbro', {people})")

    assert len(found(fetched_company, "over target")) == told


# What is news


def subject(first: int, last: int, about: str = "11 of Bar") -> Subject:
    return Subject("missing", about, Window(dt.date(2026, 11, first), dt.date(2026, 11, last)))


@pytest.mark.parametrize(
    ("told", "now", "is_news"),
    [
        ([], subject(3, 4), True),
        ([subject(3, 4)], subject(3, 4), False),
        ([subject(3, 4)], subject(3, 5), True),
        ([subject(3, 4)], subject(2, 4), True),
        ([subject(3, 6)], subject(4, 5), False),
        ([subject(1, 1), subject(3, 4)], subject(4, 4), False),
        ([subject(3, 4)], subject(3, 4, "10 of Bar"), True),
        ([Subject("mapping", "11 of Bar")], Subject("mapping", "11 of Bar"), False),
        ([Subject("mapping", "11 of Bar")], subject(3, 4), True),
    ],
)
def test_news_is_what_is_new_or_has_grown(told: list[Subject], now: Subject, is_news: bool) -> None:  # noqa: FBT001
    assert bool(news([Finding(now, "")], told)) == is_news


def test_one_alert_per_topic_lists_at_most_twenty_things_and_counts_the_rest() -> None:
    [alert] = alerts_of(Finding(Subject("mapping", str(number)), f"thing {number}") for number in range(25))

    assert alert.title == "locations to map"
    assert alert.text.splitlines()[-2:] == ["- thing 19", "- and 5 more, which Dagster shows"]


@pytest.mark.parametrize(
    ("now", "task", "first", "last"),
    [
        # Wednesday 2026-11-18, with three days back at 07:00.
        ("2026-11-18T06:59", {}, "2026-11-15", "2026-11-17"),
        ("2026-11-18T07:00", {}, "2026-11-16", "2026-11-18"),
        ("2026-11-18T08:00", {"weekdays": ["monday"]}, "2026-11-20", "2026-11-22"),
        ("2026-11-18T08:00", {"weekdays": ["wednesday"]}, "2026-11-22", "2026-11-24"),
        ("2026-11-18T06:00", {"weekdays": ["wednesday"], "days_back": 1}, "2026-11-17", "2026-11-17"),
        ("2026-11-18T06:00", {"active": False}, None, None),
    ],
)
def test_the_upcoming_fetch_covers_the_days_before_its_own(
    now: str, task: dict[str, object], first: str | None, last: str | None
) -> None:
    given = settings_dict()["task"] | {"start_date": dt.date(2026, 1, 2)} | task
    settings = Settings.model_validate(settings_dict(activation_date=dt.date(2026, 1, 1), task=given))

    window = upcoming_fetch(settings, dt.datetime.fromisoformat(now).replace(tzinfo=COPENHAGEN))

    expected = Window(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if first and last else None
    assert window == expected
