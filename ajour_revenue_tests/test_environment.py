"""Where the secrets come from."""

import os
from pathlib import Path

import pytest

from ajour_revenue.environment import credentials, empty_missing_secrets, read_env_file
from ajour_revenue.settings.env_file import ENV_FILE, EnvFileError, env_file_values, variable
from ajour_revenue.settings.secrets import SECRETS
from ajour_revenue_tests.language import assert_said_in_both


@pytest.fixture(autouse=True)
def _no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SECRETS:
        # Set first, so that its being unset is restored too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


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


def test_the_file_beside_the_settings_file_is_read_and_no_other_companys(monkeypatch: pytest.MonkeyPatch) -> None:
    nord = Path("nord")
    nord.mkdir()
    (nord / ENV_FILE).write_text("AJOUR_USER=of nord\n", encoding="utf-8")
    Path(ENV_FILE).write_text("AJOUR_USER=of here\nPLANDAY_REFRESH_TOKEN=of here\n", encoding="utf-8")

    read_env_file(nord / "ajour.yaml")
    assert (os.environ["AJOUR_USER"], os.environ["PLANDAY_REFRESH_TOKEN"]) == ("of nord", "")

    monkeypatch.setenv("AJOUR_SETTINGS", "syd/ajour.yaml")
    read_env_file()
    assert os.environ["AJOUR_USER"] == "of here"

    monkeypatch.setenv("AJOUR_SETTINGS", "nord/ajour.yaml")
    read_env_file()
    assert os.environ["AJOUR_USER"] == "of nord"


def test_what_dagster_has_read_here_does_not_reach_a_company_that_has_a_file_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("nord").mkdir()
    Path("nord", ENV_FILE).write_text("AJOUR_USER=of nord\n", encoding="utf-8")
    Path(ENV_FILE).write_text("PLANDAY_REFRESH_TOKEN='of ${AJOUR_HOST}'\n", encoding="utf-8")
    monkeypatch.setenv("PLANDAY_REFRESH_TOKEN", "of ")
    monkeypatch.setenv("PLANDAY_CLIENT_ID", "of the shell")

    read_env_file(Path("nord", "ajour.yaml"))

    assert (os.environ["PLANDAY_REFRESH_TOKEN"], os.environ["PLANDAY_CLIENT_ID"]) == ("", "of the shell")


def test_of_a_name_that_is_written_twice_the_last_counts() -> None:
    Path(ENV_FILE).write_text("AJOUR_USER=old\nAJOUR_USER=new\n", encoding="utf-8")

    assert env_file_values(Path(ENV_FILE)) == {"AJOUR_USER": "new"}


def test_the_file_here_may_name_the_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # Restored afterwards, however the test sets it.
    monkeypatch.setenv("AJOUR_SETTINGS", "")
    Path("nord").mkdir()
    Path("nord", ENV_FILE).write_text("AJOUR_USER=of nord\n", encoding="utf-8")
    Path(ENV_FILE).write_text("AJOUR_SETTINGS=nord/ajour.yaml\n", encoding="utf-8")

    read_env_file()

    assert (os.environ["AJOUR_USER"], os.environ["AJOUR_SETTINGS"]) == ("of nord", "nord/ajour.yaml")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("AJOUR_PASSWORD=pa$HOME\\n`id`$(id)", "pa$HOME\\n`id`$(id)"),
        ("AJOUR_PASSWORD=it's ${AJOUR_USER}", "it's ${AJOUR_USER}"),
        ("AJOUR_PASSWORD='a #b \\'c\\' \\\\ ${x}'", "a #b 'c' \\ ${x}"),
        ("AJOUR_PASSWORD=crlf\r", "crlf"),
        ("export AJOUR_PASSWORD=æøå", "æøå"),
        ("\ufeffAJOUR_PASSWORD=marked", "marked"),
        ("AJOUR_PASSWORD==x=", "=x="),
        ("AJOUR_PASSWORD= spaces \u00a0", "spaces"),
        ("AJOUR_PASSWORD='spaces '", "spaces "),
    ],
)
def test_a_value_arrives_as_it_is_written(line: str, value: str) -> None:
    path = Path(ENV_FILE)
    path.write_bytes(f"{line}\nAJOUR_USER=next\n".encode())

    assert env_file_values(path) == {"AJOUR_PASSWORD": value, "AJOUR_USER": "next"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("AJOUR_PASSWORD=hemmelig".encode("utf-16"), "is not in UTF-8"),
        ("AJOUR_PASSWORD=hemmelig".encode("utf-16-le"), "NUL characters"),
        ("AJOUR_PASSWORD=hemmeligø".encode("cp1252"), "is not in UTF-8"),
        (b"AJOUR_USER=x\nAJOUR_PASSWORD='hemmelig\n", "Line 2 of .env cannot be read"),
        (b"AJOUR_USER=x\n\nAJOUR_PASSWORD: hemmelig\n", "Line 3 of .env cannot be read"),
        (b"hemmelig", "Line 1 of .env cannot be read"),
        (b"'A=hemmelig'=x", "Line 1 of .env cannot be read"),
        (b"AJOUR_USER=x\nAJOUR_PASSWORD='hemmelig\nX=y'\n", r"Line 2 of .env cannot be read: .* \(U\+000A\)"),
        ("AJOUR_USER=\u202ahemmelig\n".encode(), r"AJOUR_USER has a character that cannot be seen \(U\+202A\)"),
    ],
)
def test_what_cannot_be_read_is_told_without_quoting_it(content: bytes, told: str) -> None:
    Path(ENV_FILE).write_bytes(content)

    with pytest.raises(EnvFileError, match=told) as error:
        read_env_file()

    for said in (error.value.text.da, error.value.text.en):
        assert "hemmelig" not in said
        assert "\n" not in said
    assert_said_in_both(error.value.text)


def test_a_folder_in_its_place_is_told() -> None:
    Path(ENV_FILE).mkdir()

    with pytest.raises(EnvFileError, match=r"\.env cannot be read: Is a directory") as error:
        read_env_file()
    assert (
        error.value.text.da == ".env kan ikke læses: det er en mappe. Det skal være en fil, som denne bruger må læse."
    )


def test_a_link_to_nothing_is_told() -> None:
    Path(ENV_FILE).symlink_to("gone")

    with pytest.raises(EnvFileError, match=r"\.env cannot be read: No such file") as error:
        read_env_file()
    assert error.value.text.da.startswith(".env kan ikke læses: filen eller mappen findes ikke. Det skal være en fil")


def test_the_example_lists_every_secret() -> None:
    example = Path(__file__).parents[1] / ".env.example"
    listed = [line.partition("=")[0] for line in example.read_text(encoding="utf-8").splitlines() if "=" in line]

    assert sorted(listed) == sorted(SECRETS)


def test_companies_that_share_a_process_have_a_file_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AJOUR_USER", "of the process")
    for name in ("nord", "syd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".env").write_text(f"AJOUR_USER={name}\n", encoding="utf-8")

    assert [variable(tmp_path / name, "AJOUR_USER") for name in ("nord", "syd")] == ["nord", "syd"]
    assert variable(tmp_path, "AJOUR_USER") == "of the process"
    assert variable(tmp_path / "nord", "AJOUR_HOST") == ""
