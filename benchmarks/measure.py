"""How a benchmark measures: all in turn within one run, so that ratios hold whatever the machine does meanwhile."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Step = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Seconds of the rounds of one step, and CPU seconds of all its processes."""

    wall: list[float]
    cpu: list[float]

    @property
    def spread(self) -> str:
        """The shortest and the longest round."""
        return f"{min(self.wall):.2f}-{max(self.wall):.2f}"


def in_turn(steps: Mapping[str, Step], *, rounds: int) -> dict[str, Times]:
    """Measure the steps one after the other, and all again, in as many rounds."""
    times = {name: Times([], []) for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            cpu, wall = cpu_seconds(), time.perf_counter()
            step()
            times[name].wall.append(time.perf_counter() - wall)
            times[name].cpu.append(cpu_seconds() - cpu)
    return times


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def ratio(ours: Times, theirs: Times) -> float:
    """Return the median of the rounds' ratios: each round compares what ran side by side."""
    return median(our / their for our, their in zip(ours.wall, theirs.wall, strict=True))


def table_of(times: Mapping[str, Times], *, against: str) -> list[str]:
    """Return a table in Markdown: medians, spread, CPU, and the ratio to one of the steps."""
    base = times[against]
    return [
        f"| | seconds (median) | spread | CPU seconds | ÷ {against} |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {median(each.wall):.2f} | {each.spread} | {median(each.cpu):.2f} | {ratio(each, base):.2f} |"
            for name, each in times.items()
        ),
    ]


def process(arguments: Sequence[str], **environment: str) -> Step:
    """Return a step that runs a process to its end; it fails where the process does."""

    def run() -> None:
        subprocess.run(arguments, check=True, capture_output=True, env=os.environ | environment)  # noqa: S603 (ours)

    return run


def python(code: str, **environment: str) -> Step:
    """Return a step that runs Python code in a process of its own."""
    return process([sys.executable, "-c", code], **environment)


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_megabytes(arguments: Sequence[str]) -> int:
    """Run a process to its end, and return the most memory that it had at once."""
    # Started from a small one: the system counts what the process was a copy of, too.
    started = [sys.executable, "-c", PEAK, *arguments]
    kilobytes = subprocess.run(started, check=True, capture_output=True, text=True).stdout  # noqa: S603 (ours)
    return round(int(kilobytes) * 1024 / 1_000_000)
