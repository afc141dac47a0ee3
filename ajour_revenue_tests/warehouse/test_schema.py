"""A warehouse of an older version is brought up to date, and one of a newer version is refused: on real files."""

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ajour_revenue.revenue.unit_revenue import expect_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse import schema
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import WarehouseUnusableError
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import run, value, values
from ajour_revenue_tests.kit import IS_DUCKDB_2, settings_dict
from ajour_revenue_tests.language import assert_said_in_both

FILES = Path(__file__).parent / "files"

# The demo's units when the file was made.
UNITS = [
    {"name": "Bar", "department": "Vesterbro", "locations": ["10", "11"]},
    {"name": "Køkken", "department": "Vesterbro", "locations": ["20"]},
    {"name": "Café", "department": "Nørrebro", "locations": ["30"]},
    {"name": "Vinbar", "department": "Nørrebro", "locations": ["40"]},
    {"name": "Spisehus", "department": "Aarhus Ø", "locations": ["50"]},
    {"name": "Selskaber", "department": "Aarhus Ø", "locations": ["60"]},
]

FIGURES = "SELECT business_date, unit, department, revenue, revenue_incl_vat, revenue_excl_vat"


def unpacked(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((FILES / f"{name}.gz").read_bytes()))
    return path


@pytest.fixture
def old_warehouse(tmp_path: Path) -> Path:
    """What 0.1.0 left: 31 days, a correction, two manual entries, and a location that has disappeared."""
    return unpacked("warehouse-0.1.0.duckdb", tmp_path)


def test_a_warehouse_of_the_first_release_keeps_every_row_of_what_it_reports(old_warehouse: Path) -> None:
    tables = ("ajour_locations", "wage_costs", "wage_percentage", "planday_revenue", "unit_revenue", "raw_revenue")
    with duckdb.connect(str(old_warehouse), read_only=True) as connection:
        before = {table: connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}

    with transaction(old_warehouse) as connection:
        assert schema.version_of(connection) == schema.latest_version()
        after = {table: connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}

    assert after == before
    assert all(before.values()), "the file has rows in every table"


def test_unit_revenue_of_the_first_release_can_be_calculated_again_from_what_was_kept(old_warehouse: Path) -> None:
    settings = Settings.model_validate(settings_dict(units=UNITS, activation_date=dt.date(2026, 10, 1)))

    with transaction(old_warehouse) as connection:
        expect_unit_revenue(connection, settings, values(connection, "SELECT business_date FROM fetches"))
        stored = run(connection, f"{FIGURES} FROM unit_revenue ORDER BY ALL").fetchall()
        calculated = run(connection, f"{FIGURES} FROM unit_revenue_after ORDER BY ALL").fetchall()

    assert calculated == stored
    assert len(stored) > 150


def test_manual_entries_of_the_first_release_keep_their_reasons_and_times(old_warehouse: Path) -> None:
    with reading(old_warehouse) as connection:
        entries = run(
            connection, "SELECT unit, revenue_excl_vat, reason FROM manual_revenue ORDER BY entered_at, unit"
        ).fetchall()

    assert ("Bar", Decimal(20000), "the till upstairs was silent") in entries
    assert ("Vinbar", Decimal(10000), "opened after all") in entries
    assert [(unit, reason) for unit, _, reason in entries if unit == "Spisehus"] == [
        ("Spisehus", "kept from before 0.2.0, when Ajour had another figure"),
    ]


def test_of_two_units_with_the_same_id_in_planday_the_one_that_was_published_last_is_ours(old_warehouse: Path) -> None:
    day = dt.date(2026, 9, 1)
    with duckdb.connect(str(old_warehouse)) as connection:
        for unit, turnover, hour in (("Bar", 100, 9), ("Baren", 120, 11), ("Barer", 90, 10)):
            connection.execute(
                "INSERT INTO planday_revenue BY NAME SELECT $day AS business_date, $unit AS unit, "
                "7 AS planday_unit_id, $turnover AS turnover, 'published' AS outcome, "
                "$at AS published_at, 'a run' AS run_id",
                {"day": day, "unit": unit, "turnover": turnover, "at": dt.datetime(2026, 9, 2, hour, tzinfo=dt.UTC)},
            )

    with reading(old_warehouse) as connection:
        ours = run(connection, "SELECT unit, turnover FROM planday_ours WHERE business_date = $day", day=day).fetchall()

    assert ours == [("Baren", Decimal(120))]


