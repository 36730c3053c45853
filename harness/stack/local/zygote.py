"""The mocks of a local stack from one process: it loads what they share once, forks each, and ends.

Each begins as a copy of an interpreter that has imported everything, which is most of what a mock's own start takes.
What it forked becomes the children of the process that started it, which must be a child subreaper.

    zygote < {"desk": {"options": ["--dir", "/a/stack"], "log": "/a/stack/logs/desk.log"}} > {"desk": 4711}
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from harness.mocks.consumers.__main__ import Consumers
from harness.mocks.core.mock import Mock
from harness.mocks.core.program import run
from harness.mocks.desk.__main__ import Desk
from harness.mocks.folders.__main__ import Folders
from harness.mocks.scheduler.__main__ import Scheduler
from harness.mocks.source.__main__ import Source
from harness.mocks.wire.__main__ import Wire
from harness.stack.cleanup.processes import call_oneself, end_with_parent, python

MOCKS = (Source, Wire, Scheduler, Consumers, Desk, Folders)
PROGRAMS: Mapping[str, type[Mock]] = {mock.component: mock for mock in MOCKS}


def main() -> None:
    """Fork every mock that is asked for on standard input, and write their process ids."""
    asked: dict[str, Any] = json.load(sys.stdin)
    zygote, adopter = os.getpid(), os.getppid()
    ended, alive = os.pipe()
    gc.collect()
    gc.freeze()  # a collection that looks at what is shared would make a copy of it
    forked = {}
    for name, how in asked.items():
        forked[name] = os.fork()
        if forked[name] == 0:
            os.close(alive)
            _leave(how["log"])
            os.read(ended, 1)
            while os.getppid() == zygote:  # its files close a moment before its children are another's
                os.sched_yield()
            end_with_parent()
            if os.getppid() != adopter:
                os._exit(1)
            call_oneself(name)
            # Which command line would have begun this program: the scheduler restarts by it.
            sys.argv = [f"harness.mocks.{name}", *how["options"]]
            sys.orig_argv = [*python(), *sys.argv]
            run(PROGRAMS[name])
            return
    print(json.dumps(forked), flush=True)  # noqa: T201 - read by the process that started this
    os._exit(0)


def _leave(log: str) -> None:
    """Share neither session nor streams with anybody."""
    os.setsid()
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream, source in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(source, stream)


if __name__ == "__main__":
    main()
