"""Which ODBC keywords the settings may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.settings.odbc_options import refusals


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
        *((keyword, "into a log file") for keyword in ("Debug", "CommLog", "commlog", "DumpFile", "QueryLog_On")),
        *((keyword, "load a library") for keyword in ("LoadExt", "PLUGIN_DIR")),
        ("UseDeclareFetch", "crash the process"),
        *((keyword, "write the keyword in full") for keyword in ("B2", "b3", "CA", "A6")),
        *((keyword, "is no keyword") for keyword in ("a;b", "x=y", "{x}", "", " ", "a\nb", "Encrypt=no;PWD")),
    ],
)
def test_a_keyword_is_refused_with_the_reason(keyword: str, reason: str) -> None:
    [complaint] = refusals({keyword: "hemmelig"})

    assert reason in complaint
    assert "hemmelig" not in complaint


@pytest.mark.parametrize("value", ["no;PWD=hemmelig", "{hemmelig", "hemmelig}", "hemmelig\n", "\0hemmelig"])
def test_a_value_that_would_begin_another_keyword_is_refused_and_not_quoted(value: str) -> None:
    [complaint] = refusals({"Encrypt": value})

    assert "the value of Encrypt has" in complaint
    assert "hemmelig" not in complaint


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
