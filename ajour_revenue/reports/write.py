"""A report in one of its formats, and the file it goes to."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from ajour_revenue.reports.csv_file import csv_file
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.reports.xlsx import xlsx_workbook
from ajour_revenue.settings.model import Settings

FileFormat = Literal["csv", "xlsx", "html"]


def report_file(settings: Settings, file_format: FileFormat) -> Path:
    """Return where the settings want a report."""
    return settings.report.folder / f"{settings.name}.{file_format}"


def content(report: Report, texts: Texts, file_format: FileFormat) -> bytes:
    """Return a report as the bytes of a file."""
    if file_format == "csv":
        return csv_file(report, texts)
    if file_format == "xlsx":
        return xlsx_workbook(report, texts)
    return html_page(report, texts).encode("utf-8")


def write(path: Path, data: bytes) -> None:
    """Write a file whole: whoever reads it meanwhile reads the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(data)
    written = Path(file.name)
    try:
        # Readable as any other new file; a temporary one is private.
        written.chmod(0o666 & ~_umask())
        written.replace(path)
    except OSError:
        written.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
