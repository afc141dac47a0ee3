"""What the wage file may hold, and how each mistake in it is told."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.wages.file import WageCost, WageFile, WageFileError, read_wage_file
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, write_settings
from ajour_revenue_tests.language import assert_said_in_both

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
    assert_said_in_both(error.value.text)
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

    assert told[1].startswith("line 3: department 'Vester bro' is none of")
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

    assert error.value.text == Bilingual(
        da=f"Der er ingen lønfil {settings.wages.file}. Læg den dér, eller ret wages.file i indstillingerne.",
        en=f"There is no wage file {settings.wages.file}. Put it there, or correct wages.file in the settings.",
    )


def test_a_file_as_danish_excel_saves_it_is_refused_in_danish(settings: Settings) -> None:
    path = settings.wages.file
    rows = [
        "01-03-2026;Vesterbro;Bar;1.234;2,5;3",
        "søn 2-3-2026;Vesterbro;Bar;400;2,5;3",
        "03-03-2026;Vesterbro;Baren;400;2,5;3",
        "04-03-2026;Nørrebro;;400;2,5;3",
        "05-03-2026;Aarhus;Shop;mange;-1;to",
        "06-03-2026;Aarhus;Shop;400;2,5;3",
        "06-03-2026;Aarhus;Shop;400;2,5;3",
        "07-03-2026;Aarhus;Shop;#REFERENCE!;2,5;3",
        "08-03-2026;;Shop;400;2,5;3",
        "09-03-2026;Aarhus;Shop;400",
    ]
    path.write_text("\r\n".join([f"{HEADER},people".replace(",", ";"), *rows, ""]), encoding="cp1252")

    with pytest.raises(WageFileError) as error:
        read_wage_file(settings)

    assert_said_in_both(error.value.text)
    assert error.value.text.da.splitlines() == [
        f"{path} har 11 fejl; intet blev gemt. Ret dem, og prøv igen:",
        "  linje 2, wage_cost: der står '1.234': '1.234' kan være 1234 eller 1,234; skriv 1234,00 eller 1,23",
        "  linje 3, business_date: der står 'søn 2-3-2026': 'søn 2-3-2026' er ikke en dag: 2026-03-02 er en mandag",
        "  linje 4: enheden 'Baren' hører ikke til Vesterbro, som har Bar, Kitchen; mente du Bar",
        "  linje 5: afdelingen 'Nørrebro' findes ikke blandt Aarhus, Vesterbro",
        "  linje 6, wage_cost: der står 'mange': 'mange' er ikke et beløb; skriv 1234.50 eller 1.234,50",
        "  linje 6, hours: der står '-1': det skal være mindst 0",
        "  linje 6, people: der står 'to': 'to' er ikke et antal personer; skriv 3",
        "  linje 8: samme dato, afdeling og enhed som linje 7",
        "  linje 9: har #REFERENCE!, hvor Excel ikke kunne regne; ret formlen, og gem igen",
        "  linje 10, department: der står '': den er tom",
        (
            "  linje 11: skal have 6 felter, som linje 1 har; hvor kommaer skiller dem, så skriv decimaler med "
            "punktum: 400.50"
        ),
    ]


def test_a_quote_that_is_never_closed_is_refused(settings: Settings) -> None:
    [told] = errors(settings, '2026-03-01,"Vesterbro,Bar,400,2')

    assert "is not a CSV file" in told


# People


@pytest.mark.parametrize(("written", "people"), [("3", 3), (" 3 ", 3), ("0", 0), ("", None), (" ", None)])
def test_a_row_may_say_how_many_people_it_covers(settings: Settings, written: str, people: int | None) -> None:
    [row] = read(settings, f"2026-03-01,Vesterbro,Bar,400,2,{written}", header=f"{HEADER},people")

    assert row.people == people


def test_without_the_column_nobody_has_counted_the_people(settings: Settings) -> None:
    [row] = read(settings, "2026-03-01,Vesterbro,Bar,400,2")

    assert row.people is None


@pytest.mark.parametrize("written", ["-1", "2.5", "2.0", "1.000", "two", "1e3", "9999999"])
def test_what_is_no_number_of_people_is_told(settings: Settings, written: str) -> None:
    [_, error] = errors(settings, f"2026-03-01,Vesterbro,Bar,400,2,{written}", header=f"{HEADER},people")

    assert error.startswith(f"line 2, people: found '{written}': ")


def test_the_people_of_a_row_are_handed_on(settings: Settings) -> None:
    read(
        settings,
        "2026-03-02,Vesterbro,Bar,400,2,3",
        "2026-03-02,Vesterbro,,400,2,",
        header=f"{HEADER},people",
    )

    rows = fetch(settings).rows

    assert rows.schema == WAGE_COST_SCHEMA
    assert rows["people"].to_pylist() == [3, None]


# Errors on the days of a run, and on others (D24)


MARCH_2_TO_3 = Window(dt.date(2026, 3, 2), dt.date(2026, 3, 3))
RIGHT = "2026-03-02,Vesterbro,Bar,400,2"


def fetch(settings: Settings) -> WageCosts:
    return WageFile(settings).fetch(MARCH_2_TO_3)


def written(settings: Settings, *lines: str) -> Settings:
    """Write a wage file, right or wrong."""
    settings.wages.file.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return settings


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-04"])
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Vesterbro,Bar,x,2", "line 3, wage_cost: found 'x': "),
        ("Vesterbro,Café,400,2", "line 3: unit 'Café' is none of Vesterbro's: Bar, Kitchen"),
    ],
)
def test_an_error_on_another_day_is_a_warning_with_its_line_number(
    settings: Settings, day: str, row: str, told: str
) -> None:
    costs = fetch(written(settings, RIGHT, f"{day},{row}"))

    [warning] = costs.warnings
    assert warning.startswith(f"{settings.wages.file}, {told}")
    assert warning.endswith(f" (of {day}, which this run does not cover)")
    assert costs.rows.num_rows == 1


def test_a_row_that_is_repeated_on_another_day_is_a_warning(settings: Settings) -> None:
    repeated = "2026-03-01,Vesterbro,Bar,400,2"

    [warning] = fetch(written(settings, repeated, repeated, RIGHT)).warnings

    assert "line 3: the same date, department and unit as line 2 (of 2026-03-01" in warning


@pytest.mark.parametrize(
    "row",
    [
        "2026-03-02,Vesterbro,Bar,x,2",
        "2026-03-03,Vesterbro,Bar,x,2",
        "2026-03-03,Vesterbro,Café,400,2",
        RIGHT,
        "2026-13-01,Vesterbro,Bar,400,2",
        ",Vesterbro,Bar,400,2",
        "2026-13-01,Vesterbro,Bar,x,2",
        "2026-03-01,Vesterbro,Bar,400",
        "2026-03-01,Vesterbro,Bar,400,50,2",
    ],
)
def test_an_error_on_a_day_of_the_run_or_on_one_that_nobody_can_tell_stores_nothing(
    settings: Settings, row: str
) -> None:
    written(settings, RIGHT, "2026-03-01,Vesterbro,Bar,elsewhere,2", row)

    with pytest.raises(WageFileError) as error:
        fetch(settings)

    assert "line 4" in str(error.value)
    assert "elsewhere" not in str(error.value)


def test_of_very_many_warnings_the_first_fifty_are_given_and_the_rest_counted(settings: Settings) -> None:
    warnings = fetch(written(settings, *["2026-03-01,Vesterbro,Bar,x,2"] * 60)).warnings

    assert len(warnings) == 51
    assert warnings[-1] == f"{settings.wages.file}, and 10 more"


@given(
    days=st.lists(st.dates(dt.date(2026, 2, 27), dt.date(2026, 3, 6)), max_size=8),
    bad=st.sets(st.integers(0, 7)),
)
@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_has_all_rows_of_its_days_or_none(settings: Settings, days: list[dt.date], bad: set[int]) -> None:
    units = ("Vesterbro,Bar", "Vesterbro,Kitchen", "Vesterbro,", "Aarhus,Shop")
    rows = {(day, units[number % 4]): number in bad for number, day in enumerate(days)}
    written(settings, *(f"{day},{unit},{'x' if wrong else '400'},2" for (day, unit), wrong in rows.items()))
    within = [wrong for (day, _), wrong in rows.items() if MARCH_2_TO_3.first_day <= day <= MARCH_2_TO_3.last_day]

    try:
        costs = fetch(settings)
    except WageFileError:
        assert any(within)
    else:
        assert not any(within)
        assert costs.rows.num_rows == len(within)
        assert len(costs.warnings) == sum(rows.values())


def test_the_warnings_are_in_the_log_of_a_run_that_stores_its_days(company: Company) -> None:
    with company.settings.wages.file.open("a", encoding="utf-8") as file:
        file.write(f"{LAST_DAY - dt.timedelta(days=400)},Vesterbro,Closed,400,2\n")

    with dg.DagsterInstance.ephemeral() as instance:
        run = company.run(Window(LAST_DAY, LAST_DAY), instance=instance)
        log = [entry.user_message for entry in instance.all_logs(run.run_id)]

    assert run.success
    assert [message for message in log if "unit 'Closed' is none of Vesterbro's" in message]
    assert company.query("SELECT count(*) FROM wage_costs") == [(4,)]
