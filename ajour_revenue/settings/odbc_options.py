"""Which ODBC keywords `ajour.options` may hold: none that says who logs in where, writes logs, or loads libraries."""

import re
from collections.abc import Mapping

LOGIN = "is set from ajour.driver, ajour.port and the AJOUR_* variables; remove it here"
IDENTITY = "would log in as somebody else than AJOUR_USER; remove it"
WITHIN = "is a connection string of its own, which could lead elsewhere; remove it"
LOGS = "would write passwords and figures into a log file; remove it"
LIBRARY = "would load a library into the process; remove it"

REFUSED = {
    **dict.fromkeys(
        (
            *("driver", "dsn", "filedsn", "server", "servername", "address", "addr", "networkaddress", "port"),
            *(
                "database",
                "db",
                "dbq",
                "host",
                "hostname",
                "socket",
                "namedpipe",
                "failoverpartner",
                "attachdbfilename",
            ),
            *("uid", "user", "userid", "username", "pwd", "password", "password1", "password2", "password3"),
        ),
        LOGIN,
    ),
    **dict.fromkeys(
        ("trustedconnection", "integratedsecurity", "authentication", "accesstoken", "gssauthusegss"), IDENTITY
    ),
    **dict.fromkeys(("pqopt", "savefile"), WITHIN),
    **dict.fromkeys(
        (
            *("debug", "commlog", "trace", "tracefile", "tracedll", "logfile", "logdir", "dumpfile", "dumpfileappend"),
            *("debugflags", "statslogon", "statslogfile", "querylogon", "querylogfile", "logsdir", "option"),
        ),
        LOGS,
    ),
    **dict.fromkeys(("loadext", "plugindir", "defaultauth", "translationdll", "translationname"), LIBRARY),
    "usedeclarefetch": "makes psqlODBC crash the process where a connection is cut; remove it",
}
"""Why a keyword is refused, by the keyword in small letters, without spaces and underscores."""

ABBREVIATION = re.compile(r"[a-d][0-9a-z]")
FORBIDDEN_IN_KEYWORD = re.compile(r"[;{}=\x00-\x1f\x7f]|^\s*$")
FORBIDDEN_IN_VALUE = re.compile(r"[;{}\x00-\x1f\x7f]")


def plain(keyword: str) -> str:
    """Return a keyword as all its spellings have it in common: drivers look at neither case nor space."""
    return re.sub(r"[\s_]", "", keyword).lower()


def refusals(options: Mapping[object, object]) -> list[str]:
    """Say of each option that is refused why; never quote a value, which may be a password."""
    complaints = []
    for keyword, value in options.items():
        written = str(keyword)
        if FORBIDDEN_IN_KEYWORD.search(written):
            complaints.append(f"{written!r} is no keyword: ; {{ }} = and control characters cannot be part of one")
        elif reason := REFUSED.get(plain(written)):
            complaints.append(f"{written} {reason}")
        elif ABBREVIATION.fullmatch(plain(written)):
            complaints.append(f"{written} is an abbreviation of psqlODBC's; write the keyword in full")
        elif isinstance(value, str) and FORBIDDEN_IN_VALUE.search(value):
            complaints.append(f"the value of {written} has one of ; {{ }} or a control character; remove it")
    return complaints
