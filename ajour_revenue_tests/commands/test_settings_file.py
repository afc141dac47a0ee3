from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ajour_revenue.commands.settings_file import (
    Addition,
    NewFile,
    NewUnit,
    add_units,
    settings_text,
    unfinished_settings,
)
from ajour_revenue.settings.edit import NotEditableError, edit
from ajour_revenue.settings.load import load_settings
from ajour_revenue_tests.kit import write_settings
from ajour_revenue_tests.processes import CHECKOUT

BAR = NewUnit("Bar", "Vesterbro", ("10",), planday_unit_id=101)
BAR_LINE = '{name: Bar, department: Vesterbro, locations: ["10"], planday_unit_id: 101}'


def test_a_new_file_is_the_example_but_for_its_first_line_and_its_units() -> None:
    example = (CHECKOUT / "ajour.example.yaml").read_text(encoding="utf-8")
    new = settings_text(NewFile(name="nord", activation_date=date(2026, 1, 1), driver="ODBC Driver 18 for SQL Server"))
    without_units = example[: example.index("\n  - {name: Bar")] + " []\n"
    assert new.partition("\n")[2] == without_units.partition("\n")[2]


@pytest.mark.parametrize(
    ("driver", "port"),
    [
        ("ODBC Driver 18 for SQL Server", 1433),
        ("FreeTDS", 1433),
        ("PostgreSQL Unicode", 5432),
        ("MariaDB Unicode", 3306),
        ("/opt/a driver/lib: it's #1.so", 1433),
    ],
)
def test_a_new_file_loads_once_it_has_a_unit(tmp_path: Path, driver: str, port: int) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(settings_text(NewFile(name="nord", driver=driver)), encoding="utf-8")
    add_units(path, [BAR])
    settings = load_settings(path)
    assert (settings.name, settings.ajour.driver, settings.ajour.port) == ("nord", driver, port)
    assert [unit.name for unit in settings.units] == ["Bar"]


HEAD = "name: nord   # keep me\n\n# and me\nunits:"

