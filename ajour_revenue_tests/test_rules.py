"""Every rule that the repository names is written down in docs/domain.md, and no user has to know its code."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest

from ajour_revenue.cli import main
from ajour_revenue.definitions import build_definitions
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import values
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.processes import CHECKOUT

DOMAIN = CHECKOUT / "docs" / "domain.md"
RULE = re.compile(r"\b[RD]\d{1,2}\b")
HEADINGS = re.findall(r"^### ([RD]\d+) \S", DOMAIN.read_text(encoding="utf-8"), re.MULTILINE)


def codes(file: Path) -> set[str]:
    return set(RULE.findall(file.read_text(encoding="utf-8")))


def files(*patterns: str) -> list[Path]:
    return sorted(file for pattern in patterns for file in CHECKOUT.glob(pattern))


def test_each_rule_has_one_heading_and_none_is_left_out() -> None:
    expected = [f"R{n}" for n in range(1, 16)] + [f"D{n}" for n in range(1, 27)]
    assert Counter(HEADINGS) == Counter(expected)


def test_every_rule_that_the_code_names_has_a_heading() -> None:
    named = {
        code: file
        for file in files(
            "ajour_revenue/**/*.py", "ajour_revenue/**/*.sql", "ajour_revenue_tests/**/*.py", "docs/domain.md"
        )
        for code in codes(file)
    }
    assert {code: file for code, file in named.items() if code not in HEADINGS} == {}
    assert len(named) > 20


@pytest.mark.parametrize(
    "page",
    [page for page in files("*.md", "docs/*.md", "*.example.*", ".env.example") if page != DOMAIN],
    ids=lambda page: page.name,
)
def test_what_a_user_reads_names_no_rule_by_its_code(page: Path) -> None:
    assert codes(page) == set()


def test_nothing_that_dagsters_ui_shows_names_a_rule_by_its_code() -> None:
    settings = Settings.model_validate(
        settings_dict(
            wages={"source": "planday"}, planday={"publish": True}, alerts={"webhook": True}, budget={"file": "b.csv"}
        )
    )
    definitions = build_definitions(settings)
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    shown = [
        *(graph.get(key).description for key in graph.get_all_asset_keys()),
        *(spec.description for check in definitions.asset_checks or () for spec in check.check_specs),
        *(schedule.description for schedule in repository.schedule_defs),
        *(sensor.description for sensor in repository.sensor_defs),
        *(resource.description for resource in repository.get_top_level_resources().values()),
    ]
    with empty() as connection:
        shown += values(
            connection, "SELECT comment FROM duckdb_columns() UNION ALL SELECT comment FROM duckdb_tables()"
        )

    assert len([text for text in shown if text]) > 100
    assert [text for text in shown if text and RULE.search(text)] == []


def test_no_command_explains_itself_by_the_code_of_a_rule() -> None:
    for command in main.commands.values():
        help_text = command.get_help(click.Context(command))
        assert not RULE.search(help_text), help_text
