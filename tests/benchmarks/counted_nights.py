"""A pytest plugin that writes one line for every night that is really lived: where its time went.

    NIGHT_COUNT=FOLDER pytest -p tests.benchmarks.counted_nights scenarios -n 2

Each worker writes its own file of JSON lines: when the night began and ended, and seconds of each phase. A baseline
that is taken from memory is no night and leaves no line.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

PHASES = ("plan", "reset", "arm", "begin", "run", "settle", "history", "judge", "start", "stop")
"""What is timed, by the name of the call; what a night takes beyond them is the rest."""


class Counting:
    """Wraps the calls of one worker."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / f"{os.getpid()}.jsonl").open("a", buffering=1)
        self._spent: Counter[str] = Counter()

    def install(self) -> None:
        """Time every phase, and write a line for every night."""
        from harness.night import runner as night
        from harness.night.plan import Planner
        from harness.stack import Stack
        from harness.stack.local.stack import LocalStack

        timed: list[tuple[Any, str]] = [
            (Planner, "plan"),
            (LocalStack, "start"),
            (LocalStack, "stop"),
            (night, "judge"),
        ]
        timed += [(Stack, name) for name in ("reset", "arm", "begin", "run", "settle", "history")]
        for owner, name in timed:
            setattr(owner, name, self._timed(getattr(owner, name), name))
        night.NightRunner._night = self._counted(night.NightRunner._night)  # type: ignore[method-assign]

    def _timed(self, call: Any, name: str) -> Any:
        @functools.wraps(call)
        def timed(*args: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*args, **options)
            finally:
                self._spent[name] += time.perf_counter() - began  # type: ignore[assignment]
                if name in ("judge", "start", "stop"):
                    self._write({})

        return timed

    def _counted(self, call: Any) -> Any:
        @functools.wraps(call)
        def counted(*args: Any, **options: Any) -> Any:
            began = time.time()
            result = call(*args, **options)
            sentence = inspect.signature(call).bind(*args, **options).arguments["sentence"]
            self._write({"began": began, "ended": time.time(), "sentence": sentence})
            return result

        return counted

    def _write(self, more: dict[str, Any]) -> None:
        self._file.write(json.dumps({"spent": dict(self._spent), **more}) + "\n")
        self._spent.clear()


def pytest_configure(config: pytest.Config) -> None:
    """In workers, and where there are none, in pytest itself."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        Counting(Path(os.environ["NIGHT_COUNT"])).install()
