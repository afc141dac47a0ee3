"""The reverse proxy of docs/operations.md before a real webserver: who gets through, and who does not."""

import base64
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
import urllib3
from playwright.sync_api import expect, sync_playwright
from urllib3.response import BaseHTTPResponse
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.dagster_server import REPOSITORY, DagsterServer
from ajour_revenue_tests.kit import SqliteAjour, write_env_file, write_settings, write_wages
from ajour_revenue_tests.processes import CHECKOUT, PATIENCE_SECONDS, free_port, launch, stop, wait_until

pytestmark = pytest.mark.slow

DAY = Window(LAST_DAY, LAST_DAY)

LAUNCH, LOOK, REPORTS = "dagster.example.dk", "look.dagster.example.dk", "reports.example.dk"
LOGINS = {LAUNCH: "anna:launches", LOOK: "bo:looks", REPORTS: "carla:reads"}
"""By the name that each is good for."""
OF_VESTERBRO = "dan:reads"
HTML = "text/html"

AROUND_IT = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    include {folder}/ajour-revenue.conf;
}}
"""

RELOAD = "mutation { reloadWorkspace { __typename } }"
LAUNCH_A_RUN = """mutation ($params: ExecutionParams!) {
    launchPipelineExecution(executionParams: $params) { __typename }
}"""


@dataclass
class Proxy:
    """nginx with the configuration of the documentation."""

    folder: Path
    port: int
    server: DagsterServer

    def ask(  # noqa: PLR0913 (what a request is made of)
        self,
        method: str,
        path: str,
        *,
        name: str = LAUNCH,
        host: str | None = None,
        login: str | None = "",
        body: object = None,
        **headers: str,
    ) -> BaseHTTPResponse:
        """Send one request to a name, with the login of that name unless another one, or none, is given."""
        pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.port, server_hostname=name, assert_hostname=name, ca_certs=str(self.folder / "ca.pem")
        )
        sent = {"Host": host or name, "Content-Type": "application/json", **authorization(name, login), **headers}
        with pool:
            return pool.request(
                method,
                path,
                headers=sent,
                body=None if body is None else json.dumps(body),
                redirect=False,
                retries=False,
            )

    def websocket(self, *, name: str = LAUNCH, origin: str | None, login: str | None = "") -> ClientConnection:
        """Open the websocket by which the UI follows what happens."""
        return connect(
            f"wss://{name}/graphql",
            sock=socket.create_connection(("127.0.0.1", self.port)),
            ssl=ssl.create_default_context(cafile=str(self.folder / "ca.pem")),
            server_hostname=name,
            origin=origin,  # type: ignore[arg-type] # (a NewType of str)
            subprotocols=["graphql-ws"],  # type: ignore[list-item] # (likewise)
            additional_headers=authorization(name, login),
        )


def authorization(name: str, login: str | None) -> Mapping[str, str]:
    if login is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode((login or LOGINS[name]).encode()).decode()}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    server = DagsterServer(tmp_path_factory.mktemp("dagster"))
    make_company(server.folder)
    port, looking = free_port(), free_port()
    given = {
        r"listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        r"127\.0\.0\.1:3000": f"127.0.0.1:{server.port}",
        r"127\.0\.0\.1:3001": f"127.0.0.1:{looking}",
        r"/etc/ssl/certs|/etc/ssl/private|/etc/nginx": str(folder),
        r"/srv/ajour/data/nord/reports": str(folder / "reports"),
    }
    configuration = (CHECKOUT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for pattern, replacement in given.items():
        configuration = re.sub(pattern, replacement, configuration)
    (folder / "ajour-revenue.conf").write_text(configuration)
    main = folder / "nginx.conf"
    main.write_text(AROUND_IT.format(folder=folder, user="user root;" if os.getuid() == 0 else ""))
    make_certificate(folder)
    for login, ending in (
        *((LOGINS[LAUNCH], "launch"), (LOGINS[LOOK], "look"), (LOGINS[REPORTS], "reports")),
        (OF_VESTERBRO, "reports.vesterbro"),
    ):
        user, password = login.split(":")
        command = ["openssl", "passwd", "-6", password]
        hashed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        (folder / f"ajour-revenue.{ending}").write_text(f"{user}:{hashed}")
    for page in ("latest.html", "departments/vesterbro/latest.html", "departments/aarhus/latest.html"):
        path = folder / "reports" / "nord" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {page}", encoding="utf-8")
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    process = launch(nginx, "-p", folder, "-c", main, folder=folder, log=folder / "start.log")
    proxy = Proxy(folder, port, server)
    try:
        with server.webserver(), server.webserver_to_look(looking):
            for name in (LAUNCH, LOOK):
                wait_until(lambda name=name: is_served(proxy, name), f"{name} to be served", seconds=120, pause=0.5)  # type: ignore[misc]
            yield proxy
    finally:
        stop(process)


def is_served(proxy: Proxy, name: str) -> bool:
    try:
        return proxy.ask("GET", "/server_info", name=name).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def make_company(folder: Path) -> None:
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar"})
    write_settings(folder, units=[{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}])
    write_wages(folder / "wages.csv", [])
    write_env_file(folder, ajour.environment)


def make_certificate(folder: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert(LAUNCH, LOOK, REPORTS)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "dagster.key"))
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(str(folder / "dagster.pem"), append=True)


@pytest.mark.parametrize("login", [None, "anna:guessed", "bo:looks", "root:"])
@pytest.mark.parametrize("path", ["/", "/graphql", "/server_info", "/runs"])
def test_nobody_gets_in_without_the_login_of_that_name(proxy: Proxy, login: str | None, path: str) -> None:
    for method in ("GET", "POST"):
        answer = proxy.ask(method, path, login=login, Origin=f"https://{LAUNCH}")

        assert answer.status in (401, 403)
        assert b"Dagster" not in answer.data


@pytest.mark.parametrize("name", [LAUNCH, LOOK])
def test_with_the_login_one_sees_the_ui_and_may_ask(proxy: Proxy, name: str) -> None:
    page = proxy.ask("GET", "/", name=name, Accept=HTML)
    assert (page.status, page.headers["X-Frame-Options"]) == (200, "DENY")

    query = {"query": "{ version }"}
    answer = proxy.ask("POST", "/graphql", name=name, body=query, Origin=f"https://{name}")
    assert answer.status == 200
    assert answer.json()["data"]["version"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/%67raphql", "//graphql", "/./graphql", "/x/../graphql"])
def test_nothing_is_launched_by_a_link(proxy: Proxy, path: str) -> None:
    for query in (f"query={RELOAD}", "query={version}", ""):
        answer = proxy.ask("GET", f"{path}?{query.replace(' ', '%20')}", Origin=f"https://{LAUNCH}")

        assert answer.status == 403


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        f"http://{LAUNCH}",
        f"https://{LAUNCH}.evil.example",
        f"https://evil{LAUNCH}",
        f"https://{LAUNCH}:8443",
    ],
)
def test_another_page_can_neither_post_nor_listen(proxy: Proxy, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}

    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = proxy.ask("POST", "/graphql", body={"query": RELOAD}, **headers | {"Content-Type": content_type})
        assert answer.status == 403
    with pytest.raises(InvalidStatus, match="403"):
        proxy.websocket(origin=origin)


@pytest.mark.parametrize("path", ["/report_asset_materialization/demo/raw_revenue", "/report_asset_check/demo", "/"])
def test_nothing_but_graphql_takes_a_post(proxy: Proxy, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert proxy.ask(method, path, body={}, Origin=f"https://{LAUNCH}").status in (403, 405)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:3000", f"{LAUNCH}.evil.example"])
def test_another_name_gets_nothing(proxy: Proxy, host: str) -> None:
    for path in ("/", "/graphql"):
        answer = proxy.ask("GET", path, host=host)

        assert answer.status == 421
        assert b"Dagster" not in answer.data


def test_the_ui_can_follow_what_happens(proxy: Proxy) -> None:
    for name in (LAUNCH, LOOK):
        with proxy.websocket(name=name, origin=f"https://{name}") as websocket:
            websocket.send(json.dumps({"type": "connection_init", "payload": {}}))

            assert json.loads(websocket.recv(timeout=PATIENCE_SECONDS))["type"] == "connection_ack"
    with pytest.raises(InvalidStatus, match="401"):
        proxy.websocket(origin=f"https://{LAUNCH}", login=None)


def test_who_only_looks_launches_nothing(proxy: Proxy) -> None:
    run = {
        "query": LAUNCH_A_RUN,
        "variables": {
            "params": {
                "selector": {**REPOSITORY, "jobName": "demo_daily_revenue"},
                "mode": "default",
                "executionMetadata": {
                    "tags": [{"key": key, "value": value} for key, value in window_tags(DAY).items()]
                },
            }
        },
    }

    def launched(name: str) -> str:
        answer = proxy.ask("POST", "/graphql", name=name, body=run, Origin=f"https://{name}")
        return str(answer.json()["data"]["launchPipelineExecution"]["__typename"])

    assert launched(LOOK) == "UnauthorizedError"
    assert proxy.server.runs() == []
    assert launched(LAUNCH) == "LaunchRunSuccess"


def test_a_person_sees_the_assets_in_a_browser(proxy: Proxy) -> None:
    arguments = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {LAUNCH}:443 127.0.0.1:{proxy.port}"]
    user, password = LOGINS[LAUNCH].split(":")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        context = browser.new_context(
            ignore_https_errors=True, http_credentials={"username": user, "password": password}
        )
        page = context.new_page()
        page.goto(f"https://{LAUNCH}/assets")

        expect(page.get_by_text("raw_revenue").first).to_be_visible(timeout=PATIENCE_SECONDS * 1000)
        browser.close()


# Reports

VESTERBRO, AARHUS = "/nord/departments/vesterbro/", "/nord/departments/aarhus/"


def test_the_companys_login_opens_its_reports(proxy: Proxy) -> None:
    answer = proxy.ask("GET", "/nord/", name=REPORTS)

    assert (answer.status, answer.data) == (200, b"This is latest.html")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_departments_login_opens_its_own_folder_alone(proxy: Proxy) -> None:
    opened = proxy.ask("GET", VESTERBRO, name=REPORTS, login=OF_VESTERBRO)
    assert (opened.status, opened.data) == (200, b"This is departments/vesterbro/latest.html")

    ways_out = ("/nord/", "/nord/latest.html", "/", "/nord/departments/", f"{VESTERBRO}../../latest.html")
    ways_across = (
        f"{VESTERBRO}..%2faarhus/latest.html",
        f"{VESTERBRO}../aarhus/",
        "/nord//departments//Aarhus/",
        AARHUS,
    )
    for path in (*ways_out, *ways_across):
        assert proxy.ask("GET", path, name=REPORTS, login=OF_VESTERBRO).status in (401, 403), path


def test_a_department_without_logins_opens_to_nobody(proxy: Proxy) -> None:
    for login in (None, OF_VESTERBRO, LOGINS[LAUNCH]):
        assert proxy.ask("GET", f"{AARHUS}latest.html", name=REPORTS, login=login).status in (401, 403)


def test_reports_are_read_and_never_written(proxy: Proxy) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert proxy.ask(method, "/nord/latest.html", name=REPORTS).status == 403
