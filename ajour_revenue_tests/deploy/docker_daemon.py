"""A Docker that makes no containers: what would be the process of a container is one of this machine."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ajour_revenue_tests.processes import launch, stop


@dataclass
class DockerDaemon:
    """As much of Docker's API as launching a run takes."""

    home: Path
    of_image: dict[str, str] = field(default_factory=dict)
    """Variables that the image sets."""
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the container's id: what was asked for, and the networks that it joined later."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    address: str = ""

    def answer(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what Docker would answer."""
        match [method, *path.strip("/").split("/")]:
            case ["GET", "version"]:
                return {"ApiVersion": "1.44", "Version": "25.0"}
            case ["POST", "containers", "create"]:
                container = f"{len(self.created) + 1:064x}"
                self.created[container] = body
                return {"Id": container, "Warnings": []}
            case ["POST", "containers", container, "start"]:
                self.start(container)
            case ["GET", "containers", container, "json"]:
                going_on = container not in self.processes or self.processes[container].poll() is None
                return {"Id": container, "State": {"Status": "running" if going_on else "exited"}}
            case ["GET", "networks", network]:
                return {"Id": network, "Name": network}
            case ["POST", "networks", network, "connect"]:
                self.created[body["Container"]].setdefault("Networks", []).append(network)
        return {}

    def start(self, container: str) -> None:
        """Start the command with what the image and Dagster set, and nothing of the daemon's own environment."""
        asked = self.created[container]
        environment = dict(variable.split("=", 1) for variable in asked["Env"])
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.processes[container] = launch(
            *asked["Cmd"],
            folder=self.home,
            log=self.home / "containers.log",
            environment={**self.of_image, "DAGSTER_HOME": str(self.home), "PATH": programs, **environment},
        )


@contextlib.contextmanager
def serve(docker: DockerDaemon) -> Iterator[None]:
    """Serve on a free loopback port, and leave no process behind."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "{}")
            path = re.sub(r"^/v[\d.]+|\?.*", "", self.path)
            answer = json.dumps(docker.answer(self.command, path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815 (the standard library's name)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        docker.address = f"tcp://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            for process in docker.processes.values():
                stop(process)