def test_before_tables_change_everything_is_copied_beside_the_file(old_warehouse: Path) -> None:
    with duckdb.connect(str(old_warehouse), read_only=True) as connection:
        before = connection.execute("FROM unit_revenue ORDER BY ALL").fetchall()

    with transaction(old_warehouse):
        pass

    backup = old_warehouse.with_name("warehouse-0.1.0.duckdb.version-0.backup")
    with duckdb.connect(str(backup), read_only=True) as connection:
        assert connection.execute("FROM unit_revenue ORDER BY ALL").fetchall() == before
        assert "fetched_days" in values(connection, "SELECT table_name FROM duckdb_tables()")


def test_a_migration_that_fails_leaves_the_file_as_it_was(old_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [*schema.migrations(), schema.Migration(999, "DROP TABLE unit_revenue; SELECT * FROM nowhere")]
    monkeypatch.setattr(schema, "migrations", lambda: broken)

    with pytest.raises(duckdb.CatalogException), transaction(old_warehouse):
        pass

    with duckdb.connect(str(old_warehouse), read_only=True) as connection:
        tables = values(connection, "SELECT table_name FROM duckdb_tables()")
    assert {"unit_revenue", "fetched_days"} <= set(tables)
    assert "schema_versions" not in tables


def test_reading_a_warehouse_of_an_older_version_brings_it_up_to_date_first(old_warehouse: Path) -> None:
    with reading(old_warehouse) as connection:
        assert value(connection, "SELECT count(*) FROM fetches") > 0


def test_a_warehouse_that_is_up_to_date_is_not_backed_up_again(tmp_path: Path) -> None:
    warehouse = tmp_path / "demo.duckdb"
    for _ in range(2):
        with transaction(warehouse):
            pass

    assert [path.name for path in tmp_path.iterdir()] == ["demo.duckdb"]


def test_a_warehouse_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    warehouse = tmp_path / "demo.duckdb"
    with transaction(warehouse) as connection:
        connection.execute("INSERT INTO schema_versions VALUES (999, now())")
    before = warehouse.read_bytes()

    for way in (transaction, reading):
        with (
            pytest.raises(WarehouseUnusableError, match=r"newer version.*version 999") as error,
            way(warehouse),
        ):
            pass
        assert_said_in_both(error.value.text)

    assert warehouse.read_bytes() == before


@pytest.mark.skipif(IS_DUCKDB_2, reason="The file is of DuckDB 2, and there is no newer one yet")
def test_a_file_of_a_newer_duckdb_is_refused_and_left_alone(tmp_path: Path) -> None:
    warehouse = unpacked("duckdb-2.0.duckdb", tmp_path)
    before = warehouse.read_bytes()

    for way in (transaction, reading):
        with pytest.raises(
            WarehouseUnusableError, match=f"newer DuckDB than the one installed here, {duckdb.__version__}"
        ):
            way(warehouse).__enter__()

    assert warehouse.read_bytes() == before


def test_views_are_made_anew_when_their_text_has_changed(tmp_path: Path) -> None:
    warehouse = tmp_path / "demo.duckdb"
    with transaction(warehouse) as connection:
        connection.execute("CREATE OR REPLACE MACRO percentage(part, whole) AS 'of an older text'")
        connection.execute("UPDATE schema_views SET views_hash = 'of an older text'")

    with transaction(warehouse) as connection:
        assert value(connection, "SELECT percentage(1.00, 4.00)") == Decimal(25)


def test_every_column_has_a_comment() -> None:
    with empty() as connection:
        silent = values(
            connection,
            "SELECT table_name || '.' || column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) "
            "WHERE duckdb_columns.comment IS NULL AND NOT starts_with(table_name, 'schema_')",
        )

    assert silent == []
