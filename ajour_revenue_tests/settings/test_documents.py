"""What is written about the settings agrees with the model, and nothing that can be set or typed is left out."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from ajour_revenue.cli import main
from ajour_revenue.settings.documents import (
    Setting,
    all_settings,
    documents,
    settings_file,
    settings_reference,
    settings_schema,
    usual_settings,
    yaml_value,
)
from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.kit import settings_dict, write_settings
from ajour_revenue_tests.processes import CHECKOUT

RULE = re.compile(r"\b[RD]\d")
VARIABLE = re.compile(r"\b(?:AJOUR|PLANDAY|ALERT)_[A-Z][A-Z_]*[A-Z]\b")
MAIL = {"host": "smtp.example.dk", "sender": "ajour@example.dk", "recipients": ["vagt@example.dk"]}


def values(text: str) -> Any:  # noqa: ANN401 (as YAML)
    """Return what a text holds as JSON has it, which is what an editor holds against the schema."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def each(settings: tuple[Setting, ...]) -> Iterator[Setting]:
    for setting in settings:
        yield setting
        yield from each(setting.parts)


def manual() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in (CHECKOUT / "README.md", *CHECKOUT.glob("docs/*.md")))


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_generated_file_is_as_the_model_makes_it(path: Path) -> None:
    written = (CHECKOUT / path).read_text(encoding="utf-8")

    assert written == documents()[path], "run: python -m ajour_revenue.settings.documents"


@pytest.mark.parametrize("path", documents(), ids=str)
def test_no_generated_file_has_the_code_of_a_rule_or_a_path_of_this_machine(path: Path) -> None:
    text = documents()[path]

    assert RULE.search(text) is None
    assert str(CHECKOUT) not in text


@pytest.mark.parametrize("setting", list(each(all_settings())), ids=lambda setting: setting.path)
def test_every_setting_is_described_in_the_reference_with_all_that_it_may_be(setting: Setting) -> None:
    assert setting.description
    assert set("<>|").isdisjoint(setting.description), "Markdown would not show it"
    if setting.parts:
        assert f"\n## {setting.path}\n\n{setting.description}." in settings_reference()
    else:
        [line] = [line for line in settings_reference().splitlines() if line.startswith(f"| `{setting.path}` |")]
        assert all(choice in line for choice in setting.schema.get("enum", ()))
        assert line.endswith(f" | {setting.description} |")


def test_the_reference_knows_the_settings_of_every_section() -> None:
    paths = {setting.path for setting in each(all_settings())}

    assert paths >= {"name", "task.days_back", "ajour.queries.locations", "alerts.mail.port", "units[].department"}
    assert {path for path in paths if "." not in path} == set(Settings.model_fields)


def test_ranges_and_defaults_are_those_of_the_model() -> None:
    text = settings_reference()

    assert "| `task.days_back` | a whole number, 1 to 31 | must be set |" in text
    assert "| `revenue.vat_rate` | a number, 0 to 100 | `25` |" in text
    assert "| `units[].target_wage_percentage` | a number, above 0, at most 100, or keys and values |  |" in text
    assert "| `alerts.mail.encryption` | `starttls` or `tls` or `none` | `starttls` |" in text


# The commented file


def uncommented(text: str) -> str:
    """Take away what makes a key that is commented out a comment, as people do."""
    keys = r"^( *)# ( *[a-z_]+:(?: .*)?)$"
    head, _, units = text.partition("\n# Every revenue unit")
    return re.sub(keys, r"\1\2", head, flags=re.MULTILINE) + "\n# Every revenue unit" + units


def test_every_setting_is_in_the_file_and_what_is_commented_out_can_be_used(tmp_path: Path) -> None:
    text = uncommented(documents()[Path("ajour.example.yaml")])
    path = tmp_path / "ajour.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "sql").mkdir()
    for query in ("locations", "daily_revenue"):
        (tmp_path / "sql" / f"{query}.sql").write_text("SELECT 1", encoding="utf-8")

    loaded = load_settings(path)

    def keys(value: object, prefix: str = "") -> Iterator[str]:
        for key, inner in value.items() if isinstance(value, dict) else ():
            yield prefix + key
            yield from keys(inner, f"{prefix}{key}.")
        for inner in value if isinstance(value, list) else ():
            yield from keys(inner, prefix[:-1] + "[].")

    used = set(keys(values(text)))
    assert {setting.path for setting in each(all_settings())} <= used
    assert loaded.alerts.mail is not None
    assert loaded.report.language == "da"


def test_comments_stand_in_one_column_and_no_line_is_too_long() -> None:
    lines = documents()[Path("ajour.example.yaml")].splitlines()

    assert max(map(len, lines)) <= 120
    short = [line for line in lines if re.match(r" *(?:# *)?[a-z_]+: ?\S{0,12} +# ", line)]
    assert len(short) > 15
    assert {line.rindex(" # ") + 1 for line in short} == {34}


