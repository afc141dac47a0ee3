"""The files of `deploy/`, and what they have in common."""

import tomllib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ajour_revenue_tests.processes import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
SYSTEMD, DOCKER, KUBERNETES = (DEPLOY / name for name in ("systemd", "docker", "kubernetes"))
HOME = "/srv/ajour"
COMPANIES = ("nord", "syd")
CODE_SERVER = ("--module-name", "ajour_revenue.definitions", "--location-name")
DOCUMENTATION = (CHECKOUT / "docs" / "deployment.md").read_text(encoding="utf-8")

PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def loaded(path: Path) -> dict[str, Any]:
    """Return what a YAML file says."""
    with path.open(encoding="utf-8") as file:
        content: dict[str, Any] = YAML(typ="safe", pure=True).load(file)
    return content
