"""Runs of one company beside runs of an empty Dagster job with as many assets and checks, on Dagster's SQLite store.

What is left above the empty job is ours; the rest is Dagster's own log. Then where a run's time goes, step by step, and
the same on PostgreSQL as Dagster's store. Run it alone with `python -m benchmarks.runs`.
"""

import datetime as dt
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from ajour_revenue.days import MAX_DAYS, Window, yesterday
from ajour_revenue.definitions import build_definitions
from ajour_revenue.launch import run_window
from ajour_revenue.partitions import daily_partitions, window_tags
from ajour_revenue.runs import job_name
from ajour_revenue.settings.load import SettingsWarning, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue_tests.ajour.postgres import running_postgres
from ajour_revenue_tests.kit import SqliteAjour, write_env_file, write_settings, write_wages
from benchmarks.measure import Step, in_turn, table_of

UNITS = range(10, 20)
YEAR = 12
"""Runs of 31 days each."""


def make_company(folder: Path, days: int) -> Settings:
    """Make a company that has sold something in each of its units on each of the last days."""
    folder.mkdir(parents=True)
    window = Window(yesterday() - dt.timedelta(days=days - 1), yesterday())
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({str(unit): f"Till {unit}" for unit in UNITS})
    ajour.sell_all((day, str(unit), f"{unit * 100}.25") for day in window.days for unit in UNITS)
    units = [{"name": f"Unit {unit}", "department": "Restaurants", "locations": [str(unit)]} for unit in UNITS]
    wages = [(day, "Restaurants", f"Unit {unit}", "400.00", "2.5") for day in window.days for unit in UNITS]
    write_wages(folder / "wages.csv", wages)
    write_settings(
        folder,
        units=units,
        activation_date=window.first_day,
        task={"start_date": yesterday(), "time": "07:00", "weekdays": ["monday"], "days_back": 3},
    )
    write_env_file(folder, ajour.environment)
    return load_settings(folder / "ajour.yaml")


def empty_job(settings: Settings) -> dg.JobDefinition:
    """Return a job with the assets and checks of the company's, which do nothing."""
    layer = build_definitions(settings).resolve_job_def(job_name(settings)).asset_layer
    graph, keys = layer.asset_graph, layer.selected_asset_keys
    partitions = daily_partitions(settings)

    def asset(key: dg.AssetKey) -> dg.AssetsDefinition:
        node = graph.get(key)

        @dg.asset(
            key=key,
            deps=list(node.parent_keys & keys),
            partitions_def=partitions if node.partitions_def else None,
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def nothing() -> None:
            pass

        return nothing

    def check(key: dg.AssetCheckKey) -> dg.AssetChecksDefinition:
        @dg.asset_check(asset=key.asset_key, name=key.name)
        def nothing() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        return nothing

    empty = dg.Definitions(
        assets=[asset(key) for key in keys],
        asset_checks=[check(key) for key in graph.asset_check_keys],
        jobs=[dg.define_asset_job("empty", selection=dg.AssetSelection.all())],
        executor=dg.in_process_executor,
    )
    return empty.resolve_job_def("empty")


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, dg.DagsterInstance]]:
    """Open Dagster's store in SQLite files, and one in PostgreSQL where there is a server."""
    with ExitStack() as stack:
        opened = {"SQLite": stack.enter_context(_instance(folder / "sqlite", {}))}
        try:
            postgres = stack.enter_context(running_postgres())
        except FileNotFoundError:
            yield opened
            return
        postgres.execute("CREATE DATABASE dagster")
        storage = {"postgres": {"postgres_url": postgres.address("dagster").replace("://", "+psycopg2://")}}
        opened["PostgreSQL"] = stack.enter_context(_instance(folder / "postgres", {"storage": storage}))
        yield opened


@contextmanager
def _instance(folder: Path, config: dict[str, Any]) -> Iterator[dg.DagsterInstance]:
    folder.mkdir(parents=True)
    config |= {"telemetry": {"enabled": False}}
    (folder / "dagster.yaml").write_text(json.dumps(config), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


def profile(settings: Settings, window: Window, instance: dg.DagsterInstance) -> list[str]:
    """Return a table of where the time of one run goes: steps by their seconds, and what is around them."""
    start = time.perf_counter()
    result = run_window(settings, window, instance)
    seconds = time.perf_counter() - start
    steps = {
        each.step_key.removeprefix(f"{settings.name}__"): (each.end_time or 0) - (each.start_time or 0)
        for each in instance.get_run_step_stats(result.run_id)
    }
    events = Counter(str(event.step_key).removeprefix(f"{settings.name}__") for event in result.all_events)
    return [
        "| step | seconds | events |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {steps[name]:.2f} | {events[name]} |" for name in sorted(steps, key=lambda name: -steps[name])),
        f"| around the steps | {seconds - sum(steps.values()):.2f} | {events['None']} |",
        f"| **the run** | **{seconds:.2f}** | **{events.total()}** |",
    ]


def run_all(settings: Settings, windows: Iterable[Window], instance: dg.DagsterInstance) -> None:
    """Run ours over each of some windows."""
    for window in windows:
        run_window(settings, window, instance)


def run_all_empty(job: dg.JobDefinition, windows: Iterable[Window], instance: dg.DagsterInstance) -> None:
    """Run the empty job as ours is run."""
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    for window in windows:
        job.execute_in_process(instance=instance, tags=window_tags(window), run_config=quiet)


def lines(*, smoke: bool) -> list[str]:
    """Measure, and return what README.md says of it."""
    rounds, runs = (1, 1) if smoke else (5, YEAR)
    told = []
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore", SettingsWarning)
        folder = Path(name)
        settings = make_company(folder / "company", 5 if smoke else MAX_DAYS * runs)
        job = empty_job(settings)
        year = list(Window(settings.activation_date, yesterday()).split())
        last = year[-1]
        three_days = Window(last.last_day - dt.timedelta(days=2), last.last_day)
        measured = {"Three days": ([three_days], rounds)}
        if not smoke:
            measured |= {"31 days": ([last], rounds), f"{len(year)} runs of 31 days": (year, 1)}
        with stores(folder / "stores") as opened:
            for store, instance in opened.items():
                for title, (windows, times) in measured.items():
                    if windows is year and store != "SQLite":
                        continue
                    steps: dict[str, Step] = {
                        "empty job": partial(run_all_empty, job, windows, instance),
                        "ours": partial(run_all, settings, windows, instance),
                    }
                    table = table_of(in_turn(steps, rounds=times), against="empty job")
                    told += [f"{title}, Dagster's store in {store}:", "", *table, ""]
            told += ["Where a run of three days goes:", "", *profile(settings, three_days, opened["SQLite"])]
    return told


if __name__ == "__main__":
    print("\n".join(lines(smoke="--smoke" in sys.argv)))
