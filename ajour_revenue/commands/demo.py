"""`ajour-revenue demo`."""

import socket
from pathlib import Path

import click

from ajour_revenue.commands.errors import FailedError
from ajour_revenue.text.bilingual import Bilingual

SERVERS = {"starlette", "uvicorn"}
"""The packages of the extra `demo`."""


NOT_INSTALLED = Bilingual(
    da="Demoen mangler {package}. Installér den i kildekoden: .venv/bin/pip install -e '.[demo]'",
    en="The demo needs {package}. Install it in the checkout: .venv/bin/pip install -e '.[demo]'",
)
TAKEN = Bilingual(
    da="Dagster kan ikke åbne på port {port}: {error}. Stop det, der er der, eller tag en anden port: "
    "make dev PORT={next} eller ajour-revenue demo --ui --port {next}",
    en="Dagster cannot open at port {port}: {error}. End what is there, or take another port: "
    "make dev PORT={next}, or ajour-revenue demo --ui --port {next}",
)


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the demo's settings and its Ajour; the working directory by default.",
)
@click.option("--ui", is_flag=True, help="Open Dagster on the same data afterwards.")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="With --ui: its port.")
def demo(home: Path, *, ui: bool, port: int) -> None:
    """Make a demo Ajour and Planday, fetch their last 31 days, and print the wage percentages."""
    if ui:
        _refuse_taken(port)
    try:
        # Here, so that the other commands work without the extra.
        from ajour_revenue.demo.run import run_demo  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in SERVERS:
            raise
        raise FailedError(NOT_INSTALLED.format(package=error.name)) from error

    run_demo(home, ui_port=port if ui else None)


def _refuse_taken(port: int) -> None:
    """Raise FailedError where another program has the port: Dagster would say so only after the demo is made."""
    with socket.socket() as listener:
        # As Dagster does, which may follow at once upon itself.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise FailedError(TAKEN.format(port=port, error=error.strerror, next=port + 1)) from None
