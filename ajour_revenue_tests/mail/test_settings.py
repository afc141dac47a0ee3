"""What the settings file may say about the report by mail."""

from pathlib import Path
from typing import Any

import pytest

from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue.settings.model import ReportMail
from ajour_revenue_tests.kit import write_settings
from ajour_revenue_tests.settings.kit import assert_told_in_both

SERVER: dict[str, Any] = {"host": "smtp.example.dk", "sender": "ajour@example.dk", "recipients": ["vagt@example.dk"]}


def error(folder: Path, *entries: object, server: dict[str, Any] | None = SERVER) -> str:
    alerts = {"mail": server} if server else {}
    with pytest.raises(SettingsError) as raised:
        load_settings(write_settings(folder, alerts=alerts, report={"mail": list(entries)}))
    assert_told_in_both(raised.value)
    return str(raised.value)


def test_nobody_gets_it_by_default(tmp_path: Path) -> None:
    assert load_settings(write_settings(tmp_path)).report.mail == ()
    assert load_settings(write_settings(tmp_path, report={"mail": None})).report.mail == ()


def test_readers_see_the_whole_company_by_default(tmp_path: Path) -> None:
    entries = [{"to": ["leder@example.dk"], "departments": ["Vesterbro"], "xlsx": True}, {"to": ["a@example.dk"]}]

    loaded = load_settings(write_settings(tmp_path, alerts={"mail": SERVER}, report={"mail": entries}))

    assert loaded.report.mail == (
        ReportMail(to=("leder@example.dk",), departments=("Vesterbro",), xlsx=True),
        ReportMail(to=("a@example.dk",)),
    )


def test_a_department_that_no_unit_has_is_refused_with_those_there_are(tmp_path: Path) -> None:
    said = error(tmp_path, {"to": ["a@example.dk"], "departments": ["Vesterbo"]})

    assert "no unit belongs to department 'Vesterbo', which report.mail names; units name Aarhus, Vesterbro" in said


def test_a_mail_server_has_to_be_named(tmp_path: Path) -> None:
    said = error(tmp_path, {"to": ["a@example.dk"]}, server=None)

    assert "report.mail goes over the mail server of alerts.mail: say there which one it is" in said


@pytest.mark.parametrize("address", ["leder", "a@b, c@d", "a@example.dk\nBcc: x@y", "Leder <a@example.dk>"])
def test_what_is_no_plain_address_is_refused(tmp_path: Path, address: str) -> None:
    assert "write one plain mail address" in error(tmp_path, {"to": [address]})


@pytest.mark.parametrize("entry", [{"to": []}, {"departments": ["Vesterbro"]}, {"to": ["a@example.dk"], "cc": []}])
def test_an_entry_without_readers_or_with_another_key_is_refused(tmp_path: Path, entry: dict[str, object]) -> None:
    assert "report.mail" in error(tmp_path, entry)
