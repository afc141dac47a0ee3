"""Folders to call commands in."""

from pathlib import Path

import pytest

from ajour_revenue.settings.load import SETTINGS_VARIABLE
from ajour_revenue.settings.secrets import SECRETS
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, write_env_file


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An empty folder to work in; what commands read from .env is forgotten afterwards."""
    for variable in (*SECRETS, SETTINGS_VARIABLE, "DAGSTER_HOME"):
        # Set first, so that its being unset is restored too.
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def language() -> Language:
    """The language of the settings; that of the tests, where they say no other one."""
    return "en"


@pytest.fixture
def at_company(shell: Shell, company: Company, language: Language) -> Company:
    """A company whose credentials are in .env of the folder that we are in."""
    write_env_file(shell.folder, company.ajour.environment)
    company.speak(language)
    return company


@pytest.fixture
def at_fetched_company(at_company: Company, fetched_company: Company) -> Company:
    """The same, and its last three days have been fetched."""
    assert at_company is fetched_company
    return fetched_company
