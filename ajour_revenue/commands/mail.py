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
from ajour_revenue.commands.mail_texts import MAIL_COMMAND_TEXTS, MailCommandTexts
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.terminal import output, print_indented, settings_or_fail
from ajour_revenue.days import COPENHAGEN, yesterday
from ajour_revenue.instance import dagster_instance, has_dagster_instance, next_fetch_here
from ajour_revenue.mail.daily import daily_report, seen_by
from ajour_revenue.mail.memory import Mailed, Memory, Readers, recall, sensor_name
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.settings.model import MailAddress, MailSettings, Settings
from ajour_revenue.text.bilingual import Bilingual

if TYPE_CHECKING:
    from ajour_revenue.alerts.messages import Mail

LABEL_WIDTH = 11
PREVIEW_SENDS_NOTHING = Bilingual(
    da="--preview sender intet; udelad --to eller --preview.",
    en="--preview sends nothing; leave out --to, or --preview.",
)
DEPARTMENT_OF_WHAT = Bilingual(
    da="--department hører sammen med --preview eller --to.", en="--department goes with --preview or --to."
)
UNKNOWN_DEPARTMENT = Bilingual(
    da="Der er ingen afdeling {name!r} i indstillingerne. Der er: {known}.",
    en="There is no department {name!r} in the settings. There is: {known}.",
)
NO_SERVER = Bilingual(
    da="Indstillingerne nævner ingen mailserver. Skriv i alerts.mail, hvilken det er; se docs/settings.md.",
    en="The settings name no mail server. Say in alerts.mail which one it is; see docs/settings.md.",
)


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
    settings = settings_or_fail(settings_file)
    if preview and address:
        raise RefusedError(PREVIEW_SENDS_NOTHING)
    if departments and not (preview or address):
        raise RefusedError(DEPARTMENT_OF_WHAT)
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
        raise RefusedError(UNKNOWN_DEPARTMENT.format(name=unknown[0], known=", ".join(known)))


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
        raise FailedError(NO_SERVER)
    mail = _letter(settings, departments)
    return f"{_delivered(settings, server, mail, address)} {mail.subject}"


def _delivered(settings: Settings, server: MailSettings, mail: "Mail", address: str) -> str:
    # Its class is a resource of Dagster's, which takes long to import.
    from ajour_revenue.alerts.channels import MailServer, NotSentError  # noqa: PLC0415
    from ajour_revenue.fixed_resources import with_credentials  # noqa: PLC0415

    texts = _texts(settings)
    try:
        delivery = with_credentials(MailServer.from_settings(server), settings.folder).send_to(
            [address], mail, named_in="--to"
        )
    except NotSentError as error:
        raise FailedError(error.text) from None
    sent, refused = ", ".join(delivery.sent), ", ".join(delivery.refused)
    return (texts.sent_to_some if refused else texts.sent_to).format(sent, refused)


def _tell(console: Console, settings: Settings) -> None:
    texts = _texts(settings)
    if not settings.report.mail:
        console.print(texts.nobody)
        return
    memory = _remembered(settings)
    for entry in settings.report.mail:
        console.print(", ".join(entry.to), style="bold", soft_wrap=True)
        sees = ", ".join(entry.departments) or texts.everything
        _line(console, texts.sees, texts.with_workbook.format(sees) if entry.xlsx else sees)
        _line(console, texts.last_mail, _last(memory.last_mail(Readers.of(entry)) if memory else None, texts))
        failed = [each for each in (memory.waiting if memory else ()) if each.readers == Readers.of(entry)]
        for waiting in failed:
            if waiting.not_before:
                tries = texts.tries.format(waiting.tries, _moment(waiting.not_before, texts))
                _line(console, texts.failed, tries)


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


def _texts(settings: Settings) -> MailCommandTexts:
    return MAIL_COMMAND_TEXTS[settings.report.language]


def _last(mailed: Mailed | None, texts: MailCommandTexts) -> str:
    if mailed is None:
        return texts.none_yet
    return texts.of_day.format(_moment(mailed.at, texts), texts.formats.date(mailed.day))


def _moment(moment: dt.datetime, texts: MailCommandTexts) -> str:
    return texts.formats.moment(moment.astimezone(COPENHAGEN))


def _line(console: Console, label: str, text: str) -> None:
    print_indented(console, Text(f"  {label}", style="dim"), text, indent=LABEL_WIDTH + 2)
