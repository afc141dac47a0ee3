"""Ten years of 60 units beside an empty warehouse: what each command that reads takes, and the page, and their memory.

Run it alone with `python -m benchmarks.history`.
"""

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path
from statistics import median

from ajour_revenue.days import Window, yesterday
from benchmarks.commands import make_company
from benchmarks.measure import in_turn, peak_megabytes, process, ratio

YEARS = Window(yesterday() - dt.timedelta(days=3_652), yesterday())
MONTHS = Window(yesterday() - dt.timedelta(days=60), yesterday())
UNITS = range(100, 160)

COMMANDS = {
    "`report`": ["report"],
    "`report --format html`": ["report", "--format", "html"],
    "`report --format xlsx`": ["report", "--format", "xlsx"],
    "`report --by month`, all years": ["report", "--by", "month", "--from", "{first_day}"],
    "the same as CSV": ["report", "--by", "month", "--from", "{first_day}", "--format", "csv"],
    "`explain`": ["explain", "Unit 100", "{last_day}"],
    "`status`": ["status"],
}


def lines(*, smoke: bool) -> list[str]:
    """Measure, and return what README.md says of it."""
    rounds, years, units = (1, MONTHS, range(100, 106)) if smoke else (3, YEARS, UNITS)
    with tempfile.TemporaryDirectory() as name:
        folders = {"empty": Path(name) / "empty", "full": Path(name) / "full"}
        for kind, folder in folders.items():
            folder.mkdir()
            make_company(folder, window=years, units=units, filled=kind == "full")
        asked = {"first_day": str(years.first_day), "last_day": str(years.last_day)}
        told = [
            f"{len(years.days):,} days of {len(units)} units; {rounds} rounds:",
            "",
            "| | seconds, empty | seconds, full | full ÷ empty | MB, empty | MB, full |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for title, command in COMMANDS.items():
            arguments = {
                kind: _command(folder, *(each.format(**asked) for each in command)) for kind, folder in folders.items()
            }
            times = in_turn({kind: process(each) for kind, each in arguments.items()}, rounds=rounds)
            memory = {kind: peak_megabytes(each) for kind, each in arguments.items()}
            told.append(
                f"| {title} | {median(times['empty'].wall):.2f} | {median(times['full'].wall):.2f} "
                f"| {ratio(times['full'], times['empty']):.2f} | {memory['empty']} | {memory['full']} |"
            )
    return told


def _command(folder: Path, *arguments: str) -> list[str]:
    command = str(Path(sys.executable).parent / "ajour-revenue")
    return ["env", "-C", str(folder), "-u", "DAGSTER_HOME", "-u", "AJOUR_SETTINGS", command, *arguments]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    print("\n".join(lines(smoke=parser.parse_args().smoke)))


if __name__ == "__main__":
    main()
