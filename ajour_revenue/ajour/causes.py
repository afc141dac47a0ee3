"""Why a driver or Ajour's server refuses, told from SQLSTATE and the server's error number.

The messages are our own: what a driver says may quote a credential, and has another form with every driver.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ajour_revenue.ajour.errors import (
    AjourError,
    CertificateRefusedError,
    ConnectionLostError,
    EncryptionMissingError,
    LoginRefusedError,
    QueryFailedError,
    ServerBusyError,
    TimedOutError,
    UnknownDatabaseError,
)
from ajour_revenue.text.bilingual import Bilingual

NOTHING = re.compile(r"(?!)")
NAMED = re.compile(r"""(?:['"]|\b(?:table|view|relation|column|schema|object|function):? )([\w.]+)""")


class Said(NamedTuple):
    """What an error of a driver's says."""

    state: str
    """SQLSTATE; empty where there is none."""
    numbers: frozenset[int]
    """The server's error numbers, which stand in round brackets."""
    words: str

    @classmethod
    def by(cls, error: Exception) -> "Said":
        """Take an error of pyodbc's apart: its arguments are SQLSTATE and text."""
        words = " ".join(str(error.args[-1] if error.args else error).split())
        state = str(error.args[0]) if len(error.args) > 1 else ""
        return cls(state, frozenset(int(number) for number in re.findall(r"\((\d{1,6})\)", words)), words)

    def named_in(self, sql: str) -> str:
        """Return what the words name of a query's own text, such as a table that is not there."""
        names = dict.fromkeys(name for name in NAMED.findall(self.words) if re.search(rf"\b{re.escape(name)}\b", sql))
        return ", ".join(names)

    @property
    def codes(self) -> Bilingual:
        """SQLSTATE and the server's numbers, for whoever looks them up."""
        return Bilingual(da=self._codes("fejl") or "ingen kode", en=self._codes("error") or "no code")

    def _codes(self, error: str) -> str:
        numbers = [f"{error} {number}" for number in sorted(self.numbers - {0})]
        return ", ".join([*([f"SQLSTATE {self.state}"] if self.state else []), *numbers])


class Cause(NamedTuple):
    """A cause of errors; any one of its signs tells it."""

    error: type[AjourError]
    message: Bilingual
    states: Sequence[str] = ()
    numbers: Iterable[int] = ()
    words: re.Pattern[str] = NOTHING

    def is_told_by(self, said: Said) -> bool:
        """Whether one of the signs is there."""
        return (
            said.state in self.states
            or not said.numbers.isdisjoint(self.numbers)
            or bool(self.words.search(said.words))
        )


NOT_READY = (922, 4221, 6005, 10928, 10929, 17142, 17187, 17197, 17809, 18401, 18461)
IN_THE_CLOUD = (40197, 40501, 40613, 49918, 49919, 49920)
FREETDS_CUT = (20003, 20004, 20006, 20009, 20017)
CUT = re.compile(
    r"closed the connection|reset by peer|terminating connection|Broken pipe|Write to the server failed"
    r"|Read from the server failed|Unexpected EOF|EOF detected|TCP Provider|Communication link failure|Lost connection",
    re.IGNORECASE,
)

LOGIN_TIMED_OUT = Bilingual(
    da="Ajour tog imod forbindelsen, men svarede ikke på login inden for tiden. Kontrollér, at ajour.port er "
    "databasens port; er den det, så spørg Ajour, om deres server virker, eller sæt ajour.login_timeout_seconds op.",
    en="Ajour accepted the connection, but did not answer the login in time. Check that ajour.port is the database's "
    "port; if it is, ask Ajour whether their server is working, or raise ajour.login_timeout_seconds.",
)

LOGIN = (
    Cause(
        UnknownDatabaseError,
        Bilingual(
            da="Ajour har ingen database med navnet i AJOUR_DATABASE, eller også må dette login ikke åbne den. "
            "Kontrollér AJOUR_DATABASE.",
            en="Ajour has no database with the name in AJOUR_DATABASE, or this login may not open it. Check "
            "AJOUR_DATABASE.",
        ),
        numbers=(4060, 911, 1049),
        words=re.compile(r"database .* does not exist|connect failed \(14\)"),
    ),
    Cause(
        LoginRefusedError,
        Bilingual(
            da="Ajour har låst brugeren i AJOUR_USER, som det sker efter flere forkerte adgangskoder. Bed Ajour om at "
            "låse den op.",
            en="Ajour has locked the login in AJOUR_USER, as after several wrong passwords. Ask Ajour to unlock it.",
        ),
        numbers=(18486,),
    ),
    Cause(
        LoginRefusedError,
        Bilingual(
            da="Adgangskoden i AJOUR_PASSWORD er udløbet eller skal skiftes først. Bed Ajour om en ny.",
            en="The password in AJOUR_PASSWORD has expired, or has to be changed first. Ask Ajour for a new one.",
        ),
        numbers=(18463, 18464, 18465, 18466, 18467, 18468, 18487, 18488),
    ),
    Cause(
        LoginRefusedError,
        Bilingual(
            da="Ajour har slået brugeren i AJOUR_USER fra. Bed Ajour om at slå den til.",
            en="Ajour has switched off the login in AJOUR_USER. Ask Ajour to switch it on.",
        ),
        numbers=(18470,),
    ),
    Cause(
        LoginRefusedError,
        Bilingual(
            da="Ajours server lukker kun brugere fra sit Windows-domæne ind. Bed Ajour om at tillade SQL Servers egne "
            "logins og om et af dem.",
            en="Ajour's server lets users of its Windows domain in only. Ask Ajour to allow SQL Server's own logins, "
            "and for one of these.",
        ),
        numbers=(18452,),
    ),
    Cause(
        ServerBusyError,
        Bilingual(
            da="Ajours server tager ikke imod login lige nu: den er ved at starte, bliver vedligeholdt eller har for "
            "meget at lave.",
            en="Ajour's server takes no logins just now: it is starting, being maintained, or has too much to do.",
        ),
        numbers=(*NOT_READY, *IN_THE_CLOUD, 1040, 1203),
        words=re.compile(r"too many clients|remaining connection slots|is (starting up|shutting down|in recovery)"),
    ),
    Cause(
        LoginRefusedError,
        Bilingual(
            da="Ajour afviste login. Kontrollér AJOUR_USER og AJOUR_PASSWORD.",
            en="Ajour refused the login. Check AJOUR_USER and AJOUR_PASSWORD.",
        ),
        states=("28000", "28P01"),
        numbers=(18456, 1045),
        words=re.compile(r"authentication failed|role .* does not exist|no password"),
    ),
    Cause(
        CertificateRefusedError,
        Bilingual(
            da="Det kan ikke bekræftes, at Ajours server er den, den giver sig ud for: dens certifikat er ikke "
            "udstedt af nogen, som denne maskine stoler på, eller lyder på et andet navn end AJOUR_HOST. Med "
            "Microsofts driver skrives dens navn i ajour.options som HostnameInCertificate (eller, med Encrypt: "
            "strict, dens fil som ServerCertificate); ellers bed Ajour om et certifikat, der kan bekræftes.",
            en="It cannot be verified that Ajour's server is who it says: its certificate is signed by nobody that "
            "this machine trusts, or has another name than AJOUR_HOST. With Microsoft's driver, write its name into "
            "ajour.options as HostnameInCertificate (or, with Encrypt: strict, its file as ServerCertificate); or ask "
            "Ajour for a certificate that can be verified.",
        ),
        words=re.compile(r"certificate|self.signed|hostname mismatch|SSL Provider", re.IGNORECASE),
    ),
    Cause(
        EncryptionMissingError,
        Bilingual(
            da="Ajours server tilbyder ingen kryptering, så den fik ikke adgangskoden. Bed Ajour om at slå kryptering "
            "til.",
            en="Ajour's server offers no encryption, so it was not given the password. Ask Ajour to switch encryption "
            "on.",
        ),
        words=re.compile(r"does not support SSL|server does not support it|encryption not supported", re.IGNORECASE),
    ),
    Cause(
        TimedOutError,
        LOGIN_TIMED_OUT,
        states=("HYT00", "HYT01"),
        words=re.compile(r"time-?out|timed out", re.IGNORECASE),
    ),
    Cause(
        ConnectionLostError,
        Bilingual(
            da="Ajours server lukkede forbindelsen under login; måske er den ved at genstarte.",
            en="Ajour's server closed the connection during the login; it may be restarting.",
        ),
        states=("08S01",),
        numbers=FREETDS_CUT,
        words=CUT,
    ),
    Cause(
        # FreeTDS says the same of a server without encryption, which it does not give the password, and of a cut.
        ConnectionLostError,
        Bilingual(
            da="Ajours server afbrød forbindelsen før login. Kontrollér, at ajour.port er databasens port, og spørg "
            "Ajour, om deres server tilbyder kryptering: uden den får serveren ikke adgangskoden.",
            en="Ajour's server broke off before the login. Check that ajour.port is the database's port, and ask "
            "Ajour whether their server offers encryption: without, it is not given the password.",
        ),
        words=re.compile(r"Unable to connect to data source"),
    ),
)
"""Most telling first, since one error may have the signs of several."""

QUERY = (
    Cause(
        UnknownDatabaseError,
        Bilingual(
            da="Filen i AJOUR_DATABASE er ikke en database. Kontrollér AJOUR_DATABASE.",
            en="The file in AJOUR_DATABASE is not a database. Check AJOUR_DATABASE.",
        ),
        words=re.compile(r"\[SQLite\]file is not a database"),
    ),
    Cause(
        ServerBusyError,
        Bilingual(
            da="Ajours server kunne ikke svare på {query} lige nu: andre har låst det, som den læser, eller den har "
            "for meget at lave.",
            en="Ajour's server could not answer {query} just now: others have locked what it reads, or it has too "
            "much to do.",
        ),
        states=("40001", "40P01", "55P03", "53300"),
        numbers=(601, 701, 1205, 1213, 1222, 3960, 8628, 8645, 8651, *NOT_READY, *IN_THE_CLOUD),
    ),
    Cause(
        QueryFailedError,
        Bilingual(
            da="Ajours server kunne ikke omsætte en værdi i {query}. Oftest er AJOUR_COMPANY_ID af en anden slags end "
            "kolonnen, for eksempel bogstaver, hvor kolonnen har tal: kontrollér den, eller ret forespørgslen.",
            en="Ajour's server could not convert a value in {query}. Most often AJOUR_COMPANY_ID is not of the kind "
            "that the column holds, such as letters where it holds numbers: check it; else correct the query.",
        ),
        states=("22018", "22P02", "22007", "22008", "22003"),
        numbers=(206, 220, 241, 242, 244, 245, 248, 257, 295, 8114, 8115, 8169),
    ),
    Cause(
        QueryFailedError,
        Bilingual(
            da="Brugeren i AJOUR_USER må ikke læse det, som {query} spørger om. Bed Ajour om adgang til det.",
            en="The login in AJOUR_USER may not read what {query} asks for. Ask Ajour for access to it.",
        ),
        states=("42501",),
        numbers=(229, 230, 262, 297, 300, 916, 1044, 1142, 1143),
    ),
    Cause(
        QueryFailedError,
        Bilingual(
            da="Ajours database har ikke en tabel eller kolonne i {query}. Ret forespørgslen, eller kontrollér "
            "AJOUR_DATABASE.",
            en="Ajour's database does not have a table or column of {query}. Correct the query, or check "
            "AJOUR_DATABASE.",
        ),
        states=("42S02", "42S22", "42P01", "42703", "42883"),
        numbers=(195, 207, 208, 1054, 1146, 2812, 4121),
    ),
    Cause(
        QueryFailedError,
        Bilingual(
            da="{query} er ikke SQL, som Ajours server forstår. Ret forespørgslen.",
            en="{query} is not SQL that Ajour's server understands. Correct the query.",
        ),
        states=("42601",),
        numbers=(102, 105, 156, 170, 319, 1064),
    ),
    Cause(
        TimedOutError,
        Bilingual(
            da="Ajour svarede ikke på {query} inden for tiden; intet blev gemt. Bed om færre dage, eller sæt "
            "ajour.query_timeout_seconds op.",
            en="Ajour did not answer {query} in time; nothing was stored. Ask for fewer days, or raise "
            "ajour.query_timeout_seconds.",
        ),
        states=("HYT00", "HYT01", "57014"),
        numbers=(3024,),
    ),
    Cause(
        ConnectionLostError,
        Bilingual(
            da="Forbindelsen til Ajour gik tabt under {query}; intet blev gemt.",
            en="The connection to Ajour was lost during {query}; nothing was stored.",
        ),
        states=("08S01", "08003", "08006", "08007", "57P01", "57P02", "57P03"),
        numbers=(64, 121, 233, 2006, 2013, 10053, 10054, 10060, *FREETDS_CUT),
        words=CUT,
    ),
)


def cause_of(said: Said, causes: Iterable[Cause]) -> Cause | None:
    """Return the first cause that an error has a sign of; None where none is known."""
    return next((cause for cause in causes if cause.is_told_by(said)), None)
