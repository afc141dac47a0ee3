"""The process that a run lives in: how a run's tags name it, and whether it is still there."""

import os
import socket
from collections.abc import Mapping

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

PROCESS_TAG = ".dagster/ajour_revenue/process"
"""Dagster's UI hides what begins so: it is nothing for people, and would take their tags' room."""

SAME_MOMENT_SECONDS = 1.0
"""A process's start is told with a little error, which differs from one look to the next."""


class RunProcess(BaseModel):
    """The process of one run, on one machine; another one may get its number later, but not its start."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    host: str
    pid: int
    started_at: float
    """Seconds since 1970."""

    @classmethod
    def this(cls, run_id: str) -> "RunProcess":
        """Return the process that asks, as that of a run."""
        return cls(
            run_id=run_id,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=psutil.Process().create_time(),
        )

    @classmethod
    def of(cls, run_id: str, tags: Mapping[str, str]) -> "RunProcess | None":
        """Return the process that a run's tags name; None where they name none, or that of the run it repeats."""
        try:
            process = cls.model_validate_json(tags.get(PROCESS_TAG, ""))
        except ValidationError:
            # Whoever launches a run may give it any tag.
            return None
        return process if process.run_id == run_id else None

    @property
    def tags(self) -> dict[str, str]:
        """The tag that names it."""
        return {PROCESS_TAG: self.model_dump_json()}

    @property
    def is_gone(self) -> bool:
        """Whether it is certain that it has ended; of another machine's process nobody knows."""
        if self.host != socket.gethostname():
            return False
        try:
            process = psutil.Process(self.pid)
            return (
                process.status() == psutil.STATUS_ZOMBIE
                or abs(process.create_time() - self.started_at) > SAME_MOMENT_SECONDS
            )
        except psutil.NoSuchProcess:
            return True

    def __str__(self) -> str:
        return f"run {self.run_id.partition('-')[0]}, process {self.pid} on {self.host}"
