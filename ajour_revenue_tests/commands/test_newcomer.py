"""From an empty folder and five credentials to the figures, in a terminal."""

import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.days import WEEKDAYS
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS, Shell, Terminal
from ajour_revenue_tests.kit import SqliteAjour

FIRST_DAY = LAST_DAY - timedelta(days=2)
PASSWORD = "S3cret-Pass"


@pytest.fixture
def ajour(tmp_path_factory: pytest.TempPathFactory) -> SqliteAjour:
    """An Ajour that switched the integration on three days ago."""
    ajour = SqliteAjour(tmp_path_factory.mktemp("ajour") / "ajour.sqlite")
    ajour.list_locations({"10": "Bar", "11": "Bar 1. sal", "20": "Køkken"})
    ajour.sell_all((day, location, "1000.00") for day in (FIRST_DAY, LAST_DAY) for location in ("10", "11", "20"))
    ajour.sell(FIRST_DAY + timedelta(days=1), "20", "1000.00")
    return ajour


def answer_init(init: Terminal, credentials: Mapping[str, str]) -> None:
    init.expect("1  dansk")
    init.answer("Sprog / language [1]: ", "")
    init.answer("Ajours CompanyID", credentials["company_id"])
    init.answer("Ajours User", credentials["user"])
    init.answer("Ajours Password", PASSWORD)
    init.answer("Ajours Database", credentials["database"])
    init.answer("Ajours IP", "localhost")
    init.answer("Navn", "nord")
    init.answer("Aktiveringsdato", DANISH.date(FIRST_DAY))
    init.expect("ODBC-driver til")
    [number] = re.findall(r"(\d+)  SQLite3$", init.text, re.MULTILINE)
    init.send(f"{number}\n")
    init.answer("Lønomkostningerne", "")


def map_by_menu(test: Terminal) -> None:
    test.expect("Lokation 10 (Bar) hører til enheden")
    test.expect("1  en ny enhed, Bar")
    test.answer("[1]: ", "")
    test.expect("1  nord")
    test.answer("Afdelingen for Bar", "Vesterbro")
    test.expect("Lokation 11 (Bar 1. sal)")
    test.expect("1  Bar, Vesterbro")
    test.answer("[2]: ", "1")
    test.expect("Lokation 20 (Køkken)")
    test.answer("[2]: ", "")
    test.expect("1  Vesterbro")
    test.answer("Afdelingen for Køkken", "1")
    test.answer("Mål for lønprocent i Bar", "120")
    test.expect("'120' er ingen procent over 0 og op til 100.")
    test.answer("Mål for lønprocent i Bar", "32,5")
    test.answer("Mål for lønprocent i Køkken (- for intet) [32,5]: ", "-")


@pytest.mark.slow
def test_a_newcomer_gets_from_five_credentials_to_the_figures(shell: Shell, ajour: SqliteAjour) -> None:
    credentials = {name: ajour.environment[variable] for name, variable in AJOUR_CREDENTIALS.items()}

    @contextmanager
    def command(*arguments: object) -> Iterator[Terminal]:
        with shell.terminal(*arguments) as terminal:
            yield terminal
            assert terminal.end() == 0, terminal.text
        assert terminal.widest_line <= COLUMNS, terminal.text
        assert terminal.has_colours
        assert PASSWORD not in terminal.text

    with shell.terminal("init") as init:
        answer_init(init, credentials)
        assert init.end() == 0
    assert PASSWORD not in init.text
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600

    with command("test", "--write") as test:
        test.expect("✓ Indstillinger")
        test.expect("✓ Login")
        test.expect("✓ Aktiveringsdato")
        map_by_menu(test)
        test.expect("Skrevet i ajour.yaml")
        test.expect("✓ Kobling")
        test.expect(f"ajour-revenue fetch --from {FIRST_DAY}")
    # Nothing tells somebody to do what they are just doing.
    assert "test --write" not in test.text
    settings = load_settings(Path("ajour.yaml"))
    assert [
        (unit.name, unit.department, tuple(location.id for location in unit.locations), unit.target_wage_percentage)
        for unit in settings.units
    ] == [
        ("Bar", "Vesterbro", ("10", "11"), dict.fromkeys(WEEKDAYS, Decimal("32.5"))),
        ("Køkken", "Vesterbro", ("20",), None),
    ]

    with command("fetch", "--from", FIRST_DAY) as fetch:
        fetch.expect("raw revenue")
        fetch.expect("3/3 dage")
        fetch.expect(DANISH.days(FIRST_DAY, LAST_DAY))

    with shell.terminal("status") as status:
        status.expect("AKTIV")
        status.expect("# 2 hentet")
        status.expect("m 1 mangler")
        status.expect("Lokation mangler")
        assert status.end() == 1

    day = FIRST_DAY + timedelta(days=1)
    entered = shell.show("enter", "Bar", day, "--incl-vat", "2.500,00", "--reason", "till down")
    assert "2.000,00" in entered.text
    shown = shell.show("status").text
    assert "i 1 indtastet" in shown
    assert "Alt i orden" in shown
