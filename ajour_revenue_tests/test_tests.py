"""What holds for the tests themselves: helpers in modules of their own, fixtures in conftest.py, no circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PACKAGE = FOLDER.name


def module_name(path: Path) -> str:
    """Return the dotted name of a module of the tests."""
    return ".".join([PACKAGE, *path.relative_to(FOLDER).with_suffix("").parts])


FILES = {module_name(path): path for path in sorted(FOLDER.rglob("*.py")) if path.name != "__init__.py"}


def imported(path: Path) -> set[str]:
    """Return the modules of the tests that a module imports anywhere in it, also while types are checked only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & set(FILES)


IMPORTS = {name: imported(path) for name, path in FILES.items()}


def is_for_pytest(name: str) -> bool:
    """Tell whether a module is one that pytest collects."""
    stem = name.rpartition(".")[2]
    return stem == "conftest" or stem.startswith("test_")


@pytest.mark.parametrize("name", IMPORTS)
def test_a_module_imports_from_neither_a_conftest_nor_a_test_module(name: str) -> None:
    assert not {each for each in IMPORTS[name] if is_for_pytest(each)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    order = list(TopologicalSorter(IMPORTS).static_order())

    assert set(order) == set(FILES)
    assert f"{PACKAGE}.kit" in order


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".conftest")])
def test_a_conftest_holds_fixtures_and_hooks_only(name: str) -> None:
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))

    for node in tree.body:
        assert not isinstance(node, ast.ClassDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign), ast.unparse(node)
        if isinstance(node, ast.FunctionDef):
            is_fixture = any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
            assert is_fixture or node.name.startswith("pytest_"), node.name


@pytest.mark.parametrize("name", [name for name in FILES if not is_for_pytest(name)])
def test_a_helper_module_holds_no_fixtures(name: str) -> None:
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    assert not [
        node.name for node in functions if any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
