"""The process that a run lives in: how a run's tags name it, and whether it is still there."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import psutil

PROCESS_TAG = "ajour_revenue/process"

SAME_MOMENT_SECONDS = 1.0
"""A process's start is told with a little error, which differs from one look to the next."""


@dataclass(frozen=True)
class RunProcess:
    """One process on one machine; another one may get its number later, but not its start."""

    host: str
    pid: int
    started_at: float
    """Seconds since 1970."""

    @classmethod
    def this(cls) -> "RunProcess":
        """Return the process that asks."""
        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time())

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "RunProcess | None":
        """Return the process that a run's tags name; None where they name none."""
        return cls(**json.loads(tags[PROCESS_TAG])) if PROCESS_TAG in tags else None

    @property
    def tags(self) -> dict[str, str]:
        """The tag that names it."""
        return {PROCESS_TAG: json.dumps(asdict(self))}

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
        return f"process {self.pid} on {self.host}"
