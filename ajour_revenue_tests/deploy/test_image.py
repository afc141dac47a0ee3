"""What can be said of the image without Docker: its definition, and the versions that it installs."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ajour_revenue_tests.deploy.files import DOCKER, HOME, PROJECT
from ajour_revenue_tests.kit import NEEDS_POSTGRES_EXTENSION
from ajour_revenue_tests.processes import CHECKOUT

DEFINITION = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
STEPS = [
    line.split(maxsplit=1)
    for line in re.sub(r"^#.*\n", "", DEFINITION, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    if line
]
EXTRAS = ("docker", "kubernetes", "postgres")


def arguments(step: str) -> list[str]:
    return [given for name, given in STEPS if name == step]


def pins(path: Path) -> dict[str, str]:
    entries = re.findall(r"^([a-z0-9][^ ]*)==([^ ]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name.split("[")[0]): version for name, version in entries}


def test_nothing_in_it_is_root() -> None:
    [user] = arguments("USER")
    number = user.split(":")[0]

    assert f"--uid {number}" in DEFINITION
    assert int(number) > 1000
    # After it nothing is installed any more.
    assert [name for name, _ in STEPS][-4:] == ["USER", "EXPOSE", "HEALTHCHECK", "CMD"]


def test_each_base_is_pinned_and_slim() -> None:
    bases = {base.split()[0] for base in arguments("FROM")}

    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[123]-slim-[a-z]+", bases.pop())


def test_only_what_is_needed_comes_into_it_and_no_secret() -> None:
    copied = [part for given in arguments("COPY") if "--from" not in given for part in given.split()[:-1]]

    assert set(copied) == {"deploy/docker/requirements.txt", "pyproject.toml", "README.md", "ajour_revenue"}
    assert all((CHECKOUT / name).exists() for name in copied)
    assert "ADD" not in {name for name, _ in STEPS}
    ignored = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in ignored
    assert "**/.env*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)
    assert not re.search(r"(PASSWORD|TOKEN|SECRET|USER)=", DEFINITION)


def test_it_tells_whether_it_serves_where_it_serves() -> None:
    [health] = arguments("HEALTHCHECK")
    [command] = arguments("CMD")
    [port] = arguments("EXPOSE")

    assert '"dagster", "api", "grpc-health-check"' in health
    assert f'"--port", "{port}"' in health
    assert f'"--port", "{port}"' in command
    assert f"DAGSTER_HOME={HOME}" in DEFINITION


def test_it_has_the_driver_of_each_database() -> None:
    assert "ARG MSODBCSQL=msodbcsql18" in DEFINITION
    assert "signed-by=" in DEFINITION
    for package in ("unixodbc", "tdsodbc", "odbc-postgresql", "odbc-mariadb"):
        assert f" {package} " in DEFINITION


def test_versions_are_those_of_the_lock_with_hashes_and_nothing_of_the_tests() -> None:
    image, everything = pins(DOCKER / "requirements.txt"), pins(CHECKOUT / "requirements.txt")
    needed = [*PROJECT["dependencies"], *(line for extra in EXTRAS for line in PROJECT["optional-dependencies"][extra])]

    assert "--require-hashes" in DEFINITION
    assert image.items() <= everything.items(), "run make lock"
    missing = {canonicalize_name(Requirement(line).name) for line in needed} - set(image)
    assert not missing, f"run make lock: {missing}"
    assert {"hatchling", "duckdb-extension-postgres-scanner"} <= set(image)
    assert not {"pytest", "playwright", "mssql-python"} & set(image)
    assert "://" not in (DOCKER / "requirements.txt").read_text(encoding="utf-8")


@NEEDS_POSTGRES_EXTENSION
def test_duckdb_finds_its_extension_in_the_home_folder_and_writes_nothing_there(tmp_path: Path) -> None:
    [script] = [part for given in arguments("RUN") for part in shlex.split(given) if "import_extension" in part]

    def python(script: str) -> set[tuple[Path, int]]:
        environment = {**os.environ, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, "-c", script], env=environment, check=True)
        return {(path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}

    installed = python(script)
    assert installed
    assert python("import duckdb; duckdb.connect().execute('LOAD postgres_scanner')") == installed


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_of_the_image_is_made_with_its_extras(extra: str) -> None:
    assert f"--extra {extra}" in (CHECKOUT / "Makefile").read_text(encoding="utf-8")
