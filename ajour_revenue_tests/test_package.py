"""What is installed: the locked versions and the version of the package itself."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ajour_revenue import __version__
from ajour_revenue_tests.processes import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
COMMAND = Path(sys.executable).with_name("ajour-revenue")


def locked() -> dict[str, tuple[Requirement, str]]:
    """Return each locked requirement, and its entry with the hashes."""
    entries = re.findall(r"^[a-z0-9].*(?:\n .*)*", LOCK, re.MULTILINE)
    requirements = [(Requirement(entry.split(" \\")[0]), entry) for entry in entries]
    return {canonicalize_name(requirement.name): (requirement, entry) for requirement, entry in requirements}


def test_every_requirement_is_locked_within_its_range() -> None:
    extras = PROJECT["optional-dependencies"]
    required = [Requirement(line) for line in chain(PROJECT["dependencies"], *extras.values())]
    of_others = [requirement for requirement in required if requirement.name != PROJECT["name"]]
    lock = locked()

    assert len(of_others) > 20
    for requirement in of_others:
        [pin] = lock[canonicalize_name(requirement.name)][0].specifier
        assert requirement.specifier.contains(pin.version), f"{requirement} is locked as {pin}: run make lock"


def test_every_locked_version_is_exact_and_has_hashes() -> None:
    for requirement, entry in locked().values():
        assert [pin.operator for pin in requirement.specifier] == ["=="]
        assert HASH.search(entry), requirement


def test_the_lock_names_no_place_to_download_from() -> None:
    assert "://" not in LOCK
    assert "--index" not in LOCK


def test_what_builds_the_package_is_locked_too() -> None:
    assert "hatchling" in locked()


def test_the_version_is_the_same_everywhere() -> None:
    changes = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)

    shown = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True).stdout
    assert shown == f"ajour-revenue {__version__}\n"
    assert version("ajour-revenue") == __version__ == released[0]


def test_the_demo_without_its_extra_says_how_to_install_it(tmp_path: Path) -> None:
    hidden = """
import sys
from importlib.abc import MetaPathFinder

package = ""

class Hidden(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == package:
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Hidden())
from ajour_revenue.cli import main
for package in ("uvicorn", "starlette"):
    try:
        main()
    except SystemExit as end:
        assert end.code == 1
"""
    (tmp_path / "command.py").write_text(hidden, encoding="utf-8")
    tried = subprocess.run(
        [sys.executable, "command.py", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert " ".join(tried.stderr.split()) == " ".join(
        f"Error: The demo needs {package}. Install it in the checkout: .venv/bin/pip install -e '.[demo]'"
        for package in ("uvicorn", "starlette")
    )
    assert [file.name for file in tmp_path.iterdir()] == ["command.py"]
