"""What is told of figures that change (D16): each change by its smallest case, calculated from Ajour's answers."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pytest

from ajour_revenue import days
from ajour_revenue.ajour.answer import REVENUE_SCHEMA
from ajour_revenue.ajour.assets import STORE_RAW_REVENUE
from ajour_revenue.attention.finding import Finding
from ajour_revenue.attention.texts import FINDING_TEXTS
from ajour_revenue.revenue.change import Change
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.attention.kit import State, settings
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import COMPANY_ID, IN_BOTH_STORES, settings_dict

Sold = Mapping[str, tuple[str, str]]
"""What locations sold: incl. and excl. VAT."""

EXCLUDED = settings_dict()["revenue"]
BAR = {"name": "Bar", "department": "Vesterbro", "locations": ["10"]}
BAR_WITH_11 = BAR | {"locations": ["10", "11"]}


@pytest.fixture
def books(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[State]:
    """An empty warehouse of a company with one bar."""
    empty_tables.begin()
    yield State(empty_tables, settings(units=[BAR]))
    empty_tables.rollback()


def choose(books: State, **changes: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
    """Change the settings."""
    books.settings = settings(**({"units": [BAR]} | changes))


def calculate(books: State) -> None:
    calculate_unit_revenue(books.connection, books.settings, [LAST_DAY], run_id="a run")


def ask(books: State, sold: Sold) -> None:
    """Store what Ajour answers of the day, and calculate it."""
    rows = [
        {
            "business_date": LAST_DAY,
            "location_id": location,
            "revenue_incl_vat": Decimal(incl_vat),
            "revenue_excl_vat": Decimal(excl_vat),
        }
        for location, (incl_vat, excl_vat) in sold.items()
    ]
    books.connection.register("answer", pa.Table.from_pylist(rows, schema=REVENUE_SCHEMA))
    run(
        books.connection,
        STORE_RAW_REVENUE,
        company_id=COMPANY_ID,
        first_day=LAST_DAY,
        last_day=LAST_DAY,
        asked_at=days.now().astimezone(dt.UTC),
        overwrite=books.settings.revenue.overwrite_existing,
        run_id="a run",
    )
    calculate(books)


def enter(books: State, incl_vat: str, excl_vat: str) -> None:
    """Enter the bar's revenue by hand."""
    run(
        books.connection,
        """
        INSERT INTO manual_revenue BY NAME
        SELECT
            $day AS business_date,
            'Bar' AS unit,
            $incl_vat::DECIMAL(18, 2) AS revenue_incl_vat,
            $excl_vat::DECIMAL(18, 2) AS revenue_excl_vat,
            'till was down' AS reason,
            $now AS entered_at
        """,
        day=LAST_DAY,
        incl_vat=incl_vat,
        excl_vat=excl_vat,
        now=days.now(),
    )
    calculate(books)


def told(books: State) -> list[str]:
    """Return what is said of changed figures, in Danish."""
    return [FINDING_TEXTS["da"].facts(finding) for finding in found(books)]


def found(books: State) -> list[Finding]:
    return [finding for finding in books.found("changed") if finding.place.unit == "Bar"]


