"""What is written about the settings, all made from the model: a commented file, a reference, a schema for editors.

`python -m ajour_revenue.settings.documents` writes those that are kept in the repository.
"""

import datetime as dt
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ajour_revenue.days import WEEKDAYS
from ajour_revenue.settings.model import AjourSettings, Settings

REPOSITORY = Path(__file__).parents[2]
WIDTH = 120
COMMENT_COLUMN = 34
"""Ajour is reached by its IP address, which a certificate seldom names."""
PLAIN = re.compile(r"(?!(?:yes|no|on|off|true|false|null|y|n)$)(?:[^\W\d_]|/)[\w /.@-]*\w", re.IGNORECASE)

KINDS = {"boolean": "`true` or `false`", "integer": "a whole number", "number": "a number"}
FORMATS = {"date": "a date", "path": "a path"}

REFERENCE = """\
# Settings

<!-- Made by python -m ajour_revenue.settings.documents from ajour_revenue/settings/model.py: change it there. -->

The settings of an integration are one YAML file: `ajour.yaml` in the working directory, or the file that the
environment variable `AJOUR_SETTINGS` names. `ajour-revenue init` writes one, and `ajour-revenue test` says whether it
is right. Relative paths in it are relative to the file's own folder. A key that is not listed here is refused. Money is
in DKK.

Secrets are not settings. They come from the environment, or from `.env` beside the settings file:

| variable | what it holds |
|---|---|
| `AJOUR_COMPANY_ID`, `AJOUR_USER`, `AJOUR_PASSWORD`, `AJOUR_DATABASE`, `AJOUR_HOST` | the five credentials from Ajour |
| `PLANDAY_CLIENT_ID`, `PLANDAY_REFRESH_TOKEN` | the client id and the token of your app in Planday |
| `ALERT_SMTP_USER`, `ALERT_SMTP_PASSWORD` | the login of the mail server, if it wants one |
| `ALERT_WEBHOOK_URL` | the address that alerts are posted to |

An editor that knows JSON schemas completes and checks the file as you type, once it knows where
[settings.schema.json](settings.schema.json) is. For the YAML language server, which many editors use, write that in the
first line of the file, as a path from the file's own folder:

```yaml
# yaml-language-server: $schema=docs/settings.schema.json
```
"""


@dataclass(frozen=True)
class Setting:
    """A key of the settings file, as the model describes it."""

    key: str
    path: str
    """The key with those of its sections before it: `task.time`."""
    description: str
    required: bool
    schema: Mapping[str, Any]
    parts: tuple["Setting", ...] = ()
    """The keys of a section, or of each item of a list of sections."""

    @property
    def is_list_of_sections(self) -> bool:
        """Whether it holds sections in a list, as `units` does."""
        return bool(self.parts) and self.schema["type"] == "array"

    @property
    def limits(self) -> str:
        """The choices or the range that are allowed; empty where there are neither."""
        if choices := self.schema.get("enum"):
            return " | ".join(choices)
        return _range(self.schema)

    @property
    def allowed(self) -> str:
        """Everything that may stand there, for the reference."""
        return _allowed(self.schema)

    @property
    def example(self) -> object:
        """The default, or what it may look like where there is none."""
        return self.schema["examples"][0] if "examples" in self.schema else self.schema.get("default")


def _range(schema: Mapping[str, Any]) -> str:
    low, above, high = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if above is not None:
        return f"above {above:g}, at most {high:g}"
    return "" if low is None else f"{low:g} to {high:g}"


def _allowed(schema: Mapping[str, Any]) -> str:
    if choices := schema.get("enum"):
        return " or ".join(f"`{choice}`" for choice in choices)
    if alternatives := schema.get("anyOf"):
        return ", or ".join(_allowed(alternative) for alternative in alternatives if alternative["type"] != "null")
    if schema["type"] == "array":
        items = _allowed(schema["items"])
        return f"a list of {items.replace('a text', 'texts', 1)}"
    if schema["type"] == "object":
        fixed = ", ".join(
            f"{key}: {json.dumps(value['const'])}"
            for key, value in schema.get("properties", {}).items()
            if "const" in value
        )
        return f"`{{{fixed}}}`" if fixed else "keys and values"
    limits = _range(schema)
    kind = KINDS.get(schema["type"]) or FORMATS.get(schema.get("format", ""), "a text")
    return f"{kind}, {limits}" if limits else kind


