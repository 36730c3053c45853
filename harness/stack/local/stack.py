"""The local stack: the mocks and the jobs are processes of this machine, under a supervisor of their own."""

from __future__ import annotations

import json
import os
import secrets
import select
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from harness.clock import library
from harness.clock.census.open_files import require_files
from harness.contract.addresses import AUTHORITY_FILE
from harness.contract.consumers import Kinds, consumer_places
from harness.contract.endpoints import places as endpoint_places
from harness.errors import StackError
from harness.extensions.doors import Extension, declared
from harness.stack import Stack
from harness.stack.cleanup.directories import (
    PREFIX,
    claim,
    clock_directory,
    home,
    scratch_directory,
    sweep,
)
from harness.stack.cleanup.processes import python
from harness.stack.cleanup.removal import remove_what_goes
from harness.stack.directory import StackDirectory
from harness.stack.door import Door
from harness.stack.extensions import bundle
from harness.stack.local.spawning import LOOPBACK, harness_environment, scrubbed_environment
from harness.stack.supervisor import UP_WITHIN_S

STOP_WITHIN_S = 10.0
MARGIN_S = 5.0
"""The supervisor is given more time than its mocks, because it says best which of them was late."""


class LocalStack(Stack):
    """Everything under one private directory and one supervisor, which ends with the process that made this.

    ``ports`` fixes the port of an endpoint (source, consumers, desk, scheduler); the others are any free ones.
    ``mocks`` puts another program in the place of a mock: its name and the argv that the options are added to.
    ``certificate`` is a PEM file with its key, with which the scheduler's API is served over TLS.
    ``extensions`` are imported inside the mocks; all that installed packages declare, if left out.
    ``reachable`` leaves it on this machine's network, where clients outside reach its endpoints and it reaches theirs;
    else it has a network of its own, where the kernel lets it (see `Stack.network`).
    ``virtual=False`` leaves time as the machine has it. ``up_within_s`` is how long the mocks may take to answer.
    """

    name = "local"

    def __init__(
        self,
        *,
        ports: Mapping[str, int] | None = None,
        mocks: Mapping[str, list[str]] | None = None,
        certificate: Path | None = None,
        reachable: bool = False,
        virtual: bool = True,
        up_within_s: float = UP_WITHIN_S,
        extensions: Sequence[Extension] | None = None,
    ) -> None:
        self._extensions = declared("mocks") if extensions is None else list(extensions)
        self._ports = dict(ports or {})
        self._mocks = dict(mocks or {})
        self._certificate = certificate
        if certificate is not None:
            program = [*python(), "harness.mocks.scheduler", "--certificate", str(certificate.resolve())]
            self._mocks.setdefault("scheduler", program)
        self._reachable = reachable
        self._virtual = virtual
        self._up_within_s = up_within_s
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._endpoints: dict[str, int] = {}
        self._cwds: dict[str, str] = {}
        self.directory: StackDirectory
        self.clock = self.network = "not started"

    def start(self) -> Self:
        """Sweep what killed runs have left, then start; returns when every mock answers."""
        added = bundle(self._extensions)
        require_files("the local stack")
        sweep()
        self.directory = StackDirectory(_private_directory())
        claim(self.directory.root)
        try:
            self.scratch = scratch_directory()
            self.directory.put_temporary(self.scratch / "tmp")
            self.directory.make()
            added.write(self.directory.root)
            ready = self._start_supervisor(token := secrets.token_urlsafe())
        except BaseException:
            self.stop()
            raise
        self.clock, self.network, self._endpoints = ready["clock"], ready["network"], ready["endpoints"]
        self._cwds = {}
        self.door = Door(ready["door"], token)
        return self

    def stop(self) -> None:
        """Close the supervisor's input, and wait until it has ended everything."""
        if hasattr(self, "door"):
            self.door.close()
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            _end(supervisor)
        if hasattr(self, "directory") and self.directory.root.exists():  # somebody has killed it, or it never ran
            sweep(self.directory.root)
        if hasattr(self, "scratch"):
            remove_what_goes(self.scratch)

    def places(self, *, folders: Iterable[str] = (), consumers: Kinds | None = None) -> dict[str, str]:
        """Loopback addresses and real paths."""
        places = endpoint_places(lambda endpoint: (LOOPBACK, self._endpoints[endpoint.name]))
        if self._certificate is not None:
            places["scheduler.url"] = places["scheduler.url"].replace("http:", "https:")
        places["scheduler.msgin"] = str(self.directory.root / "msgin")
        places["desk.authority"] = str(self.directory.root / AUTHORITY_FILE)
        places |= {f"folder.{name}": str(self.directory.folders / name) for name in folders}
        return places | consumer_places(consumers or {}, places)

    def published(self, consumers: Kinds | None = None) -> dict[str, str]:
        """The same addresses as a job's; empty unless the stack was made ``reachable``."""
        return self.places(consumers=consumers) if self._reachable else {}

    def job_environment(self, component: str, image: str | None = None) -> dict[str, str]:  # noqa: ARG002 - see agent
        """The scrubbed environment, the clock, and no way off this machine."""
        environment = scrubbed_environment(self.directory) | {"TMPDIR": str(self.directory.temporary)}
        if self.clock == "virtual":
            environment |= library.preload_environment(self.directory.page, component, for_all_users=True)
        return environment

    def job_cwd(self, chain_folder: Path) -> str:
        """The folder itself, over which the supervisor lays the night's own; or a copy, where it cannot."""
        folder = str(chain_folder.resolve())
        if folder not in self._cwds:
            self._cwds[folder] = self.door.ask("POST", "/chain", {"folder": folder})["cwd"]
        return self._cwds[folder]

    def agent(self, image: str | None = None) -> str:  # noqa: ARG002 - a process needs no image
        """There is one."""
        return "agent"

    def _start_supervisor(self, token: str) -> dict[str, Any]:
        argv = [*python(), "harness.stack.supervisor", "--spawn", "--dir", str(self.directory.root)]
        argv += ["--ports", json.dumps(self._ports), "--mocks", json.dumps(self._mocks)]
        argv += ["--up-within-s", str(self._up_within_s)] + ([] if self._virtual else ["--real-clock"])
        argv += ["--host", LOOPBACK] if self._reachable else []
        with self.directory.log("supervisor").open("ab") as log:
            try:
                self._supervisor = subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=harness_environment(self.directory) | library.real_clock(os.environ),
                    start_new_session=True,  # Ctrl-C reaches the terminal's group, and the supervisor must outlive it
                )
            except OSError as error:
                raise self._not_up(f"{argv[0]} cannot be started: {error.strerror}") from error
        assert self._supervisor.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):  # it has ended, and why it has is told where its answer is read
            os.write(self._supervisor.stdin.fileno(), f"{token}\n".encode())
        return self._read_ready(self._supervisor)

    def _read_ready(self, supervisor: subprocess.Popen[bytes]) -> dict[str, Any]:
        line = b""
        deadline = time.monotonic() + self._up_within_s + MARGIN_S
        assert supervisor.stdout is not None  # noqa: S101 - it is a pipe
        output = supervisor.stdout.fileno()
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(output, 65536) if ready else b""
            if not chunk:
                state = "it ended before it was ready" if ready else "it was not ready in time"
                raise self._not_up(state)
            line += chunk
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            error = answer["error"]
            raise StackError(error["where"], found=error["found"], expected=error["expected"], todo=error["todo"])
        return answer

    def _not_up(self, found: str) -> StackError:
        return StackError(
            "the supervisor of the local stack",
            found=f"{found}; its last output:\n{self.directory.last_lines('supervisor')}",
            expected="a supervisor that starts the mocks and opens its door",
            todo="read its output above; if it says nothing, look for what killed it (out of memory, a signal)",
        )


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    """Let it end everything; its input's end tells it to."""
    for pipe in (supervisor.stdin, supervisor.stdout):
        if pipe is not None:
            pipe.close()
    try:
        supervisor.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _private_directory() -> Path:
    """A new directory that only this user may enter, in shared memory where that will do.

    Of root's, the clock lies elsewhere: programs that a job starts as another user are in the night as well.
    """
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home()))
    if os.geteuid() == 0:
        StackDirectory(directory).share(clock_directory())
    return directory
