"""What the wage file may hold, and how each mistake in it is told."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.file import WageCost, WageFileError, read_wage_file
from ajour_revenue_tests.kit import write_settings

HEADER = "business_date,department,unit,wage_cost,hours"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(write_settings(tmp_path))


def read(settings: Settings, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> list[WageCost]:
    settings.wages.file.write_text("\n".join([header, *lines, ""]), encoding=encoding)
    return read_wage_file(settings)


def errors(settings: Settings, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> list[str]:
    """Return the lines of the error message: the first says what is wrong with the whole."""
    with pytest.raises(WageFileError) as error:
        read(settings, *lines, header=header, encoding=encoding)
    return [line.strip() for line in str(error.value).splitlines()]


def test_a_row_has_a_date_a_department_a_unit_a_cost_and_hours(settings: Settings) -> None:
    [row] = read(settings, "2026-03-01,Vesterbro,Bar,400.50,2.25")

    assert row == WageCost(
        business_date=dt.date(2026, 3, 1),
        department="Vesterbro",
        unit="Bar",
        wage_cost=Decimal("400.50"),
        hours=Decimal("2.25"),
    )


def test_the_unit_may_be_empty(settings: Settings) -> None:
    [row] = read(settings, "2026-03-01,Vesterbro,,400,2")

    assert row.unit is None


def test_excels_byte_order_mark_is_no_part_of_the_first_column(settings: Settings) -> None:
    assert len(read(settings, "2026-03-01,Vesterbro,Bar,400,2", encoding="utf-8-sig")) == 1


def test_a_file_as_danish_excel_saves_it_says_the_same(settings: Settings) -> None:
    plain = read(settings, "2026-03-01,Vesterbro,Bar,1400.50,2.25", "2026-03-01,Vesterbro,,-12.5,0")

    danish = read(
        settings,
        "01-03-2026;Vesterbro;Bar;1.400,50;2,25",
        "01-03-2026;Vesterbro;;-12,5;0",
        header=HEADER.replace(",", ";"),
        encoding="utf-8-sig",
    )

    assert danish == plain


def test_danish_letters_are_read(tmp_path: Path) -> None:
    unit = {"name": "Bær", "department": "Østerbro", "locations": ["10"]}
    settings = load_settings(write_settings(tmp_path, units=[unit]))

    [row] = read(settings, "2026-03-01,Østerbro,Bær,400,2")

    assert (row.department, row.unit) == ("Østerbro", "Bær")


def test_the_columns_may_come_in_any_order(settings: Settings) -> None:
    [row] = read(settings, "2,400,Bar,Vesterbro,2026-03-01", header="hours,wage_cost,unit,department,business_date")

    assert (row.hours, row.wage_cost) == (Decimal(2), Decimal(400))


def test_a_wage_cost_may_be_negative_where_a_day_was_corrected(settings: Settings) -> None:
    [row] = read(settings, "2026-03-01,Vesterbro,Bar,-12.50,0")

    assert row.wage_cost == Decimal("-12.50")


def test_a_file_without_rows_is_no_error(settings: Settings) -> None:
    assert read(settings) == []


def test_empty_lines_are_passed_over_and_still_counted(settings: Settings) -> None:
    told = errors(settings, "2026-03-01,Vesterbro,Bar,400,2", "", "2026-03-02,Vesterbro,Bar,x,2")

    assert told[1].startswith("line 4, wage_cost: found 'x'")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("03-31-2026,Vesterbro,Bar,400,2", "line 2, business_date: found '03-31-2026'"),
        ("86400,Vesterbro,Bar,400,2", "line 2, business_date: found '86400'"),
        ("2026-02-30,Vesterbro,Bar,400,2", "line 2, business_date: found '2026-02-30'"),
        (",Vesterbro,Bar,400,2", "line 2, business_date: found ''"),
        ("2026-03-01,,Bar,400,2", "line 2, department: found ''"),
        ("2026-03-01,Vesterbro,Bar,many,2", "line 2, wage_cost: found 'many'"),
        ("2026-03-01,Vesterbro,Bar,,2", "line 2, wage_cost: found ''"),
        ('2026-03-01,Vesterbro,Bar,"400,505",2', "line 2, wage_cost: found '400,505'"),
        ("2026-03-01,Vesterbro,Bar,1.234,2", "line 2, wage_cost: found '1.234'"),
        ("2026-03-01,Vesterbro,Bar,400.505,2", "line 2, wage_cost: found '400.505'"),
        ("2026-03-01,Vesterbro,Bar,NaN,2", "line 2, wage_cost: found 'NaN'"),
        ("2026-03-01,Vesterbro,Bar,Infinity,2", "line 2, wage_cost: found 'Infinity'"),
        ("2026-03-01,Vesterbro,Bar,1e15,2", "line 2, wage_cost: found '1e15'"),
        ("2026-03-01,Vesterbro,Bar,400,two", "line 2, hours: found 'two'"),
        ("2026-03-01,Vesterbro,Bar,400,-1", "line 2, hours: found '-1'"),
        ("2026-03-01,Nørrebro,Bar,400,2", "line 2: department 'Nørrebro' is none of Aarhus, Vesterbro"),
        ("2026-03-01,Vesterbro,Café,400,2", "line 2: unit 'Café' is none of Vesterbro's: Bar, Kitchen"),
        ("2026-03-01,Aarhus,Bar,400,2", "line 2: unit 'Bar' is none of Aarhus's: Shop"),
        ("2026-03-01,Vesterbro,Bar,400", "line 2: must have 5 fields"),
        ("2026-03-01", "line 2: must have 5 fields"),
        ("2026-03-01,Vesterbro,Bar,400,50,2,25", "line 2: must have 5 fields"),
    ],
)
def test_a_bad_row_is_told_with_its_line_number_and_what_was_found(settings: Settings, row: str, told: str) -> None:
    [_, error] = errors(settings, row)

    assert error.startswith(told)


def test_a_repeated_date_department_and_unit_is_told_with_both_line_numbers(settings: Settings) -> None:
    told = errors(
        settings,
        "2026-03-01,Vesterbro,Bar,400,2",
        "2026-03-02,Vesterbro,Bar,400,2",
        "2026-03-01,Vesterbro,Bar,500,2",
        "2026-03-01,Vesterbro,Bar,600,2",
    )

    assert told[1:] == [f"line {n}: the same date, department and unit as line 2" for n in (4, 5)]


def test_a_repeated_row_without_a_unit_is_told_too(settings: Settings) -> None:
    told = errors(settings, "2026-03-01,Vesterbro,,400,2", "2026-03-01,Vesterbro,,400,2")

    assert told[1:] == ["line 3: the same date, department and unit as line 2"]


def test_all_errors_are_told_at_once_in_the_order_of_the_lines(settings: Settings) -> None:
    told = errors(
        settings,
        "yesterday,Vesterbro,Bar,many,2",
        "2026-03-01,Vesterbro,Bar,400,2",
        "2026-03-01,Vesterbro,Café,400,2",
        "2026-03-01,Vesterbro,Bar,400",
    )

    assert "4 error(s); nothing was stored" in told[0]
    assert [line.split(":")[0] for line in told[1:]] == [
        "line 2, business_date",
        "line 2, wage_cost",
        "line 4",
        "line 5",
    ]


def test_of_very_many_errors_the_first_fifty_are_listed_and_the_rest_counted(settings: Settings) -> None:
    told = errors(settings, *["2026-03-01,Vesterbro,Bar,x,2"] * 60)

    assert "60 error(s)" in told[0]
    assert told[51:] == ["and 10 more"]


def test_a_line_break_inside_quotes_does_not_move_the_line_numbers_of_later_rows(settings: Settings) -> None:
    told = errors(settings, '2026-03-01,"Vester', 'bro",Bar,400,2', "2026-03-01,Vesterbro,Bar,x,2")

    assert told[1].startswith("line 3: department 'Vester\\nbro' is none of")
    assert told[2].startswith("line 4, wage_cost: found 'x'")


@pytest.mark.parametrize(
    "header",
    [
        "business_date,department,unit,wage_cost",
        "business_date,department,unit,wage_cost,hours,employee",
        "business_date;department;unit;wage_cost",
        "business_date,department,unit,wage_cost,wage_cost",
    ],
)
def test_other_columns_than_promised_are_refused_with_those_found_and_those_wanted(
    settings: Settings, header: str
) -> None:
    [told] = errors(settings, header=header)

    assert f"found the columns {', '.join(re.split('[,;]', header))};" in told
    assert "must have business_date,department,unit,wage_cost,hours" in told


def test_an_empty_file_is_told_to_have_no_columns(settings: Settings) -> None:
    settings.wages.file.write_bytes(b"")

    with pytest.raises(WageFileError, match="found the columns none"):
        read_wage_file(settings)


def test_a_file_that_is_not_there_is_told_with_its_path_and_setting(settings: Settings) -> None:
    with pytest.raises(WageFileError) as error:
        read_wage_file(settings)

    assert str(settings.wages.file) in str(error.value)
    assert "wages.file" in str(error.value)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_than_utf_8_is_refused(settings: Settings, encoding: str) -> None:
    [told] = errors(settings, "2026-03-01,Østerbro,Bar,400,2", encoding=encoding)

    assert "is not a CSV file in UTF-8" in told


def test_a_quote_that_is_never_closed_is_refused(settings: Settings) -> None:
    [told] = errors(settings, '2026-03-01,"Vesterbro,Bar,400,2')

    assert "is not a CSV file" in told
