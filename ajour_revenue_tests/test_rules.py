"""Every rule that the repository names is written down in docs/domain.md, and no user has to know its code."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ajour_revenue_tests.dagster_server import CHECKOUT

DOMAIN = CHECKOUT / "docs" / "domain.md"
RULE = re.compile(r"\b[RD]\d{1,2}\b")
HEADINGS = re.findall(r"^### ([RD]\d+) \S", DOMAIN.read_text(encoding="utf-8"), re.MULTILINE)


def codes(file: Path) -> set[str]:
    return set(RULE.findall(file.read_text(encoding="utf-8")))


def files(*patterns: str) -> list[Path]:
    return sorted(file for pattern in patterns for file in CHECKOUT.glob(pattern))


def test_each_rule_has_one_heading_and_none_is_left_out() -> None:
    expected = [f"R{n}" for n in range(1, 16)] + [f"D{n}" for n in range(1, 25)]
    assert Counter(HEADINGS) == Counter(expected)


def test_every_rule_that_the_code_names_has_a_heading() -> None:
    named = {
        code: file
        for file in files(
            "ajour_revenue/**/*.py", "ajour_revenue/**/*.sql", "ajour_revenue_tests/**/*.*", "docs/domain.md"
        )
        if file.suffix != ".pyc"
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
