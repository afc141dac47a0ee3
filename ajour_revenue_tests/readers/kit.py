"""A company's warehouse as a file, which the readers' copy is made of."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.reports.kit import MONDAY, Books, days_before

DAYS = Window(days_before(39), MONDAY)


@dataclass
class Place:
    """A folder with a warehouse, and the settings that name it."""

    folder: Path
    settings: Settings

    def change(self, **sections: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
        self.settings = settings_of(self.folder, **sections)

    @contextmanager
    def books(self) -> Iterator[Books]:
        """Yield books whose entries are stored, and calculated, after the block."""
        with transaction(self.settings.warehouse_file) as connection:
            yield Books(connection, self.settings)
            calculate_wage_percentage(connection, self.settings, DAYS)

    def figures(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the file for people."""
        with duckdb.connect(self.settings.readers_folder / "figures.duckdb", read_only=True) as connection:
            return connection.execute(sql).fetchall()


def settings_of(folder: Path, **sections: Any) -> Settings:  # noqa: ANN401 (YAML may hold anything)
    whole = settings_dict(activation_date="2024-01-01", warehouse=str(folder / "company.duckdb")) | sections
    return Settings.model_validate(whole)


@contextmanager
def held_open(file: Path, *, read_only: bool = False, sql: str = "SELECT 1") -> Iterator[subprocess.Popen[str]]:
    """Keep a file open in another process, which has run some SQL there, until the end of the block."""
    script = (
        "import sys, duckdb\n"
        f"connection = duckdb.connect({str(file)!r}, read_only={read_only})\n"
        f"connection.execute({sql!r})\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()
