"""What is said of a refusal, in both languages."""

import re

import pytest

from ajour_revenue.ajour.causes import LOGIN, LOGIN_TIMED_OUT, QUERY, Said
from ajour_revenue.ajour.drivers import (
    FREETDS,
    MARIADB,
    MICROSOFT,
    OTHER,
    POSTGRESQL,
    SQLITE,
    UNENCRYPTED,
    UNKNOWN,
    UNVERIFIED,
)
from ajour_revenue.text.bilingual import Bilingual

NAME = re.compile(r"\{\w+\}|\bAJOUR_[A-Z_]+|\bajour\.\w+|\b[A-Z][a-z]+[A-Z]\w+")
"""A placeholder, or a name that is the same in both languages."""

DRIVERS = (MICROSOFT, FREETDS, POSTGRESQL, MARIADB, SQLITE, OTHER)
MESSAGES = [
    *(cause.message for cause in (*LOGIN, *QUERY)),
    LOGIN_TIMED_OUT,
    UNENCRYPTED,
    UNVERIFIED,
    UNKNOWN,
    FREETDS.login_hint,
    *(driver.install for driver in DRIVERS),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.en[:40])
def test_both_languages_say_it_with_the_same_names(message: Bilingual) -> None:
    assert message.da
    assert message.da != message.en
    assert sorted(set(NAME.findall(message.da))) == sorted(set(NAME.findall(message.en)))


@pytest.mark.parametrize(
    ("error", "da", "en"),
    [
        (("28000", "[28000] Login failed (18456)"), "SQLSTATE 28000, fejl 18456", "SQLSTATE 28000, error 18456"),
        (("cut off",), "ingen kode", "no code"),
    ],
)
def test_codes_are_told_for_whoever_looks_them_up(error: tuple[str, ...], da: str, en: str) -> None:
    assert Said.by(Exception(*error)).codes == Bilingual(da=da, en=en)
