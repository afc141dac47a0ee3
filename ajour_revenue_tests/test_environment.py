"""Where the secrets come from."""

import os
from pathlib import Path

import pytest

from ajour_revenue.environment import ENV_FILE, SECRETS, credentials, empty_missing_secrets, read_env_file


@pytest.fixture(autouse=True)
def _no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in SECRETS:
        # Set first, so that its being unset is restored too.
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)


def test_the_file_overrides_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AJOUR_USER", "of the shell")
    monkeypatch.setenv("AJOUR_HOST", "of the shell")
    Path(ENV_FILE).write_text("AJOUR_USER='of the file'\n", encoding="utf-8")

    read_env_file()

    assert credentials({"user": "AJOUR_USER", "host": "AJOUR_HOST"}) == {"user": "of the file", "host": "of the shell"}


def test_a_secret_that_is_set_nowhere_becomes_empty_and_no_other_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANDAY_CLIENT_ID", "set")

    empty_missing_secrets()

    assert {variable: os.environ[variable] for variable in SECRETS} == dict.fromkeys(SECRETS, "") | {
        "PLANDAY_CLIENT_ID": "set"
    }


def test_the_example_lists_every_secret() -> None:
    example = Path(__file__).parents[1] / ".env.example"
    listed = [line.partition("=")[0] for line in example.read_text(encoding="utf-8").splitlines() if "=" in line]

    assert sorted(listed) == sorted(SECRETS)
