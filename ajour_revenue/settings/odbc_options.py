"""Which ODBC keywords `ajour.options` may hold: none that says who logs in where, writes logs, or loads libraries."""

import re
from collections.abc import Mapping

LOGIN = "is set from ajour.driver, ajour.port and the AJOUR_* variables; remove it here"
IDENTITY = "would log in as somebody else than AJOUR_USER; remove it"
CREDENTIAL = "is for a secret, which does not belong in the settings; remove it"
WITHIN = "is a connection string of its own, which could lead elsewhere; remove it"
ELSEWHERE = "takes further settings from elsewhere, or in another form; remove it"
LOGS = "would write passwords and figures into a log file; remove it"
LIBRARY = "would load a library into the process; remove it"
FILES = "would let the server read files of this machine; remove it"
CLEARTEXT = "would give the server the password itself; remove it"
CRASH = "makes psqlODBC crash the process where a connection is cut; remove it"
ABBREVIATION = "is an abbreviation of psqlODBC's; write the keyword in full"

# Read against the keyword in small letters, without spaces and underscores; the first that fits it as a whole tells.
REFUSED = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"driver|dsn|filedsn|server|servername|address|addr|networkaddress|net|network|networklibrary|port", LOGIN),
        (r"host|hostname|hostaddr|multihost|enablednssrv|ipaddress|datasource|socket|namedpipe|tcpip", LOGIN),
        (r"failoverpartner|attachdbfilename|database|db|dbq|catalog|initialcatalog", LOGIN),
        (r"uid|user|userid|username|pass|pwd\d?|password\d?", LOGIN),
        (r".*trusted.*|integratedsecurity|.*authentication.*|gssauthusegss|clientcertificate|clientkey", IDENTITY),
        (r"keystore(?!secret).*|ociconfig.*", IDENTITY),
        (r".*(passw|pwd|passphrase|secret|token).*", CREDENTIAL),
        (r"pqopt|savefile", WITHIN),
        (r"dm(env|conn|stmt)attr|usemycnf|options?|service", ELSEWHERE),
        (r".*((?<!cata)log(?!in)|trace|debug|dump).*", LOGS),
        (r"enablecleartextplugin", CLEARTEXT),
        (r".*(dll|plugin|translation).*|loadext|defaultauth", LIBRARY),
        (r"enablelocalinfile|loaddatalocaldir", FILES),
        (r"usedeclarefetch", CRASH),
        (r"[a-d][0-9a-z]", ABBREVIATION),
    )
)
KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*")
FORBIDDEN_IN_VALUE = re.compile(r"[;{}\x00-\x1f\x7f-\x9f\u2028\u2029]")


def plain(keyword: str) -> str:
    """Return a keyword as all its spellings have it in common: drivers look at no case, and some at no space."""
    return re.sub(r"[\s_]", "", keyword).lower()


def refusals(options: Mapping[object, object]) -> list[str]:
    """Say of each option that is refused why; never quote a value, which may be a password."""
    complaints = []
    first_spelling: dict[str, str] = {}
    for keyword, value in options.items():
        written = str(keyword).strip(" ")
        first = first_spelling.setdefault(plain(written), written)
        if not KEYWORD.fullmatch(written):
            # Only its begin is told: somebody may have written a whole connection string here.
            begin = re.match(r"\w*", written)
            complaints.append(
                f"{begin[0] if begin else ''!r}… is no keyword: one begins with a letter, and has only letters from a "
                "to z, digits, spaces, _, - and ."
            )
        elif reason := next((reason for pattern, reason in REFUSED if pattern.fullmatch(plain(written))), None):
            complaints.append(f"{written} {reason}")
        elif first is not written:
            complaints.append(f"{first} and {written} are one keyword; keep one of them")
        elif isinstance(value, str) and FORBIDDEN_IN_VALUE.search(value):
            complaints.append(f"the value of {written} has one of ; {{ }} or a control character; remove it")
    return complaints
