"""`ajour-revenue mail`."""

import datetime as dt
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.text import Text

from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import output, print_indented, settings_or_fail
from ajour_revenue.days import COPENHAGEN, yesterday
from ajour_revenue.instance import dagster_instance, has_dagster_instance, next_fetch_here
from ajour_revenue.mail.daily import daily_report, seen_by
from ajour_revenue.mail.memory import Mailed, Memory, Readers, recall, sensor_name
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.settings.model import MailAddress, MailSettings, Settings

if TYPE_CHECKING:
    from ajour_revenue.alerts.messages import Mail

LABEL_WIDTH = 11


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Take an address as the settings do."""
    try:
        return value and TypeAdapter(MailAddress).validate_python(value)
    except ValidationError:
        message = f"{value!r} is none. Write one plain mail address, as in me@example.dk."
        raise click.BadParameter(message) from None


@click.command(epilog="Example: ajour-revenue mail --to me@example.dk --department Vesterbro")
@click.option("--preview", is_flag=True, help="Show today's mail in the browser, and send nothing.")
@click.option("--to", "address", callback=_address, metavar="ADDRESS", help="Send today's mail to this address, now.")
@click.option(
    "--department",
    "departments",
    multiple=True,
    metavar="NAME",
    help="With --preview or --to: only what this department may see; may be repeated. The whole company by default.",
)
@settings_option
def mail(*, preview: bool, address: str | None, departments: tuple[str, ...], settings_file: Path | None) -> None:
    """Show who gets the report by mail, and when they last did.

    The settings' report.mail says who gets it and which departments they may see; Dagster sends it each morning, after
    the scheduled fetch. What is sent with --to is not remembered: the readers get theirs all the same.
    """
    if preview and address:
        message = "--preview sends nothing; leave out --to, or --preview."
        raise RefusedError(message)
    if departments and not (preview or address):
        message = "--department goes with --preview or --to."
        raise RefusedError(message)
    settings = settings_or_fail(settings_file)
    _known_or_refused(settings, departments)
    console = output()
    if preview:
        console.print(str(_shown(_letter(settings, departments))), soft_wrap=True)
    elif address:
        console.print(_sent(settings, address, departments), soft_wrap=True)
    else:
        _tell(console, settings)


def _known_or_refused(settings: Settings, departments: Sequence[str]) -> None:
    known = sorted({unit.department for unit in settings.units})
    unknown = [name for name in departments if name not in known]
    if unknown:
        message = f"There is no department {unknown[0]!r} in the settings; there is {', '.join(known) or 'none'}."
        raise RefusedError(message)


def _letter(settings: Settings, departments: Sequence[str]) -> "Mail":
    # Who only asks who gets it does not wait for what writes pages.
    from ajour_revenue.mail.letter import letter  # noqa: PLC0415
    from ajour_revenue.mail.texts import MAIL_TEXTS  # noqa: PLC0415

    day = max(yesterday(), settings.activation_date)
    with reading_copy(settings) as connection:
        report = daily_report(connection, settings, day, lambda: next_fetch_here(settings))
    return letter(seen_by(report, departments), MAIL_TEXTS[settings.report.language])


def _shown(mail: "Mail") -> Path:
    """Open the mail in the browser, and return its file, which this user alone may read."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="ajour-revenue-", suffix=".html", delete=False
    ) as file:
        file.write(mail.html or "")
    path = Path(file.name)
    webbrowser.open(path.as_uri())
    return path


def _sent(settings: Settings, address: str, departments: Sequence[str]) -> str:
    """Send one mail, and say so."""
    server = settings.alerts.mail
    if server is None:
        message = "The settings name no mail server. Say in alerts.mail which one it is; see docs/settings.md."
        raise FailedError(message)
    mail = _letter(settings, departments)
    return f"The report was {_delivered(settings, server, mail, address)}: {mail.subject}"


def _delivered(settings: Settings, server: MailSettings, mail: "Mail", address: str) -> str:
    # Its class is a resource of Dagster's, which takes long to import.
    from ajour_revenue.alerts.channels import MailServer, NotSentError  # noqa: PLC0415
    from ajour_revenue.fixed_resources import with_credentials  # noqa: PLC0415

    try:
        delivery = with_credentials(MailServer.from_settings(server), settings.folder).send_to(
            [address], mail, named_in="the address"
        )
    except NotSentError as error:
        raise FailedError(str(error)) from None
    return str(delivery)


def _tell(console: Console, settings: Settings) -> None:
    if not settings.report.mail:
        console.print("Nobody gets the report by mail. The settings' report.mail says who does.")
        return
    memory = _remembered(settings)
    for entry in settings.report.mail:
        console.print(", ".join(entry.to), style="bold", soft_wrap=True)
        sees = ", ".join(entry.departments) or "the whole company"
        _line(console, "sees", f"{sees}, with a workbook for Excel" if entry.xlsx else sees)
        _line(console, "last mail", _last(memory.last_mail(Readers.of(entry)) if memory else None))
        failed = [each for each in (memory.waiting if memory else ()) if each.readers == Readers.of(entry)]
        for waiting in failed:
            if waiting.not_before:
                _line(console, "failed", f"{waiting.tries} time(s); tried again at {_moment(waiting.not_before)}")


def _remembered(settings: Settings) -> Memory | None:
    """Return what the sensor that mails remembers; None where it has not been evaluated yet."""
    if not has_dagster_instance():
        return None
    with dagster_instance() as instance:
        states = instance.all_instigator_state() if instance.schedule_storage else []
        cursors = [
            getattr(state.instigator_data, "cursor", None)
            for state in states
            if state.instigator_name == sensor_name(settings.name)
        ]
    return recall(cursors[0]) if cursors else None


def _last(mailed: Mailed | None) -> str:
    return f"{_moment(mailed.at)}, of {mailed.day}" if mailed else "none yet"


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"


def _line(console: Console, label: str, text: str) -> None:
    print_indented(console, Text(f"  {label}", style="dim"), text, indent=LABEL_WIDTH + 2)
