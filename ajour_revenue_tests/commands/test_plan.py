"""The command `plan`: what lies ahead, in both languages and every format, and what it says where it knows nothing."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from ajour_revenue.days import COPENHAGEN, today
from ajour_revenue.plan.wage_plan import coming_days
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import FORMATS
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue_tests.budget.kit import line
from ajour_revenue_tests.budget.kit import store as store_budget
from ajour_revenue_tests.clock import LAST_DAY, set_now
from ajour_revenue_tests.commands.kit import COLUMNS, Shell
from ajour_revenue_tests.kit import Company, settings_dict
from ajour_revenue_tests.plan.kit import TODAY, make_plan_of, planned

TARGETS = {"Bar": 30, "Kitchen": 35, "Shop": 25}


@pytest.fixture
def language() -> Language:
    """The one that reports are in by default."""
    return "da"


@pytest.fixture
def planning(at_company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose bar and kitchen sell the same every day, on a Monday, with today and tomorrow planned."""
    set_now(monkeypatch, dt.datetime.combine(TODAY, dt.time(7), COPENHAGEN))
    choose(at_company, "da")
    window = coming_days(at_company.settings)
    first_day, second_day = window.days[:2]
    wages = [
        planned(first_day, "Bar", "58900.40"),
        planned(first_day, "Kitchen", "30100"),
        planned(first_day, None, "7777.77", people=1),
        planned(second_day, "Bar", "4444.44", people=1),
    ]
    with transaction(at_company.settings.warehouse) as connection:
        revenue = {"Bar": 191_000, "Kitchen": 100_000, "Shop": 0}
        make_plan_of(connection, at_company.settings, window, revenue=revenue, wages=wages)
    return at_company


def choose(company: Company, language: Language, **sections: object) -> None:
    units = [unit | {"target_wage_percentage": TARGETS[unit["name"]]} for unit in settings_dict()["units"]]
    company.reload(units=units, report={"language": language}, **sections)


def set_budget(company: Company, language: Language) -> None:
    """Budget today alone."""
    choose(company, language, budget={"file": "budget.csv"})
    with transaction(company.settings.warehouse) as connection:
        store_budget(
            connection, [line("Bar", TODAY, 200_000, 30), line("Kitchen", TODAY, 100_000, 31), line("Shop", TODAY, 0)]
        )


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        (
            "da",
            "Mandag 02-03-2026: planlagt 89.000 kr. af ventede 291.000 kr.: 30,6 %, 3.300 kr. under mål",
            ["over 30,8 %", "1.600", "skjult", "Kitchen: ingen vagter planlagt", "Bar: løn skjult", "Shop: lukket"],
        ),
        (
            "en",
            "Monday 2 Mar 2026: planned DKK 89,000 of DKK 291,000 expected: 30.6%, DKK 3,300 under target",
            ["over 30.8%", "1,600", "hidden", "Kitchen: no shifts planned", "Bar: wage hidden", "Shop: closed"],
        ),
    ],
)
def test_a_day_is_a_sentence_and_a_table_within_80_columns(
    shell: Shell, planning: Company, language: Language, sentence: str, words: list[str]
) -> None:
    choose(planning, language)

    screen = shell.show("plan", "--days", 2)

    assert screen.exit_code == 0
    assert screen.widest_line <= COLUMNS
    text = " ".join(screen.text.split())
    assert sentence in text
    assert [word for word in words if word not in text] == []
    assert PLAN_TEXTS[language].open_shifts in text
    assert [wage for wage in ("7.777", "7,777", "4.444", "4,444") if wage in text] == []


def test_all_days_of_the_plan_are_shown_by_default_from_today(shell: Shell, planning: Company) -> None:
    days = json.loads(shell.run("plan", "--format", "json").stdout)

    assert {each["day"] for each in days} == {day.isoformat() for day in coming_days(planning.settings).days}
    bar = next(each for each in days if each["unit"] == "Bar")
    assert {name: bar[name] for name in ("day", "planned_wage_cost", "over_target", "is_provisional")} == {
        "day": today().isoformat(),
        "planned_wage_cost": "58900.40",
        "over_target": "1600.40",
        "is_provisional": False,
    }


