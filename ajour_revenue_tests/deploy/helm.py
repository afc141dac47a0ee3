"""What our values may say to Dagster's Helm chart, and the dagster.yaml that it makes of them.

This is the part of the chart that we use, written down from its documentation, and stricter than its own schema, which
no package brings: `helm` holds the values against that one. What is Kubernetes' own is held against its client's models.
"""

from typing import Annotated, Any, Literal

import kubernetes.client as kubernetes
from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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

    model_config = ConfigDict(extra="forbid", strict=True)


class Image(Part):
    """An image of ours."""

    repository: str
    tag: str
    pullPolicy: Literal["Always", "IfNotPresent", "Never"]  # noqa: N815 (the chart's names, here and below)


class Container(Part):
    """What code servers, webserver and daemon have in common."""

    image: Image
    podSecurityContext: PodSecurity  # noqa: N815
    securityContext: ContainerSecurity  # noqa: N815
    volumes: Volumes
    volumeMounts: VolumeMounts  # noqa: N815
    resources: Resources
    livenessProbe: Probe  # noqa: N815


class Enabled(Part):
    """What is on or off."""

    enabled: bool


class ProbeOrNone(Enabled):
    """A probe that can be switched off."""

    periodSeconds: int  # noqa: N815
    timeoutSeconds: int  # noqa: N815
    failureThreshold: int  # noqa: N815


class UserDeployment(Container):
    """The code server of a company."""

    name: str
    port: int
    codeServerArgs: list[str]  # noqa: N815
    includeConfigInLaunchedRuns: Enabled  # noqa: N815
    env: Variables
    readinessProbe: ProbeOrNone  # noqa: N815
    startupProbe: ProbeOrNone  # noqa: N815


class UserDeployments(Enabled):
    """All of them."""

    deployments: list[UserDeployment]


class Service(Part):
    """How a container is reached."""

    type: Literal["ClusterIP"] = "ClusterIP"
    port: int


class Webserver(Container):
    """Dagster's webserver, and one more that changes nothing."""

    enableReadOnly: bool  # noqa: N815
    service: Service
    readinessProbe: Probe  # noqa: N815


class UniqueValue(Part):
    """A limit for each value of a tag."""

    applyLimitPerUniqueValue: bool  # noqa: N815


class TagLimit(Part):
    """How many runs with a tag go on at once."""

    key: str
    value: UniqueValue
    limit: int


class Queue(Part):
    """The queue of runs."""

    maxConcurrentRuns: int  # noqa: N815
    tagConcurrencyLimits: list[TagLimit]  # noqa: N815


class RunCoordinator(Enabled):
    """What holds runs back."""

    type: Literal["QueuedRunCoordinator"]
    config: dict[Literal["queuedRunCoordinator"], Queue]


class RunMonitoring(Enabled):
    """Noticing runs that died."""

    startTimeoutSeconds: int  # noqa: N815
    cancelTimeoutSeconds: int  # noqa: N815
    pollIntervalSeconds: int  # noqa: N815
    maxResumeRunAttempts: int  # noqa: N815


class Daemon(Container):
    """Dagster's daemon."""

    runCoordinator: RunCoordinator  # noqa: N815
    runMonitoring: RunMonitoring  # noqa: N815
    runRetries: Enabled  # noqa: N815


class RunConfig(Part):
    """What each run's job and pod have."""

    podSpecConfig: Object  # noqa: N815
    jobSpecConfig: Object  # noqa: N815


class Launcher(Part):
    """How runs are launched."""

    imagePullPolicy: Literal["Always", "IfNotPresent", "Never"]  # noqa: N815
    securityContext: ContainerSecurity  # noqa: N815
    resources: Resources
    runK8sConfig: RunConfig  # noqa: N815


class RunLauncher(Part):
    """Which launcher."""

    type: Literal["K8sRunLauncher"]
    config: dict[Literal["k8sRunLauncher"], Launcher]


