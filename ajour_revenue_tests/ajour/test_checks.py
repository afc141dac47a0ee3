"""The check of the connection."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from ajour_revenue.ajour import checks
from ajour_revenue.ajour.activation import NO_LOCATIONS, Problem
from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.errors import WarehouseLockedError
from ajour_revenue_tests.ajour.kit import Source
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import ACTIVATION_DATE, Company

WEAK = Bilingual(da="Adgangskoden kan læses.", en="The password can be read.")
MOVED = Bilingual(da="Datoen blev flyttet.", en="The date was moved.")

ONE_DAY = timedelta(days=1)
TODAY_ONLY = Window(LAST_DAY, LAST_DAY)


@pytest.fixture
def company(company: Company) -> Company:
    """The same, with English as its language."""
    company.speak("en")
    return company


def stored_rows(company: Company, *tables: str) -> list[int]:
    if not company.settings.warehouse_file.exists():
        return [0 for _ in tables]
    return [company.query(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


# ajour_connection


def test_the_connection_can_be_tested_alone_before_anything_was_fetched(company: Company) -> None:
    evaluation = company.check("ajour_connection")

    assert evaluation.passed
    assert evaluation.description == "Connected; Ajour lists 5 location(s)."
    assert evaluation.metadata["location_names"].value == "Bar, Bar, first floor, Kitchen, Shop, Kitchen, new"
    assert stored_rows(company, "ajour_locations", "raw_revenue") == [0, 0]


def test_an_activation_date_moved_later_fails_where_the_warehouse_holds_earlier_days(fetched_company: Company) -> None:
    fetched_company.activate(LAST_DAY)

    evaluation = fetched_company.check("ajour_connection")

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert f"holds revenue of {LAST_DAY - 2 * ONE_DAY}, before activation_date {LAST_DAY}" in str(
        evaluation.description
    )


def test_an_activation_date_moved_earlier_passes(fetched_company: Company) -> None:
    fetched_company.reload(activation_date=ACTIVATION_DATE - 10 * ONE_DAY)

    assert fetched_company.check("ajour_connection").passed


def test_the_earliest_day_that_ajour_serves_before_the_activation_date_is_a_warning(company: Company) -> None:
    for days in (1, 20, 35, 40):
        company.ajour.sell(ACTIVATION_DATE - days * ONE_DAY, "10", "100")

    evaluation = company.check("ajour_connection")

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert f"from {ACTIVATION_DATE - 40 * ONE_DAY} on, before" in str(evaluation.description)


def test_revenue_before_the_activation_date_does_not_stop_the_fetch_and_is_not_fetched(company: Company) -> None:
    company.activate(LAST_DAY)

    assert company.run(TODAY_ONLY).success

    assert company.query("SELECT DISTINCT business_date FROM raw_revenue") == [(LAST_DAY,)]


def test_looking_for_earlier_days_ends_after_a_year(company: Company) -> None:
    for months in range(24):
        company.ajour.sell(ACTIVATION_DATE - months * 31 * ONE_DAY - ONE_DAY, "10", "100")

    evaluation = company.check("ajour_connection")

    assert f"from {ACTIVATION_DATE - (11 * 31 + 1) * ONE_DAY} on" in str(evaluation.description)


def test_an_unknown_company_id_fails_and_says_which_variable_to_check(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AJOUR_COMPANY_ID", "4712")

    evaluation = company.check("ajour_connection")

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert "Check AJOUR_COMPANY_ID" in str(evaluation.description)


def test_a_database_that_is_not_there_fails_and_says_which_variable_to_check(company: Company) -> None:
    company.ajour.path.unlink()

    evaluation = company.check("ajour_connection")

    assert not evaluation.passed
    assert "AJOUR_DATABASE" in str(evaluation.description)
    assert not company.ajour.path.exists()


def test_a_run_of_32_days_fails_the_check_with_the_ranges_to_launch_instead(company: Company) -> None:
    company.speak("en")
    window = Window(LAST_DAY - 31 * ONE_DAY, LAST_DAY)

    evaluation = company.check("ajour_connection", tags=window_tags(window))

    assert not evaluation.passed
    assert str(evaluation.description).splitlines()[1:] == [f"  {part}" for part in window.split()]


def test_a_warehouse_that_another_program_keeps_fails_with_what_to_do(
    fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: object) -> None:
        message = "The warehouse is kept open by another process. Close it."
        raise WarehouseLockedError(Bilingual(da=message, en=message))

    monkeypatch.setattr(checks, "earliest_stored_day", locked)

    evaluation = fetched_company.check("ajour_connection")

    assert not evaluation.passed
    assert evaluation.description == "The warehouse is kept open by another process. Close it."


def test_options_that_switch_off_what_keeps_the_password_safe_are_a_warning(
    fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AjourConnection, "weaknesses", [WEAK])

    evaluation = fetched_company.check("ajour_connection")

    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.description == WEAK.en


def test_a_weak_connection_is_told_beside_what_else_there_is(
    fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AjourConnection, "weaknesses", [WEAK])
    monkeypatch.setattr(checks, "activation_problem", lambda *_, **__: Problem(is_grave=True, message=MOVED))

    evaluation = fetched_company.check("ajour_connection")

    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert evaluation.description == f"{MOVED.en}\n{WEAK.en}"


def test_a_check_says_it_in_the_companys_language(fetched_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched_company.speak("da")
    monkeypatch.setattr(AjourConnection, "weaknesses", [WEAK])
    weak = fetched_company.check("ajour_connection")
    fetched_company.ajour.list_locations({})
    empty = fetched_company.check("ajour_connection")
    fetched_company.ajour.path.unlink()
    gone = fetched_company.check("ajour_connection")

    assert weak.description == WEAK.da
    assert empty.description == NO_LOCATIONS.da
    assert "Ajour har ingen database med navnet i AJOUR_DATABASE" in str(gone.description)


@pytest.mark.parametrize(
    ("host", "is_told"), [("192.0.2.7", True), ("sql.ajour.dk", True), ("127.0.0.1", False), ("localhost", False)]
)
def test_on_the_machine_itself_nobody_is_on_the_way(host: str, is_told: bool) -> None:  # noqa: FBT001 (expected)
    options = {"SSLmode": "disable"}
    source = Source(Path(), driver="PostgreSQL Unicode", database="ajour", host=host)

    assert bool(source.ajour(options=options).weaknesses) == is_told


def test_a_failing_connection_check_stops_the_fetch_and_what_comes_after_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AJOUR_COMPANY_ID", "4712")

    result = company.run(TODAY_ONLY)

    assert not result.success
    materialized = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert materialized <= {"wage_costs", "planned_wages"}
    tables = ("ajour_locations", "raw_revenue", "fetches", "unit_revenue", "wage_percentage", "wage_plan")
    assert stored_rows(company, *tables) == [0] * 6


def test_no_credential_is_in_what_a_failing_check_says(company: Company) -> None:
    company.ajour.path.unlink()

    evaluation = company.check("ajour_connection")

    told = f"{evaluation.description} {evaluation.metadata}"
    assert [value for value in company.ajour.environment.values() if value in told] == []
