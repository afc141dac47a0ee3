"""Which ODBC keywords the settings may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.settings.odbc_options import refusals
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue_tests.language import assert_said_in_both


def assert_is_not_told(secret: str, complaint: Bilingual) -> None:
    assert secret not in complaint.da + complaint.en


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [
        *(
            (keyword, "is set from")
            for keyword in ("PWD", "Password", "UID", "User ID", "user_id", "DATABASE", "Server")
        ),
        *((keyword, "is set from") for keyword in ("Server", "Network Address", "driver", "DSN", " pwd ", "SOCKET")),
        *((keyword, "log in as somebody else") for keyword in ("Trusted_Connection", "trusted connection")),
        *((keyword, "log in as somebody else") for keyword in ("Authentication", "Integrated Security")),
        *((keyword, "a connection string of its own") for keyword in ("pqopt", "PQOPT", "SAVEFILE")),
        *((keyword, "further settings") for keyword in ("DMConnAttr", "DMEnvAttr", "USE_MYCNF", "OPTIONS")),
        *((keyword, "is for a secret") for keyword in ("TLSKEYPWD", "KeystoreSecret", "OldPassword")),
        *((keyword, "log in as somebody else") for keyword in ("ClientKey", "Trusted_ConnectionUseAAD")),
        *(
            (keyword, "into a log file")
            for keyword in ("Debug", "CommLog", "commlog", "DumpFile", "QueryLog_On", "Dtclog")
        ),
        *((keyword, "load a library") for keyword in ("LoadExt", "PLUGIN_DIR")),
        ("UseDeclareFetch", "crash the process"),
        *((keyword, "write the keyword in full") for keyword in ("B2", "b3", "CA", "A6")),
        *((keyword, "is no keyword") for keyword in ("a;b", "x=y", "{x}", "", " ", "a\nb", "Encrypt=no;PWD")),
        # Letters that some programs take for those of PWD and SSLmode, and a number.
        *((keyword, "is no keyword") for keyword in ("\uff30WD", "\u017fSLmode", "PW\u200bD", "1")),
    ],
)
def test_a_keyword_is_refused_with_the_reason(keyword: str, reason: str) -> None:
    [complaint] = refusals({keyword: "dont-tell"})

    assert reason in complaint.en
    assert_said_in_both(complaint)
    assert_is_not_told("dont-tell", complaint)


def test_a_connection_string_in_the_place_of_a_keyword_is_not_quoted() -> None:
    [complaint] = refusals({"Encrypt=no;PWD=dont-tell": ""})

    assert complaint.en.startswith("'Encrypt'… is no keyword")
    assert_is_not_told("dont-tell", complaint)


@pytest.mark.parametrize("second", ["sslmode", "SSL_Mode", "SSLmode "])
def test_one_keyword_in_two_spellings_is_refused_since_drivers_differ_in_which_they_take(second: str) -> None:
    [complaint] = refusals({"SSLmode": "require", second: "disable"})

    assert "are one keyword" in complaint.en
    assert_said_in_both(complaint)


@pytest.mark.parametrize("value", ["no;PWD=dont-tell", "{dont-tell", "dont-tell}", "dont-tell\n", "\0dont-tell"])
def test_a_value_that_would_begin_another_keyword_is_refused_and_not_quoted(value: str) -> None:
    [complaint] = refusals({"Encrypt": value})

    assert "the value of Encrypt has" in complaint.en
    assert_said_in_both(complaint)
    assert_is_not_told("dont-tell", complaint)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"Encrypt": "strict", "HostnameInCertificate": "sql.ajour.dk"},
        {"ServerCertificate": "/etc/ssl/ajour.pem", "MultiSubnetFailover": "yes", "ApplicationIntent": "ReadOnly"},
        {"TDS_Version": "7.3", "ClientCharset": "UTF-8"},
        {"SSLmode": "verify-full", "ConnSettings": "SET search_path TO ajour"},
    ],
)
def test_what_an_integration_needs_is_taken(options: dict[object, object]) -> None:
    assert refusals(options) == []


@given(st.dictionaries(st.text(), st.text(), max_size=3))
def test_what_is_taken_is_one_keyword_and_one_value_each(options: dict[object, object]) -> None:
    if not refusals(options):
        text = ";".join(f"{keyword}={value}" for keyword, value in options.items())
        assert dict(part.split("=", 1) for part in text.split(";") if part) == options
