"""Measure everything that can be measured in half an hour, and write README.md: `make bench`."""

import argparse
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import psutil

from ajour_revenue.days import now
from benchmarks import commands, fetch, history, runs, ui

BENCHMARKS: dict[str, ModuleType] = {
    "Raw fetch": fetch,
    "Runs": runs,
    "Commands": commands,
    "Ten years": history,
    "Dagster's UI": ui,
}
PACKAGES = ("dagster", "duckdb", "pyodbc", "pyarrow", "pandas", "dlt", "arrow-odbc", "statsforecast")

HEAD = """# Benchmarks

Written by `make bench`, or by `python -m benchmarks TITLE` in parts. What is compared is measured in turn, in
the same run, so that the ratios hold on other machines too; a table gives medians, and the shortest and the longest
round. `÷` is the median of the rounds' ratios.

Each module tells in its first lines what it measures. By themselves run `benchmarks/readers.py` (the readers' copy),
`benchmarks/planday.py` (what Planday's limits allow) and `benchmarks/companies.py` (many companies on one machine, half
an hour), whose figures are in `docs/scale.md`; `benchmarks/forecast.py` (how near expected revenue comes:
[forecast.md](forecast.md)); and `benchmarks/unusual.py` (which figures are found unusual: [unusual.md](unusual.md)).
"""


def machine() -> str:
    """Say on what, and with which versions, the figures were measured."""
    described = dict(line.split("\t: ", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if "\t: " in line)
    cpu = described.get("model name", platform.processor())
    memory = round(psutil.virtual_memory().total / 2**30)
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"{now():%Y-%m-%d}; {cpu}, {os.cpu_count()} cores, {memory} GiB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; {versions}."
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def section(title: str) -> str:
    """Measure one benchmark, and return what is said of it."""
    module = BENCHMARKS[title]
    measured = "\n".join(module.lines(smoke=False))
    return f"## {title}\n\n{(module.__doc__ or '').strip()}\n\n{machine()}\n\n{measured}\n"


def main() -> None:
    """Measure the benchmarks that are named, or all; of the others what was written before stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("titles", nargs="*", choices=[[], *BENCHMARKS], metavar="TITLE")
    readme = Path(__file__).with_name("README.md")
    written = readme.read_text(encoding="utf-8").split("\n## ")[1:] if readme.exists() else []
    sections = {each.partition("\n")[0]: f"## {each.rstrip()}\n" for each in written}
    for title in parser.parse_args().titles or BENCHMARKS:
        sections[title] = section(title)
        known = [sections[each] for each in BENCHMARKS if each in sections]
        readme.write_text("\n".join([HEAD, *known]), encoding="utf-8")


if __name__ == "__main__":
    main()