class _PlainSchema(GenerateJsonSchema):
    """A schema of what people write: no titles made of the keys, and decimals are numbers."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 (of any kind in pydantic too)
        return False

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        bounds = {key: float(schema[key]) for key in ("ge", "gt", "le", "lt") if key in schema}
        return self.float_schema(cast("core_schema.FloatSchema", {"type": "float", **bounds}))

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 (of any type)
        return json.loads(str(dft)) if isinstance(dft, Decimal) else super().encode_default(dft)


def settings_schema() -> dict[str, Any]:
    """Return the JSON schema of a settings file."""
    schema = Settings.model_json_schema(schema_generator=_PlainSchema)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


def all_settings() -> tuple[Setting, ...]:
    """Return every key of the settings file, in the order of the model; sections hold theirs."""
    schema = settings_schema()
    return tuple(_parts(schema, schema["$defs"], ""))


def _parts(section: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str) -> Iterator[Setting]:
    for key, written in section["properties"].items():
        node = _resolved(written, definitions)
        inner = _resolved(node.get("items", node), definitions)
        path = f"{prefix}{key}"
        parts: tuple[Setting, ...] = ()
        if "properties" in inner:
            parts = tuple(_parts(inner, definitions, f"{path}[]." if node["type"] == "array" else f"{path}."))
        required = key in section.get("required", ())
        yield Setting(key, path, node["description"].removesuffix("."), required, node, parts)


def _resolved(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of the schema with what it refers to; that null is allowed is no choice of its own."""
    kinds = [kind for kind in node.get("anyOf", ()) if kind != {"type": "null"}]
    referred = kinds[0] if kinds else node
    found = definitions[referred["$ref"].rpartition("/")[2]] if "$ref" in referred else referred
    return {**found, **node}


# The settings file


