"""Imports follow the data: no module imports one of a later layer."""

import ast
from pathlib import Path

import ajour_revenue

PACKAGE = Path(ajour_revenue.__file__).parent
LAYERS = (
    ("addresses", "days", "errors", "explained", "masking", "processes", "text", "web"),
    ("settings", "run_launcher", "fixed_resources"),
    ("warehouse", "mapping"),
    ("ui",),
    ("upcoming", "instance", "runs", "partitions", "schedules", "daily_asset", "outstanding"),
    # The contract of wage sources, which Planday's wages keep.
    ("wages.source",),
    ("ajour", "planday"),
    ("revenue", "wages"),
    ("plan",),
    ("budget",),
    ("readers",),
    ("attention",),
    ("reports",),
    ("alerts",),
    ("mail",),
    ("environment",),
    ("definitions",),
    ("companies",),
    ("launch",),
    ("commands", "cli", "demo"),
)


def layer(module: str) -> int:
    """Return the layer of a module, named without the package: that of the longest prefix."""
    prefixes = {prefix: number for number, layer in enumerate(LAYERS) for prefix in layer}
    return prefixes[max((each for each in prefixes if f"{module}.".startswith(f"{each}.")), key=len)]


def imported(file: Path) -> set[str]:
    """Return the modules of the package that a file imports, named without the package."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    names = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    ours = {name.removeprefix("ajour_revenue.") for name in names if name.startswith("ajour_revenue.")}
    # What the package itself has, such as its version, is in no layer.
    return {name for name in ours if not name.startswith("__")}


def against_the_order(package: Path) -> list[str]:
    """Return the imports that go against the order, as `who imports what`."""
    modules = {
        ".".join(file.relative_to(package).with_suffix("").parts).removesuffix(".__init__"): file
        for file in package.rglob("*.py")
        if file != package / "__init__.py"
    }
    return [
        f"{module} imports {name}"
        for module, file in sorted(modules.items())
        for name in sorted(imported(file))
        if layer(name) > layer(module)
    ]


def test_no_module_imports_against_the_order() -> None:
    assert against_the_order(PACKAGE) == []


def test_an_import_against_the_order_is_named(tmp_path: Path) -> None:
    (tmp_path / "wages").mkdir()
    (tmp_path / "wages" / "source.py").write_text("from ajour_revenue.wages import file\n", encoding="utf-8")
    (tmp_path / "days.py").write_text("import ajour_revenue.ajour.assets\n", encoding="utf-8")
    (tmp_path / "launch.py").write_text("from ajour_revenue import days\n", encoding="utf-8")

    assert against_the_order(tmp_path) == ["days imports ajour.assets", "wages.source imports wages.file"]


def test_no_module_takes_the_clock_by_name_which_the_tests_set_in_its_module_only() -> None:
    modules = {file.relative_to(PACKAGE).as_posix(): imported(file) for file in PACKAGE.rglob("*.py")}

    assert any("days" in names for names in modules.values())
    assert [module for module, names in modules.items() if "days.now" in names] == []
