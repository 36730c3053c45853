"""Programs in virtual time, below the test process: what the tests of the clock are made of."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.clock.controller import Controller, Stop
from harness.clock.library import preload_environment
from harness.clock.page import ClockPage
from tests.calibration import patience_s

AT_NS = 1_795_485_600 * 10**9
SECOND = 10**9
HOUR = 3600 * SECOND


@dataclass(frozen=True)
class Ended:
    """What a program did: its output, its exit code, the virtual seconds it took."""

    out: str
    err: str
    code: int
    virtual_s: float


class Night:
    """Starts programs in virtual time and runs the clock for them."""

    def __init__(self, page: ClockPage, path: Path, controller: Controller) -> None:
        self.page, self.path, self.controller = page, path, controller
        self.processes: list[subprocess.Popen[str]] = []

    def environment(self, component: str = "program", more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**os.environ, **preload_environment(self.path, component), **(more or {})}

    def start(
        self, *command: str, component: str = "program", more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            env=self.environment(component, more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def python(self, code: str, *arguments: str, component: str = "program") -> subprocess.Popen[str]:
        return self.start(sys.executable, "-c", textwrap.dedent(code), *arguments, component=component)

    def go(self, hours: float = 24 * 365, runaway_s: float | None = None) -> Stop:
        return self.controller.run(self.page.now_ns + int(hours * HOUR), runaway_s=runaway_s or patience_s())

    def run(self, *command: str, more: Mapping[str, str] | None = None) -> Ended:
        """Run one program to its end."""
        before = self.page.now_ns
        process = self.start(*command, more=more)
        stop = self.go()
        if process.poll() is None and stop.waits:
            pytest.fail(f"{stop.reason}: {stop.waits}")
        out, err = process.communicate(timeout=patience_s())
        return Ended(out, err, process.returncode, (self.page.now_ns - before) / SECOND)

    def run_python(self, code: str, more: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> Ended:
        return self.run(sys.executable, "-c", textwrap.dedent(code), *arguments, more=more)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self.controller.close()
        self.page.close()
