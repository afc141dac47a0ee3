"""What the documentation tells people to type is typed here, and what it points to is there."""

import os
import re
import shlex
import shutil
import subprocess
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from ajour_revenue.cli import main
from ajour_revenue.days import Window
from ajour_revenue_tests import processes
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.kit import Company, make_company
from ajour_revenue_tests.processes import CHECKOUT

PAGES = ["README.md", "docs/operations.md"]
"""Those with commands to type."""
ALL_PAGES = [
    *PAGES,
    "docs/settings.md",
    "docs/domain.md",
    "docs/deployment.md",
    "docs/reading.md",
    "docs/scale.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]
ENDLESS = {"make test", "make dev"}
"""The one is what runs this; the other, which test_demo.py looks at, runs until it is interrupted."""
WHAT_MAKE_NEEDS = ("Makefile", "pyproject.toml", "requirements.txt", "dagster.yaml", "scripts/system-packages")
NEEDS_ATTENTION = 1
"""Exit code of `status`, where it has something to say."""

DAY = re.compile(r"\d{4}-\d\d-\d\d|…")
COMPANY = re.compile(r"\w+(?=/ajour\.yaml)")


def read(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


def blocks() -> list[str]:
    """Return the blocks of commands, in the order in which a reader comes by them."""
    return [block for page in PAGES for block in re.findall(r"^```sh\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)]


def commands_in_the_text() -> list[str]:
    """Return the commands of ours that stand between words."""
    code = chain.from_iterable(
        re.findall(r"(?<!`)`([^`]+)`", re.sub(r"```.*?```", "", read(page), flags=re.DOTALL)) for page in PAGES
    )
    named = (text.removeprefix(".venv/bin/") for text in code)
    return sorted({text for text in named if text.startswith("ajour-revenue ")})


@pytest.mark.slow
def test_the_commands_of_the_readme_work_one_after_the_other_in_a_clone(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for file in WHAT_MAKE_NEEDS:
        shutil.copy(CHECKOUT / file, tmp_path / file)
        # Older than what has been installed, so that nothing is installed from here.
        os.utime(tmp_path / file, (0, 0))
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")

    lines = [line for line in "".join(blocks()).splitlines() if line not in ENDLESS]
    script = "\n".join(
        f"{line} || [ $? -eq {NEEDS_ATTENTION} ]" if line.startswith("ajour-revenue status") else line for line in lines
    )
    result = processes.run("bash", "-xec", script, folder=tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert len(lines) > 10
    for written in ("data/demo/reports/demo/latest.html", "data/nord/reports/nord.xlsx"):
        assert (tmp_path / written).is_file()
        assert str(tmp_path / written) in result.stdout
    assert "i 1 indtastet" not in result.stdout
    assert "Indtastet, kr. ekskl. moms" in result.stdout


@pytest.fixture(scope="module")
def warehouse_of_a_silent_till(warehouse_after_a_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a company of which one till has been down since."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("silent"), monkeypatch)
        company.settings.warehouse_file.parent.mkdir()
        shutil.copy(warehouse_after_a_run, company.settings.warehouse_file)
        company.ajour.sell(LAST_DAY, "11", None)
        assert company.run(Window(LAST_DAY, LAST_DAY)).success
    return company.settings.warehouse_file


@pytest.mark.parametrize("command", commands_in_the_text())
def test_a_command_in_the_text_can_be_typed_as_it_stands(
    shell: Shell, at_company: Company, warehouse_of_a_silent_till: Path, command: str
) -> None:
    add_company(shell.folder / "companies", "nord", Decimal(1))
    at_company.ajour.sell(LAST_DAY, "11", None)
    at_company.settings.warehouse_file.parent.mkdir()
    shutil.copy(warehouse_of_a_silent_till, at_company.settings.warehouse_file)
    _, name, *arguments = shlex.split(COMPANY.sub(".", DAY.sub(str(LAST_DAY), command)))
    assert name in main.commands
    if not arguments:
        # Only named, and perhaps in want of something to go on.
        arguments = ["--help"]
    may_need_attention = NEEDS_ATTENTION if name in ("test", "status") else 0
    assert shell.run(name, *arguments, typed="-\n" * 10).exit_code in (0, may_need_attention)


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_target_of_make_that_is_named_exists(page: str) -> None:
    named = set(re.findall(r"`make (\w+)", read(page))) | set(re.findall(r"^make (\w+)", read(page), re.MULTILINE))

    for target in named:
        subprocess.run(["make", "--dry-run", target], cwd=CHECKOUT, check=True, capture_output=True)
    assert named or page != "README.md"


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_picture_or_page_that_is_linked_is_there(page: str) -> None:
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", read(page)) if "://" not in target]

    assert [target for target in linked if not (CHECKOUT / page).parent.joinpath(target).is_file()] == []
    assert linked or page != "README.md"


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_file_that_is_named_is_there(page: str) -> None:
    named = set(re.findall(r"`((?:ajour_revenue|benchmarks|scripts|docs)/[\w/.]*)`", read(page)))

    assert [name for name in named if not (CHECKOUT / name).exists()] == []
    assert named or page != "README.md"
