from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ajour_revenue.commands import enter as enter_module
from ajour_revenue.commands.answers import ANSWER_TEXTS, is_agreed
from ajour_revenue.commands.enter import SHOWN_AT_MOST
from ajour_revenue.commands.enter_texts import ENTER_TEXTS
from ajour_revenue.commands.language import speak
from ajour_revenue.days import Window
from ajour_revenue.readers.copy import is_current
from ajour_revenue.revenue.manual import Change, Compared
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.language import foreign_words, unsaid

ONE = ("enter", "Bar", LAST_DAY)


def manual(company: Company) -> list[tuple[object, ...]]:
    return company.query("SELECT unit, revenue_incl_vat FROM unit_revenue WHERE source = 'manual' ORDER BY ALL")


def test_a_figure_is_entered_and_shown_with_what_it_replaces(shell: Shell, at_fetched_company: Company) -> None:
    result = shell.run(*ONE, "--incl-vat", "1.250,00", "--reason", "till was down", "--yes")
    assert result.exit_code == 0
    assert manual(at_fetched_company) == [("Bar", Decimal(1250))]
    for shown in ("DKK excl. VAT", "2,100.", "Ajour", "1,000.00", "a later fetch of these days replaces"):
        assert shown in result.stdout
    again = shell.run(*ONE, "--incl-vat", "1250", "--reason", "till was down")
    assert (again.exit_code, again.stdout) == (0, "1 figure stood there already; nothing changed for it.\n")


def test_with_overwrite_off_it_says_that_the_figure_stays(shell: Shell, at_company: Company) -> None:
    at_company.reload(revenue={"vat": "included", "overwrite_existing": False}, planday={"publish": True})
    result = shell.run(*ONE, "--excl-vat", "1000", "--reason", "x")
    assert "the figures stay" in result.stdout
    assert "DKK incl. VAT" in result.stdout
    assert "publishes them to Planday" in result.stdout


def test_a_file_is_entered_as_a_whole(shell: Shell, at_company: Company) -> None:
    Path("figures.csv").write_text(
        f"business_date;unit;revenue_incl_vat;reason\n{LAST_DAY};Bar;10,00;x\n{LAST_DAY};Shop;20,00;\n",
        encoding="utf-8",
    )
    refused = shell.run("enter", "--csv", "figures.csv")
    assert refused.exit_code == 1
    assert "line 3: reason: is missing" in refused.stderr
    assert not at_company.settings.warehouse_file.exists()
    assert shell.run("enter", "--csv", "figures.csv", "--reason", "month's end").exit_code == 0
    assert manual(at_company) == [("Bar", Decimal(10)), ("Shop", Decimal(20))]


def test_another_settings_file_can_be_named(shell: Shell, at_company: Company) -> None:
    Path("ajour.yaml").rename("other.yaml")
    assert shell.run(*ONE, "--incl-vat", "1", "--reason", "x").exit_code == 1
    assert shell.run(*ONE, "--incl-vat", "1", "--reason", "x", "--settings", "other.yaml").exit_code == 0
    assert manual(at_company) == [("Bar", Decimal(1))]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("enter",), "Name a unit and a day"),
        (("enter", "Bar"), "Name a unit and a day"),
        (("enter", "Bar", "--csv", "f.csv"), "leave out UNIT"),
        (("enter", "--location", "10", "--csv", "f.csv"), "leave out --location"),
    ],
)
@pytest.mark.usefixtures("at_company")
def test_a_wrong_argument_is_a_usage_error(shell: Shell, arguments: tuple[object, ...], told: str) -> None:
    result = shell.run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*ONE, "--reason", "x"), "give one amount"),
        ((*ONE, "--incl-vat", "1", "--excl-vat", "1", "--reason", "x"), "give one amount"),
        ((*ONE, "--incl-vat", "1.234", "--reason", "x"), "'1.234' may be 1234 or 1.234; write 1234.00 or 1.23"),
        ((*ONE, "--incl-vat", "1"), "--reason: is missing"),
        ((*ONE, "--incl-vat", "1", "--reason", " "), "--reason: is missing"),
        (("enter", "Bar", "soon", "--incl-vat", "1", "--reason", "x"), "'soon' is no day"),
        (("enter", "bar", LAST_DAY, "--incl-vat", "1", "--reason", "x"), "did you mean Bar. Nothing was stored."),
        (
            ("enter", "Cellar", "2026-02-30", "--incl-vat", "a lot"),
            (
                "DAY: '2026-02-30' is no day; write 2026-01-31, or 31-01-2026 with the day first; "
                "--incl-vat: 'a lot' is no amount; write 1234.50 or 1.234,50; --reason: is missing; unit 'Cellar' "
                "is none of the settings': Bar, Kitchen, Shop. Nothing was stored."
            ),
        ),
        (("enter", "Cellar", LAST_DAY, "--incl-vat", "1", "--reason", "x"), "unit 'Cellar' is none"),
        (("enter", "Bar", "2999-01-01", "--incl-vat", "1", "--reason", "x"), "is no day with revenue"),
        (
            (*ONE, "--location", "20", "--incl-vat", "1", "--reason", "x"),
            f"location '20' does not feed Bar on {LAST_DAY}; 10, 11 does",
        ),
        (("enter", "--csv", "none.csv"), "No such file"),
        (("enter", "--csv", "ajour.sqlite"), "is not a CSV file"),
    ],
)
def test_what_cannot_be_entered_is_refused(
    shell: Shell, at_company: Company, arguments: tuple[object, ...], told: str
) -> None:
    result = shell.run(*arguments)
    assert result.exit_code == 1
    assert told in " ".join(result.stderr.split())
    assert not at_company.settings.warehouse_file.exists()


