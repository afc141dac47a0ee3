"""`ajour-revenue init`: the files that a new integration begins with."""

import datetime as dt
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import click

from ajour_revenue.ajour.drivers import FREETDS, MICROSOFT, family_of
from ajour_revenue.commands.answers import ask, choose
from ajour_revenue.commands.errors import FailedError
from ajour_revenue.commands.init_texts import INIT_TEXTS, InitTexts
from ajour_revenue.commands.language import speak, spoken_language
from ajour_revenue.commands.options import DAY
from ajour_revenue.commands.settings_file import DEFAULT_DRIVER, NewFile, settings_text, unfinished_settings, usual_port
from ajour_revenue.commands.terminal import output
from ajour_revenue.days import yesterday
from ajour_revenue.masking import is_blank
from ajour_revenue.settings.env_file import ENV_FILE, env_file_values, values_in
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS, PLANDAY_CREDENTIALS, SECRETS
from ajour_revenue.text.bilingual import Bilingual, Language
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.names import quoted
from ajour_revenue.text.parse import parse_day

WAGE_FILE = "wages.csv"
NAME = re.compile(r"\w+", re.ASCII)

LANGUAGES = {"da": "dansk", "en": "English"}
WHICH_LANGUAGE = "Sprog / language"
LAST_PORT = 65535
BOTH_HERE = Bilingual(
    da="{settings} og {env} er her allerede. Ret dem i en teksteditor, og kør: ajour-revenue test",
    en="{settings} and {env} are here already. Change them with an editor, and run: ajour-revenue test",
)
NO_NAME = Bilingual(
    da="{typed} må kun have bogstaver fra a til z, cifre og _.",
    en="{typed} may have only letters from a to z, digits and _.",
)
NO_PORT = Bilingual(da="{typed} er ingen port mellem 1 og {last}.", en="{typed} is no port between 1 and {last}.")
NOT_CARRIED = Bilingual(
    da="{names} har tegn, som {env} ikke kan bære. Bed om en anden værdi, eller skriv {env} uden den, og sæt den i "
    "miljøet.",
    en="{names} has characters that {env} cannot carry. Ask for another value, or write {env} without it and set it in "
    "the environment.",
)
NOT_WRITTEN = Bilingual(da="{path} kan ikke skrives: {error}.", en="{path} cannot be written: {error}.")

AJOUR_WORDS = {"company_id": "CompanyID", "user": "User", "password": "Password", "database": "Database", "host": "IP"}
"""What Ajour calls the five credentials (R1)."""
PLANDAY_WORDS = {"client_id": "client id", "refresh_token": "token"}
HIDDEN = {"password", "refresh_token"}