EDITS = {
    "a flow list": (
        ' # every unit\n  - {name: Kitchen, locations: ["20"]}   # hot\n\n# below\nwages: {}\n',
        ' # every unit\n  - {name: Kitchen, locations: ["20", "21"]} # hot\n  - BAR\n\n# below\nwages: {}\n',
    ),
    "an empty flow list": (
        "\n  - {name: Kitchen, locations: []}\n",
        '\n  - {name: Kitchen, locations: ["21"]}\n  - BAR\n',
    ),
    "no locations yet": ("\n  - {name: Kitchen}\n", '\n  - {name: Kitchen, locations: ["21"]}\n  - BAR\n'),
    "block style": (
        "\n- name: Kitchen\n  locations:\n  - '20'   # stove\n  # nothing else\nwages: {}\n",
        "\n- name: Kitchen\n  locations:\n  - '20'   # stove\n  - \"21\"\n- BAR\n  # nothing else\nwages: {}\n",
    ),
    "block style without locations": (
        "\n- name: Kitchen\n  department: V # x\n",
        '\n- name: Kitchen\n  department: V # x\n  locations: ["21"]\n- BAR\n',
    ),
    "block style with a comment below": (
        "\n- name: Kitchen\n  department: V # x\n\n# below\nwages: {}\n",
        '\n- name: Kitchen\n  department: V # x\n  locations: ["21"]\n- BAR\n\n# below\nwages: {}\n',
    ),
    "indented by four": (
        """ # all
    - name: 'Kitchen'
      department: V
task:
    time: "07:00" # early
    active: true
""",
        """ # all
    - name: 'Kitchen'
      department: V
      locations: ["21"]
    - BAR
task:
    time: "07:00" # early
    active: true
""",
    ),
    "no line end at the end": ("\n- {name: Kitchen}", '\n- {name: Kitchen, locations: ["21"]}\n- BAR\n'),
    # A list in brackets comes onto one line.
    "over several lines": (
        '\n- {name: Kitchen,\n   locations: [\n     "20",\n   ]}   # stove\n',
        '\n- {name: Kitchen, locations: ["20", "21"]} # stove\n- BAR\n',
    ),
    "all in one line": (" [{name: Kitchen}]\n", ' [{name: Kitchen, locations: ["21"]}, BAR]\n'),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_units_and_locations_are_added_and_comments_order_quotes_and_values_stay(
    tmp_path: Path, name: str, newline: str
) -> None:
    before, after = (HEAD + text.replace("BAR", BAR_LINE) for text in EDITS[name])
    path = tmp_path / "ajour.yaml"
    path.write_bytes(before.replace("\n", newline).encode())
    add_units(path, [Addition("Kitchen", "21"), BAR])
    assert path.read_bytes().decode() == after.replace("\n", newline)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("units: []    # none\nx: 1\n", "units:       # none\n  - BAR\nx: 1\n"),
        ("units:   # none\n\nx: 1\n", "units:   # none\n  - BAR\n\nx: 1\n"),
        ("x: 1\n", "x: 1\nunits:\n  - BAR\n"),
        ("x:\n    y: 1\n\n# all\nunits: []\n", "x:\n    y: 1\n\n# all\nunits:\n  - BAR\n"),
    ],
)
def test_the_first_unit_is_added(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(before, encoding="utf-8")
    add_units(path, [BAR])
    assert path.read_text(encoding="utf-8") == after.replace("BAR", BAR_LINE)


def test_names_are_quoted_where_yaml_would_misread_them(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text("units: []\n", encoding="utf-8")
    names = ["no", "1", "Bar: {x}", 'Bar "1. sal"', "Køkken, æøå", "- a", "#1", "null", "1e3", "yes", "2026-01-01"]
    add_units(path, [NewUnit(name, name) for name in names])
    units = YAML(typ="safe", pure=True).load(path)["units"]
    assert [(unit["name"], unit["department"]) for unit in units] == [(name, name) for name in names]


def test_a_new_file_keeps_every_line_when_its_first_units_are_added(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    text = settings_text(NewFile(name="nord"))
    path.write_text(text, encoding="utf-8")
    add_units(path, [BAR])
    assert path.read_text(encoding="utf-8") == text.replace("units: []\n", f"units:\n  - {BAR_LINE}\n")


@pytest.mark.parametrize(
    "text",
    [
        "units: [",
        "units: text\n",
        "- units\n",
        "",
        "units:\n- &bar {name: Kitchen, locations: [a]}\n- {<<: *bar, name: Bar}\n",
        "units:\n- {name: Kitchen, locations: &none []}\n- {name: Cellar, locations: *none}\n",
        "units:\n- {name: Cellar}\n",
        "units:\n- {name: Kitchen, locations: [\n    '20', # stove\n  ]}\n",
    ],
)
def test_a_file_that_cannot_be_changed_stays_as_it_is_and_the_message_says_what_to_add(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotEditableError, match=r"(?s)location '21' to unit 'Kitchen'.*- \{name: Bar") as raised:
        add_units(path, [Addition("Kitchen", "21"), NewUnit("Bar", "Vesterbro")])
    assert str(path) in str(raised.value)
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_keeps_its_mode_and_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "ajour.yaml"
    real.write_text("units: []\n", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    add_units(link, [BAR])
    assert link.is_symlink()
    assert "Bar" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text("units: []\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", fails)
        with pytest.raises(NotEditableError, match="No space left"):
            add_units(path, [BAR])
    assert path.read_text(encoding="utf-8") == "units: []\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "danish", "english"),
    [
        (
            "units: [\n  {name: Kitchen}, # stove\n]\n",
            "en kommentar ville gå tabt: stove",
            "a comment would be lost: stove",
        ),
        (
            "- Kitchen\n",
            "den indeholder ikke det, som indstillinger indeholder",
            "it does not hold what a settings file",
        ),
        ("units: &units []\n", "linje 1: & og * er til henvisninger", "line 1: & and * are for references"),
        (None, "filen eller mappen findes ikke", "No such file or directory"),
    ],
)
def test_why_a_file_cannot_be_changed_is_told_in_both_languages(
    tmp_path: Path, text: str | None, danish: str, english: str
) -> None:
    path = tmp_path / "ajour.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    with pytest.raises(NotEditableError) as error:
        edit(path, lambda settings: settings.update(units=[*settings["units"], "Bar"]))

    assert danish in error.value.text.da
    assert english in error.value.text.en


def fails(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_right_in_an_unfinished_file_is_used(tmp_path: Path) -> None:
    path = write_settings(tmp_path, ajour={"driver": "FreeTDS", "port": 1444}, task={"time": "04:00"}, units=[])
    settings = unfinished_settings(path, NewFile())
    assert (settings.ajour.driver, settings.ajour.port) == ("FreeTDS", 1444)
    assert settings.units == ()
    assert settings.warehouse_file == tmp_path / "data/demo.duckdb"


@pytest.mark.parametrize("language", ["da", "en"])
def test_of_a_report_that_is_wrong_the_language_is_taken(tmp_path: Path, language: str) -> None:
    path = write_settings(tmp_path, report={"language": language, "foldr": "x"})

    assert unfinished_settings(path, NewFile()).report.language == language


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "name: 1\nunits: [1]\nunknown: 2\n1: 2\n"])
def test_without_a_usable_file_the_settings_are_those_of_a_new_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(text, encoding="utf-8")
    new_file = NewFile(driver="FreeTDS", port=5000)
    for settings in (unfinished_settings(path, new_file), unfinished_settings(tmp_path / "none.yaml", new_file)):
        assert (settings.ajour.driver, settings.ajour.port, settings.units) == ("FreeTDS", 5000, ())
