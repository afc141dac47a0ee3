"""Calls of a driver, each within a limit of its own: no time-out of ODBC's is kept by all drivers."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T], *used: object) -> T:
    """Return what the call returns; raise TimeoutError after so many seconds.

    The call runs in a thread of its own. One that never returns is left behind, and does not keep the process from
    ending. What it uses stays alive with it: to free a cursor while another thread is inside its connection waits for
    that thread, however long.
    """
    outcome: Future[T] = Future()

    def work(*_: object) -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001 (it is raised again where the outcome is asked for)
            outcome.set_exception(error)

    threading.Thread(target=work, args=used, name="ajour-odbc", daemon=True).start()
    return outcome.result(timeout=seconds)