class NameType(click.ParamType):
    """The name of an integration: letters, digits, _."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 (click's)
        """Return the name; a usage error where it has other characters."""
        if not NAME.fullmatch(value):
            self.fail(NO_NAME.en.format(typed=repr(value)), param, ctx)
        return str(value)


@click.command(
    epilog="Set in the environment, AJOUR_COMPANY_ID, AJOUR_USER, AJOUR_PASSWORD, AJOUR_DATABASE, AJOUR_HOST, "
    "PLANDAY_CLIENT_ID and PLANDAY_REFRESH_TOKEN are not asked for.",
)
@click.option("--name", type=NameType(), help="The integration's name, the prefix of everything in Dagster.")
@click.option("--activation-date", type=DAY, help="The date from which Ajour delivers revenue.")
@click.option("--driver", help="An installed ODBC driver's name, or a path to one.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port of Ajour's database, if not the usual one.")
@click.option("--wages", type=click.Choice(["file", "planday"]), help="Where wage costs come from.")
@click.option(
    "--language",
    type=click.Choice(["da", "en"]),
    help="The language of commands, reports and mails: Danish, unless somebody who is asked says otherwise.",
)
@click.option("--yes", is_flag=True, help="Ask only for what has no default.")
def init(  # noqa: PLR0913 (each is an option)
    *,
    name: str | None,
    activation_date: dt.date | None,
    driver: str | None,
    port: int | None,
    wages: Literal["file", "planday"] | None,
    language: Language | None,
    yes: bool,
) -> None:
    """Write the settings and .env of a new integration.

    Asks for the five credentials that Ajour gives, and for what the settings cannot do without. The rest is written as
    it is usual, with a comment at each setting. A file that is there already is left as it is.
    What comes next: ajour-revenue test --write
    """
    settings_file, env_file = Path(DEFAULT_SETTINGS_FILE), Path(ENV_FILE)
    if settings_file.exists():
        speak(unfinished_settings(settings_file, NewFile()).report.language)
    else:
        speak(language or ("da" if yes else _language()))
    if settings_file.exists() and env_file.exists():
        raise FailedError(BOTH_HERE.format(settings=settings_file, env=env_file))
    texts = INIT_TEXTS[spoken_language()]
    files: dict[Path, tuple[str, int]] = {}
    needed = [*AJOUR_CREDENTIALS.values()]
    credentials = {} if env_file.exists() else _credentials(AJOUR_CREDENTIALS, AJOUR_WORDS, texts.ajours)
    if not settings_file.exists():
        new_file = _asked(
            texts, name=name, activation_date=activation_date, driver=driver, port=port, wages=wages, yes=yes
        )
        files[settings_file] = settings_text(new_file), 0o644
        if new_file.wages == "file" and not Path(WAGE_FILE).exists():
            from ajour_revenue.wages.file import COLUMNS  # noqa: PLC0415 (which needs Dagster)

            files[Path(WAGE_FILE)] = ",".join(COLUMNS) + "\n", 0o644
        if new_file.wages == "planday":
            needed += PLANDAY_CREDENTIALS.values()
            if not env_file.exists():
                credentials |= _credentials(PLANDAY_CREDENTIALS, PLANDAY_WORDS, texts.plandays)
    if not env_file.exists():
        # Nobody but its owner is to read it.
        files[env_file] = _env_text(credentials), 0o600
    for path, (text, mode) in files.items():
        _write_new(path, text, mode)
    _tell(texts, list(files), [path for path in (settings_file, env_file) if path not in files], needed)


def _language() -> Language:
    chosen = choose(WHICH_LANGUAGE, LANGUAGES, "da", or_another=False)
    return "en" if chosen == "en" else "da"


def _tell(texts: InitTexts, written: list[Path], kept: list[Path], needed: list[str]) -> None:
    console = output()
    console.print(texts.written.format(", ".join(map(str, written))), style="bold")
    for path in kept:
        console.print(texts.kept.format(path))
    stored = env_file_values(Path(ENV_FILE), SECRETS)
    if missing := [variable for variable in needed if is_blank(stored.get(variable, ""))]:
        console.print(texts.missing.format(ENV_FILE, ", ".join(missing)), style="yellow")
    console.print(f"{texts.next}\n  ajour-revenue test --write")


def _asked(  # noqa: PLR0913 (each was an option)
    texts: InitTexts,
    *,
    name: str | None,
    activation_date: dt.date | None,
    driver: str | None,
    port: int | None,
    wages: Literal["file", "planday"] | None,
    yes: bool,
) -> NewFile:
    """Return what the settings file is made of: what was given, else what somebody says who is asked."""
    if name is None:
        folder = Path.cwd().name
        usual = folder if NAME.fullmatch(folder) else "ajour"
        name = usual if yes else ask(texts.name, usual, _name)
    if activation_date is None:
        activation_date = yesterday() if yes else ask(texts.activation_date, str(yesterday()), parse_day)
    if driver is None:
        installed = _installed_drivers()
        likely = _likely_driver(installed)
        choices = {likely: texts.not_installed.format(likely)} | {each: each for each in installed}
        driver = likely if yes else choose(texts.driver, choices, likely)
    if port is None and family_of(driver).in_network:
        usual_one = usual_port(driver)
        port = usual_one if yes else ask(texts.port, str(usual_one), _port)
    if wages is None:
        chosen = "file" if yes else choose(texts.wages, texts.wages_from, "file", or_another=False)
        wages = "planday" if chosen == "planday" else "file"
    return NewFile(
        name=name,
        activation_date=activation_date,
        driver=driver,
        port=port,
        wages=wages,
        language=spoken_language(),
    )


def _name(typed: str) -> str:
    if not NAME.fullmatch(typed):
        raise FaultError(NO_NAME.format(typed=quoted(typed)))
    return typed


def _port(typed: str) -> int:
    if not (typed.isdecimal() and 1 <= int(typed) <= LAST_PORT):
        raise FaultError(NO_PORT.format(typed=quoted(typed), last=LAST_PORT))
    return int(typed)


def _installed_drivers() -> list[str]:
    try:
        import pyodbc  # noqa: PLC0415 (without a library of the system's it cannot be imported; test says what to install)
    except ImportError:
        return []
    return list(pyodbc.drivers())


def _likely_driver(installed: list[str]) -> str:
    return next((driver for driver in installed if family_of(driver) in (MICROSOFT, FREETDS)), DEFAULT_DRIVER)


def _credentials(variables: Mapping[str, str], words: Mapping[str, str], whose: str) -> dict[str, str]:
    given = {variable: os.environ.get(variable, "") for variable in variables.values()}
    return {
        variable: _typed(whose.format(words[name]), hide=name in HIDDEN)
        if is_blank(given[variable])
        else given[variable]
        for name, variable in variables.items()
    }


def _typed(question: str, *, hide: bool) -> str:
    """Return what somebody types who is asked, without spaces around it, which are easily pasted along."""
    while is_blank(value := click.prompt(question, hide_input=hide)):
        pass
    return str(value).strip()


def _env_text(values: Mapping[str, str]) -> str:
    """Return a .env file that gives back these values, whatever characters they have; raises FailedError."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in values.items()}
    text = "".join(f"{name}='{value}'\n" for name, value in quoted.items())
    read_back = values_in(text, Path(ENV_FILE), SECRETS)
    if changed := [name for name, value in values.items() if read_back.get(name) != value]:
        raise FailedError(NOT_CARRIED.format(names=", ".join(changed), env=ENV_FILE))
    return text


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise FailedError(NOT_WRITTEN.format(path=path, error=error.strerror)) from None
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a descriptor has no path)
        file.write(text)