# One till


def test_the_till_of_one_location_completes_the_sum_of_the_others(shell: Shell, at_company: Company) -> None:
    at_company.ajour.sell(LAST_DAY, "11", None)
    assert at_company.fetch(Window(LAST_DAY, LAST_DAY)).success
    [(others,)] = at_company.query("SELECT revenue_excl_vat FROM unit_revenue WHERE unit = 'Bar'")

    result = shell.run(*ONE, "--location", "11", "--excl-vat", "1000", "--reason", "till was down")

    assert result.exit_code == 0, result.stderr
    bar = "SELECT revenue_excl_vat, source, locations, missing_locations FROM unit_revenue WHERE unit = 'Bar'"
    assert at_company.query(bar) == [(others + 1000, "manual", ["10", "11"], [])]
    # What Ajour corrects of the other one still comes in.
    at_company.ajour.sell(LAST_DAY, "10", others + 5)
    assert at_company.fetch(Window(LAST_DAY, LAST_DAY)).success
    assert at_company.query(bar) == [(others + 1005, "manual", ["10", "11"], [])]


def test_a_file_may_name_locations(shell: Shell, at_company: Company) -> None:
    Path("figures.csv").write_text(
        f"business_date,unit,location,revenue_excl_vat,reason\n{LAST_DAY},Bar,10,10,x\n{LAST_DAY},Bar,11,20,x\n"
        f"{LAST_DAY},Shop,,30,x\n",
        encoding="utf-8",
    )
    assert shell.run("enter", "--csv", "figures.csv").exit_code == 0
    sums = at_company.query("SELECT unit, revenue_excl_vat::INTEGER FROM unit_revenue ORDER BY unit")
    assert sums == [("Bar", 30), ("Shop", 30)]


# What is doubtful


def test_a_complete_figure_from_ajour_is_replaced_by_who_says_yes(shell: Shell, at_fetched_company: Company) -> None:
    refused = shell.run(*ONE, "--incl-vat", "1.250,00", "--reason", "till was down")
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.split())
    assert "DKK 1,000.00 excl. VAT replaces DKK 2,100." in said
    assert "a complete figure from Ajour" in said
    assert "repeat the command with --yes" in said
    assert manual(at_fetched_company) == []

    with shell.terminal(*ONE, "--incl-vat", "1250", "--reason", "till was down") as asked:
        asked.answer("Enter it? [y/N]", "perhaps")
        asked.expect("Answer yes or no.")
        asked.answer("Enter it?", "n")
        asked.expect("Nothing was entered.")
        assert asked.end() == 1
    assert manual(at_fetched_company) == []
    with shell.terminal(*ONE, "--incl-vat", "1250", "--reason", "till was down") as asked:
        asked.answer("Enter it?", "y")
        asked.expect("Entered by hand")
    assert manual(at_fetched_company) == [("Bar", Decimal(1250))]
    # It is a manual figure now.
    assert shell.run(*ONE, "--incl-vat", "1300", "--reason", "a better count").exit_code == 0


def test_an_amount_that_is_negative_or_far_from_usual_is_doubted(shell: Shell, at_company: Company) -> None:
    weeks = [LAST_DAY - timedelta(days=7 * back) for back in range(1, 5)]
    at_company.ajour.sell_all([(day, "30", "100") for day in weeks])
    at_company.ajour.sell(LAST_DAY, "30", None)
    assert at_company.fetch(Window(weeks[-1], LAST_DAY)).success

    for amount, told in {
        "-1": "DKK -1.00 excl. VAT is negative",
        "500.01": "DKK 500.01 excl. VAT is far from the DKK 100.00 that this weekday usually brings",
        "19.99": "DKK 19.99 excl. VAT is far from the DKK 100.00",
    }.items():
        refused = shell.run("enter", "Shop", LAST_DAY, "--excl-vat", amount, "--reason", "x")
        assert refused.exit_code == 2
        assert told in " ".join(refused.stderr.split())
        assert manual(at_company) == []
    for amount in ("500", "20"):
        assert shell.run("enter", "Shop", LAST_DAY, "--excl-vat", amount, "--reason", "x").exit_code == 0
        assert manual(at_company)[-1] == ("Shop", Decimal(amount) * Decimal("1.25"))


