"""When the copy is written: by each run, last of all, and after each entry."""

import os

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.readers import assets
from ajour_revenue.readers.copy import FIGURES_FILE, CopyNotWrittenError, is_current
from ajour_revenue.readers.tables import FOR_PEOPLE
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, SqliteAjour
from ajour_revenue_tests.readers.kit import held_open
from ajour_revenue_tests.torture import exit_by, in_a_child

YESTERDAY = Window(LAST_DAY, LAST_DAY)


def test_a_run_writes_it_after_all_that_it_stores(company: Company) -> None:
    result = company.run(YESTERDAY)

    assert result.success
    [made] = result.asset_materializations_for_node("demo__readers_copy")
    assert made.metadata["copy"].value == str(company.settings.readers_folder)
    tables = made.metadata["tables"]
    assert isinstance(tables, dg.TableMetadataValue)
    assert {record.data["table"] for record in tables.records} == set(FOR_PEOPLE)
    assert is_current(company.settings)


def test_it_is_written_where_an_earlier_step_of_the_run_failed(company: Company) -> None:
    assert company.run(YESTERDAY).success
    (company.folder / "ajour.sqlite").unlink()
    SqliteAjour(company.folder / "ajour.sqlite")  # without its tables

    assert not company.run(YESTERDAY).success

    assert is_current(company.settings)


def test_it_is_written_at_the_end_of_a_run_of_another_asset_alone(company: Company) -> None:
    assert company.run(YESTERDAY).success
    wages = dg.AssetSelection.assets("demo/wage_percentage")

    assert company.run_alone(wages, tags=window_tags(YESTERDAY)).success

    assert is_current(company.settings)


def test_a_copy_that_cannot_be_written_fails_the_step_with_what_to_do(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise CopyNotWrittenError(Bilingual(da="disken er fuld", en="the disk is full"))

    monkeypatch.setattr(assets, "bring_up_to_date", full)

    result = company.run(YESTERDAY)

    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert failure.node_name == "demo__readers_copy"
    assert "the disk is full" in str(failure.step_failure_data.error)


@pytest.mark.slow
def test_eight_runs_at_once_meet_no_lock_whoever_reads_or_writes_in_the_copy(company: Company) -> None:
    figures = company.settings.readers_folder / FIGURES_FILE
    assert company.run(YESTERDAY).success
    with held_open(figures, read_only=True):
        assert company.run(YESTERDAY).success
        with held_open(figures, sql="CREATE TABLE notes AS SELECT 'mine' AS note"):
            children = [in_a_child(lambda: exit_by(company.fetch(YESTERDAY).success)) for _ in range(8)]
            codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert codes == [0] * 8
    assert is_current(company.settings)
