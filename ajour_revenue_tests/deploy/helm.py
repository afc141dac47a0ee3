"""What our values may say to Dagster's Helm chart, and the dagster.yaml that it makes of them.

This is the part of the chart that we use, written down from its documentation, and stricter than its own schema, which
no package brings; `helm` itself holds the values against that. What is Kubernetes' own is held against models of its
client.
"""

from typing import Annotated, Any, Literal

from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict
from kubernetes import client as kubernetes
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


def of_kubernetes(model: type[Any]) -> AfterValidator:
    """Refuse what Kubernetes' own model does not know."""

    def check(given: dict[str, Any]) -> dict[str, Any]:
        k8s_model_from_dict(model, k8s_snake_case_dict(model, given))
        return given

    return AfterValidator(check)


Object = dict[str, Any]
Probe = Annotated[Object, of_kubernetes(kubernetes.V1Probe)]
Resources = Annotated[Object, of_kubernetes(kubernetes.V1ResourceRequirements)]
PodSecurity = Annotated[Object, of_kubernetes(kubernetes.V1PodSecurityContext)]
ContainerSecurity = Annotated[Object, of_kubernetes(kubernetes.V1SecurityContext)]
Volumes = list[Annotated[Object, of_kubernetes(kubernetes.V1Volume)]]
VolumeMounts = list[Annotated[Object, of_kubernetes(kubernetes.V1VolumeMount)]]
Variables = list[Annotated[Object, of_kubernetes(kubernetes.V1EnvVar)]]


class Part(BaseModel):
    """A part of the values: a key that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class Image(Part):
    """An image of ours."""

    repository: str
    tag: str
    pull_policy: Literal["Always", "IfNotPresent", "Never"]


class Container(Part):
    """What code servers, webserver and daemon have in common."""

    image: Image
    pod_security_context: PodSecurity
    security_context: ContainerSecurity
    volumes: Volumes
    volume_mounts: VolumeMounts
    resources: Resources
    liveness_probe: Probe


class Enabled(Part):
    """What is on or off."""

    enabled: bool


class ProbeOrNone(Enabled):
    """A probe that can be switched off."""

    period_seconds: int
    timeout_seconds: int
    failure_threshold: int


class UserDeployment(Container):
    """The code server of a company."""

    name: str
    port: int
    code_server_args: list[str]
    include_config_in_launched_runs: Enabled
    env: Variables
    readiness_probe: ProbeOrNone
    startup_probe: ProbeOrNone


class UserDeployments(Enabled):
    """All of them."""

    deployments: list[UserDeployment]


class Service(Part):
    """How a container is reached."""

    type: Literal["ClusterIP"] = "ClusterIP"
    port: int


class Webserver(Container):
    """Dagster's webserver, and one more that changes nothing."""

    enable_read_only: bool
    service: Service
    readiness_probe: Probe


class UniqueValue(Part):
    """A limit for each value of a tag."""

    apply_limit_per_unique_value: bool


class TagLimit(Part):
    """How many runs with a tag go on at once."""

    key: str
    value: UniqueValue
    limit: int


class Queue(Part):
    """The queue of runs."""

    max_concurrent_runs: int
    tag_concurrency_limits: list[TagLimit]


class RunCoordinator(Enabled):
    """What holds runs back."""

    type: Literal["QueuedRunCoordinator"]
    config: dict[Literal["queuedRunCoordinator"], Queue]


class RunMonitoring(Enabled):
    """Noticing runs that died."""

    start_timeout_seconds: int
    cancel_timeout_seconds: int
    poll_interval_seconds: int
    max_resume_run_attempts: int


class Daemon(Container):
    """Dagster's daemon."""

    run_coordinator: RunCoordinator
    run_monitoring: RunMonitoring
    run_retries: Enabled


class RunConfig(Part):
    """What each run's job and pod have."""

    pod_spec_config: Object
    job_spec_config: Object


class Launcher(Part):
    """How runs are launched."""

    image_pull_policy: Literal["Always", "IfNotPresent", "Never"]
    security_context: ContainerSecurity
    resources: Resources
    run_k8s_config: RunConfig = Field(alias="runK8sConfig")


