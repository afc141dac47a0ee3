"""What each family of ODBC drivers needs in its connection string."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ajour_revenue.ajour.errors import InexpressibleValueError
from ajour_revenue.settings.odbc_options import plain
from ajour_revenue.text.bilingual import EMPTY, Bilingual

UNENCRYPTED = Bilingual(
    da="Med {option} i ajour.options er forbindelsen til Ajour måske ikke krypteret: enhver undervejs kan læse "
    "adgangskoden og tallene. Fjern det, og bed Ajour om at kryptere.",
    en="With {option} in ajour.options the connection to Ajour may be unencrypted: whoever is on the way can read the "
    "password and the figures. Remove it, and ask Ajour to encrypt.",
)
UNVERIFIED = Bilingual(
    da="Med {option} i ajour.options bliver det ikke kontrolleret, hvem der svarer: enhver undervejs kan træde i "
    "Ajours sted og få adgangskoden. Fjern det; lyder certifikatet på et andet navn end AJOUR_HOST, så skriv hvilket i "
    "HostnameInCertificate, eller bed Ajour om et certifikat, der kan bekræftes.",
    en="With {option} in ajour.options it is not verified who answers: anybody on the way can take Ajour's place, and "
    "gets the password. Remove it; where the certificate has another name than AJOUR_HOST, say which in "
    "HostnameInCertificate, or ask Ajour for a certificate that can be verified.",
)
UNKNOWN = Bilingual(
    da="Her vides det ikke, hvordan denne driver får besked på at kryptere, så forbindelsen til Ajour er måske ikke "
    "krypteret: enhver undervejs kan læse adgangskoden og tallene. Slå nøgleordet op i driverens manual, og skriv det "
    "i ajour.options, eller brug Microsofts driver, FreeTDS eller PostgreSQL's, MariaDB's eller MySQL's egen "
    "(ajour.driver).",
    en="It is not known here how this driver is told to encrypt, so the connection to Ajour may be unencrypted: "
    "whoever is on the way can read the password and the figures. Look its keyword up in the driver's manual and set "
    "it in ajour.options, or use Microsoft's driver, FreeTDS, or PostgreSQL's, MariaDB's or MySQL's own "
    "(ajour.driver).",
)


def _from_debian(package: str) -> Bilingual:
    return Bilingual(da=f"installér den med apt-get install {package}", en=f"apt-get install {package}")


def _spelled(*values: str) -> dict[str, str]:
    return {value.lower(): value for value in values}


def _on(spelling: str) -> dict[str, str]:
    return dict.fromkeys(("yes", "true", "on", "1"), spelling)


def _off(spelling: str) -> dict[str, str]:
    return dict.fromkeys(("no", "false", "off", "0"), spelling)


@dataclass(frozen=True)
class DriverFamily:
    """Drivers that spell an address, a quoted value and a time-out alike."""

    marks: tuple[str, ...]
    """Any of these, in lower case, in the driver's name or path tells the family."""
    install: Bilingual
    server: str = "SERVER={host};PORT={port}"
    login_timeout: str | None = None
    """Keyword of the login time-out, where the driver ignores ODBC's own."""
    options: Mapping[str, str] = field(default_factory=dict)
    doubles_braces: bool = True
    braces_names: bool = True
    """Whether the user and the database may stand in braces, as the password always does."""
    in_network: bool = True
    forbidden: str = r"[\0\r\n]"
    """What a value must not hold, since no spelling carries it unchanged."""
    login_hint: Bilingual = EMPTY
    """What else a refused login may mean."""
    encrypted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By keyword, the values with which nobody can read the password on its way, and how the driver spells each."""
    verified: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By keyword, the values with which nobody can answer in Ajour's place."""
    types_by_first_row: bool = False
    """Whether a column is given the type of its first row, and the other rows are made to fit it (D18)."""

    def connection_string(  # noqa: PLR0913 (these are what a connection is made of)
        self,
        *,
        driver: str,
        host: str,
        port: int,
        database: str,
        user: str,
        password: str,
        options: Mapping[str, str],
        login_timeout_seconds: int,
    ) -> str:
        """Spell the connection for this family.

        Raises InexpressibleValueError, naming the variable and never its value, where a credential cannot be carried
        without changing its meaning.
        """
        self._refuse(self.forbidden, AJOUR_DATABASE=database)
        if not self.in_network:
            parts = [f"DRIVER={{{driver}}}", f"Database={database}"]
        else:
            self._refuse(self.forbidden, AJOUR_USER=user, AJOUR_PASSWORD=password)
            self._refuse(r"[^\w.:\\-]", AJOUR_HOST=host)
            if not self.braces_names:
                self._refuse(r";|^\{", AJOUR_DATABASE=database, AJOUR_USER=user)
            parts = [
                f"DRIVER={{{driver}}}",
                self.server.format(host=host, port=port),
                f"DATABASE={self._quoted(database) if self.braces_names else database}",
                f"UID={self._quoted(user) if self.braces_names else user}",
                f"PWD={self._quoted(password)}",
            ]
        timeout = {self.login_timeout: str(login_timeout_seconds)} if self.login_timeout else {}
        own = timeout | dict(self.options)
        # A keyword that only looks like one of ours would be ignored by the driver: ours stays.
        given = {keyword.strip().lower() for keyword in options}
        parts += [f"{keyword}={value}" for keyword, value in own.items() if keyword.lower() not in given]
        parts += [f"{keyword.strip()}={self._spelling(keyword, value)}" for keyword, value in options.items()]
        return ";".join(parts) + ";"

    def weaknesses(self, options: Mapping[str, str]) -> list[Bilingual]:
        """Say what keeps the password and the figures safe on their way, and is switched off or not known."""
        if not self.in_network:
            return []
        if not self.encrypted:
            return [UNKNOWN]
        return [
            harm.format(option=f"{keyword}: {value}")
            for safe, harm in ((self.encrypted, UNENCRYPTED), (self.verified, UNVERIFIED))
            for keyword, value in options.items()
            if not _is_safe(safe, keyword, value)
        ]

    def _spelling(self, keyword: str, value: str) -> str:
        """Return a value as the driver has it: some take Require, or yes for 1, to mean that nothing is encrypted."""
        for safe in (self.verified, self.encrypted):
            if spelled := _values_of(safe, keyword).get(value.strip().lower()):
                return spelled
        return value.strip()

    def _refuse(self, forbidden: str, **values: str) -> None:
        for variable, value in values.items():
            if re.search(forbidden, value):
                raise InexpressibleValueError(
                    Bilingual(
                        da=f"{variable} indeholder et tegn, som denne ODBC-driver ikke kan tage imod. Bed Ajour om en "
                        "værdi uden semikoloner, tuborgklammer, linjeskift og mellemrum i enderne, eller brug en anden "
                        "driver (ajour.driver).",
                        en=f"{variable} contains a character that this ODBC driver cannot take. Ask Ajour for a value "
                        "without semicolons, braces, line breaks, and spaces at either end, or use another driver "
                        "(ajour.driver).",
                    )
                )

    def _quoted(self, value: str) -> str:
        return "{" + (value.replace("}", "}}") if self.doubles_braces else value) + "}"


