"""The resource that a run is given: its credentials from the environment, the rest from the settings."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import tenacity
from ruamel.yaml import YAML

from ajour_revenue.ajour import connection
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue_tests.ajour.kit import (
    LOCATIONS,
    REVENUE,
    WINDOW,
    Source,
)
from ajour_revenue_tests.kit import settings_dict, write_settings
from ajour_revenue_tests.processes import CHECKOUT, free_port


@pytest.fixture
def environment(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials that lead to the source."""
    meant = source.ajour()
    for name, variable in AJOUR_CREDENTIALS.items():
        monkeypatch.setenv(variable, getattr(meant, name))


def settings_of(source: Source, folder: Path, **changes: object) -> Settings:
    """Return settings that lead to the source."""
    ajour = {"driver": source.driver, "port": source.port, **changes}
    return load_settings(write_settings(folder, **(settings_dict() | {"ajour": ajour})))


@pytest.mark.usefixtures("environment")
def test_a_run_reads_ajour_with_the_settings_and_the_environment(source: Source, tmp_path: Path) -> None:
    query = "SELECT location_id, 'from the settings' AS location_name FROM locations WHERE company_id = :company_id"
    settings = settings_of(source, tmp_path, queries={"locations": source.query("own", query)})

    @dg.asset
    def names(ajour: AjourResource) -> list[str]:
        return [location.location_name for location in ajour.locations()]

    @dg.asset
    def revenue(ajour: AjourResource) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = ajour.daily_revenue(WINDOW).rows.to_pylist()
        return rows

    result = dg.materialize([names, revenue], resources={"ajour": AjourResource.from_settings(settings)})

    assert result.output_for_node("names") == ["from the settings"] * len(LOCATIONS)
    assert sorted(tuple(row.values()) for row in result.output_for_node("revenue")) == REVENUE


@pytest.mark.usefixtures("environment")
def test_every_setting_of_the_connection_reaches_it(source: Source, tmp_path: Path) -> None:
    locations, revenue = source.query("own_locations", "SELECT 1"), source.query("own_revenue", "SELECT 2")
    settings = settings_of(
        source,
        tmp_path,
        options={"Further": "keyword"},
        queries={"locations": locations, "revenue": revenue},
        login_timeout_seconds=3,
        query_timeout_seconds=4,
    )

    with AjourResource.from_settings(settings).process_config_and_initialize_cm() as ajour:
        assert ajour.connection == source.ajour(
            options={"Further": "keyword"},
            locations_query=locations,
            revenue_query=revenue,
            login_timeout_seconds=3,
            query_timeout_seconds=4,
        )


def test_the_credentials_are_not_in_the_representation(source: Source) -> None:
    ajour = source.ajour()
    resource = AjourResource(**vars(ajour))

    assert not [name for name in AJOUR_CREDENTIALS if getattr(ajour, name) in repr(resource)]


def test_a_run_logs_that_something_is_tried_again(postgres_ajour: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "retried", connection.retried.copy(wait=tenacity.wait_none()))
    python_logs = YAML(typ="safe", pure=True).load(CHECKOUT / "dagster.yaml")["python_logs"]

    @dg.asset
    def locations(ajour: AjourResource) -> None:
        ajour.locations()

    with dg.DagsterInstance.ephemeral(settings={"python_logs": python_logs}) as instance:
        unreachable = AjourResource(**vars(postgres_ajour.ajour(port=free_port())))
        result = dg.materialize([locations], resources={"ajour": unreachable}, instance=instance, raise_on_error=False)
        logged = [entry.user_message for entry in instance.all_logs(result.run_id) if not entry.is_dagster_event]

    assert not result.success
    assert [message.partition(":")[0] for message in logged] == ["Trying again in 0 s"]
    assert "Nothing answers at AJOUR_HOST" in logged[0]