def test_csv_is_for_danish_excel_and_adds_up(shell: Shell, planning: Company) -> None:
    result = shell.run("plan", "--days", 1, "--format", "csv")

    lines = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")), delimiter=";"))
    expected = {
        (line["Afdeling"], line["Enhed"]): Decimal(line["Ventet omsætning ekskl. moms"].replace(",", ".") or 0)
        for line in lines
    }
    assert expected["I alt", ""] == sum(amount for (_, unit), amount in expected.items() if unit)
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf")
    assert "7777,77" not in result.stdout
    assert planning.settings.plan.days > 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("da", "Budget 300.000 kr.: ventet omsætning -3,0 %"),
        ("en", "Budget DKK 300,000: expected revenue -3.0%"),
    ],
)
def test_a_day_is_held_against_its_budget_where_it_has_one(
    shell: Shell, planning: Company, language: Language, told: str
) -> None:
    set_budget(planning, language)

    screen = shell.show("plan", "--days", 2)

    assert screen.widest_line <= COLUMNS
    assert " ".join(screen.text.split()).count(told) == 1
    assert screen.text.count("Budget") == 1


def test_the_budget_stands_last_in_csv_and_json(shell: Shell, planning: Company) -> None:
    before = csv_lines(shell)
    set_budget(planning, "da")

    lines, records = csv_lines(shell), json.loads(shell.run("plan", "--days", 1, "--format", "json").stdout)

    width = len(before[0])
    assert [line[:width] for line in lines] == before
    assert lines[0][width:] == [
        "Budget ekskl. moms",
        "Afvigelse fra budget, kr.",
        "Afvigelse fra budget, %",
        "Budgetteret lønprocent",
        "Lønprocent fra budget, procentpoint",
    ]
    [bar] = [line for line in lines if line[2] == "Bar"]
    assert bar[width:] == ["200000,00", "-9000,00", "-4,50", "30,00", "0,84"]
    [record] = [record for record in records if record["unit"] == "Bar"]
    assert list(record.items())[-4:] == [
        ("budget_revenue_excl_vat", "200000.00"),
        ("budget_wage_percentage", "30.00"),
        ("revenue_over_budget", "-9000.00"),
        ("points_over_budget", "0.84"),
    ]


def csv_lines(shell: Shell) -> list[list[str]]:
    text = shell.run("plan", "--days", 1, "--format", "csv").stdout_bytes.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_where_more_days_are_asked_for_than_the_plan_has_it_says_where_it_ends(shell: Shell, planning: Company) -> None:
    last_day = coming_days(planning.settings).last_day

    text = " ".join(shell.run("plan", "--days", 31).output.split())

    assert f"Planen går til og med {FORMATS['da'].date(last_day)}" in text


def test_a_company_without_a_plan_is_told_what_makes_one(shell: Shell, at_company: Company) -> None:
    assert at_company.settings.report.language == "da"
    result = shell.run("plan")

    assert (result.exit_code, "ajour-revenue fetch" in result.output) == (0, True)


def test_a_fetch_makes_the_plan_and_says_honestly_where_history_is_short(shell: Shell, at_company: Company) -> None:
    assert at_company.settings.plan.days
    assert shell.run("fetch", "--from", LAST_DAY - dt.timedelta(days=2)).exit_code == 0

    assert "færre end fire af den ugedag" in " ".join(shell.run("plan", "--days", 1).output.split())


@pytest.mark.usefixtures("planning")
def test_an_expected_figure_is_explained_by_the_days_that_it_comes_from(shell: Shell) -> None:
    tomorrow = today() + dt.timedelta(days=1)

    text = " ".join(shell.show("explain", "Bar", tomorrow).text.split())
    told = shell.json("explain", "Bar", tomorrow)

    assert "191.000,00 kr. ekskl. moms, mellem 191.000,00 kr. og 191.000,00 kr." in text
    # The tenth was the day before Christmas Eve.
    weeks = [tomorrow - dt.timedelta(weeks=week) for week in range(1, 10)]
    assert [day["business_date"] for day in told["learnt_from"]] == [day.isoformat() for day in weeks]
    assert [day for day in weeks if f"{FORMATS['da'].weekday_and_date(day)}: 191.000,00 kr." not in text] == []


def test_a_day_after_the_plan_is_refused_with_what_to_do(shell: Shell, planning: Company) -> None:
    day = coming_days(planning.settings).last_day + dt.timedelta(days=1)

    result = shell.run("explain", "Bar", day)

    assert result.exit_code == 2
    assert "plan.days" in " ".join(result.output.split())
