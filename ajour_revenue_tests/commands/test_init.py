import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from ajour_revenue.commands import init as init_module
from ajour_revenue.commands.init import LANGUAGES
from ajour_revenue.commands.init_texts import INIT_TEXTS
from ajour_revenue.commands.settings_file import NewFile, NewUnit, add_units, unfinished_settings
from ajour_revenue.days import yesterday
from ajour_revenue.settings.env_file import env_file_values
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import write_env_file
from ajour_revenue_tests.language import foreign_words, unsaid

VALUES = {variable: f"value of {name}" for name, variable in AJOUR_CREDENTIALS.items()}
TYPED = "".join(f"{value}\n" for value in VALUES.values())
DEFAULTS = ("--yes", "--driver", "FreeTDS", "--language", "en")


def test_it_writes_settings_an_env_file_that_only_its_owner_reads_and_an_empty_wage_file(shell: Shell) -> None:
    result = shell.run("init", "--name", "nord", *DEFAULTS, typed=TYPED)
    assert result.exit_code == 0, result.output
    assert env_file_values(Path(".env")) == VALUES
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert Path("wages.csv").read_text(encoding="utf-8") == "business_date,department,unit,wage_cost,hours\n"
    add_units(Path("ajour.yaml"), [NewUnit("Bar", "Vesterbro")])
    settings = load_settings()
    assert (settings.name, settings.activation_date) == ("nord", yesterday())
    assert settings.task.start_date == yesterday() + timedelta(days=1)
    assert "ajour-revenue test" in result.output


def test_everything_can_be_given_as_options_and_variables(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in VALUES.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("PLANDAY_CLIENT_ID", "client")
    monkeypatch.setenv("PLANDAY_REFRESH_TOKEN", "token")
    options = ("--name", "nord", "--activation-date", "31-01-2026", "--driver", "PostgreSQL Unicode", "--port", 5433)
    result = shell.run("init", *options, "--wages", "planday", "--language", "da", typed="")
    assert result.exit_code == 0, result.output
    assert env_file_values(Path(".env")) == VALUES | {"PLANDAY_CLIENT_ID": "client", "PLANDAY_REFRESH_TOKEN": "token"}
    assert not Path("wages.csv").exists()
    add_units(Path("ajour.yaml"), [NewUnit("Bar", "Vesterbro")])
    settings = load_settings()
    assert (settings.activation_date, settings.ajour.port, settings.wages.source) == (
        date(2026, 1, 31),
        5433,
        "planday",
    )


def test_a_password_is_neither_shown_nor_changed_whatever_characters_it_has(shell: Shell) -> None:
    password = r"""a'b"c\d\\ $e #f =g æøå{h}; ${HOME} \'"""
    typed = TYPED.replace(VALUES["AJOUR_PASSWORD"], password)
    result = shell.run("init", *DEFAULTS, typed=typed)
    assert result.exit_code == 0, result.output
    assert env_file_values(Path(".env"))["AJOUR_PASSWORD"] == password
    assert password not in result.output


def test_spaces_that_were_pasted_along_do_not_count_and_what_is_blank_is_asked_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AJOUR_HOST", " ")
    typed = TYPED.replace(VALUES["AJOUR_USER"], f" \n\u00a0\n {VALUES['AJOUR_USER']} \u00a0")
    result = shell.run("init", *DEFAULTS, typed=typed)
    assert result.exit_code == 0, result.output
    assert env_file_values(Path(".env")) == VALUES


def test_an_env_file_that_is_there_stays_and_what_it_lacks_is_told(shell: Shell) -> None:
    write_env_file(shell.folder, VALUES | {"AJOUR_HOST": ""})
    before = Path(".env").read_bytes()
    result = shell.run("init", *DEFAULTS, "--wages", "planday")
    assert result.exit_code == 0
    assert Path(".env").read_bytes() == before
    assert "AJOUR_HOST, PLANDAY_CLIENT_ID" in " ".join(result.output.split())
    assert Path("ajour.yaml").exists()


def test_a_settings_file_that_is_there_stays(shell: Shell) -> None:
    Path("ajour.yaml").write_text("mine", encoding="utf-8")
    result = shell.run("init", typed=TYPED)
    assert result.exit_code == 0
    assert Path("ajour.yaml").read_text(encoding="utf-8") == "mine"
    assert env_file_values(Path(".env")) == VALUES
    assert "ajour.yaml var her i forvejen og er, som den var." in result.output


def test_with_both_files_there_is_nothing_to_do(shell: Shell) -> None:
    for name in ("ajour.yaml", ".env"):
        Path(name).write_text("mine", encoding="utf-8")
    result = shell.run("init")
    assert result.exit_code == 1
    assert "er her allerede" in result.output
    assert {path.name: path.read_text(encoding="utf-8") for path in shell.folder.iterdir()} == {
        "ajour.yaml": "mine",
        ".env": "mine",
    }


@pytest.mark.parametrize(
    "options",
    [("--name", "a b"), ("--activation-date", "yesterday"), ("--port", "0"), ("--wages", "none"), ("--unknown",)],
)
def test_a_wrong_argument_is_a_usage_error(shell: Shell, options: tuple[str, ...]) -> None:
    assert shell.run("init", *options).exit_code == 2
    assert list(shell.folder.iterdir()) == []


def test_who_breaks_off_has_written_nothing(shell: Shell) -> None:
    result = shell.run("init", typed="\n4711\nuser\n")
    assert result.exit_code == 1
    assert list(shell.folder.iterdir()) == []


def test_a_wrong_answer_is_asked_again(shell: Shell) -> None:
    result = shell.run("init", typed="3\n2\n" + TYPED + "my name\nnord\nsoon\n2026-01-31\nFreeTDS\nx\n1433\nbank\n1\n")
    assert result.exit_code == 0, result.output
    for wrong in (
        "There is no 3 among 1 to 2",
        "'my name' may have",
        "'soon' is no day",
        "'x' is no port",
        "There is no bank",
    ):
        assert wrong in " ".join(result.output.split())
    assert "name: nord" in Path("ajour.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    monkeypatch.setattr(init_module, "_installed_drivers", list)
    number = [*LANGUAGES].index(language) + 1
    typed = "".join(f"4711{number}\n" for number in range(len(VALUES)))
    wrong_answers = "no-rd\nnord\nsoon\n2026-01-31\nFreeTDS\nx\n1433\n9\n"
    planday = "client\ntoken\n"
    asked = shell.run("init", typed=f"{number}\n{typed}{wrong_answers}2\n{planday}").output
    shown = asked.partition("language [1]: ")[2]
    assert unfinished_settings(Path("ajour.yaml"), NewFile()).report.language == language
    Path(".env").write_text("AJOUR_USER=x\n", encoding="utf-8")
    Path("ajour.yaml").unlink()
    shown += shell.run("init", "--yes", "--language", language).output
    shown += shell.run("init").output

    texts = INIT_TEXTS[language]
    assert unsaid(shown, texts) == []
    # Danes have these words too, in refusals.
    assert foreign_words(shown, texts, INIT_TEXTS[other]) - {"a", "port"} == set()
    assert "{" not in shown