def _values_of(safe: Mapping[str, Mapping[str, str]], keyword: str) -> Mapping[str, str]:
    return next((values for name, values in safe.items() if plain(name) == plain(keyword)), {})


def _is_safe(safe: Mapping[str, Mapping[str, str]], keyword: str, value: str) -> bool:
    """Whether a value is among the safe ones: what a driver makes of any other cannot be told for all its versions."""
    values = _values_of(safe, keyword)
    return not values or value.strip().lower() in values


MICROSOFT = DriverFamily(
    marks=("for sql server", "msodbcsql"),
    install=Bilingual(
        da="installér Microsofts msodbcsql18, eller PyPI-pakken mssql-python, og skriv stien til dens driver",
        en="install Microsoft's msodbcsql18, or the PyPI package mssql-python and give the path to its driver",
    ),
    server="SERVER=tcp:{host},{port}",
    options={"Encrypt": "yes"},
    encrypted={"Encrypt": _on("yes") | _spelled("mandatory", "strict")},
    verified={"TrustServerCertificate": _off("no")},
)
FREETDS = DriverFamily(
    marks=("freetds", "tdsodbc"),
    install=_from_debian("tdsodbc"),
    # Without a version FreeTDS tries several, and a silent server hangs it. It can encrypt, and verifies nobody.
    options={"TDS_Version": "7.4", "Encryption": "require"},
    login_hint=Bilingual(
        da="FreeTDS siger det samme om en ukendt database: kontrollér også AJOUR_DATABASE.",
        en="FreeTDS says the same of an unknown database: check AJOUR_DATABASE too.",
    ),
    encrypted={
        "Encryption": _spelled("require", "strict"),
        "TDS_Version": _spelled("7.1", "7.2", "7.3", "7.4", "8.0"),
    },
    doubles_braces=False,
    forbidden=r"[\0\r\n]|};",
)
POSTGRESQL = DriverFamily(
    marks=("postgres", "psqlodbc"),
    install=_from_debian("odbc-postgresql"),
    # It encrypts; to verify it needs a file with the certificate authority, and SSLmode=verify-full.
    options={"SSLmode": "require"},
    encrypted={"SSLmode": _spelled("require", "verify-ca", "verify-full")},
    # It would take the braces for a part of the name.
    braces_names=False,
)
MARIADB = DriverFamily(
    marks=("maria", "maodbc", "mysql"),
    install=_from_debian("odbc-mariadb"),
    login_timeout="CONN_TIMEOUT",
    # MariaDB's driver encrypts and verifies with the first of these, MySQL's with the second.
    options={"SSLVERIFY": "1", "SSLMODE": "VERIFY_IDENTITY"},
    encrypted={"SSLVERIFY": _on("1"), "SSLMODE": _spelled("REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")},
    verified={"SSLMODE": _spelled("VERIFY_CA", "VERIFY_IDENTITY")},
    forbidden=r"[\0\r\n]|^\s|\s$",
)
SQLITE = DriverFamily(
    marks=("sqlite",),
    install=_from_debian("libsqliteodbc"),
    # Without it, a mistyped path would make an empty database.
    options={"NoCreat": "1"},
    in_network=False,
    forbidden=r"[\0\r\n;{}]",
    types_by_first_row=True,
)
OTHER = DriverFamily(
    marks=(),
    install=Bilingual(da="installér den, som leverandøren beskriver", en="install it as its vendor describes"),
)


def family_of(driver: str) -> DriverFamily:
    """Tell a driver's family from its name, or from that of its file: a folder may be called anything."""
    name = re.split(r"[/\\]", driver.lower())[-1]
    families = (MICROSOFT, FREETDS, POSTGRESQL, MARIADB, SQLITE)
    return next((family for family in families if any(mark in name for mark in family.marks)), OTHER)
