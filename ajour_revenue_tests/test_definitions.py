"""What Dagster sees: names that users rely on, and what the UI tells about each."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from ajour_revenue.days import WEEKDAYS
from ajour_revenue.definitions import build_definitions, defs
from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue_tests.kit import Company, write_settings

ASSETS = {
    *("ajour_database", "ajour_locations", "raw_revenue", "manual_revenue", "unit_revenue"),
    *("wage_costs", "wage_percentage", "readers_copy", "wage_report"),
    *("expected_revenue", "planned_wages", "wage_plan"),
}
CHECKS = {
    "ajour_connection": "ajour_database",
    "locations_mapped": "ajour_locations",
    "days_covered": "raw_revenue",
    "revenue_complete": "unit_revenue",
    "wages_fetched": "wage_costs",
    "within_target": "wage_percentage",
    "revenue_usual": "unit_revenue",
    "planned_wages_fetched": "planned_wages",
    "revenue_reconciles": "unit_revenue",
}
DAILY = {"raw_revenue", "unit_revenue", "wage_costs", "wage_percentage"}


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    return build_definitions(load_settings(write_settings(tmp_path)))


def specs(definitions: dg.Definitions) -> Mapping[str, dg.AssetSpec]:
    return {spec.key.path[-1]: spec for spec in definitions.resolve_all_asset_specs()}


def test_everything_that_dagster_sees_is_loadable(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_the_assets_carry_the_names_that_users_rely_on(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_all_asset_keys()}

    assert {f"demo/{name}" for name in ASSETS} == keys


def test_the_checks_carry_the_names_that_users_rely_on(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys

    assert {check.name: check.asset_key.to_user_string() for check in checks} == {
        name: f"demo/{asset}" for name, asset in CHECKS.items()
    }


def test_the_job_and_the_schedules_carry_the_names_that_users_rely_on(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()

    assert {name for name in repository.job_names if not name.startswith("__")} == {
        "demo_daily_revenue",
        "demo_recalculate",
        "demo_plan",
    }
    assert {schedule.name for schedule in repository.schedule_defs} == {
        *(f"demo_{weekday}" for weekday in WEEKDAYS),
        "demo_plan",
    }


def test_another_integrations_name_is_the_prefix_of_everything(tmp_path: Path) -> None:
    repository = build_definitions(load_settings(write_settings(tmp_path, name="oresund"))).get_repository_def()

    assert {key.path[0] for key in repository.assets_defs_by_key} == {"oresund"}
    names = [*repository.job_names, *(schedule.name for schedule in repository.schedule_defs)]
    assert [name for name in names if not name.startswith(("oresund_", "__"))] == []


def test_every_asset_is_told_with_description_group_kinds_and_owner(definitions: dg.Definitions) -> None:
    for name, spec in specs(definitions).items():
        assert spec.description, name
        assert spec.group_name not in (None, "default"), name
        assert spec.kinds, name
        assert spec.owners, name


def test_every_table_of_ours_has_a_column_schema_that_describes_each_column(definitions: dg.Definitions) -> None:
    for name, spec in specs(definitions).items():
        if name in {"ajour_database", "manual_revenue", "readers_copy", "wage_report"}:
            continue  # Ajour's own, several tables, and a page
        schema = spec.metadata["dagster/column_schema"]
        assert isinstance(schema, dg.TableSchema)
        assert [column.name for column in schema.columns if not column.description] == [], name


def test_the_way_of_the_data_is_that_of_the_design(definitions: dg.Definitions) -> None:
    upstream = {name: {dep.asset_key.path[-1] for dep in spec.deps} for name, spec in specs(definitions).items()}

    assert upstream == {
        "ajour_database": set(),
        "ajour_locations": {"ajour_database"},
        "raw_revenue": {"ajour_database"},
        "manual_revenue": set(),
        "unit_revenue": {"ajour_locations", "raw_revenue", "manual_revenue"},
        "wage_costs": set(),
        "wage_percentage": {"unit_revenue", "wage_costs"},
        "expected_revenue": {"unit_revenue"},
        "planned_wages": {"wage_costs"},
        "wage_plan": {"expected_revenue", "planned_wages"},
        "readers_copy": {"wage_percentage", "ajour_locations"},
        "wage_report": {"readers_copy"},
    }


def test_the_daily_assets_have_the_same_partitions_and_take_31_days_in_one_run(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    daily = [graph.get(dg.AssetKey(["demo", name])) for name in DAILY]

    assert {node.partitions_def for node in daily} == {daily[0].partitions_def}
    assert daily[0].partitions_def is not None
    assert {node.backfill_policy for node in daily} == {dg.BackfillPolicy.multi_run(max_partitions_per_run=31)}


def test_what_is_no_daily_asset_has_no_partitions(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    assert {graph.get(dg.AssetKey(["demo", name])).partitions_def for name in ASSETS - DAILY} == {None}


def test_only_the_connection_check_stops_what_is_downstream(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    assert {key.name for key in graph.asset_check_keys if graph.get(key).blocking} == {"ajour_connection"}


def test_every_check_is_told_with_a_description(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    assert all(graph.get(key).description for key in graph.asset_check_keys)


def test_a_run_is_ended_by_monitoring_after_an_hour(definitions: dg.Definitions) -> None:
    assert definitions.resolve_job_def("demo_daily_revenue").tags["dagster/max_runtime"] == "3600"


def test_no_value_of_a_credential_is_anywhere_in_what_the_ui_gets(company: Company) -> None:
    snap = RepositorySnap.from_def(build_definitions(company.settings).get_repository_def())

    shown = dg.serialize_value(snap)
    assert "AJOUR_PASSWORD" in shown
    assert [value for value in company.ajour.environment.values() if value in shown] == []


def test_the_settings_are_looked_for_only_when_dagster_asks_for_the_definitions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AJOUR_SETTINGS", str(tmp_path / "nowhere.yaml"))

    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        defs()


def test_dagster_gets_the_integration_of_the_settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AJOUR_SETTINGS", str(write_settings(tmp_path, name="oresund")))

    assert {key.path[0] for key in defs().resolve_all_asset_keys()} == {"oresund"}


def test_the_daily_assets_of_an_active_task_have_a_freshness_policy_and_the_lists_none(
    definitions: dg.Definitions,
) -> None:
    with_policy = {name for name, spec in specs(definitions).items() if spec.freshness_policy}

    assert with_policy == DAILY
