"""A report in one of its formats, and the files and pages that reports go to."""

import datetime as dt
import glob
import re
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from ajour_revenue.errors import ActionableError
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.system_errors import reason_of

FileFormat = Literal["csv", "xlsx", "html"]

WRITTEN_WITHIN_SECONDS = 600
DANISH_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


class ReportNotWrittenError(ActionableError):
    """A report could not be written; the one before is still there."""


@dataclass(frozen=True)
class Pages:
    """Where a company's pages are: a folder that any web server can serve as it is."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> "Pages":
        """Return where the settings want them."""
        return cls(settings.report.folder / settings.name)

    @property
    def latest(self) -> Path:
        """The page of the morning: its address never changes."""
        return self.folder / "latest.html"

    @property
    def index(self) -> Path:
        """The page that lists all others."""
        return self.folder / "index.html"

    def page(self, day: dt.date) -> Path:
        """Return the page of a day, whether there is one or not."""
        return self.folder / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.html"

    def of_department(self, name: str, departments: Sequence[str]) -> "Pages":
        """Return where the pages of one of the departments are: a folder named after it, in letters of any address."""
        short = [address_of(each) for each in departments]
        number = departments.index(name)
        same = short[:number].count(short[number])
        return Pages(self.folder / "departments" / f"{short[number]}{f'-{same + 1}' if same else ''}")

    @property
    def days(self) -> list[dt.date]:
        """The days of which there is a page, in order."""
        pages = self.folder.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9].html")
        return sorted(dt.date(*(int(part) for part in (page.parts[-3], page.parts[-2], page.stem))) for page in pages)


def address_of(name: str) -> str:
    """Return a name as it stands in the address of a page: Nørrebro as noerrebro, Aarhus Ø as aarhus-oe."""
    in_ascii = unicodedata.normalize("NFKD", name.lower().translate(DANISH_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", in_ascii).strip("-") or "department"


def report_file(settings: Settings, file_format: FileFormat) -> Path:
    """Return where the settings want a report that somebody asks for."""
    return settings.report.folder / f"{settings.name}.{file_format}"


def content(report: Report, texts: Texts, file_format: FileFormat) -> bytes:
    """Return a report as the bytes of a file."""
    # Each format has libraries of its own, which nobody waits for who asks for another.
    if file_format == "csv":
        from ajour_revenue.reports.csv_file import csv_file  # noqa: PLC0415

        return csv_file(report, texts)
    if file_format == "xlsx":
        from ajour_revenue.reports.xlsx import xlsx_workbook  # noqa: PLC0415

        return xlsx_workbook(report, texts)
    from ajour_revenue.reports.page import html_page  # noqa: PLC0415

    return html_page(report, texts).encode("utf-8")


def write(path: Path, data: bytes) -> None:
    """Write a file whole: whoever reads it meanwhile reads the one before. Raises ReportNotWrittenError."""
    written = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(path)
        try:
            written.write_bytes(data)
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        reason = reason_of(error)
        message = Bilingual(
            da=f"Rapporten {path} kan ikke skrives: {reason.da}. Se, om der er plads på disken, og om denne bruger må "
            "skrive der; eller angiv et andet sted.",
            en=f"The report {path} cannot be written: {reason.en}. Look whether its disk has room, and whether this "
            "user may write there; or name another place.",
        )
        raise ReportNotWrittenError(message) from error


def _remove_left_behind(path: Path) -> None:
    """Remove what processes that died while they wrote have left."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        # Another process may be writing just now, or removing it too.
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > WRITTEN_WITHIN_SECONDS:
                part.unlink()
