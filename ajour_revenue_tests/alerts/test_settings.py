"""What the settings file may say about alerts."""

from pathlib import Path
from typing import Any

import pytest

from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue.settings.model import AlertSettings
from ajour_revenue_tests.kit import write_settings
from ajour_revenue_tests.settings.kit import assert_told_in_both

MAIL: dict[str, Any] = {"host": "smtp.example.dk", "sender": "ajour@example.dk", "recipients": ["vagt@example.dk"]}


def error(folder: Path, **alerts: Any) -> str:  # noqa: ANN401 (YAML may hold anything)
    with pytest.raises(SettingsError) as raised:
        load_settings(write_settings(folder, alerts=alerts))
    assert_told_in_both(raised.value)
    return str(raised.value)


def test_nobody_is_told_by_default(tmp_path: Path) -> None:
    assert load_settings(write_settings(tmp_path)).alerts == AlertSettings(mail=None, webhook=False)


def test_mail_is_encrypted_by_default(tmp_path: Path) -> None:
    mail = load_settings(write_settings(tmp_path, alerts={"mail": MAIL})).alerts.mail

    assert mail is not None
    assert (mail.port, mail.encryption) == (587, "starttls")


@pytest.mark.parametrize("encryption", ["ssl", True])
def test_an_unknown_encryption_is_refused_with_what_is_allowed(tmp_path: Path, encryption: object) -> None:
    said = error(tmp_path, mail=MAIL | {"encryption": encryption})

    assert "alerts.mail.encryption" in said
    assert "'starttls', 'tls' or 'none'" in said


@pytest.mark.parametrize(
    "address", ["vagt", "a@b, c@d", "Vagt <vagt@example.dk>", "vagt@example.dk\nBcc: x@y", "@", "a b@example.dk"]
)
def test_what_is_no_plain_mail_address_is_refused(tmp_path: Path, address: str) -> None:
    assert "write one plain mail address, as in controller@example.dk" in error(
        tmp_path, mail=MAIL | {"recipients": ["vagt@example.dk", address]}
    )


def test_mail_to_nobody_is_refused(tmp_path: Path) -> None:
    assert "alerts.mail.recipients" in error(tmp_path, mail=MAIL | {"recipients": []})
