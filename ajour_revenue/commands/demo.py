"""`ajour-revenue demo`."""

from pathlib import Path

import click

from ajour_revenue.demo.run import DemoFailedError, run_demo


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the demo's settings and its Ajour; the working directory by default.",
)
@click.option("--ui", is_flag=True, help="Open Dagster on the same data afterwards, at http://127.0.0.1:3000.")
def demo(home: Path, *, ui: bool) -> None:
    """Make a demo Ajour and Planday, fetch their last 31 days, and print the wage percentages."""
    try:
        run_demo(home, ui=ui)
    except DemoFailedError as error:
        raise click.ClickException(str(error)) from error
