import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.commands.enter import store_entries
from ajour_revenue.days import Window
from ajour_revenue.revenue.manual import (
    ENTERED_BY,
    Change,
    ManualEntry,
    ManualEntryError,
    check_entry,
    read_entries,
)
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import ACTIVATION_DATE, Company
from ajour_revenue_tests.language import assert_said_in_both

BEFORE = LAST_DAY - timedelta(days=10)
CENT = Decimal("0.01")


def entered(company: Company, **values: object) -> list[Change]:
    """Enter one figure as a user does."""
    entry = check_entry(company.settings, {"reason": "till was down", **values})
    return store_entries(company.settings, [entry])


def revisions(company: Company, day: date, unit: str) -> list[tuple[object, ...]]:
    return company.query(
        "SELECT revenue_before, revenue_after, source_before, source_after, run_id, reason FROM unit_revenue_revisions "
        f"WHERE business_date = '{day}' AND unit = '{unit}' ORDER BY changed_at",
    )


def test_a_figure_replaces_that_of_ajour_with_a_revision_that_says_why(fetched_company: Company) -> None:
    [(before,)] = fetched_company.query(
        f"SELECT revenue FROM unit_revenue WHERE business_date = '{LAST_DAY}' AND unit = 'Bar'"
    )
    [change] = entered(fetched_company, unit="Bar", business_date=LAST_DAY, revenue_incl_vat="1.234,56")
    assert change == (LAST_DAY, "Bar", "excluded", before, "ajour", Decimal("987.65"))
    stored = fetched_company.query(
        "SELECT department, revenue, vat, revenue_incl_vat, revenue_excl_vat, source, locations, missing_locations, "
        f"run_id FROM unit_revenue WHERE business_date = '{LAST_DAY}' AND unit = 'Bar'"
    )
    amounts = Decimal("987.65"), "excluded", Decimal("1234.56"), Decimal("987.65")
    assert stored == [("Vesterbro", *amounts, "manual", [], [], ENTERED_BY)]
    *_, revision = revisions(fetched_company, LAST_DAY, "Bar")
    assert revision == (before, Decimal("987.65"), "ajour", "manual", ENTERED_BY, "till was down")


def test_the_wage_percentages_of_the_day_are_calculated_anew_and_only_those(fetched_company: Company) -> None:
    before = fetched_company.query(f"FROM wage_percentage WHERE business_date < '{LAST_DAY}' ORDER BY ALL")
    entered(fetched_company, unit="Bar", business_date=LAST_DAY, revenue_excl_vat="1000")
    assert fetched_company.query(f"FROM wage_percentage WHERE business_date < '{LAST_DAY}' ORDER BY ALL") == before
    [(revenue, percentage)] = fetched_company.query(
        "SELECT revenue_excl_vat, wage_percentage FROM wage_percentage "
        f"WHERE business_date = '{LAST_DAY}' AND unit = 'Bar'"
    )
    assert (revenue, percentage) == (Decimal(1000), Decimal(40))


def test_a_day_that_was_never_fetched_can_be_entered(company: Company) -> None:
    entered(company, unit="Kitchen", business_date=ACTIVATION_DATE, revenue_excl_vat="-5.50")
    assert company.query("SELECT business_date, unit, revenue, source FROM unit_revenue") == [
        (ACTIVATION_DATE, "Kitchen", Decimal("-5.50"), "manual"),
    ]
    assert revisions(company, ACTIVATION_DATE, "Kitchen")[0][:4] == (None, Decimal("-5.50"), None, "manual")


def test_the_same_figure_again_is_kept_as_an_entry_and_changes_nothing_else(fetched_company: Company) -> None:
    entered(fetched_company, unit="Bar", business_date=LAST_DAY, revenue_excl_vat="1000")
    before = fetched_company.contents()
    assert entered(fetched_company, unit="Bar", business_date=LAST_DAY, revenue_excl_vat="1000") == []
    after = fetched_company.contents()
    assert len(after.pop("manual_revenue")) == len(before.pop("manual_revenue")) + 1
    assert after == before


