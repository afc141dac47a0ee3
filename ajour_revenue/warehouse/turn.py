"""One run after the other works on a warehouse: what each finds there is whole, and none locks another out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tenacity
from filelock import FileLock, Timeout

from ajour_revenue.settings.model import PostgresWarehouse
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.connect import Store
from ajour_revenue.warehouse.errors import WarehouseLockedError, worker
from ajour_revenue.warehouse.file import make_private_folder
from ajour_revenue.warehouse.postgres import TURN, alone, who_has

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1800
"""How long a run waits for its turn: another one may have a month to fetch, and hundreds of figures to publish."""

WAITING = Bilingual(
    da="Venter på, at {who}, som arbejder på datalageret {warehouse}, bliver færdig.",
    en="Waiting for the turn of {who}, which works on the warehouse {warehouse}.",
)
NOBODY = Bilingual(da="en anden kørsel", en="another run")


class NoTurnError(WarehouseLockedError):
    """Other runs worked on the warehouse for longer than we wait."""


@contextmanager
def turn(warehouse: Store, *, who: str) -> Iterator[None]:
    """Wait until no other run works on the warehouse, and keep others waiting until the end of the block.

    The system, or PostgreSQL, gives the turn back when a process ends, however it does. Commands that change one thing,
    and readers, need no turn. Raises NoTurnError, which names who has it.
    """
    if not isinstance(warehouse, Path):
        with _turn_in_postgres(warehouse, who):
            yield
        return
    make_private_folder(warehouse.parent)
    lock = FileLock(warehouse.with_name(f"{warehouse.name}.turn"), mode=0o600)
    named = warehouse.with_name(f"{warehouse.name}.turn.txt")
    _take(lock, warehouse, named)
    try:
        named.write_text(who, encoding="utf-8")
        yield
    finally:
        named.unlink(missing_ok=True)
        lock.release()


def whose_turn(warehouse: Store) -> str | None:
    """Return who works on the warehouse just now; None where no run does."""
    if not isinstance(warehouse, Path):
        return who_has(warehouse, TURN)
    lock = FileLock(warehouse.with_name(f"{warehouse.name}.turn"), mode=0o600)
    if not Path(lock.lock_file).exists():
        return None
    try:
        with lock.acquire(blocking=False):
            return None
    except Timeout:
        return _named(warehouse.with_name(f"{warehouse.name}.turn.txt")).en


@contextmanager
def _turn_in_postgres(warehouse: PostgresWarehouse, who: str) -> Iterator[None]:
    if other := who_has(warehouse, TURN):
        logger.warning("%s", WAITING.format(who=worker(other), warehouse="PostgreSQL"))
    with alone(warehouse, TURN, PATIENCE_SECONDS, who=who):
        yield


def _take(lock: FileLock, warehouse: Path, named: Path) -> None:
    def tell(state: tenacity.RetryCallState) -> None:
        if state.attempt_number == 1:
            logger.warning("%s", WAITING.format(who=_named(named), warehouse=warehouse))

    try:
        tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Timeout),
            stop=tenacity.stop_after_delay(PATIENCE_SECONDS),
            # Even pauses: whoever has waited long is not behind those who came late.
            wait=tenacity.wait_random(0.1, 0.5),
            before_sleep=tell,
            reraise=True,
        )(lock.acquire, blocking=False)
    except Timeout:
        who, minutes = _named(named), PATIENCE_SECONDS // 60
        message = Bilingual(
            da=f"I {minutes} minutter har {who.da} haft tur i datalageret {warehouse}. Denne kørsel har ikke gjort "
            "noget. Se under Runs, om den anden stadig er i gang; Dagsters daemon starter denne igen, ellers kør dens "
            "dage igen.",
            en=f"For {minutes} minutes it was the turn of {who.en} to work on the warehouse {warehouse}. Nothing was "
            "done by this run. See under Runs whether that one still goes on; Dagster's daemon starts this one again, "
            "else run its days again.",
        )
        raise NoTurnError(message) from None


def _named(named: Path) -> Bilingual:
    try:
        who = named.read_text(encoding="utf-8")
        return worker(who) if who else NOBODY
    except FileNotFoundError:
        # It has just begun, or just ended.
        return NOBODY
