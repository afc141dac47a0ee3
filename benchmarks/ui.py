"""How long Dagster's UI takes to answer: `make dev` on a demo that is made, beside `dagster dev` of an empty project.

Run it alone with `python -m benchmarks.ui`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from ajour_revenue_tests.processes import free_port, launch, stop
from benchmarks.measure import Step, in_turn, process, table_of

EMPTY = "import dagster as dg\n\n\n@dg.asset\ndef nothing() -> None: ...\n\n\ndefs = dg.Definitions(assets=[nothing])\n"
LOADED = '{"query": "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"}'
BIN = Path(sys.executable).parent


def answering(folder: Path, command: Sequence[str]) -> Step:
    """Return a step that starts Dagster, waits until its UI knows its assets, and ends it."""

    def step() -> None:
        port = free_port()
        home = {"DAGSTER_HOME": str(folder)}
        running = launch(*command, port, folder=folder, log=folder / "dagster.log", environment=home)
        try:
            while not _knows_assets(port):
                time.sleep(0.05)
        finally:
            stop(running)

    return step


def _knows_assets(port: int) -> bool:
    try:
        answer = requests.post(
            f"http://127.0.0.1:{port}/graphql", LOADED, headers={"Content-Type": "application/json"}, timeout=10
        )
    except requests.ConnectionError:
        return False
    return answer.ok and bool(answer.json()["data"]["repositoriesOrError"].get("nodes"))


def lines(*, smoke: bool) -> list[str]:
    """Measure, and return what README.md says of it."""
    with tempfile.TemporaryDirectory() as name:
        empty, demo = Path(name) / "empty", Path(name) / "demo"
        for folder in (empty, demo):
            folder.mkdir()
            (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
        (empty / "empty.py").write_text(EMPTY, encoding="utf-8")
        process(["env", "-C", str(demo), f"DAGSTER_HOME={demo}", str(BIN / "ajour-revenue"), "demo"])()
        steps = {
            "`dagster dev`, empty": answering(empty, [str(BIN / "dagster"), "dev", "-f", "empty.py", "-p"]),
            "`make dev`": answering(demo, [str(BIN / "ajour-revenue"), "demo", "--ui", "--port"]),
        }
        times = in_turn(steps, rounds=1 if smoke else 3)
    return ["Until the UI answers with its assets:", "", *table_of(times, against="`dagster dev`, empty")]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    print("\n".join(lines(smoke=parser.parse_args().smoke)))


if __name__ == "__main__":
    main()
