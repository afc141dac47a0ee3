"""Calls of a driver, each within a limit of its own: no time-out of ODBC's is kept by all drivers."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what the call returns; raise TimeoutError after so many seconds.

    The call runs in a thread of its own. One that never returns is left behind, and does not keep the process from
    ending.
    """
    return _started(call).result(timeout=seconds)


class Calls:
    """The calls of one connection, one after the other.

    What they use stays alive with a call that was left behind: to free a cursor while another thread is inside its
    connection waits for that thread, however long; and to close the connection crashes the process.
    """

    def __init__(self, *used: object) -> None:
        """Take what the calls use: the cursor, which holds its connection."""
        self._used = used
        self._last: Future[object] | None = None

    def within(self, seconds: float, call: Callable[[], T]) -> T:
        """Return what the call returns; raise TimeoutError after so many seconds, or where one is left behind."""
        if self.is_one_left_behind:
            raise TimeoutError
        outcome = _started(call, *self._used)
        self._last = outcome  # type: ignore[assignment] # (only asked whether it is done)
        return outcome.result(timeout=seconds)

    @property
    def is_one_left_behind(self) -> bool:
        """Whether a call goes on that nobody waits for any more."""
        return self._last is not None and not self._last.done()

    def wait(self, seconds: float) -> None:
        """Wait for the one that was left behind, so many seconds at most."""
        if self._last:
            wait([self._last], timeout=seconds)


def _started(call: Callable[[], T], *used: object) -> "Future[T]":
    outcome: Future[T] = Future()

    def work(*_: object) -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001 (it is raised again where the outcome is asked for)
            outcome.set_exception(error)

    threading.Thread(target=work, args=used, name="ajour-odbc", daemon=True).start()
    return outcome
