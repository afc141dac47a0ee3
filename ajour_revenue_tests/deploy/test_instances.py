"""Each dagster.yaml, also the one that the Helm chart makes, in a real instance with its history in PostgreSQL."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._utils.tags import TagConcurrencyLimitsCounter
from dagster_docker import DockerRunLauncher
from dagster_k8s import K8sRunLauncher
from ruamel.yaml import YAML

from ajour_revenue.instance import COMPANY_TAG
from ajour_revenue.run_launcher import WatchingRunLauncher
from ajour_revenue_tests.ajour.postgres import ADMINISTRATOR, ADMINISTRATORS_PASSWORD, Postgres
from ajour_revenue_tests.deploy.files import COMPANIES, DOCKER, HOME, KUBERNETES, SYSTEMD, loaded
from ajour_revenue_tests.deploy.helm import Values
from ajour_revenue_tests.processes import CHECKOUT

DATABASE = "history_of_instances"

LAUNCHERS = {"systemd": WatchingRunLauncher, "docker": DockerRunLauncher, "kubernetes": K8sRunLauncher}

NO_CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "clusters": [{"name": "none", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "none", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
}


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Postgres:
    postgres.make_database(DATABASE)
    return postgres


def configuration(kind: str, folder: Path, server: Postgres) -> dict[str, Any]:
    """Return the dagster.yaml of one way, with the tests' folder, and the tests' database where it names another."""
    if kind != "kubernetes":
        given: dict[str, Any] = json.loads(
            json.dumps(loaded((SYSTEMD if kind == "systemd" else DOCKER) / "dagster.yaml")).replace(HOME, str(folder))
        )
        return given
    values = loaded(KUBERNETES / "values.yaml")
    values["postgresql"] |= {"postgresqlHost": "127.0.0.1", "postgresqlUsername": ADMINISTRATOR}
    values["postgresql"] |= {"postgresqlDatabase": DATABASE, "service": {"port": server.port}}
    given = Values.model_validate({key: value for key, value in values.items() if key[:2] != "x-"}).dagster_yaml()
    (folder / "kubeconfig").write_text(json.dumps(NO_CLUSTER))
    given["run_launcher"]["config"] |= {
        "load_incluster_config": False,
        "kubeconfig_file": str(folder / "kubeconfig"),
    }
    return given


@pytest.fixture(params=LAUNCHERS)
def instance(
    request: pytest.FixtureRequest, tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    kind = request.param
    YAML(typ="safe", pure=True).dump(configuration(kind, tmp_path, server), tmp_path / "dagster.yaml")
    secrets = {
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_PG_PASSWORD": ADMINISTRATORS_PASSWORD,
        "DAGSTER_POSTGRES_URL": (
            f"postgresql+psycopg2://{ADMINISTRATOR}:{ADMINISTRATORS_PASSWORD}@127.0.0.1:{server.port}/{DATABASE}"
        ),
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        instance = stack.enter_context(dg.DagsterInstance.get())
        assert isinstance(instance.run_launcher, LAUNCHERS[kind])
        yield instance


def test_an_instance_takes_every_block_and_keeps_its_history_in_postgresql(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(dg.job(name="nothing")(lambda: None), tags={"company": "nord"})

    assert instance.get_run_by_id(run.run_id)
    assert "postgres" in type(instance.run_storage).__module__
    assert "postgres" in type(instance.event_log_storage).__module__
    assert "postgres" in type(instance.schedule_storage).__module__
    assert not instance.telemetry_enabled


def test_two_runs_of_one_company_never_overlap_and_those_of_two_do(instance: dg.DagsterInstance) -> None:
    queue = instance.get_concurrency_config().run_queue_config
    assert queue
    assert queue.max_concurrent_runs == 4

    nord, syd = (dg.DagsterRun(job_name="daily_revenue", tags={COMPANY_TAG: name}) for name in COMPANIES)

    counter = TagConcurrencyLimitsCounter(queue.tag_concurrency_limits, [nord])
    assert counter.is_blocked(nord)
    assert not counter.is_blocked(syd)


def test_runs_that_died_are_noticed_and_started_again_as_on_one_machine(instance: dg.DagsterInstance) -> None:
    on_one_machine = loaded(CHECKOUT / "dagster.yaml")
    retries: Mapping[str, Any] = on_one_machine["run_retries"]

    assert instance.run_launcher.supports_check_run_worker_health
    assert instance.run_monitoring_enabled
    assert instance.run_monitoring_max_resume_run_attempts == 0
    assert instance.run_monitoring_poll_interval_seconds == on_one_machine["run_monitoring"]["poll_interval_seconds"]
    assert instance.run_retries_enabled
    assert instance.run_retries_max_retries == retries["max_retries"]
    assert instance.run_retries_retry_on_asset_or_op_failure == retries["retry_on_asset_or_op_failure"]
