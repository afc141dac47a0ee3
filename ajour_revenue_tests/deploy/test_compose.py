"""The compose file: its schema, who reaches whom, and that what it names is there."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import jsonschema
import pytest
from dagster_docker.container_context import DockerContainerContext
from docker.models.containers import _create_container_args

from ajour_revenue_tests.deploy.files import CODE_SERVER, COMPANIES, DEPLOY, DOCKER, DOCUMENTATION, HOME, loaded

COMPOSE = loaded(DOCKER / "compose.yaml")
SERVICES: Mapping[str, dict[str, Any]] = COMPOSE["services"]
LAUNCHER = loaded(DOCKER / "dagster.yaml")["run_launcher"]["config"]
SCHEMA = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
OURS = {"migrate", "webserver", "webserver-look", "daemon", *COMPANIES}
WEBSERVERS = {"webserver": 3000, "webserver-look": 3001}


def context(company: str) -> dict[str, Any]:
    """Return what a company's code server says about the containers of its runs."""
    given: dict[str, Any] = json.loads(SERVICES[company]["environment"]["DAGSTER_CONTAINER_CONTEXT"])
    return given


def is_valid(compose: dict[str, Any]) -> bool:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return bool(jsonschema.validators.validator_for(schema)(schema).is_valid(compose))


def test_the_file_follows_the_schema_of_compose_files() -> None:
    assert is_valid(COMPOSE)
    assert not is_valid(COMPOSE | {"services": {"nord": {"image": "nord", "read-only": True}}})


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_restricted(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "healthcheck" in service or name in COMPANIES  # theirs is the image's
    assert not {"privileged", "cap_add", "pid", "devices"} & set(service)


def test_only_the_proxy_has_a_port_outside_and_only_the_daemon_dockers_socket() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if "docker.sock" in str(service)] == ["daemon"]


def test_the_proxy_finds_the_webservers_where_its_configuration_looks_for_them() -> None:
    upstreams = re.findall(r"proxy_pass http://([\d.]+):(\d+);", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))

    assert {int(port) for _, port in upstreams} == set(WEBSERVERS.values())
    assert {host for host, _ in upstreams} == {"127.0.0.1"}
    for name, port in WEBSERVERS.items():
        assert SERVICES[name]["network_mode"] == "service:proxy"
        assert SERVICES[name]["command"][1:5] == ["--host", "127.0.0.1", "--port", str(port)]
        assert f"http://127.0.0.1:{port}/server_info" in SERVICES[name]["healthcheck"]["test"][-1]
    assert "--read-only" in SERVICES["webserver-look"]["command"]


def test_the_proxy_has_every_file_that_its_configuration_names() -> None:
    configuration = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    named = set(re.findall(r"^ +(?:ssl_certificate(?:_key)?|auth_basic_user_file) (\S+);", configuration, re.MULTILINE))
    mounted = {volume.split(":")[1] for volume in SERVICES["proxy"]["volumes"]}

    assert len(named) == 6
    # Those of departments have names of their own, and are mounted as they come.
    assert named - {"/etc/nginx/ajour-revenue.reports.$department"} <= mounted
    assert re.findall(r"^ +root (\S+);", configuration, re.MULTILINE) == ["/srv/ajour/data/nord/reports"]
    assert "/srv/ajour/data/nord/reports" in mounted


def test_the_workspace_names_the_code_servers() -> None:
    servers = [entry["grpc_server"] for entry in loaded(DOCKER / "workspace.yaml")["load_from"]]

    assert [server["location_name"] for server in servers] == list(COMPANIES)
    for server in servers:
        command = SERVICES[server["host"]]["command"]
        assert command[:3] == ["dagster", "code-server", "start"]
        assert command[-4:] == [*CODE_SERVER, server["location_name"]]
        assert command[command.index("--port") + 1] == str(server["port"])


@pytest.mark.parametrize("company", COMPANIES)
def test_a_code_server_and_its_runs_see_their_own_company_only(company: str) -> None:
    service, runs = SERVICES[company], context(company)["docker"]
    others = set(COMPANIES) - {company}
    settings = f"{HOME}/companies/{company}/ajour.yaml"

    assert service["environment"]["AJOUR_SETTINGS"] == settings
    assert context(company)["env_vars"] == [f"AJOUR_SETTINGS={settings}"]
    # A container is made by Docker, which knows whole paths only.
    assert [volume.replace("./", f"{HOME}/", 1) for volume in service["volumes"]] == runs["container_kwargs"]["volumes"]
    assert f"{HOME}/companies/{company}:{HOME}/companies/{company}:ro" in runs["container_kwargs"]["volumes"]
    assert not [other for other in others if other in str(service)]
    assert service["networks"] == ["store", company]
    assert service["environment"]["DAGSTER_CONTAINER_IMAGE"] == service["image"]


@pytest.mark.parametrize("company", COMPANIES)
def test_docker_takes_what_a_run_is_launched_with(company: str) -> None:
    own = DockerContainerContext.create_from_config(context(company))  # type: ignore[no-untyped-call] # (Dagster's)
    launched = DockerContainerContext(**LAUNCHER).merge(own)
    made = _create_container_args({**launched.container_kwargs, "image": "ajour-revenue", "version": "1.44"})

    assert made["host_config"]["ReadonlyRootfs"]
    assert made["host_config"]["CapDrop"] == ["ALL"]
    assert made["host_config"]["SecurityOpt"] == ["no-new-privileges"]
    assert len(made["host_config"]["Binds"]) == len(SERVICES[company]["volumes"])
    assert {COMPOSE["networks"][name]["name"] for name in SERVICES[company]["networks"]} == set(launched.networks)
    # The daemon passes it on.
    assert "DAGSTER_POSTGRES_URL" in launched.env_vars


def test_every_network_volume_and_service_that_is_named_is_there() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source[0] in "./" or source in COMPOSE["volumes"], volume


def test_nobody_uses_the_history_before_its_tables_are_there() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert len({SERVICES[name]["image"] for name in OURS}) == 1


def test_secrets_are_in_files_and_the_documentation_makes_each_of_them() -> None:
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")

    assert "PASSWORD" not in text
    assert "postgresql+" not in text
    files = {file["path"] for service in SERVICES.values() for file in service.get("env_file", [])}
    assert files == {"dagster.env", "postgres.env"}
    for made in (*files, *re.findall(r"\$\{(\w+)", text), "proxy/"):
        assert made in DOCUMENTATION
