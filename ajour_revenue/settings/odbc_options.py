"""Which ODBC keywords `ajour.options` may hold: none that says who logs in where, writes logs, or loads libraries."""

import re
from collections.abc import Mapping

from ajour_revenue.text.bilingual import Bilingual

LOGIN = Bilingual(
    da="sættes ud fra ajour.driver, ajour.port og variablerne AJOUR_*; fjern det her",
    en="is set from ajour.driver, ajour.port and the AJOUR_* variables; remove it here",
)
IDENTITY = Bilingual(
    da="ville logge ind som en anden end AJOUR_USER; fjern det",
    en="would log in as somebody else than AJOUR_USER; remove it",
)
CREDENTIAL = Bilingual(
    da="er til noget hemmeligt, som ikke hører hjemme i indstillingerne; fjern det",
    en="is for a secret, which does not belong in the settings; remove it",
)
WITHIN = Bilingual(
    da="er en hel forbindelsesstreng, som kunne føre et andet sted hen; fjern det",
    en="is a connection string of its own, which could lead elsewhere; remove it",
)
ELSEWHERE = Bilingual(
    da="henter flere indstillinger et andet sted fra eller i en anden form; fjern det",
    en="takes further settings from elsewhere, or in another form; remove it",
)
LOGS = Bilingual(
    da="ville skrive adgangskoder og tal i en logfil; fjern det",
    en="would write passwords and figures into a log file; remove it",
)
LIBRARY = Bilingual(
    da="ville indlæse et bibliotek i processen; fjern det",
    en="would load a library into the process; remove it",
)
FILES = Bilingual(
    da="ville lade serveren læse filer på denne maskine; fjern det",
    en="would let the server read files of this machine; remove it",
)
CLEARTEXT = Bilingual(
    da="ville give serveren selve adgangskoden; fjern det",
    en="would give the server the password itself; remove it",
)
CRASH = Bilingual(
    da="får psqlODBC til at vælte processen, når en forbindelse afbrydes; fjern det",
    en="makes psqlODBC crash the process where a connection is cut; remove it",
)
ABBREVIATION = Bilingual(
    da="er en af psqlODBC's forkortelser; skriv nøgleordet helt ud",
    en="is an abbreviation of psqlODBC's; write the keyword in full",
)

NO_KEYWORD = Bilingual(
    da="{begin}… er ikke et nøgleord: et begynder med et bogstav og har kun bogstaver fra a til z, cifre, mellemrum, "
    "_, - og .",
    en="{begin}… is no keyword: one begins with a letter, and has only letters from a to z, digits, spaces, _, - and .",
)
ONE_KEYWORD = Bilingual(
    da="{first} og {written} er ét nøgleord; behold det ene af dem",
    en="{first} and {written} are one keyword; keep one of them",
)
FORBIDDEN_VALUE = Bilingual(
    da="værdien af {written} har et ; {{ }} eller et styretegn; fjern det",
    en="the value of {written} has one of ; {{ }} or a control character; remove it",
)

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


def refusals(options: Mapping[object, object]) -> list[Bilingual]:
    """Say of each option that is refused why; never quote a value, which may be a password."""
    complaints = []
    first_spelling: dict[str, str] = {}
    for keyword, value in options.items():
        written = str(keyword).strip(" ")
        first = first_spelling.setdefault(plain(written), written)
        if not KEYWORD.fullmatch(written):
            # Only its begin is told: somebody may have written a whole connection string here.
            begin = re.match(r"\w*", written)
            complaints.append(NO_KEYWORD.format(begin=repr(begin[0] if begin else "")))
        elif reason := next((reason for pattern, reason in REFUSED if pattern.fullmatch(plain(written))), None):
            complaints.append(Bilingual(da=f"{written} {reason.da}", en=f"{written} {reason.en}"))
        elif first is not written:
            complaints.append(ONE_KEYWORD.format(first=first, written=written))
        elif isinstance(value, str) and FORBIDDEN_IN_VALUE.search(value):
            complaints.append(FORBIDDEN_VALUE.format(written=written))
    return complaints
