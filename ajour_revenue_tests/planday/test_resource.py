"""The resource that a run is given: its credentials from the environment, the addresses from the settings."""

import dagster as dg
import pytest

from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue_tests.kit import Company, settings_dict
from ajour_revenue_tests.planday.kit import (
    Planday,
)


def test_a_run_asks_planday_with_the_settings_and_the_environment(
    planday: Planday, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANDAY_CLIENT_ID", planday.client_id)
    monkeypatch.setenv("PLANDAY_REFRESH_TOKEN", planday.refresh_token)
    company.reload(**settings_dict(planday={"api_url": planday.url, "identity_url": planday.url}))

    @dg.asset
    def departments(planday: PlandayResource) -> list[str]:
        return [department.name for department in planday.client.departments()]

    result = dg.materialize([departments], resources={"planday": PlandayResource.from_settings(company.settings)})

    assert result.output_for_node("departments") == ["Vesterbro", "Nørrebro"]


def test_the_time_outs_of_the_resource_reach_the_client(planday: Planday) -> None:
    meant = planday.client(timeout_seconds=2, patience_seconds=3)

    assert PlandayResource(**vars(meant)).client == meant


def test_the_credentials_are_not_in_the_representation(planday: Planday) -> None:
    client = planday.client()

    for shown in (repr(client), repr(PlandayResource(**vars(client)))):
        assert client.client_id not in shown
        assert client.refresh_token not in shown
