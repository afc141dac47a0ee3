"""The readers' copy: what stands in it, when it is made anew, and that nobody waits for anybody."""

import datetime as dt
import logging
import stat
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from ajour_revenue.days import Window
from ajour_revenue.readers import copy
from ajour_revenue.readers.copy import CopyNotWrittenError, bring_up_to_date, reading_copy
from ajour_revenue.readers.tables import FOR_PEOPLE
from ajour_revenue.wages.figures import COMPANY, Period, cut, load_figures
from ajour_revenue.wages.figures import Place as Where
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.errors import WarehouseLockedError
from ajour_revenue.warehouse.turn import turn
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.readers.kit import DAYS, Place, held_open, settings_of
from ajour_revenue_tests.reports.kit import MONDAY, days_before

BAR = Where("Vesterbro", "Bar")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A warehouse of forty days of every unit."""
    place = Place(tmp_path, settings_of(tmp_path))
    with place.books() as books:
        books.fill()
        books.fetch(DAYS)
    return place


@pytest.fixture
def copied(place: Place) -> Place:
    bring_up_to_date(place.settings)
    return place


def sell_more(place: Place, amount: int = 1) -> None:
    with transaction(place.settings.warehouse_file) as connection:
        connection.execute(
            "UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat + ? WHERE unit = 'Bar' AND business_date = ?",
            [amount, MONDAY],
        )


def sold_by_the_bar(connection: duckdb.DuckDBPyConnection) -> Decimal:
    [[revenue]] = connection.execute(
        "SELECT revenue_excl_vat FROM unit_revenue WHERE unit = 'Bar' AND business_date = ?", [MONDAY]
    ).fetchall()
    assert isinstance(revenue, Decimal)
    return revenue


SOLD = Decimal("10000.00")


# What stands in it


@pytest.mark.parametrize(("table", "by"), [("daily", "day"), ("weekly", "week"), ("monthly", "month")])
def test_the_figures_are_those_of_the_report(place: Place, table: str, by: Period) -> None:
    with place.books() as books:
        books.earn("Shop", "777.77", days_before(40))  # a day before the others, without wages
        books.pay("Aarhus", None, "55.55", people=2)
        books.pay("Vesterbro", None, "4321.09", days_before(3), people=1)
        books.connection.execute(
            "DELETE FROM wage_costs WHERE unit = 'Kitchen' AND business_date = ?", [days_before(1)]
        )
    bring_up_to_date(place.settings)

    with reading(place.settings.warehouse_file) as connection:
        periods = load_figures(connection, place.settings, cut(DAYS, by))
    day = "day, day" if by == "day" else "first_day, last_day"
    shown = place.figures(
        f"SELECT {day}, level, department, unit, revenue_excl_vat, revenue_incl_vat, wage_cost, hours, "
        "revenue_per_hour, wage_percentage, target, is_provisional, points_over_target, "
        f"units, units_with_revenue, units_with_wages FROM {table}"
    )

    expected = {
        (
            *(window.first_day, window.last_day, level_of(where), where.department, where.unit),
            *(figure.revenue_excl_vat, figure.revenue_incl_vat, figure.wage_cost, figure.hours),
            figure.revenue_per_hour,
            *(figure.wage_percentage, figure.target, figure.is_provisional, figure.from_target),
            *(figure.units, figure.units_with_revenue, figure.units_with_wages),
        )
        for window, figures in periods.items()
        for where, figure in figures.items()
        if not (where.unallocated and where.department is None)
    }
    assert len(shown) == len(expected)
    assert set(shown) == expected


def level_of(where: Where) -> str:
    if where.unallocated:
        return "not allocated"
    if where == COMPANY:
        return "company"
    return "unit" if where.unit else "department"


@pytest.mark.parametrize(
    ("day", "iso_year", "iso_week"),
    [
        (dt.date(2026, 12, 27), 2026, 52),
        (dt.date(2026, 12, 31), 2026, 53),
        (dt.date(2027, 1, 1), 2026, 53),
        (dt.date(2027, 1, 4), 2027, 1),
        (dt.date(2020, 12, 31), 2020, 53),
        (dt.date(2024, 12, 30), 2025, 1),
        (dt.date(2026, 3, 29), 2026, 13),  # summer time begins
    ],
)
def test_a_day_is_in_its_iso_week_in_the_year_of_that_week_and_in_its_month(
    tmp_path: Path, day: dt.date, iso_year: int, iso_week: int
) -> None:
    place = Place(tmp_path, settings_of(tmp_path))
    with place.books() as books:
        books.earn("Bar", "1000", day)
        calculate_wage_percentage(books.connection, place.settings, Window(day, day))
    bring_up_to_date(place.settings)

    of_the_day = f"revenue_excl_vat = 1000 AND level = 'unit' AND '{day}' BETWEEN first_day AND last_day"
    assert place.figures(f"SELECT iso_year, iso_week FROM weekly WHERE {of_the_day}") == [(iso_year, iso_week)]
    assert place.figures(f"SELECT month FROM monthly WHERE {of_the_day}") == [(day.replace(day=1),)]


def test_corrections_units_and_when_it_was_made_stand_there_too(place: Place) -> None:
    with place.books() as books:
        books.correct("Bar", "10.00", "12.00", days_before(1))
    bring_up_to_date(place.settings)

    [correction] = place.figures("SELECT day, department, unit, change, source_after FROM corrections")
    assert correction == (days_before(1), "Vesterbro", "Bar", "corrected", "ajour")
    assert place.figures("SELECT department, unit, locations, location_names FROM units ORDER BY unit") == [
        ("Vesterbro", "Bar", ["10", "11"], ["Location 10", "Location 11"]),
        ("Vesterbro", "Kitchen", ["20"], ["Location 20"]),
        ("Aarhus", "Shop", ["30"], ["Location 30"]),
    ]
    assert place.figures("SELECT company, last_day FROM made") == [("demo", MONDAY)]


def test_every_table_is_a_parquet_file_too(copied: Place) -> None:
    for table in FOR_PEOPLE:
        [[rows]] = copied.figures(f"SELECT count(*) FROM {table}")
        parquet = pq.read_table(copied.settings.readers_folder / f"{table}.parquet")

        assert parquet.num_rows == rows
        assert parquet.column_names == [
            name for (name,) in copied.figures(f"SELECT name FROM pragma_table_info('{table}')")
        ]


def test_every_table_and_column_says_what_it_is(copied: Place) -> None:
    tables = copied.figures("SELECT table_name, comment FROM duckdb_tables()")
    columns = copied.figures("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")

    assert {name for name, _ in tables} == set(FOR_PEOPLE)
    assert [each for each in (*tables, *columns) if not each[-1]] == []


def test_money_is_decimal(copied: Place) -> None:
    types = dict(copied.figures("SELECT DISTINCT data_type, 0 FROM duckdb_columns() WHERE NOT internal"))

    assert {kind for kind in types if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT"))} <= {
        "DECIMAL(18,2)",
        "DECIMAL(5,2)",
    }


def test_a_company_without_any_figures_has_a_copy_too(tmp_path: Path) -> None:
    place = Place(tmp_path, settings_of(tmp_path))
    with transaction(place.settings.warehouse_file):
        pass

    bring_up_to_date(place.settings)

    assert place.figures("SELECT count(*) FROM daily") == [(0,)]
    assert place.figures("SELECT count(*) FROM units") == [(3,)]


def test_the_files_for_people_can_be_read_by_others_and_what_the_commands_read_cannot(copied: Place) -> None:
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in copied.settings.readers_folder.iterdir()}

    assert {name for name, mode in modes.items() if mode == 0o644} == {
        "figures.duckdb",
        *(f"{table}.parquet" for table in FOR_PEOPLE),
    }
    assert modes[".details.duckdb"] == 0o600


def test_the_commands_tables_hold_no_wages_but_shown_ones(copied: Place) -> None:
    with reading_copy(copied.settings) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

    assert {"wage_costs", "wage_cost_people", "wage_percentage"} & tables == set()


# When it is made anew


def test_it_is_made_where_there_is_none(place: Place) -> None:
    with reading_copy(place.settings) as connection:
        assert sold_by_the_bar(connection) == SOLD


def test_without_a_warehouse_it_is_empty_and_nothing_is_made(tmp_path: Path) -> None:
    with reading_copy(settings_of(tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM unit_revenue").fetchall() == [(0,)]

    assert list(tmp_path.iterdir()) == []


def test_it_stays_as_it_is_where_nothing_has_changed(copied: Place) -> None:
    [before] = copied.figures("SELECT made_at FROM made")

    bring_up_to_date(copied.settings)

    assert copied.figures("SELECT made_at FROM made") == [before]


def test_it_follows_the_warehouse_and_the_settings(copied: Place) -> None:
    sell_more(copied)
    with reading_copy(copied.settings) as connection:
        assert sold_by_the_bar(connection) == SOLD + 1

    copied.change(units=[{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}])
    bring_up_to_date(copied.settings)
    assert copied.figures("SELECT unit FROM units") == [("Bar",)]


def test_an_older_warehouse_that_was_put_back_is_what_is_shown(copied: Place) -> None:
    backup = copied.settings.warehouse_file.read_bytes()
    sell_more(copied)
    bring_up_to_date(copied.settings)

    copied.settings.warehouse_file.write_bytes(backup)

    with reading_copy(copied.settings) as connection:
        assert sold_by_the_bar(connection) == SOLD


def test_while_a_run_is_at_work_it_is_the_one_from_before(copied: Place, caplog: pytest.LogCaptureFixture) -> None:
    with turn(copied.settings.warehouse_file, who="run 1234 (process 7)"):
        sell_more(copied)
        with reading_copy(copied.settings) as connection:
            assert sold_by_the_bar(connection) == SOLD

    assert "run 1234 (process 7) er i gang. Det viste er fra " in caplog.text


def test_while_a_writer_has_the_warehouse_it_is_the_one_from_before(
    copied: Place, caplog: pytest.LogCaptureFixture
) -> None:
    sell_more(copied)
    with held_open(copied.settings.warehouse_file), reading_copy(copied.settings) as connection:
        assert sold_by_the_bar(connection) == SOLD

    assert "Det viste er fra " in caplog.text


def test_where_there_is_none_a_writer_is_waited_for(place: Place) -> None:
    with (
        held_open(place.settings.warehouse_file),
        pytest.raises(WarehouseLockedError, match="kept open by another process"),
        reading_copy(place.settings, patience_seconds=0),
    ):
        pass


def test_wages_that_are_to_be_hidden_from_now_on_are_hidden_at_once(place: Place) -> None:
    place.change(wages={"source": "file", "file": "wages.csv", "show_single_person": True})
    with place.books() as books:
        books.pay("Aarhus", None, "4321.09", people=1)
    bring_up_to_date(place.settings)
    cells = "SELECT wage_cost FROM shown_cells(?::DATE, ?::DATE, false) WHERE unit IS NULL"
    with reading_copy(place.settings) as connection:
        assert connection.execute(cells, [MONDAY, MONDAY]).fetchall() == [(Decimal("4321.09"),)]

    place.change(wages={"source": "file", "file": "wages.csv", "show_single_person": False})

    # Even a run that is at work changes nothing about that.
    with turn(place.settings.warehouse_file, who="run 1"), reading_copy(place.settings) as connection:
        assert connection.execute(cells, [MONDAY, MONDAY]).fetchall() == [(None,)]
    assert place.figures(f"SELECT wage_cost FROM daily WHERE level = 'not allocated' AND day = '{MONDAY}'") == [(None,)]


# What goes wrong


def test_a_folder_that_cannot_be_written_is_told(place: Place) -> None:
    place.settings.readers_folder.write_text("no folder")

    with pytest.raises(
        CopyNotWrittenError, match=r"company-readers cannot be written.*another readers.folder"
    ) as error:
        bring_up_to_date(place.settings)
    assert error.value.text.da.startswith(f"Læsekopien {place.settings.readers_folder} kan ikke skrives; det, der står")
    assert_said_in_both(error.value.text)


def test_a_copy_that_another_process_is_making_is_told(copied: Place) -> None:
    sell_more(copied)
    folder = copied.settings.readers_folder

    with (
        FileLock(folder / ".lock", is_singleton=False),
        pytest.raises(WarehouseLockedError) as error,
    ):
        bring_up_to_date(copied.settings, patience_seconds=0)

    assert error.value.text.da == f"En anden proces er ved at skrive læsekopien {folder}. Prøv igen om lidt."
    assert_said_in_both(error.value.text)


def test_a_copy_that_cannot_be_written_anew_is_read_as_it_is(
    copied: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell_more(copied)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copy, "_write_figures", full)
    with caplog.at_level(logging.WARNING), reading_copy(copied.settings) as connection:
        assert sold_by_the_bar(connection) == SOLD

    assert "Det viste er fra " in caplog.text
    assert "No space left on device" in caplog.text
    assert [file.name for file in copied.settings.readers_folder.glob(".making.*")] == []


def test_what_a_process_left_that_died_while_it_wrote_is_removed(copied: Place) -> None:
    left = copied.settings.readers_folder / ".making.abc"
    left.mkdir()
    (left / "figures.duckdb").write_text("half of it")
    sell_more(copied)

    bring_up_to_date(copied.settings)

    assert not left.exists()


# Nobody waits for anybody


def test_readers_that_keep_it_open_and_a_notebook_that_writes_disturb_nobody(copied: Place) -> None:
    file = copied.settings.readers_folder / "figures.duckdb"
    note = "CREATE TABLE notes AS SELECT 'mine' AS note"
    with held_open(file, read_only=True) as reader:
        for _ in range(3):
            sell_more(copied)
            bring_up_to_date(copied.settings)
        # Another copy by now, which is free; the one from before is still the reader's.
        with held_open(file, sql=note):
            assert file.with_name("figures.duckdb.wal").exists()
            for _ in range(3):
                sell_more(copied)
                with reading_copy(copied.settings) as connection:
                    assert sold_by_the_bar(connection) > SOLD
            bring_up_to_date(copied.settings)
            assert copied.figures("SELECT count(*) FROM made") == [(1,)]
        assert reader.poll() is None

    # What the notebook wrote was into a file that is not there any more.
    assert copied.figures("SELECT table_name FROM duckdb_tables() WHERE table_name = 'notes'") == []


def test_a_copy_is_only_made_of_days_that_there_are(copied: Place) -> None:
    assert copied.figures("SELECT min(day), max(day) FROM daily") == [(DAYS.first_day, DAYS.last_day)]
    [[first_day, last_day]] = copied.figures("SELECT min(first_day), max(last_day) FROM weekly")
    assert Window(first_day, last_day) == DAYS
    assert isinstance(first_day, dt.date)
