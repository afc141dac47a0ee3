"""The warehouse as Dagster's resource."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from dagster_duckdb import DuckDBResource
from pydantic import PrivateAttr

from ajour_revenue.errors import ActionableError
from ajour_revenue.explained import explained_failures
from ajour_revenue.processes import RunProcess
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse import connect
from ajour_revenue.warehouse.connect import Store
from ajour_revenue.warehouse.errors import WarehouseLockedError
from ajour_revenue.warehouse.turn import turn

logger = logging.getLogger(__name__)

RETRY_TAG = "dagster/retry_on_asset_or_op_failure"
START_AGAIN = {RETRY_TAG: "true", "dagster/max_retries": "10"}
"""The tags of a failed run that Dagster's daemon is to start again, where no other failed step makes it do so."""


class Warehouse(DuckDBResource):
    """One integration's revenue, wage costs and wage percentages, in a DuckDB file or in PostgreSQL."""

    _store: Store | None = PrivateAttr(default=None)
    _was_locked: bool = PrivateAttr(default=False)
    _was_written: bool = PrivateAttr(default=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Warehouse":
        """Take the file, or the database in PostgreSQL, that the settings name."""
        warehouse = cls(database=str(settings.warehouse))
        warehouse._store = settings.warehouse
        return warehouse

    @property
    def store(self) -> Store:
        """Where everything is stored."""
        return self._store or Path(self.database)

    @property
    def was_locked(self) -> bool:
        """Whether another program kept it open for longer than we wait."""
        return self._was_locked

    @property
    def was_written(self) -> bool:
        """Whether anything was stored."""
        return self._was_written

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection whose work is stored whole, or not at all; raises WarehouseError."""
        with self._noticing_locks(), connect.transaction(self.store) as connection:
            yield connection
        self._was_written = True

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that can only read; raises WarehouseError."""
        # Nobody sits before a run: it may wait as long to read as to write.
        patience = connect.WRITER_PATIENCE_SECONDS
        with (
            self._noticing_locks(),
            connect.reading(self.store, patience_seconds=patience) as connection,
        ):
            yield connection

    @contextmanager
    def _noticing_locks(self) -> Iterator[None]:
        try:
            yield
        except WarehouseLockedError:
            self._was_locked = True
            raise


def warehouse_of_a_run(settings: Settings, *, at_end: Callable[[Settings], None]) -> dg.ResourceDefinition:
    """Return the resource that gives each run the warehouse when its turn has come, and until it ends.

    `at_end` is called when a run that has stored something ends, whether its steps have succeeded or not. The run's
    tags say which process it lives in. One that could not get in is started again by Dagster's daemon.
    """

    @contextmanager
    def of_a_run(context: dg.InitResourceContext) -> Iterator[Warehouse]:
        warehouse = Warehouse.from_settings(settings)
        run, instance = context.run, context.instance
        if run is None or instance is None:
            yield warehouse
            return
        process = RunProcess.this(run.run_id)
        instance.add_run_tags(run.run_id, process.tags)
        with explained_failures(settings.report.language), turn(settings.warehouse, who=str(process)):
            yield warehouse
            if warehouse.was_written:
                try:
                    at_end(settings)
                except ActionableError as error:
                    # The run's steps are over; what they stored is stored.
                    logger.error(str(error))  # noqa: TRY400 (it says all; a stack trace says nothing more)
        if warehouse.was_locked:
            instance.add_run_tags(run.run_id, START_AGAIN)
        elif START_AGAIN.items() <= run.tags.items():
            # It got in, and has these from the run that it repeats.
            instance.add_run_tags(run.run_id, {RETRY_TAG: "false"})

    return dg.ResourceDefinition(of_a_run, config_schema={}, description=Warehouse.__doc__)
