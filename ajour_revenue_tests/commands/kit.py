"""The commands as people and scripts call them: in this process, or in a terminal of their own."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ajour_revenue.cli import main
from ajour_revenue_tests.processes import PATIENCE_SECONDS, clean_environment

COLUMNS = 80
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOURS = re.compile(r"\x1b\[[0-9;]*3[1-6][0-9;]*m")


@dataclass
class Screen:
    """What a terminal of 80 columns shows of a command, and how it ended."""

    raw: str = ""
    exit_code: int | None = None

    @property
    def text(self) -> str:
        """What was shown, without colours and movements of the cursor."""
        return ESCAPES.sub("", self.raw).replace("\r\n", "\n")

    @property
    def has_colours(self) -> bool:
        return COLOURS.search(self.raw) is not None

    @property
    def widest_line(self) -> int:
        return max(len(line) for line in re.split(r"[\r\n]", self.text))


@dataclass
class Terminal(Screen):
    """A command in a terminal of its own, to which one can type."""

    process: subprocess.Popen[bytes] = field(kw_only=True)
    descriptor: int = field(kw_only=True)
    answered: int = 0

    def expect(self, text: str) -> None:
        """Wait until the command has shown a text, after what was expected before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.text.find(text, self.answered)) < 0:
            assert time.monotonic() < deadline, f"{text!r} was not shown:\n{self.text}"
            assert self._read(), f"The command ended without showing {text!r}:\n{self.text}"
        self.answered = found + len(text)

    def send(self, text: str) -> None:
        """Type a text."""
        os.write(self.descriptor, text.encode())

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, and type the answer to it."""
        self.expect(question)
        self.send(f"{text}\n")

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait until the command ends; return its exit code."""
        while self._read():
            pass
        self.exit_code = self.process.wait(PATIENCE_SECONDS)
        return self.exit_code

    def _read(self) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], PATIENCE_SECONDS)
        assert ready, f"Nothing more came:\n{self.text}"
        try:
            read = os.read(self.descriptor, 65536)
        except OSError:
            # Linux says so when the other end of a terminal is closed.
            return False
        self.raw += read.decode()
        return bool(read)


@dataclass
class Shell:
    """A folder and an environment to call commands in."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: object, typed: str | None = None) -> Result:
        """Call a command in this process, where no terminal is."""
        given = [str(argument) for argument in arguments]
        return CliRunner().invoke(main, given, input=typed, catch_exceptions=False, prog_name="ajour-revenue")

    def json(self, *arguments: object) -> Any:  # noqa: ANN401 (as JSON is)
        """Return what a command prints with --json."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def show(self, *arguments: object, colours: bool = True) -> "Screen":
        """Call a command in this process, on a terminal."""
        ours, theirs = pty.openpty()
        chunks: list[bytes] = []
        reader = threading.Thread(target=_read_all, args=(ours, chunks))
        reader.start()
        with pytest.MonkeyPatch.context() as patch, os.fdopen(theirs, "w", encoding="utf-8") as screen:
            for name, value in _terminal_environment({} if colours else {"NO_COLOR": "1"}).items():
                if name in {"TERM", "NO_COLOR"}:
                    patch.setenv(name, value)
            patch.setenv("COLUMNS", str(COLUMNS))
            with redirect_stdout(screen), redirect_stderr(screen), pytest.raises(SystemExit) as ended:
                main.main([str(argument) for argument in arguments])
        reader.join()
        os.close(ours)
        return Screen(b"".join(chunks).decode(), int(ended.value.code or 0))

    @contextmanager
    def terminal(self, *arguments: object, **environment: str) -> Iterator[Terminal]:
        """Call a command in a terminal."""
        ours, theirs = pty.openpty()
        subprocess.run(["stty", "cols", str(COLUMNS), "rows", "40"], stdin=theirs, check=True)
        process = subprocess.Popen(
            [Path(sys.executable).parent / "ajour-revenue", *map(str, arguments)],
            cwd=self.folder,
            env=_terminal_environment(self.environment | environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            yield Terminal(process=process, descriptor=ours)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(ours)


def _read_all(descriptor: int, chunks: list[bytes]) -> None:
    with suppress(OSError):
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)


def _terminal_environment(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in clean_environment({}).items()
        if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI"}
    }
    return {**inherited, "TERM": "xterm-256color", **environment}
