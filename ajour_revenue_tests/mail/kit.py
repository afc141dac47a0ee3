"""Readers of the report by mail: what they get, and the sensor that sends it."""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from itertools import takewhile
from typing import Any

from ajour_revenue.alerts.messages import Mail
from ajour_revenue.days import Window
from ajour_revenue.mail.memory import recall
from ajour_revenue_tests.alerts.kit import SENDER, Mailbox, Office, does_nothing
from ajour_revenue_tests.clock import LAST_DAY

DAYS = Window.back_from(LAST_DAY + timedelta(days=1), days=3)
LEADER, CONTROLLER = "leder@vesterbro.dk", "controller@example.dk"


class Html(HTMLParser):
    """What a mail program reads of a mail: its elements, its words, and the rows of the innermost tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words = ""
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (HTMLParser's)
        self.elements.append(tag)
        if tag == "tr":
            self.rows.append([])
            self._in_cell = False
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"
        if self._in_cell:
            self.rows[-1][-1] += data

    def table(self, *heads: str) -> list[list[str]]:
        """Return the rows below a row with these headings that have as many cells."""
        start = self.rows.index(list(heads))
        return list(takewhile(lambda row: len(row) == len(heads), self.rows[start + 1 :]))


def read(attachment: bytes) -> str:
    """Return all text of a workbook, but when it was made."""
    with zipfile.ZipFile(io.BytesIO(attachment)) as archive:
        names = [name for name in archive.namelist() if name != "docProps/core.xml"]
        return "\n".join(f"{name}: {archive.read(name).decode('utf-8')}" for name in names)


def everything(mail: Mail) -> str:
    """Return all that a mail has in it, seen or not."""
    attached = (part for each in mail.attachments for part in (each.file_name, read(each.data)))
    return "\n".join([mail.subject, mail.text, mail.html or "", *attached])


def shown(mail: Mail) -> str:
    """Return what its readers see of a mail, as HTML or as text."""
    return f"{mail.subject}\n{mail.text}\n{Html(mail.html or '').words}"


@dataclass
class Desk(Office):
    """A company that mails its report, with the sensor that does it."""

    mailbox: Mailbox = field(kw_only=True)

    def mail_to(self, *entries: dict[str, Any]) -> None:
        """Say who gets the report."""
        server = {"host": "127.0.0.1", "port": self.mailbox.port, "encryption": "none"}
        self.company.reload(
            alerts={"mail": server | {"sender": SENDER, "recipients": ["vagt@example.dk"]}},
            report={"mail": list(entries)},
        )

    def end_scheduled(self, **tags: str) -> str:
        """Let a scheduled run succeed that brought yesterday; return its id."""
        return self.end(does_nothing, DAYS, dagster__schedule_name="demo_monday", **tags).run_id

    def let_the_pause_pass(self) -> None:
        """Let it be when mails that could not be sent are tried again."""
        memory = recall(self.cursor)
        assert memory is not None
        waiting = tuple(each.model_copy(update={"not_before": None}) for each in memory.waiting)
        self.cursor = memory.model_copy(update={"waiting": waiting}).model_dump_json()
