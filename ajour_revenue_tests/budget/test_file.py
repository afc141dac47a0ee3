"""What the budget file may hold, and how each mistake in it is told."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.budget.file import BudgetFileError, BudgetLine, read_budget
from ajour_revenue.days import Window
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.budget.kit import line
from ajour_revenue_tests.kit import write_settings
from ajour_revenue_tests.language import assert_said_in_both
from ajour_revenue_tests.processes import CHECKOUT

HEADER = "department,unit,month,revenue_excl_vat,wage_percentage"
MARCH = Window(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(write_settings(tmp_path, budget={"file": "budget.csv"}))


def read(settings: Settings, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> list[BudgetLine]:
    assert settings.budget.file
    settings.budget.file.write_text("\n".join([header, *lines, ""]), encoding=encoding)
    return read_budget(settings, settings.budget.file)


def errors(settings: Settings, *lines: str, header: str = HEADER) -> list[str]:
    """Return the lines of the error message: the first says what is wrong with the whole."""
    with pytest.raises(BudgetFileError) as error:
        read(settings, *lines, header=header)
    assert_said_in_both(error.value.text)
    return [line.strip() for line in str(error.value).splitlines()]


def test_the_file_lies_beside_the_settings(settings: Settings) -> None:
    assert settings.budget.file == settings.folder / "budget.csv"


def test_a_row_has_a_place_a_month_a_revenue_and_a_wage_percentage(settings: Settings) -> None:
    assert read(settings, "Vesterbro,Bar,2026-03,400000.50,31.4", "Aarhus,,2026-03-07,9000,") == [
        line("Bar", MARCH, "400000.50", Decimal("31.4")),
        line("Aarhus", dt.date(2026, 3, 7), 9000),
    ]


@pytest.mark.parametrize("month", ["2026-03", "3-2026", "03/2026", "marts 2026", "Mar. 2026", "march 2026", "mar-2026"])
def test_a_month_is_read_as_people_write_it(settings: Settings, month: str) -> None:
    [row] = read(settings, f",Bar,{month},1000,")

    assert (row.period, row.is_month) == (MARCH, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_file_as_danish_excel_saves_it_says_the_same(settings: Settings, encoding: str) -> None:
    danish = read(
        settings,
        "Bar;marts 2026;1.400.000,50;31,4 %",
        "Kitchen;07-03-2026;9.000,00 kr.;",
        header="Enhed;Måned;Omsætning ekskl. moms;Lønprocent",
        encoding=encoding,
    )

    assert danish == [
        line("Bar", MARCH, "1400000.50", Decimal("31.4")),
        line("Kitchen", dt.date(2026, 3, 7), 9000),
    ]


def test_a_wage_percentage_may_stand_alone(settings: Settings) -> None:
    [row] = read(settings, "Vesterbro,03-2026,32", header="afdeling,måned,lønprocent")

    assert row == line("Vesterbro", MARCH, None, 32)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",Café,2026-03,1000,", "line 2: unit 'Café' is none of Bar, Kitchen, Shop"),
        ("Nørrebro,,2026-03,1000,", "line 2: department 'Nørrebro' is none of Aarhus, Vesterbro"),
        ("Aarhus,Bar,2026-03,1000,", "line 2: unit 'Bar' is none of Aarhus's: Shop"),
        (",,2026-03,1000,", "line 2: names neither a unit nor a department"),
        (",Bar,2026-03,,", "line 2: has neither revenue nor a wage percentage; fill in one of them, or delete the row"),
        (",Bar,2026-13,1000,", "line 2, month: found '2026-13': '2026-13' is no day; write"),
        (",Bar,mar-26,1000,", "line 2, month: found 'mar-26'"),
        (",Bar,,1000,", "line 2, month: found ''"),
        (",Bar,2026-03,1.000,", "line 2, revenue_excl_vat: found '1.000': '1.000' may be 1000 or 1.000"),
        (",Bar,2026-03,-5,", "line 2, revenue_excl_vat: found '-5'"),
        (",Bar,2026-03,many,", "line 2, revenue_excl_vat: found 'many'"),
        (",Bar,2026-03,1000,0.31", "line 2, wage_percentage: found '0.31'"),
        (",Bar,2026-03,1000,101", "line 2, wage_percentage: found '101'"),
        (",Bar,2026-03,1000", "line 2: must have 5 fields"),
    ],
)
def test_a_bad_row_is_told_with_its_line_number_and_what_was_found(settings: Settings, row: str, told: str) -> None:
    [_, error] = errors(settings, row)

    assert error.startswith(told)


def test_a_column_is_told_by_its_own_name(settings: Settings) -> None:
    [_, error] = errors(settings, "Bar;mange;2026-03", header="Enhed;Omsætning ekskl. moms;Måned")

    assert error.startswith("line 2, omsætning_ekskl._moms: found 'mange'")


def test_everything_wrong_is_told_at_once(settings: Settings) -> None:
    told = errors(settings, ",Café,2026-13,many,", ",Bar,2026-03,,")

    assert [error.split(":")[0] for error in told[1:]] == [
        "line 2, month",
        "line 2, revenue_excl_vat",
        "line 2",
        "line 3",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Bar;13-2026;1000", ", periode: der står '13-2026': '13-2026' er ikke en dag; skriv 2026-01-31, eller "),
        (
            "Bar;februar 26;1000",
            ", periode: der står 'februar 26': 'februar 26' er ikke en dag; skriv 2026-01-31, eller ",
        ),
        (
            "Bar;marts 2026;1.400",
            ", omsætning_ekskl._moms: der står '1.400': '1.400' kan være 1400 eller 1,400; skriv ",
        ),
        ("Café;marts 2026;1000", ": enheden 'Café' findes ikke blandt Bar, Kitchen, Shop"),
        ("Bar;marts 2026;", ": har hverken omsætning eller lønprocent; udfyld en af dem, eller slet rækken"),
        ("Shop;april 2026;2", ": samme sted og periode som linje 2; behold kun den ene"),
        (
            "Shop;7-4-2026;2",
            ": Shop har 2026-04 både som helhed og dag for dag (linje 2); behold måneden eller dens dage",
        ),
    ],
)
def test_a_budget_as_danish_excel_saves_it_is_refused_in_danish(settings: Settings, row: str, told: str) -> None:
    with pytest.raises(BudgetFileError) as error:
        read(settings, "Shop;april 2026;1", row, header="Enhed;Periode;Omsætning ekskl. moms", encoding="cp1252")

    first, second = error.value.text.da.splitlines()
    assert first == f"{settings.budget.file} har 1 fejl; intet blev gemt. Ret dem, og prøv igen:"
    assert second.startswith(f"  linje 3{told}")
    assert_said_in_both(error.value.text)


def test_the_same_place_and_period_twice_is_told_with_both_lines(settings: Settings) -> None:
    told = errors(settings, ",Bar,2026-03,1000,", "Aarhus,,2026-03,1000,", "Vesterbro,Bar,03-2026,2000,")

    assert told[1:] == ["line 4: the same place and period as line 2; keep one of them"]


@pytest.mark.parametrize("rows", [(",Bar,2026-03,1,", ",Bar,2026-03-07,2,"), (",Bar,2026-03-07,1,", ",Bar,2026-03,2,")])
def test_a_month_and_a_day_of_it_are_refused(settings: Settings, rows: tuple[str, str]) -> None:
    # Another month's, and another unit's, may be.
    told = errors(settings, *rows, ",Bar,2026-04-07,3,", ",Kitchen,2026-03-08,3,")

    assert told[1:] == ["line 3: Bar has 2026-03 as a whole and by days (line 2); keep the month, or its days"]


def test_a_department_and_its_units_may_both_have_a_budget(settings: Settings) -> None:
    assert len(read(settings, ",Bar,2026-03,1000,", "Vesterbro,,2026-03,5000,")) == 2


@pytest.mark.parametrize(
    "header",
    [
        "unit,month",
        "unit,revenue_excl_vat",
        "month,revenue_excl_vat",
        "unit,month,omsætning",  # incl. or excl. VAT?
        "unit,month,day,revenue_excl_vat",
        "unit,month,revenue_excl_vat,remarks",
    ],
)
def test_other_columns_are_refused_with_those_that_are_meant(settings: Settings, header: str) -> None:
    [told] = errors(settings, header=header)

    assert f"line 1: found the columns {header.replace(',', ', ')}; the file must have unit or department" in told


def test_a_file_that_is_not_there_is_told_with_what_to_do(settings: Settings) -> None:
    assert settings.budget.file
    with pytest.raises(BudgetFileError, match=r"There is no budget file .*budget\.csv. .* budget\.file") as error:
        read_budget(settings, settings.budget.file)
    assert_said_in_both(error.value.text)


def test_without_units_the_budget_is_told_to_wait_for_them(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        load_settings(write_settings(tmp_path)).model_dump(by_alias=True) | {"units": []}
    )
    file = tmp_path / "budget.csv"
    file.write_text(f"{HEADER}\n,Bar,2026-03,1000,\n", encoding="utf-8")

    with pytest.raises(BudgetFileError, match="the settings list no units yet") as error:
        read_budget(settings, file)
    assert_said_in_both(error.value.text)


def test_what_the_manual_shows_is_read(tmp_path: Path) -> None:
    [example] = re.findall(r"```csv\n(.*?)```", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    units = [{"name": name, "department": "Vesterbro"} for name in ("Bar", "Køkken")]
    settings = load_settings(write_settings(tmp_path, units=units))
    (tmp_path / "budget.csv").write_text(example, encoding="utf-8")

    bar, kitchen = read_budget(settings, tmp_path / "budget.csv")

    assert (bar.revenue_excl_vat, bar.wage_percentage) == (Decimal(850_000), Decimal("29.5"))
    assert (kitchen.unit, kitchen.period) == ("Køkken", Window(dt.date(2026, 11, 1), dt.date(2026, 11, 30)))
