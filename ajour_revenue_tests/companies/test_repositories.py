"""One code location for all companies: a repository for each, and the credentials of each from its own file."""

from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.workspace.autodiscovery import loadable_targets_from_python_module

from ajour_revenue.companies import repositories
from ajour_revenue.companies.folder import VARIABLE
from ajour_revenue.definitions import build_definitions
from ajour_revenue.instance import COMPANY_TAG
from ajour_revenue.partitions import PARTITION_TAG
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.kit import opened

MODULE = "ajour_revenue.companies.repositories"
REVENUE = {"nord": Decimal("1000.00"), "syd": Decimal("2000.00")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "companies"
    for name, revenue in REVENUE.items():
        add_company(folder, name, revenue)
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


def loaded() -> dict[str, dg.RepositoryDefinition]:
    """Return what Dagster finds in the module."""
    targets = loadable_targets_from_python_module(MODULE, None)
    found = {target.attribute: target.target_definition for target in targets}
    assert all(isinstance(each, dg.RepositoryDefinition) for each in found.values())
    return found  # type: ignore[return-value]


@pytest.mark.usefixtures("folder")
def test_dagster_finds_a_repository_for_each_company() -> None:
    found = loaded()

    assert {name: repository.name for name, repository in found.items()} == {"nord": "nord", "syd": "syd"}
    assert found["nord"].has_job("nord_daily_revenue")
    assert {schedule.name.partition("_")[0] for schedule in found["syd"].schedule_defs} == {"syd"}


@pytest.mark.usefixtures("folder")
def test_a_run_builds_its_own_company_only(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def build(settings: Settings) -> dg.Definitions:
        built.append(settings.name)
        return build_definitions(settings)

    monkeypatch.setattr(repositories, "build_definitions", build)

    target = ModuleCodePointer(MODULE, "syd", None).load_target()

    assert isinstance(target, dg.RepositoryDefinition)
    assert target.name == "syd"
    assert built == ["syd"]


def test_each_company_runs_with_its_own_credentials_in_one_process(folder: Path) -> None:
    for name, repository in loaded().items():
        job = repository.get_job(f"{name}_daily_revenue")
        assert job.tags[COMPANY_TAG] == name
        with dg.DagsterInstance.ephemeral() as instance:
            result = job.execute_in_process(
                instance=instance, tags={PARTITION_TAG: str(LAST_DAY)}, raise_on_error=False
            )
        assert result.success
        with opened(folder / name / "warehouse.duckdb") as warehouse:
            assert warehouse.execute("SELECT revenue FROM unit_revenue").fetchall() == [(REVENUE[name],)]


def test_a_company_that_cannot_be_used_shows_why_and_keeps_none_back(folder: Path) -> None:
    (folder / "syd" / "ajour.yaml").write_text("name: syd\nunits: 7\n", encoding="utf-8")
    add_company(folder, "west", Decimal(1), name="east")
    add_company(folder, "south", Decimal(1), units=7, report={"language": "en"})

    found = loaded()

    assert found["nord"].has_job("nord_daily_revenue")
    for name, told in {
        "syd": "units: fandt '7': det er ikke en liste",
        "south": "units: found '7': Input should be a list",
        "west": "dens name er east",
    }.items():
        [asset] = found[name].asset_graph.get_all_asset_keys()
        assert told in (found[name].asset_graph.get(asset).description or "")


def test_a_company_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="there is no company nobody"):
        repositories.nobody  # noqa: B018 (asked for, as Dagster does it)