def test_a_first_figure_has_not_changed(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": ("125", "100")})

    assert found(books) == []


def test_a_figure_that_ajour_changed_was_corrected_in_ajour(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": ("112.50", "90")})

    assert told(books) == ["rettet i Ajour: fra 100,00 kr. til 90,00 kr. ekskl. moms (Ajour)"]


def test_a_missing_location_that_came_is_no_correction(books: State) -> None:
    choose(books, units=[BAR_WITH_11])
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": ("125", "100"), "11": ("250", "200")})

    assert told(books) == ["manglende lokation kom: fra 100,00 kr. til 300,00 kr. ekskl. moms (Ajour)"]


def test_a_manual_entry_is_no_correction(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    enter(books, "1250", "1000")

    assert told(books) == ["indtastet: fra 100,00 kr. til 1.000,00 kr. ekskl. moms (Ajour → indtastet: till was down)"]


def test_a_first_figure_that_was_entered_is_told_as_such(books: State) -> None:
    enter(books, "1250", "1000")

    assert told(books) == ["indtastet: fra - til 1.000,00 kr. ekskl. moms (- → indtastet: till was down)"]


def test_a_figure_that_replaced_a_manual_entry_is_no_correction(books: State) -> None:
    enter(books, "1250", "1000")
    ask(books, {"10": ("125", "100")})

    assert [finding.facts.changes for finding in found(books)] == [("entered by hand", "replaced a manual entry")]
    assert told(books) == ["indtastet, erstattede en indtastning: fra - til 100,00 kr. ekskl. moms (- → Ajour)"]


def test_another_mapping_is_no_correction(books: State) -> None:
    ask(books, {"10": ("125", "100"), "11": ("250", "200")})
    choose(books, units=[BAR_WITH_11])
    calculate(books)

    assert told(books) == ["ny lokationskobling: fra 100,00 kr. til 300,00 kr. ekskl. moms (Ajour)"]


def test_another_vat_choice_alone_changes_no_amount(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    choose(books, revenue=EXCLUDED | {"vat": "included"})
    calculate(books)

    assert books.connection.execute("SELECT change FROM unit_revenue_revisions").fetchall() == [
        ("first figure",),
        ("VAT choice",),
    ]
    assert found(books) == []


def test_another_vat_choice_beside_a_correction_is_told_as_what_it_is(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": ("112.50", "90")})
    choose(books, revenue=EXCLUDED | {"vat": "included"})
    calculate(books)

    assert told(books) == ["rettet i Ajour, nyt momsvalg: fra 125,00 kr. til 112,50 kr. inkl. moms (Ajour)"]


def test_a_unit_that_was_removed_and_put_back_shows_no_change(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    choose(books, units=[BAR | {"name": "Shop", "locations": []}])
    calculate(books)
    assert found(books) == []

    choose(books)
    calculate(books)

    assert found(books) == []


def test_a_unit_that_came_back_with_another_figure_is_told_without_a_correction(books: State) -> None:
    ask(books, {"10": ("125", "100")})
    choose(books, units=[BAR | {"name": "Shop", "locations": []}])
    calculate(books)
    choose(books)
    ask(books, {"10": ("112.50", "90")})

    assert told(books) == ["får ikke længere tal, får tal igen: fra 100,00 kr. til 90,00 kr. ekskl. moms (Ajour)"]


@pytest.mark.parametrize(
    ("chosen", "corrected", "said"),
    [
        ("excluded", ("126", "100"), "fra 125,00 kr. til 126,00 kr. inkl. moms"),
        ("included", ("125", "99"), "fra 100,00 kr. til 99,00 kr. ekskl. moms"),
        ("excluded", ("126", "99"), "fra 100,00 kr. til 99,00 kr. ekskl. moms"),
        ("included", ("126", "99"), "fra 125,00 kr. til 126,00 kr. inkl. moms"),
    ],
)
def test_a_correction_of_either_amount_is_told(
    books: State, chosen: str, corrected: tuple[str, str], said: str
) -> None:
    choose(books, revenue=EXCLUDED | {"vat": chosen})
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": corrected})

    assert told(books) == [f"rettet i Ajour: {said} (Ajour)"]


def test_a_figure_that_was_changed_back_is_no_news(books: State) -> None:
    for amounts in (("125", "100"), ("112.50", "90"), ("125", "100")):
        ask(books, {"10": amounts})

    assert found(books) == []


@IN_BOTH_STORES
def test_several_changes_are_told_in_order_and_each_once(books: State) -> None:
    choose(books, units=[BAR_WITH_11])
    ask(books, {"10": ("125", "100")})
    ask(books, {"10": ("112.50", "90")})
    ask(books, {"10": ("112.50", "90"), "11": ("25", "20")})
    ask(books, {"10": ("87.50", "70"), "11": ("25", "20")})

    assert told(books) == ["rettet i Ajour, manglende lokation kom: fra 100,00 kr. til 90,00 kr. ekskl. moms (Ajour)"]


def test_both_languages_have_words_for_every_change() -> None:
    for texts in FINDING_TEXTS.values():
        assert tuple(texts.changes) == get_args(Change)
