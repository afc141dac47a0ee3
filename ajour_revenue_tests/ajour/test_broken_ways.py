"""Wherever an answer breaks off, it ends in time: told as an error that passes, or made up for; nothing is half."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ajour_revenue.ajour import connection
from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.ajour.errors import AjourError
from ajour_revenue_tests.ajour.kit import LOCATIONS, Fault, FaultyWay, Source, faulty_way, in_background
from ajour_revenue_tests.ajour.sql_server import FREETDS, MICROSOFT, ajour_of, sql_server
from ajour_revenue_tests.processes import PATIENCE_SECONDS

FAULTS: list[Fault] = ["silence", "cut", "reset"]
FEW, MANY = 3, 8
"""At so many places an answer breaks off, in the quick tests and in the slow ones."""


@pytest.fixture(autouse=True)
def _short_patience(trusted_authority: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (trusts it)
    monkeypatch.setattr(connection, "END_SECONDS", 0.2)


@contextmanager
def way_to(
    driver: str, source: Source, fault: Fault, after_bytes: int, *, seconds: int = 1
) -> Iterator[tuple[AjourConnection, FaultyWay]]:
    """Yield a connection whose first answer breaks off, and the way that it takes."""
    limits: dict[str, Any] = {"login_timeout_seconds": seconds, "query_timeout_seconds": seconds}
    if driver == "psqlODBC":
        with faulty_way(source.port, fault, after_bytes=after_bytes) as way:
            yield source.ajour(port=way.port, **limits), way
        return
    with sql_server() as server, faulty_way(server.port, fault, after_bytes=after_bytes) as way:
        yield ajour_of(server, driver, source.folder, port=way.port, **limits), way


def bytes_of_an_answer(driver: str, source: Source) -> int:
    # Patient: on a busy machine a second login would be counted with the first.
    with way_to(driver, source, "cut", 10**9, seconds=600) as (ajour, way):
        assert len(ajour.locations()) == len(LOCATIONS)
    return way.said


def ends_well(driver: str, source: Source, fault: Fault, after_bytes: int) -> None:
    with way_to(driver, source, fault, after_bytes) as (ajour, way):
        outcome = in_background(ajour.locations)
        try:
            found = outcome.result(timeout=PATIENCE_SECONDS)
        except AjourError as error:
            assert error.transient, (after_bytes, error)  # noqa: PT017 (an error is one of two good ends)
            # A busy machine may pass the limits before so many bytes have come.
            assert way.is_broken or "did not answer" in str(error)  # noqa: PT017
        else:
            assert [(each.location_id, each.location_name) for each in found] == LOCATIONS, after_bytes
            assert way.is_broken


DRIVERS = ["psqlODBC", FREETDS, pytest.param(MICROSOFT, id="Microsoft")]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("places", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_wherever_an_answer_breaks_off_it_ends_in_time(
    postgres_ajour: Source, driver: str, fault: Fault, places: int
) -> None:
    whole = bytes_of_an_answer(driver, postgres_ajour)

    for place in range(places):
        ends_well(driver, postgres_ajour, fault, whole * (2 * place + 1) // (2 * places))


def test_a_server_that_breaks_off_at_the_end_of_the_login_is_no_missing_driver(postgres_ajour: Source) -> None:
    # FreeTDS gives it the SQLSTATE that unixODBC has for a driver that cannot be loaded.
    whole = bytes_of_an_answer(FREETDS, postgres_ajour)

    for after_bytes in range(whole * 60 // 100, whole * 67 // 100, 30):
        ends_well(FREETDS, postgres_ajour, "cut", after_bytes)