def test_all_doubtful_rows_of_a_file_are_listed_at_once(shell: Shell, at_fetched_company: Company) -> None:
    Path("figures.csv").write_text(
        f"business_date,unit,revenue_excl_vat,reason\n{LAST_DAY},Bar,1,x\n{LAST_DAY},Kitchen,-2,x\n{LAST_DAY},Shop,-3,x\n",
        encoding="utf-8",
    )
    refused = shell.run("enter", "--csv", "figures.csv")
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.split())
    assert [name for name in ("Bar", "Kitchen", "Shop") if f"{name}, " not in said] == []
    assert manual(at_fetched_company) == []
    assert shell.run("enter", "--csv", "figures.csv", "--yes").exit_code == 0
    assert len(manual(at_fetched_company)) == 3


def test_readers_see_an_entry_at_once(shell: Shell, at_company: Company) -> None:
    assert shell.run(*ONE, "--incl-vat", "12.50", "--reason", "till was down").exit_code == 0

    assert is_current(at_company.settings)


# In both languages


@pytest.mark.parametrize("language", ANSWER_TEXTS)
@pytest.mark.parametrize(
    ("answer", "agrees"),
    [("j", True), ("Ja", True), ("y", True), ("yes", True), ("n", False), ("nej", False), ("no", False), ("", False)],
)
def test_a_question_is_answered_in_either_language(language: Language, answer: str, agrees: bool) -> None:  # noqa: FBT001
    texts = ANSWER_TEXTS[language]

    with CliRunner().isolation(input=f"nja\n{answer}\n\n") as (shown, *_), click.Context(click.Command("enter")):
        speak(language)
        assert is_agreed("Hvad?") == agrees
        assert is_agreed("Og?", usual=True) is True
        lines = shown.getvalue().decode().splitlines()

    question = f"Hvad? [{texts.choice[False]}]: "
    assert lines == [f"{question}nja", texts.unclear, f"{question}{answer}", f"Og? [{texts.choice[True]}]: "]


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, at_company: Company, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    doubtful = [
        Compared(LAST_DAY, "Bar", "10", Decimal(-5), Decimal(9), None),
        Compared(LAST_DAY, "Bar", None, Decimal(1), None, Decimal(100)),
    ]
    changes = [
        Change(LAST_DAY, "Bar", "excluded", None, None, Decimal(1)),
        Change(LAST_DAY, "Bar", "excluded", Decimal(1), "ajour", Decimal(2)),
        Change(LAST_DAY, "Bar", "excluded", Decimal(2), "manual", Decimal(3)),
    ] * SHOWN_AT_MOST
    monkeypatch.setattr(enter_module, "compare", lambda *_: doubtful)
    monkeypatch.setattr(enter_module, "store_entries", lambda *_: changes)
    enter = (*ONE, "--incl-vat", "1", "--reason", "x")
    Path("two.csv").write_text(
        f"business_date;unit;revenue_incl_vat;reason\n{LAST_DAY};Bar;1;x\n{LAST_DAY};Shop;1;x\n", encoding="utf-8"
    )
    shown = ""
    for overwrite in (True, False):
        at_company.reload(
            report={"language": language},
            revenue={"vat": "excluded", "overwrite_existing": overwrite},
            planday={"publish": True},
        )
        shown += shell.run(*enter).stderr
        shown += shell.run(*enter, "--yes").stdout
    changes.clear()
    shown += shell.run(*enter, "--yes").stdout
    shown += shell.run("enter", "--csv", "two.csv", "--yes").stdout
    with monkeypatch.context() as terminal:
        terminal.setattr("sys.stdin.isatty", lambda: True)
        terminal.setattr(enter_module, "is_agreed", click.echo)
        shown += shell.show(*enter, colours=False).text
        shown += shell.show("enter", "--csv", "two.csv", colours=False).text
    texts = ENTER_TEXTS[language]

    assert unsaid(shown, texts, apart_from={"findings"}) == []
    assert foreign_words(shown, texts, ENTER_TEXTS[other]) == set()
    assert "{" not in shown


def test_a_danish_entry_is_asked_about_and_confirmed_in_danish(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.speak("da")

    with shell.terminal(*ONE, "--incl-vat", "1.250,00", "--reason", "kassen var nede") as asked:
        asked.expect("1.000,00 kr. ekskl. moms")
        asked.answer("Skal det indtastes? [j/N]", "ja")
        asked.expect("Indtastet, kr. ekskl. moms")
        assert asked.end() == 0

    assert manual(at_fetched_company) == [("Bar", Decimal(1250))]
