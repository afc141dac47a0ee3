"""The values for Dagster's Helm chart."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from dagster_k8s.container_context import K8sContainerContext
from pydantic import ValidationError

from ajour_revenue_tests.deploy.files import CODE_SERVER, COMPANIES, DOCUMENTATION, HOME, KUBERNETES, loaded
from ajour_revenue_tests.deploy.helm import Container, UserDeployment, Values

GIVEN = {key: value for key, value in loaded(KUBERNETES / "values.yaml").items() if not key.startswith("x-")}
VALUES = Values.model_validate(GIVEN)
DEPLOYMENTS = {deployment.name: deployment for deployment in VALUES.user_deployments.deployments}


def test_there_is_a_code_server_for_each_company() -> None:
    assert tuple(DEPLOYMENTS) == COMPANIES


@pytest.mark.parametrize("broken", [{"telemetry": {"enable": False}}, {"migrate": {"enabled": "yes"}}, {"runs": {}}])
def test_a_slip_of_the_pen_would_be_noticed(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Values.model_validate(GIVEN | broken)


def test_a_slip_in_what_is_kubernetes_own_would_be_noticed() -> None:
    webserver = GIVEN["dagsterWebserver"] | {"securityContext": {"readOnlyRootFileSystem": True}}

    with pytest.raises(Exception, match="readOnlyRootFileSystem"):
        Values.model_validate(GIVEN | {"dagsterWebserver": webserver})


@pytest.mark.parametrize("container", [*DEPLOYMENTS.values(), VALUES.dagster_webserver, VALUES.dagster_daemon])
def test_nothing_is_root_or_writes_where_it_need_not(container: Container) -> None:
    assert container.pod_security_context["runAsNonRoot"]
    assert container.security_context["readOnlyRootFilesystem"]
    assert not container.security_context["allowPrivilegeEscalation"]
    assert container.security_context["capabilities"] == {"drop": ["ALL"]}
    assert {"name": "tmp", "emptyDir": {}} in container.volumes


def test_the_pods_of_runs_are_restricted_as_the_code_servers_are() -> None:
    launcher = VALUES.run_launcher.config["k8sRunLauncher"]

    assert launcher.security_context == VALUES.dagster_daemon.security_context
    assert launcher.run_k8s_config.pod_spec_config["securityContext"] == VALUES.dagster_daemon.pod_security_context


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_a_code_server_and_its_runs_see_their_own_company_only(deployment: UserDeployment) -> None:
    folder = PurePosixPath(HOME, "companies", deployment.name)
    mounted = {volume["name"]: volume for volume in deployment.volumes}
    places = {mount["mountPath"]: mounted[mount["name"]] for mount in deployment.volume_mounts}
    sources = places[str(folder)]["projected"]["sources"]
    files = {item["path"] for source in sources for kind in source.values() for item in kind["items"]}
    others = set(COMPANIES) - {deployment.name}

    assert deployment.code_server_args == [*CODE_SERVER, deployment.name]
    assert deployment.env == [{"name": "AJOUR_SETTINGS", "value": str(folder / "ajour.yaml")}]
    assert files == {"ajour.yaml", ".env"}
    assert [kind["name"] for source in sources for kind in source.values()] == [f"ajour-{deployment.name}"] * 2
    assert not [other for other in others if other in str(deployment.model_dump(exclude={"image"}))]
    assert deployment.include_config_in_launched_runs.enabled
    # What the chart passes on to the pods of its runs, as Dagster takes it.
    K8sContainerContext.create_from_config(
        {"k8s": {"env": deployment.env, "volumes": deployment.volumes, "volume_mounts": deployment.volume_mounts}}
    )


def test_the_documentation_makes_what_the_values_name() -> None:
    assert f"secret generic {VALUES.global_.postgresql_secret_name} " in DOCUMENTATION
    for name in COMPANIES:
        for made in (f"secret generic ajour-{name} ", f"configmap ajour-{name} "):
            assert made.replace(name, "$name") in DOCUMENTATION
    assert "--version 1.13.27" in DOCUMENTATION
    assert "--from-file=postgresql-password=" in DOCUMENTATION
