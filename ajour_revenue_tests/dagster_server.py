"""A real Dagster instance, run as a user runs it, and driven by its GraphQL over HTTP, as the UI drives it."""

import contextlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

from ajour_revenue.days import Window
from ajour_revenue.partitions import PARTITION_TAG, window_tags
from ajour_revenue_tests.processes import CHECKOUT, PATIENCE_SECONDS, free_port, launch, stop, wait_until

T = TypeVar("T")

WORKSPACE = ("--workspace", str(CHECKOUT / "workspace.yaml"))
REPOSITORY = {"repositoryLocationName": "ajour_revenue.definitions", "repositoryName": "__repository__"}
QUICK_COORDINATOR = {
    "module": "dagster.core.run_coordinator",
    "class": "QueuedRunCoordinator",
    "config": {"dequeue_interval_seconds": 1},
}
"""As shipped, but for how often the daemon looks at its queue."""
START_SECONDS = 300
"""A start that takes longer is tried once more, with all patience."""
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")
LOG_SHOWN = 20_000

PYTHON_ERROR = "... on PythonError { message className stack errorChain { error { message } } }"


@dataclass
class DagsterServer:
    """Dagster in a folder of its own, which holds ajour.yaml, and .env unless the environment has the credentials."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.port = str(free_port())
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "dagster.log"
        configuration = YAML(typ="safe", pure=True).load(CHECKOUT / "dagster.yaml")
        configuration["run_coordinator"] = QUICK_COORDINATOR
        YAML(typ="safe", pure=True).dump(configuration, self.folder / "dagster.yaml")

    # Processes

    def dev(self) -> AbstractContextManager[None]:
        """Run `dagster dev`: the UI and the daemon."""
        return self.serving("dagster", "dev", "--host", "127.0.0.1", "--port", self.port, *WORKSPACE)

    def webserver(self) -> AbstractContextManager[None]:
        """Run the UI alone."""
        return self.serving("dagster-webserver", "--host", "127.0.0.1", "--port", self.port, *WORKSPACE)

    def webserver_to_look(self, port: int) -> AbstractContextManager[None]:
        """Run, beside the UI, one that changes nothing."""
        return self._running("dagster-webserver", "--port", str(port), "--read-only", *WORKSPACE)

    def daemon(self, **environment: str | None) -> AbstractContextManager[None]:
        """Run the daemon alone, with other variables than the server; None takes one away."""
        return self._running("dagster-daemon", "run", *WORKSPACE, **environment)

    @contextlib.contextmanager
    def serving(self, *command: str, is_ready: Callable[[], bool] | None = None) -> Iterator[None]:
        """Run a server once it serves; start it again where a code server hangs in starting, as happens rarely."""
        for patience in (START_SECONDS, PATIENCE_SECONDS):
            with self._running(*command):
                try:
                    self.wait_for("the code location to be loaded", is_ready or self.is_loaded, seconds=patience)
                except TimeoutError:
                    if patience == PATIENCE_SECONDS:
                        raise
                    continue
                yield
                return

    @contextlib.contextmanager
    def _running(self, *command: str, **environment: str | None) -> Iterator[None]:
        variables = {**self.environment, **environment}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        given = {name: value for name, value in variables.items() if value is not None}
        given |= {"DAGSTER_HOME": str(self.folder), "PATH": programs}
        process = launch(*command, folder=self.folder, log=self.log, environment=given)
        try:
            yield
        finally:
            stop(process)

    def is_loaded(self) -> bool:
        """Tell whether the server answers, and knows its code location."""
        try:
            answer = self.ask(
                """{ locationStatusesOrError {
                    ... on WorkspaceLocationStatusEntries { entries { loadStatus } }
                } }""",
            )
        except OSError:
            return False
        entries = answer["locationStatusesOrError"].get("entries")
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)

    # Waiting

    def wait_for(self, what: str, look: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
        """Return what `look` returns as soon as it is true; fail with the server's log where it never is."""
        try:
            return wait_until(look, what, seconds=seconds, pause=0.5)
        except TimeoutError as error:
            error.add_note(self.logged())
            raise

    def logged(self, start: int = 0) -> str:
        """Return the last part of what the server has logged, from a position in its log on."""
        with self.log.open(errors="replace") as log:
            log.seek(start)
            return log.read()[-LOG_SHOWN:]

    # GraphQL

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """Return the data that GraphQL answers."""
        request = urllib.request.Request(
            f"{self.address}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            msg = f"GraphQL answered {error.code}: {error.read().decode(errors='replace')}"
            raise AssertionError(msg) from None
        assert "errors" not in answer, json.dumps(answer["errors"], indent=2)
        data: dict[str, Any] = answer["data"]
        return data

    def location(self) -> dict[str, Any]:
        """Return the code location as the UI's page "Deployment" has it: its repositories, or the error."""
        answer = self.ask(
            f"""{{ workspaceOrError {{ ... on Workspace {{ locationEntries {{ locationOrLoadError {{
                __typename
                ... on RepositoryLocation {{ name repositories {{
                    assetNodes {{
                        assetKey {{ path }} isPartitioned
                        assetChecksOrError {{ ... on AssetChecks {{ checks {{ name }} }} }}
                    }}
                    jobs {{ name }}
                    schedules {{ name executionTimezone scheduleState {{ status }} }}
                }} }}
                {PYTHON_ERROR}
            }} }} }} }} }}""",
        )
        [entry] = answer["workspaceOrError"]["locationEntries"]
        found: dict[str, Any] = entry["locationOrLoadError"]
        return found

    def reload(self) -> None:
        """Press the button "Reload" of the code location."""
        self.ask(
            "mutation ($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }",
            name=REPOSITORY["repositoryLocationName"],
        )
        self.wait_for("the code location to be loaded", self.is_loaded)

    def launch(  # noqa: PLR0913 (what the launchpad may send)
        self,
        tags: Mapping[str, str],
        *,
        job: str = "demo_daily_revenue",
        location: str = REPOSITORY["repositoryLocationName"],
        repository: str = REPOSITORY["repositoryName"],
        assets: Iterable[str] | None = None,
        checks: Iterable[tuple[str, str]] | None = None,
        run_config: Mapping[str, Any] | None = None,
    ) -> str:
        """Launch a run with tags, as the launchpad does it, and return its id."""
        selector: dict[str, Any] = {
            "repositoryLocationName": location,
            "repositoryName": repository,
            "jobName": job,
        }
        if assets is not None:
            selector["assetSelection"] = [{"path": ["demo", asset]} for asset in assets]
        if checks is not None:
            selector["assetCheckSelection"] = [
                {"assetKey": {"path": ["demo", asset]}, "name": check} for asset, check in checks
            ]
        answer = self.ask(
            f"""mutation ($params: ExecutionParams!) {{ launchPipelineExecution(executionParams: $params) {{
                __typename
                ... on LaunchRunSuccess {{ run {{ id }} }}
                ... on RunConfigValidationInvalid {{ errors {{ message }} }}
                {PYTHON_ERROR}
            }} }}""",
            params={
                "selector": selector,
                "mode": "default",
                "runConfigData": run_config or {},
                "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
            },
        )["launchPipelineExecution"]
        assert answer["__typename"] == "LaunchRunSuccess", json.dumps(answer, indent=2)
        run_id: str = answer["run"]["id"]
        return run_id

    def launch_window(self, window: Window) -> str:
        """Launch one run of the job over a window of days, by tags."""
        return self.launch(window_tags(window))

    def launch_day(self, window: Window) -> str:
        """Launch one run of the job for one day, by its partition."""
        return self.launch({PARTITION_TAG: str(window.first_day)})

    def backfill(self, window: Window, *, assets: Iterable[str]) -> str:
        """Launch a backfill of these assets, as the button of the asset graph does it, and return its id."""
        return self._backfill(window, assetSelection=[{"path": ["demo", asset]} for asset in assets])

    def backfill_job(self, window: Window, *, job: str = "demo_daily_revenue") -> str:
        """Launch a backfill of a job, as the page of the job does it, and return its id."""
        selector = {"partitionSetName": f"{job}_partition_set", "repositorySelector": REPOSITORY}
        return self._backfill(window, selector=selector)

    def _backfill(self, window: Window, **target: Any) -> str:  # noqa: ANN401 (JSON)
        answer = self.ask(
            f"""mutation ($params: LaunchBackfillParams!) {{ launchPartitionBackfill(backfillParams: $params) {{
                __typename
                ... on LaunchBackfillSuccess {{ backfillId }}
                {PYTHON_ERROR}
            }} }}""",
            params={**target, "partitionNames": [str(day) for day in window.days]},
        )["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", json.dumps(answer, indent=2)
        backfill_id: str = answer["backfillId"]
        return backfill_id

    def start_schedule(self, name: str) -> str:
        """Switch a schedule on, and return its status."""
        answer = self.ask(
            f"""mutation ($schedule: ScheduleSelector!) {{ startSchedule(scheduleSelector: $schedule) {{
                ... on ScheduleStateResult {{ scheduleState {{ status }} }} {PYTHON_ERROR}
            }} }}""",
            schedule={**REPOSITORY, "scheduleName": name},
        )["startSchedule"]
        status: str = answer["scheduleState"]["status"]
        return status

    def wait_for_tick(self, schedule: str) -> dict[str, Any]:
        """Return the latest tick of a schedule as soon as the daemon is through with it."""

        def evaluated() -> dict[str, Any] | None:
            answer = self.ask(
                """query ($schedule: ScheduleSelector!) { scheduleOrError(scheduleSelector: $schedule) {
                    ... on Schedule { scheduleState { ticks(limit: 1) {
                        timestamp status runIds runKeys skipReason error { message }
                    } } }
                } }""",
                schedule={**REPOSITORY, "scheduleName": schedule},
            )
            ticks: list[dict[str, Any]] = answer["scheduleOrError"]["scheduleState"]["ticks"]
            return ticks[0] if ticks and ticks[0]["status"] != "STARTED" else None

        found = self.wait_for(f"a tick of {schedule}", evaluated)
        assert found is not None
        assert found["error"] is None, found
        return found

    def runs(self, **tags: str) -> list[dict[str, Any]]:
        """Return the runs that carry these tags, the oldest first."""
        runs: list[dict[str, Any]] = self.ask(
            """query ($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
                id status jobName tags { key value } runConfigYaml
                stats { ... on RunStatsSnapshot { enqueuedTime launchTime startTime endTime } }
            } } } }""",
            filter={"tags": [{"key": f"dagster/{name}", "value": value} for name, value in tags.items()]},
        )["runsOrError"]["results"]
        for run in runs:
            run["tags"] = {tag["key"]: tag["value"] for tag in run["tags"]}
        return runs[::-1]

    def run(self, run_id: str) -> dict[str, Any]:
        """Return how far a run is."""
        answer = self.ask(
            "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime } } }", id=run_id
        )
        found: dict[str, Any] = answer["runOrError"]
        return found

    def wait_for_run(self, run_id: str) -> str:
        """Return the status with which a run ends."""

        def status() -> str | None:
            found: str = self.run(run_id)["status"]
            return found if found in FINISHED else None

        return self.wait_for(f"the end of run {run_id}", status) or ""

    def wait_for_backfill(self, backfill_id: str) -> list[dict[str, Any]]:
        """Wait until a backfill has succeeded, and return its runs, the oldest first."""

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = self.ask(
                f"""query ($id: String!) {{ partitionBackfillOrError(backfillId: $id) {{
                    ... on PartitionBackfill {{ status error {{ message stack }} }} {PYTHON_ERROR}
                }} }}""",
                id=backfill_id,
            )["partitionBackfillOrError"]
            return None if found.get("status") in ("REQUESTED", "CANCELING", "FAILING") else found

        found = self.wait_for(f"the end of backfill {backfill_id}", ended)
        runs = self.runs(backfill=backfill_id)
        assert found is not None
        assert found["status"] == "COMPLETED_SUCCESS", f"{found}\n{[self.failures(run['id']) for run in runs]}"
        return runs

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Return the event log of a run."""
        events: list[dict[str, Any]] = self.ask(
            """query ($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events {
                __typename
                ... on MessageEvent { message stepKey }
                ... on ExecutionStepFailureEvent {
                    error { message className stack errorChain { error { message className } } }
                    failureMetadata { description }
                }
                ... on RunFailureEvent { error { message className errorChain { error { message className } } } }
                ... on AssetCheckEvaluationEvent {
                    evaluation { checkName success severity description }
                }
                ... on MaterializationEvent { assetKey { path } partition }
            } } } }""",
            id=run_id,
        )["logsForRun"]["events"]
        return events

    def failures(self, run_id: str) -> list[dict[str, Any]]:
        """Return what went wrong in a run."""
        failed = ("ExecutionStepFailureEvent", "RunFailureEvent")
        return [event for event in self.events(run_id) if event["__typename"] in failed]

    def started_steps(self, run_id: str) -> set[str]:
        """Return the assets and checks that a run began to work on."""
        return {
            event["stepKey"].removeprefix("demo__")
            for event in self.events(run_id)
            if event["__typename"] == "ExecutionStepStartEvent"
        }

    def materialized_assets(self, run_id: str) -> set[str]:
        """Return the assets that a run materialized."""
        return {
            event["assetKey"]["path"][-1]
            for event in self.events(run_id)
            if event["__typename"] == "MaterializationEvent"
        }

    def evaluations(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Return what the asset checks of a run found."""
        return {
            event["evaluation"]["checkName"]: event["evaluation"]
            for event in self.events(run_id)
            if event["__typename"] == "AssetCheckEvaluationEvent"
        }

    def latest_check(self, asset: str, check: str) -> dict[str, Any]:
        """Return the latest execution of an asset check, as the page of the asset shows it."""
        [execution] = self.ask(
            """query ($asset: AssetKeyInput!, $check: String!) {
                assetCheckExecutions(assetKey: $asset, checkName: $check, limit: 1) {
                    runId status evaluation { success description severity }
                }
            }""",
            asset={"path": ["demo", asset]},
            check=check,
        )["assetCheckExecutions"]
        found: dict[str, Any] = execution
        return found

    def materialized_ranges(self, asset: str) -> list[tuple[str, str]]:
        """Return the ranges of days that the bar of partitions shows as materialized."""
        answer = self.ask(
            """query ($asset: AssetKeyInput!) { assetNodeOrError(assetKey: $asset) { ... on AssetNode {
                assetPartitionStatuses { ... on TimePartitionStatuses { ranges { status startKey endKey } } }
            } } }""",
            asset={"path": ["demo", asset]},
        )
        ranges = answer["assetNodeOrError"]["assetPartitionStatuses"]["ranges"]
        return [(found["startKey"], found["endKey"]) for found in ranges if found["status"] == "MATERIALIZED"]

    def materializations(self, asset: str, days: Iterable[str]) -> list[dict[str, Any]]:
        """Return every materialization of these days of an asset, with its metadata by label."""
        answer = self.ask(
            """query ($asset: AssetKeyInput!, $days: [String!]) { assetOrError(assetKey: $asset) { ... on Asset {
                assetMaterializations(partitions: $days) {
                    partition runId
                    metadataEntries { label ... on IntMetadataEntry { intValue } ... on TextMetadataEntry { text } }
                }
            } } }""",
            asset={"path": ["demo", asset]},
            days=list(days),
        )
        found: list[dict[str, Any]] = answer["assetOrError"]["assetMaterializations"]
        for materialization in found:
            materialization["metadata"] = {
                entry["label"]: entry.get("intValue", entry.get("text")) for entry in materialization["metadataEntries"]
            }
        return found
