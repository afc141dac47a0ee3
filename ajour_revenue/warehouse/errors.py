"""What can go wrong with the warehouse's file, and what to do about each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb

from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Bilingual


class WarehouseError(ActionableError):
    """The warehouse cannot be used; the message says why, and what to do. Nothing was changed."""


class WarehouseLockedError(WarehouseError):
    """Another process kept the warehouse open, or had its turn, for longer than we wait."""


class WarehouseUnusableError(WarehouseError):
    """The file is not a warehouse that this version can use."""


class WarehouseUnwritableError(WarehouseError):
    """The disk, or this user's rights, keep the warehouse from being read or written."""


class Cause(NamedTuple):
    """A cause of errors, told from the words of what stores the warehouse."""

    words: re.Pattern[str]
    error: type[WarehouseError]
    message: Bilingual
    """Of a file, `{warehouse}` and `{version}` of DuckDB are filled in; the words themselves follow."""


CAUSES = (
    Cause(
        re.compile(r"Could not set lock|being used by another process|different configuration"),
        WarehouseLockedError,
        Bilingual(
            da="Datalageret {warehouse} holdes åbent af en anden proces. Luk det program, der har det åbent (en "
            "DuckDB-konsol, en notebook, et BI-værktøj), eller vent på den kørsel, der skriver i det, og prøv igen.",
            en="The warehouse {warehouse} is kept open by another process. Close the program that has it open (a "
            "DuckDB shell, a notebook, a BI tool), or wait for the run that writes to it, then try again.",
        ),
    ),
    Cause(
        re.compile(r"No space left|not enough space|[Qq]uota exceeded|File too large"),
        WarehouseUnwritableError,
        Bilingual(
            da="Disken, som datalageret {warehouse} ligger på, er fuld. Intet af dette blev gemt, og det, der var, "
            "bliver stående. Skaf plads, og prøv igen.",
            en="The disk of the warehouse {warehouse} is full. Nothing of this was stored, and what was there stays. "
            "Make room, then try again.",
        ),
    ),
    Cause(
        re.compile(r"Permission denied|Access is denied|Operation not permitted"),
        WarehouseUnwritableError,
        Bilingual(
            da="Denne bruger må ikke læse og skrive datalageret {warehouse} eller skrive i dets mappe. Kør dette som "
            "den bruger, der ejer dem, eller få deres ejer ændret.",
            en="This user may not read and write the warehouse {warehouse}, or write to its folder. Run this as the "
            "user who owns them, or have their owner changed.",
        ),
    ),
    Cause(
        re.compile(r"Read-only file system"),
        WarehouseUnwritableError,
        Bilingual(
            da="Datalageret {warehouse} ligger på et filsystem, der kun kan læses. Gør det skrivbart, eller angiv et "
            "andet datalager i indstillingerne.",
            en="The warehouse {warehouse} is on a file system that can only be read. Mount it writable, or name "
            "another warehouse in the settings.",
        ),
    ),
    Cause(
        re.compile(r"replaying WAL"),
        WarehouseUnusableError,
        Bilingual(
            da="Filen {warehouse}.wal, som ligger ved siden af datalageret, hører ikke til det: for eksempel blev en "
            "sikkerhedskopi lagt i dets sted, og den tidligere fils .wal blev liggende. Flyt .wal-filen væk, og prøv "
            "igen.",
            en="The file {warehouse}.wal, which stands beside the warehouse, does not belong to it: a backup was put "
            "in its place, say, and the .wal of the file before was left. Move the .wal away, then try again.",
        ),
    ),
    Cause(
        re.compile(r"database file with version number|created with DuckDB version|newer version of DuckDB"),
        WarehouseUnusableError,
        Bilingual(
            da="Datalageret {warehouse} er skrevet af en nyere DuckDB end den, der er installeret her, {version}. Åbn "
            "det med den nyere DuckDB, og eksportér det, eller angiv et andet datalager i indstillingerne.",
            en="The warehouse {warehouse} was written by a newer DuckDB than the one installed here, {version}. Open "
            "it with that DuckDB and export it, or name another warehouse in the settings.",
        ),
    ),
    Cause(
        re.compile(r"Is a directory|Not a directory|levels of symbolic links"),
        WarehouseUnusableError,
        Bilingual(
            da="Datalageret {warehouse} er ikke en fil: der er en mappe eller noget andet i dets sted. Angiv filen i "
            "indstillingerne.",
            en="The warehouse {warehouse} is no file: a folder, or something else, stands in its place. Name the file "
            "in the settings.",
        ),
    ),
    Cause(
        # Older formats and files of other databases are taken for a request to install an extension.
        re.compile(r"not a valid DuckDB database|sqlite_scanner|extension", re.IGNORECASE),
        WarehouseUnusableError,
        Bilingual(
            da="Datalageret {warehouse} er ikke en DuckDB-fil. Angiv en anden i indstillingerne, eller genskab den fra "
            "en sikkerhedskopi.",
            en="The warehouse {warehouse} is not a DuckDB file. Name another one in the settings, or restore it from "
            "a backup.",
        ),
    ),
    Cause(
        re.compile(r"Corrupt|checksum|Could not read enough bytes|Failed to deserialize|has been invalidated"),
        WarehouseUnusableError,
        Bilingual(
            da="Datalageret {warehouse} er beskadiget. Genskab det fra en sikkerhedskopi; er der ingen, så flyt det "
            "væk, og hent dagene igen: det, der er indtastet, findes kun i den fil.",
            en="The warehouse {warehouse} is damaged. Restore it from a backup; where there is none, move it away and "
            "fetch the days again: what was entered by hand is in that file alone.",
        ),
    ),
    Cause(
        re.compile(r"Input/output error|[Ss]tale file handle|Cannot open file|Could not (read|write|sync)"),
        WarehouseUnwritableError,
        Bilingual(
            da="Datalageret {warehouse} kan ikke læses eller skrives. Se, om dets disk er der og er i orden.",
            en="The warehouse {warehouse} cannot be read or written. Look whether its disk is there and in order.",
        ),
    ),
)
"""Most telling first: one error may have the words of several."""

LOCKED = CAUSES[0].words

RUN_PROCESS = re.compile(r"run (\S+), process (\d+) on (.+)")
"""As the process of a run writes down that it has its turn."""


def worker(who: str) -> Bilingual:
    """Name who works on the warehouse, as it has written down."""
    return Bilingual(da=RUN_PROCESS.sub(r"kørsel \1, proces \2 på \3", who), en=who)


@contextmanager
def explained(warehouse: Path) -> Iterator[None]:
    """Raise a WarehouseError for what is the matter with the file; any other error is raised as it is."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        told = _told(warehouse, error)
        if told is None:
            raise
        raise told from error


def _told(warehouse: Path, error: duckdb.Error | OSError) -> WarehouseError | None:
    # The block may work with other files than this one and its log.
    if isinstance(error, OSError) and not str(error.filename).startswith(str(warehouse)):
        return None
    for cause in CAUSES:
        if cause.words.search(str(error)):
            message = cause.message.format(warehouse=warehouse, version=duckdb.__version__)
            return cause.error(
                Bilingual(da=f"{message.da} Meldingen var: {error}", en=f"{message.en} What was said: {error}")
            )
    return None
