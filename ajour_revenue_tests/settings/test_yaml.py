"""What is no settings file, told in one line; nothing of it can hold a process up or fill its memory."""

import io
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue.settings.yaml import MOST_BYTES, UnreadableYamlError, read_yaml
from ajour_revenue_tests.settings.kit import assert_told_in_both

BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join([f'*{chr(n)}'] * 9)}]\n" for n in range(ord("a"), ord("j"))
)


def refusal(folder: Path, content: bytes | str) -> str:
    """Return what is told of a file, which is one line."""
    path = folder / "ajour.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError) as raised:
        load_settings(path)
    assert_told_in_both(raised.value)
    told = str(raised.value)
    assert told.startswith(f"{path}, ")
    assert "\n" not in told
    return told.removeprefix(f"{path}, ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BILLION_LAUGHS, "line 1: & and * are for references, which settings do not have; write the value out"),
        ("name: demo\nunits: *all\n", "line 2: & and * are for references"),
        ("name: &name demo\n", "line 1: & and * are for references"),
        ("name: demo\n<<: {a: 1}\n", "line 2: & and * are for references"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "line 1: ! names a type, which settings do not have; remove it",
        ),
        ("a: !!str 10\n", "line 1: ! names a type"),
        ("a: !secret x\n", "line 1: ! names a type"),
        ("a:\n  b: 1\n  b: 2\n", 'line 3: is not valid YAML: found duplicate key "b".'),
        ("a: 1\n'a': 2\n", 'line 2: is not valid YAML: found duplicate key "a"'),
        ("[" * 100_000, "line 1: this is nested deeper than any setting."),
        ("- " * 100_000, "line 1: this is nested deeper"),
        ("a: {" * 100_000, "line 1: this is nested deeper"),
        ("a: 1\n---\nb: 1\n", "line 2: there is a second document; a settings file is one, so remove the line ---."),
        ("%YAML 1.1\n---\nname: no\n", "line 2: % is for directives, which settings do not have; remove the line."),
        ("? [a, b]\n: 1\n", "line 1: a section or list cannot be a key; write a text."),
        ("a:\n\tb: 1\n", "line 2: is not valid YAML: a tab stands where only spaces may be; indent with spaces."),
        ("a:\n  - b\n \t- c\n", "line 3: is not valid YAML: a tab stands where"),
        ("a: 1\nb:\u00a02\nc: 3\n", "line 2: is not valid YAML: it has U+00A0 NO-BREAK SPACE; write a space instead."),
        (
            "a: [1,\n2\nb: 3\n",
            "line 3: is not valid YAML: expected ',' or ']', but got ':', within what begins on",
        ),
        ("a: @b\n", "line 1: is not valid YAML: found character '@' that cannot start any token."),
        ("a: b\nc\nd: e\n", "line 3: is not valid YAML: could not find expected ':', within"),
        ("a: - b\n", "line 1: is not valid YAML: sequence entries are not allowed here."),
        ("a: ]\n", "line 1: is not valid YAML: expected the node content, but found ']'"),
        ("a: [1, 2]]\n", "line 1: is not valid YAML: expected <block end>, but found ']'"),
        ('a: "C:\\d"\n', "line 1: is not valid YAML: found unknown escape character 'd'"),
        ("a: 'b\n---\n'\n", "line 2: is not valid YAML: found unexpected document separator"),
        ("a: b: c\n", "line 1: is not valid YAML: mapping values are not allowed here."),
        ("a: 'b\n\n", "line 3: is not valid YAML: found unexpected end of stream, within what begins on line 1."),
        ("a: 1\nb: \x1b[31m\n", "line 2: is not valid YAML: it has U+001B a control character; remove it."),
        ("name: æ".encode("utf-16"), "which is not in UTF-8 but in UTF-16"),
        ("name: æ".encode("utf-16-le"), "which is not in UTF-8 but in UTF-16"),
        ("name: æ".encode("utf-32"), "which is not in UTF-8 but in UTF-16, cannot be read."),
        ("a: 1\nname: Køkken".encode("cp1252"), "line 2: this is not in UTF-8 but, say, in Windows-1252 (ANSI)."),
        (b"#" * (MOST_BYTES + 1), "which has more than 1 MB, is no settings file"),
    ],
)
def test_what_is_no_settings_file_is_told_in_one_line(tmp_path: Path, text: bytes | str, told: str) -> None:
    assert refusal(tmp_path, text).startswith(told)


def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    with pytest.raises(SettingsError, match="has more than 1 MB"):
        load_settings(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'units: [{name: "B\\u202ear"}]',
            "units[0].name: HIDDEN U+202E RIGHT-TO-LEFT OVERRIDE",
        ),
        (
            "units: [{name: B\u200bar}]",
            "units[0].name: HIDDEN U+200B ZERO WIDTH SPACE",
        ),
        ('warehouse: "a\\x1b[31m"', "warehouse: HIDDEN U+001B a control character"),
        ('name: "a\\nb"', "name: HIDDEN U+000A a control character"),
        ('name: "\\ud800"', "name: HIDDEN U+D800 half a character"),
        ("na\u2066me: demo", r"'na\u2066me': HIDDEN U+2066 LEFT-TO-RIGHT ISOLATE"),
        (
            "ajour: {options: {A: b\ufeffc}}",
            "ajour.options.A: HIDDEN U+FEFF ZERO WIDTH NO-BREAK SPACE",
        ),
        (
            "name: demo\n# a \u202e comment",
            "line 2: HIDDEN U+202E RIGHT-TO-LEFT OVERRIDE",
        ),
    ],
)
def test_what_nobody_sees_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "ajour.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError) as raised:
        load_settings(path)

    assert_told_in_both(raised.value)
    [line] = [line for line in str(raised.value).splitlines() if "U+" in line]
    assert line.startswith(f"  - {told.replace('HIDDEN', 'it has a character that cannot be seen,')}")
    str(raised.value).encode()


def test_a_file_says_all_that_yaml_can_without_what_is_refused() -> None:
    text = "# emoji 👨\u200d👩\ta tab\na: {b: [1, -2, 0x1f, 1.5, 'x', \"y\", true, ~, '']}\nc: >-\n  d\n  e\nf:\n"

    file = read_yaml(text)

    assert read_yaml(text.replace("\n", "\r\n")).values == read_yaml(text.replace("\n", "\r")).values == file.values
    assert file.values == {"a": {"b": [1, -2, 31, 1.5, "x", "y", True, None, ""]}, "c": "d e", "f": None}
    assert file.written["a", "b", 2] == "0x1f"
    assert file.invisible == []


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False), st.text(max_size=10)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8
)


def dumped(values: object) -> str:
    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump(values, text)
    return text.getvalue()


@given(VALUES)
def test_what_is_read_is_what_the_library_reads(values: object) -> None:
    text = dumped(values)
    try:
        YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        # It writes a few keys, such as :0, in a way that it cannot read.
        reject()

    assert read_yaml(text).values == YAML(typ="safe", pure=True).load(text)


@given(st.text(st.sampled_from("ab:-[]{}&*!%#|>'\"?,\n\r\t 01._xo+~<@`\\\u00a0\u202e\u2028\x85")))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    told = "line "
    try:
        read_yaml(text)
    except UnreadableYamlError as error:
        told = str(error)
    assert "line " in told
    assert "\n" not in told