class RunLauncher(Part):
    """Which launcher."""

    type: Literal["K8sRunLauncher"]
    config: dict[Literal["k8sRunLauncher"], Launcher]


class Postgres(Enabled):
    """Where Dagster's history is."""

    postgresql_host: str
    postgresql_username: str
    postgresql_database: str
    postgresql_params: dict[str, str]
    postgresql_scheme: str
    service: Service


class Global(Part):
    """For all charts."""

    dagster_home: str
    postgresql_secret_name: str


class Values(Part):
    """The whole file; its keys with x- are its own."""

    global_: Global = Field(alias="global")
    generate_postgresql_password_secret: bool
    postgresql: Postgres
    user_deployments: UserDeployments = Field(alias="dagster-user-deployments")
    dagster_webserver: Webserver
    dagster_daemon: Daemon
    run_launcher: RunLauncher
    python_logs: dict[Literal["managedPythonLoggers"], list[str]]
    telemetry: Enabled
    migrate: Enabled
    additional_instance_config: Object

    def dagster_yaml(self) -> Object:
        """Return what the chart makes of these values, and nobody else fills in."""
        database = self.postgresql
        history = {
            "postgres_db": {
                "username": database.postgresql_username,
                "password": {"env": "DAGSTER_PG_PASSWORD"},
                "hostname": database.postgresql_host,
                "db_name": database.postgresql_database,
                "port": database.service.port,
                "params": database.postgresql_params,
                "scheme": database.postgresql_scheme,
            }
        }
        queue = self.dagster_daemon.run_coordinator.config["queuedRunCoordinator"]
        launcher = self.run_launcher.config["k8sRunLauncher"]
        monitoring = self.dagster_daemon.run_monitoring
        return {
            "scheduler": {"module": "dagster.core.scheduler", "class": "DagsterDaemonScheduler"},
            "run_storage": _of("dagster_postgres.run_storage", "PostgresRunStorage", history),
            "event_log_storage": _of("dagster_postgres.event_log", "PostgresEventLogStorage", history),
            "schedule_storage": _of("dagster_postgres.schedule_storage", "PostgresScheduleStorage", history),
            "run_coordinator": _of(
                "dagster.core.run_coordinator",
                "QueuedRunCoordinator",
                {
                    "max_concurrent_runs": queue.max_concurrent_runs,
                    "tag_concurrency_limits": [
                        limit.model_dump(by_alias=True) for limit in queue.tag_concurrency_limits
                    ],
                },
            ),
            "run_launcher": _of(
                "dagster_k8s",
                "K8sRunLauncher",
                {
                    "dagster_home": self.global_.dagster_home,
                    "instance_config_map": "dagster-instance",
                    "postgres_password_secret": self.global_.postgresql_secret_name,
                    "job_namespace": "ajour",
                    "service_account_name": "dagster",
                    "image_pull_policy": launcher.image_pull_policy,
                    "security_context": launcher.security_context,
                    "resources": launcher.resources,
                    "run_k8s_config": {
                        "pod_spec_config": launcher.run_k8s_config.pod_spec_config,
                        "job_spec_config": launcher.run_k8s_config.job_spec_config,
                    },
                },
            ),
            "compute_logs": _of("dagster.core.storage.noop_compute_log_manager", "NoOpComputeLogManager", {}),
            "python_logs": {"managed_python_loggers": self.python_logs["managedPythonLoggers"]},
            "run_monitoring": {
                "enabled": monitoring.enabled,
                "start_timeout_seconds": monitoring.start_timeout_seconds,
                "cancel_timeout_seconds": monitoring.cancel_timeout_seconds,
                "poll_interval_seconds": monitoring.poll_interval_seconds,
                "max_resume_run_attempts": monitoring.max_resume_run_attempts,
            },
            "telemetry": {"enabled": self.telemetry.enabled},
            **self.additional_instance_config,
        }


def _of(module: str, name: str, config: Object) -> Object:
    return {"module": module, "class": name, "config": config}