def test_what_is_given_stands_there_and_what_is_not_is_commented_out() -> None:
    given_values = usual_settings(name="nord", activation_date=dt.date(2026, 1, 31), ajour={"driver": "FreeTDS"})
    text = settings_file(given_values, heading="Mine.")

    assert text.startswith("# Mine.\n")
    assert values(text) == json.loads(json.dumps(given_values, default=str))
    assert re.search(r"^  # port: 1433 ", text, re.MULTILINE)
    assert text.endswith("\nunits: []\n")


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], include_characters="\n\t"))
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.sampled_from(["no", "NULL", "1e3", "~", "2026-01-01"]))


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner)))
def test_a_value_reads_back_as_it_was_written(value: object) -> None:
    read = YAML(typ="safe", pure=True).load(f"key: {yaml_value(value)}\n")

    assert read == {"key": value}


# The schema for editors


VALIDATOR = Draft202012Validator(settings_schema())

REFUSED_BY_BOTH: list[dict[str, Any]] = [
    {"nmae": "x"},
    {"name": "Nord Vest"},
    {"task": settings_dict()["task"] | {"time": "04:59"}},
    {"task": settings_dict()["task"] | {"days_back": 32}},
    {"task": settings_dict()["task"] | {"weekdays": ["lundi"]}},
    {"task": settings_dict()["task"] | {"weekdays": []}},
    {"task": {"active": True}},
    {"revenue": {"vat": "incl", "overwrite_existing": True}},
    {"revenue": {"vat": "included", "overwrite_existing": True, "vat_rate": 101}},
    {"ajour": {"port": 0}},
    {"ajour": {"options": {"Encrypt": 1}}},
    {"units": [{"name": "Bar"}]},
    {"units": [{"name": "Bar", "department": "V", "locations": [10]}]},
    {"units": [{"name": "Bar", "department": "V", "target_wage_percentage": 0}]},
    {"alerts": {"mail": {"host": "smtp.example.dk"}}},
]

ACCEPTED_BY_BOTH: list[dict[str, Any]] = [
    {},
    {"task": settings_dict()["task"] | {"time": "23:59"}},
    {"revenue": {"vat": "included", "overwrite_existing": False, "vat_rate": 12.5}},
    {"ajour": {"driver": "FreeTDS", "port": 1, "options": {"TDS_Version": "7.4"}, "queries": {}}},
    {"alerts": {"mail": MAIL, "webhook": True}},
    {"alerts": {"mail": None}},
    {"units": [{"name": "Bar", "department": "V", "planday_unit_id": None, "target_wage_percentage": 0.5}]},
]


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(settings_schema())


@pytest.mark.parametrize("changes", REFUSED_BY_BOTH, ids=str)
def test_an_editor_marks_what_loading_refuses(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = write_settings(tmp_path, **changes)

    assert not VALIDATOR.is_valid(values(path.read_text(encoding="utf-8")))
    with pytest.raises(SettingsError):
        load_settings(path)


@pytest.mark.parametrize("changes", ACCEPTED_BY_BOTH, ids=str)
def test_an_editor_accepts_what_loads(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = write_settings(tmp_path, **changes)
    load_settings(path)

    assert [error.message for error in VALIDATOR.iter_errors(values(path.read_text(encoding="utf-8")))] == []


def test_an_editor_accepts_the_example() -> None:
    assert VALIDATOR.is_valid(values(documents()[Path("ajour.example.yaml")]))


# The manual


def test_the_settings_chapter_of_the_readme_leads_to_the_reference() -> None:
    assert "(docs/settings.md)" in (CHECKOUT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", main.commands)
def test_every_command_is_in_the_manual(command: str) -> None:
    assert re.search(rf"ajour-revenue {command}\b", manual())


def test_every_environment_variable_is_in_the_manual() -> None:
    sources = [path for path in (CHECKOUT / "ajour_revenue").rglob("*.py") if "demo" not in path.parts]
    used = {
        name for path in sources for name in re.findall(rf'"({VARIABLE.pattern})"', path.read_text(encoding="utf-8"))
    }

    assert used >= {"AJOUR_SETTINGS", "AJOUR_HOST", "PLANDAY_CLIENT_ID", "ALERT_WEBHOOK_URL"}
    assert used <= set(VARIABLE.findall(manual()))
    assert used - {"AJOUR_SETTINGS", "AJOUR_COMPANIES"} <= set(
        VARIABLE.findall((CHECKOUT / ".env.example").read_text(encoding="utf-8"))
    )
