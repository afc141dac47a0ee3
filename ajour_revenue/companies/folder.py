"""The folder `companies/`, and in it a folder for each company."""

import os
from dataclasses import dataclass
from pathlib import Path

from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.env_file import ENV_FILE, env_file_values
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual

VARIABLE = "AJOUR_COMPANIES"
"""The environment variable that names the folder where it is not `companies` in the working directory."""

SERVER_FILE = "server.env"
PORT = "PORT"


class CompanyError(ActionableError):
    """A company's folder cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Company:
    """One company's folder, named as its settings name it."""

    folder: Path

    @property
    def name(self) -> str:
        """The company's name, which is the prefix of everything of its in Dagster."""
        return self.folder.name

    @property
    def settings_file(self) -> Path:
        """Its settings."""
        return self.folder / DEFAULT_SETTINGS_FILE

    @property
    def env_file(self) -> Path:
        """Its secrets."""
        return self.folder / ENV_FILE

    @property
    def server_file(self) -> Path:
        """What systemd and containers are told of its code server."""
        return self.folder / SERVER_FILE

    @property
    def port(self) -> int | None:
        """The port of its code server; None where it has none of its own. Raises CompanyError."""
        if not self.server_file.exists():
            return None
        written = env_file_values(self.server_file).get(PORT, "")
        if not written.isdecimal() or not 0 < int(written) <= 65535:  # noqa: PLR2004 (the highest port)
            message = Bilingual(
                da=f"I {self.server_file} står {PORT}={written}, som ikke er en port. Skriv et tal som 4001.",
                en=f"{self.server_file} says {PORT}={written}, which is no port. Write a number such as 4001.",
            )
            raise CompanyError(message)
        return int(written)


def check_name(company: Company, settings: Settings) -> None:
    """Refuse settings whose name is not the folder's: two companies of one name would take each other's runs."""
    if settings.name != company.name:
        message = Bilingual(
            da=f"{company.settings_file} ligger i mappen {company.name}, og dens name er {settings.name}. Giv mappen "
            "og indstillingerne det samme navn.",
            en=f"{company.settings_file} is in the folder of {company.name}, and its name is {settings.name}. Give the "
            "folder and the settings the same name.",
        )
        raise CompanyError(message)


def companies_folder() -> Path:
    """Return the folder that AJOUR_COMPANIES names, else `companies` in the working directory."""
    return Path(os.environ.get(VARIABLE) or "companies")


def companies() -> list[Company]:
    """Return the companies of the folder by name: every folder in it that has a settings file."""
    folder = companies_folder()
    if not folder.is_dir():
        return []
    return sorted(
        (Company(each) for each in folder.iterdir() if (each / DEFAULT_SETTINGS_FILE).exists()),
        key=lambda company: company.name,
    )