class Postgres(Enabled):
    """Where Dagster's history is."""

    postgresqlHost: str  # noqa: N815
    postgresqlUsername: str  # noqa: N815
    postgresqlDatabase: str  # noqa: N815
    postgresqlParams: dict[str, str]  # noqa: N815
    postgresqlScheme: str  # noqa: N815
    service: Service


class Global(Part):
    """For all charts."""

    dagsterHome: str  # noqa: N815
    postgresqlSecretName: str  # noqa: N815


class Values(Part):
    """The whole file; its keys with x- are its own."""

    global_: Global = Field(alias="global")
    generatePostgresqlPasswordSecret: bool  # noqa: N815
    postgresql: Postgres
    user_deployments: UserDeployments = Field(alias="dagster-user-deployments")
    dagsterWebserver: Webserver  # noqa: N815
    dagsterDaemon: Daemon  # noqa: N815
    runLauncher: RunLauncher  # noqa: N815
    pythonLogs: dict[Literal["managedPythonLoggers"], list[str]]  # noqa: N815
    telemetry: Enabled
    migrate: Enabled
    additionalInstanceConfig: Object  # noqa: N815

    def dagster_yaml(self) -> Object:
        """Return what the chart makes of these values, and nobody else fills in."""
        database = self.postgresql
        history = {
            "postgres_db": {
                "username": database.postgresqlUsername,
                "password": {"env": "DAGSTER_PG_PASSWORD"},
                "hostname": database.postgresqlHost,
                "db_name": database.postgresqlDatabase,
                "port": database.service.port,
                "params": database.postgresqlParams,
                "scheme": database.postgresqlScheme,
            }
        }
        queue = self.dagsterDaemon.runCoordinator.config["queuedRunCoordinator"]
        launcher = self.runLauncher.config["k8sRunLauncher"]
        monitoring = self.dagsterDaemon.runMonitoring
        return {
            "scheduler": {"module": "dagster.core.scheduler", "class": "DagsterDaemonScheduler"},
            "run_storage": _of("dagster_postgres.run_storage", "PostgresRunStorage", history),
            "event_log_storage": _of("dagster_postgres.event_log", "PostgresEventLogStorage", history),
            "schedule_storage": _of("dagster_postgres.schedule_storage", "PostgresScheduleStorage", history),
            "run_coordinator": _of(
                "dagster.core.run_coordinator",
                "QueuedRunCoordinator",
                {
                    "max_concurrent_runs": queue.maxConcurrentRuns,
                    "tag_concurrency_limits": [limit.model_dump() for limit in queue.tagConcurrencyLimits],
                },
            ),
            "run_launcher": _of(
                "dagster_k8s",
                "K8sRunLauncher",
                {
                    "dagster_home": self.global_.dagsterHome,
                    "instance_config_map": "dagster-instance",
                    "postgres_password_secret": self.global_.postgresqlSecretName,
                    "job_namespace": "ajour",
                    "service_account_name": "dagster",
                    "image_pull_policy": launcher.imagePullPolicy,
                    "security_context": launcher.securityContext,
                    "resources": launcher.resources,
                    "run_k8s_config": {
                        "pod_spec_config": launcher.runK8sConfig.podSpecConfig,
                        "job_spec_config": launcher.runK8sConfig.jobSpecConfig,
                    },
                },
            ),
            "compute_logs": _of("dagster.core.storage.noop_compute_log_manager", "NoOpComputeLogManager", {}),
            "python_logs": {"managed_python_loggers": self.pythonLogs["managedPythonLoggers"]},
            "run_monitoring": {
                "enabled": monitoring.enabled,
                "start_timeout_seconds": monitoring.startTimeoutSeconds,
                "cancel_timeout_seconds": monitoring.cancelTimeoutSeconds,
                "poll_interval_seconds": monitoring.pollIntervalSeconds,
                "max_resume_run_attempts": monitoring.maxResumeRunAttempts,
            },
            "telemetry": {"enabled": self.telemetry.enabled},
            **self.additionalInstanceConfig,
        }


def _of(module: str, name: str, config: Object) -> Object:
    return {"module": module, "class": name, "config": config}
