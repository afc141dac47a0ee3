"""Each benchmark in its quickest size: that it runs, and prints its tables."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
ROW = re.compile(r"^\| .*\d", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["commands", "fetch", "history", "runs", "ui"])
def test_a_benchmark_prints_its_figures(name: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}", "--smoke"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout

    assert len(ROW.findall(printed)) >= 2