def usual_settings(
    *,
    name: str,
    activation_date: dt.date,
    ajour: Mapping[str, Any],
    wages: Literal["file", "planday"] = "file",
    units: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the settings of a new integration: the choices that most make, and what only it can know."""
    return {
        "name": name,
        "activation_date": activation_date,
        "task": {
            "active": True,
            "start_date": activation_date + dt.timedelta(days=1),
            "time": "07:00",
            "repeat_weekly": True,
            "weekdays": list(WEEKDAYS),
            "days_back": 3,
        },
        "revenue": {"vat": "excluded", "vat_rate": 25, "overwrite_existing": True},
        "ajour": ajour,
        "wages": {"source": "file", "file": "wages.csv"} if wages == "file" else {"source": wages},
        "planday": {"publish": False},
        "warehouse": f"data/{name}.duckdb",
        "units": units,
    }


def settings_file(values: Mapping[str, Any], *, heading: str) -> str:
    """Return a settings file with a comment at each key; those without a value are there too, commented out."""
    lines = [f"# {line}" for line in textwrap.wrap(heading, WIDTH - 2)]
    stands_apart = False
    for setting in all_settings():
        apart, stands_apart = stands_apart, bool(setting.parts)
        if apart or stands_apart:
            lines.append("")
        block = _block(setting, values[setting.key]) if setting.key in values else _commented_out(setting)
        lines += [line for text, comment in block for line in _with_comment(text, comment)]
    return "\n".join(lines) + "\n"


Line = tuple[str, str]
"""A line of YAML, and the comment beside it."""


def _block(setting: Setting, value: Any) -> Iterator[Line]:  # noqa: ANN401 (as YAML)
    comment = f"{setting.limits}. {setting.description}" if setting.limits else setting.description
    if setting.is_list_of_sections and "." not in setting.path:
        yield from _list(setting, value)
    elif setting.parts and not setting.is_list_of_sections:
        yield f"{setting.key}:", comment
        for part in setting.parts:
            block = _block(part, value[part.key]) if part.key in value else _commented_out(part)
            yield from ((f"  {text}", comment) for text, comment in block)
    elif isinstance(value, Mapping) and value:
        yield f"{setting.key}:", comment
        yield from ((f"  {key}: {yaml_value(each)}", "") for key, each in value.items())
    else:
        yield f"{setting.key}: {yaml_value(value)}", comment


def _list(setting: Setting, items: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    """Explain the keys above the list, where they are in nobody's way when items are added."""
    explained = [setting.description, *(f"  {part.key}: {part.description}" for part in setting.parts)]
    for text in explained:
        yield from ((f"# {line}", "") for line in textwrap.wrap(text, WIDTH - 2, subsequent_indent="    "))
    yield f"{setting.key}:{'' if items else ' []'}", ""
    yield from ((f"  - {yaml_value(item)}", "") for item in items)


def _commented_out(setting: Setting) -> Iterator[Line]:
    if setting.is_list_of_sections:
        yield f"# {setting.key}: {yaml_value(_example(setting))}", setting.description
    else:
        yield from ((f"# {text}", comment) for text, comment in _block(setting, _example(setting)))


def _example(setting: Setting) -> object:
    if not setting.parts:
        return setting.example
    section = {part.key: _example(part) for part in setting.parts}
    return [section] if setting.is_list_of_sections else section


def is_plain(text: str) -> bool:
    """Tell whether a text means itself in YAML without quotes, within brackets too."""
    return PLAIN.fullmatch(text) is not None


def yaml_value(value: object) -> str:
    """Return a value as YAML writes it on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {yaml_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(yaml_value, value)) + "]"
    if isinstance(value, str):
        return value if is_plain(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if isinstance(value, bool | int) else str(value)


def _with_comment(text: str, comment: str) -> list[str]:
    """Put a comment to the right, over several lines where it is long."""
    if not comment:
        return [text]
    column = max(COMMENT_COLUMN, len(text) + 3)
    first, *more = textwrap.wrap(comment, WIDTH - column - 2)
    return [f"{text:<{column}}# {first}", *(" " * column + f"# {line}" for line in more)]


# The reference


def settings_reference() -> str:
    """Return the page that lists every setting."""
    settings = all_settings()
    general = [setting for setting in settings if not setting.parts]
    sections = [section for setting in settings if setting.parts for section in _sections(setting)]
    return "\n".join([REFERENCE, "## General", "", *_table(general), *sections]) + "\n"


def _sections(setting: Setting) -> Iterator[str]:
    about = [setting.description]
    if setting.is_list_of_sections:
        about.append("A list; each item has these keys")
    elif not setting.required:
        about.append("May be left out")
    yield f"\n## {setting.path}\n\n{'. '.join(about)}.\n"
    yield from _table([part for part in setting.parts if not part.parts])
    for part in setting.parts:
        if part.parts:
            yield from _sections(part)


def _table(settings: Sequence[Setting]) -> Iterator[str]:
    yield "| setting | allowed | default | meaning |"
    yield "|---|---|---|---|"
    for setting in settings:
        yield f"| `{setting.path}` | {setting.allowed} | {_default(setting)} | {setting.description} |"


def _default(setting: Setting) -> str:
    if setting.required:
        return "must be set"
    default = setting.schema.get("default")
    return "" if default is None else f"`{yaml_value(default)}`"


def documents() -> dict[Path, str]:
    """Return the files that are kept in the repository: path in it, and text."""
    usual = AjourSettings()
    ajour = {"driver": usual.driver, "port": usual.port}
    bar = {"name": "Bar", "department": "Vesterbro", "locations": ["10", "11"]}
    kitchen = {"name": "Kitchen", "department": "Vesterbro", "locations": ["20"]}
    units = [
        bar | {"planday_unit_id": 101, "target_wage_percentage": 30},
        kitchen | {"planday_unit_id": 102, "target_wage_percentage": 35},
    ]
    example = usual_settings(name="nord", activation_date=dt.date(2026, 1, 1), ajour=ajour, units=units)
    heading = "Copy to ajour.yaml and change to your company. Paths are relative to this file. Secrets belong in .env."
    return {
        Path("ajour.example.yaml"): settings_file(example, heading=heading),
        Path("docs/settings.md"): settings_reference(),
        Path("docs/settings.schema.json"): json.dumps(settings_schema(), indent=2, ensure_ascii=False) + "\n",
    }


if __name__ == "__main__":
    for path, text in documents().items():
        (REPOSITORY / path).write_text(text, encoding="utf-8")