def test_revenue_is_stored_incl_vat_where_the_settings_say_so(company: Company) -> None:
    company.reload(revenue={"vat": "included", "vat_rate": 12.5, "overwrite_existing": False})
    [change] = entered(company, unit="Bar", business_date=LAST_DAY, revenue_excl_vat="100")
    assert (change.vat, change.revenue) == ("included", Decimal("112.50"))


@pytest.mark.parametrize(("overwrite", "source"), [(True, "ajour"), (False, "manual")])
def test_a_later_fetch_replaces_it_only_with_overwrite_on(company: Company, *, overwrite: bool, source: str) -> None:
    company.reload(revenue={"vat": "excluded", "overwrite_existing": overwrite})
    entered(company, unit="Bar", business_date=LAST_DAY, revenue_excl_vat="1")
    assert company.fetch(Window(LAST_DAY, LAST_DAY)).success
    assert company.query("SELECT source FROM unit_revenue WHERE unit = 'Bar'") == [(source,)]
    assert [row[3] for row in revisions(company, LAST_DAY, "Bar")] == ["manual", source][: 1 + overwrite]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"unit": "Cellar"}, "unit 'Cellar' is none of the settings': Bar, Kitchen, Shop"),
        ({"unit": " "}, "unit: is missing"),
        ({"business_date": ACTIVATION_DATE - timedelta(days=1)}, "is no day with revenue"),
        ({"business_date": LAST_DAY + timedelta(days=1)}, "is no day with revenue"),
        ({"business_date": "2026-02-30"}, "'2026-02-30' is no day"),
        ({"business_date": None}, "business_date: "),
        ({"revenue_incl_vat": "1"}, "give one amount"),
        ({"revenue_excl_vat": None}, "give one amount"),
        ({"revenue_excl_vat": ""}, "give one amount"),
        ({"revenue_excl_vat": "1.234"}, "'1.234' may be 1234 or 1.234"),
        ({"revenue_excl_vat": "NaN"}, "is no amount"),
        ({"revenue_excl_vat": "1000000000000000"}, "revenue_excl_vat: "),
        ({"reason": ""}, "reason: is missing"),
        ({"unit": "Vesterbro"}, "it is a department, and revenue belongs to its units: "),
    ],
)
def test_what_cannot_be_is_refused(company: Company, values: dict[str, object], told: str) -> None:
    right = {"unit": "Bar", "business_date": LAST_DAY, "revenue_excl_vat": "1", "reason": "x"}
    assert isinstance(check_entry(company.settings, right), ManualEntry)
    with pytest.raises(ManualEntryError) as refused:
        check_entry(company.settings, right | values)
    assert told in str(refused.value)
    assert_said_in_both(refused.value.text)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"unit": "Baren", "reason": ""},
            "reason: mangler; enheden 'Baren' findes ikke i indstillingerne: Bar, Kitchen, Shop; mente du Bar",
        ),
        ({"business_date": "31/12"}, "business_date: '31/12' er ikke en dag; skriv 2026-01-31, eller 31-01-2026 med "),
        (
            {"business_date": LAST_DAY + timedelta(days=1)},
            (
                f"{LAST_DAY + timedelta(days=1)} er ikke en dag med omsætning: den er der fra aktiveringsdatoen "
                f"{ACTIVATION_DATE} til i går, {LAST_DAY}"
            ),
        ),
        ({"revenue_incl_vat": "1"}, "angiv ét beløb, revenue_incl_vat eller revenue_excl_vat; det andet følger af det"),
        (
            {"revenue_excl_vat": "1,005"},
            "revenue_excl_vat: '1,005' kan være 1005 eller 1,005; skriv 1005,00 eller 1,00",
        ),
        ({"location": "20"}, f"lokation '20' hører ikke til Bar den {LAST_DAY}; det gør 10, 11"),
        (
            {"unit": "vesterbro"},
            (
                "enheden 'vesterbro' findes ikke i indstillingerne: Bar, Kitchen, Shop; det er en afdeling, og "
                "omsætning hører til dens enheder: Bar, Kitchen"
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused_in_danish(company: Company, values: dict[str, object], told: str) -> None:
    right = {"unit": "Bar", "business_date": LAST_DAY, "revenue_excl_vat": "1", "reason": "x"}

    with pytest.raises(ManualEntryError) as refused:
        check_entry(company.settings, right | values)

    assert refused.value.text.da.startswith(told)
    assert refused.value.text.da.endswith(". Intet blev gemt.")
    assert_said_in_both(refused.value.text)


@given(
    amount=st.decimals(-(10**9), 10**9, places=2),
    rate=st.decimals(0, 100, places=2),
    incl_vat=st.booleans(),
)
def test_the_other_amount_is_right_to_the_oere(amount: Decimal, rate: Decimal, *, incl_vat: bool) -> None:
    entry = ManualEntry(
        business_date=LAST_DAY,
        unit="Bar",
        reason="x",
        **{"revenue_incl_vat" if incl_vat else "revenue_excl_vat": amount},
    )
    incl, excl = entry.amounts(rate)
    assert amount == (incl if incl_vat else excl)
    exact = amount / (1 + rate / 100) if incl_vat else amount * (1 + rate / 100)
    other = excl if incl_vat else incl
    assert abs(other - exact) <= CENT / 2
    assert other == other.quantize(CENT)


def test_half_an_oere_is_rounded_up() -> None:
    entry = ManualEntry(business_date=LAST_DAY, unit="Bar", reason="x", revenue_excl_vat=Decimal("0.02"))
    assert entry.amounts(Decimal(25))[0] == Decimal("0.03")


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_a_file_as_danish_excel_writes_it(company: Company, tmp_path: Path) -> None:
    path = write(
        tmp_path / "figures.csv",
        "\ufeffbusiness_date;unit;revenue_incl_vat;revenue_excl_vat;reason\r\n"
        f"{LAST_DAY:%d-%m-%Y};Bar;1.250,00;;till was down\r\n{BEFORE:%d-%m-%Y};Kitchen;;-10,5;\r\n",
    )
    entries = read_entries(company.settings, path, reason="month's end")
    assert [(entry.business_date, entry.unit, *entry.amounts(Decimal(25)), entry.reason) for entry in entries] == [
        (LAST_DAY, "Bar", Decimal(1250), Decimal(1000), "till was down"),
        (BEFORE, "Kitchen", Decimal("-13.13"), Decimal("-10.5"), "month's end"),
    ]


def test_every_bad_row_is_told_with_its_line(company: Company, tmp_path: Path) -> None:
    path = write(
        tmp_path / "figures.csv",
        "business_date,unit,revenue_excl_vat,reason\n"
        f"{LAST_DAY},Bar,1,x\n{LAST_DAY},Cellar,1,x\n{LAST_DAY},Bar,2,x\nsoon,Bar,1,x\n{LAST_DAY},Shop,,x\n"
        f"{LAST_DAY},Shop,400,50,x\n{LAST_DAY},Kitchen,1,\n",
    )
    with pytest.raises(ManualEntryError) as refused:
        read_entries(company.settings, path)
    told = str(refused.value)
    assert_said_in_both(refused.value.text)
    assert "6 error(s); nothing was stored" in told
    for line, problem in {
        3: "unit 'Cellar'",
        4: "the same day and unit as line 2",
        5: "'soon' is no day",
        6: "give one amount",
        7: "must have 4 fields",
        8: "reason: is missing",
    }.items():
        assert f"line {line}: " in told
        assert problem in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "found the columns none"),
        (b"day,unit\n", "found the columns day, unit"),
        (b"business_date,unit,reason\n", "found the columns business_date, unit, reason"),
        (b"business_date,unit,revenue_excl_vat,employee\n", "found the columns"),
        (b"business_date,unit,revenue_excl_vat\n\x81", "neither in UTF-8 nor in Windows-1252"),
        (b'business_date,unit,revenue_excl_vat\n"a,b', "not a CSV file"),
    ],
)
def test_a_file_that_is_none_is_refused(company: Company, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(content)
    with pytest.raises(ManualEntryError, match=re.escape(path.name)) as refused:
        read_entries(company.settings, path)
    assert told in str(refused.value)
    assert_said_in_both(refused.value.text)


def test_a_file_that_is_not_there_is_told(company: Company, tmp_path: Path) -> None:
    with pytest.raises(ManualEntryError, match="No such file"):
        read_entries(company.settings, tmp_path / "none.csv")
