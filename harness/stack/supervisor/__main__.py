"""The supervisor of a stack: it runs the clock, is the only door to the mocks, and ends everything when its time comes.

On the local stack (``--spawn``) it is the parent of the mocks and the agent, and lives until the process that started
it ends or closes its standard input. In containers it is process 1 of the PID namespace that all of them share, and
lives until its lease is given up: with it, the kernel ends every process of the stack.

What every process of the stack may read, its environment and its arguments, has no secret in it. The token that callers
must show comes in the first line of standard input, or in a file that is removed when it has been read.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.clock import library
from harness.errors import StackError, exhausted
from harness.stack.agent import COMPILED
from harness.stack.cleanup.directories import remove_stack_directory
from harness.stack.cleanup.processes import adopt_orphans, kill_descendants
from harness.stack.directory import StackDirectory
from harness.stack.local.seclusion import SECLUDED, Seclusion, seclude
from harness.stack.local.spawning import MOCKS, Spawned
from harness.stack.supervisor import UP_WITHIN_S

if TYPE_CHECKING:  # what serves the door is loaded while the mocks, which were started first, load theirs
    import asyncio

LEASE_GRACE_S = 3.0
FIRST_WITHIN_S = 60.0
LOOK_EVERY_S = 0.005


def main() -> None:
    """Serve until it is time to end, then end everything."""
    options = _options()
    directory = StackDirectory(options.dir)
    directory.make()
    seclusion = Seclusion(None, SECLUDED)  # in containers, the engine has seen to that
    if options.spawn:
        seclusion = seclude(directory.root, *directory.elsewhere, reachable=options.host is not None)
    token = _token(options.token_file)
    adopt_orphans()
    spawned = None
    try:
        why_real = "real time was asked for" if options.real_clock else library.unusable_because()
        night_clock = _night_clock(directory, why_real, own_children_only=options.spawn)
        if options.spawn:
            spawned = Spawned(directory, virtual=why_real is None, in_child=seclusion.in_child)
            spawned.start(options.ports, options.mocks)
        else:
            _share_library(directory)

        import asyncio  # the mocks are starting meanwhile: see above

        asyncio.run(_serve(options, directory, night_clock, spawned, seclusion, token, why_real or "virtual"))
    except (StackError, OSError) as raised:
        error = raised if isinstance(raised, StackError) else exhausted(raised)
        if error is None:
            raise
        parts = {"where": error.where, "found": error.found, "expected": error.expected, "todo": error.todo}
        print(json.dumps({"error": parts}), flush=True)  # noqa: T201 - read by the process that started this
    finally:
        if options.spawn:
            kill_descendants()
            seclusion.end()
            remove_stack_directory(directory.root)
    os._exit(0)  # a clock thread that still waits for its last look does not delay the end


async def _serve(
    options: argparse.Namespace,
    directory: StackDirectory,
    night_clock: Any,
    spawned: Spawned | None,
    seclusion: Seclusion,
    token: str,
    clock: str,
) -> None:
    import asyncio

    from harness.stack.chain_views.chosen import ChainViews
    from harness.stack.supervisor.door_server import DoorServer, first_of
    from harness.stack.supervisor.mock_connections import MockConnections

    if spawned is not None:
        spawned.adopted()  # what this process needs is loaded by now, beside what the mocks need
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signo in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(signo, ended.set)
    mocks = MockConnections(directory)
    lease = Lease(loop, ended.set, grace_s=options.lease_grace_s, first_within_s=None if spawned else FIRST_WITHIN_S)
    views = ChainViews(directory.chain_views, mounts=seclusion.may_mount, neighbours=options.spawn)
    door_server = DoorServer(
        directory, night_clock, mocks, views, token=token, clock=clock, seclusion=seclusion, lease=lease.held
    )
    if spawned is not None:
        _watch_parent(loop, ended.set)
        for name, pid in spawned.pids.items():
            mocks.watch(name, pid, lambda name=name: spawned.how_it_ended(name))  # type: ignore[misc]
        gathering = asyncio.ensure_future(mocks.gather(MOCKS, within_s=options.up_within_s))
        await first_of(gathering, mocks.fallen, asyncio.ensure_future(ended.wait()))
        if mocks.fallen.done():
            gathering.cancel()
            mocks.fallen.result()
        if ended.is_set():
            return
        gathering.result()
        spawned.settled()
    door = await door_server.open(options.host, options.port)
    ready = {"door": door, "clock": clock, "network": seclusion.network, "endpoints": mocks.endpoints}
    print(json.dumps(ready), flush=True)  # noqa: T201 - read by the process that started this
    await ended.wait()
    night_clock.stop("the stack ends")


class Lease:
    """The connections that keep the stack alive; without one for too long, it ends."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        end: Callable[[], None],
        *,
        grace_s: float,
        first_within_s: float | None,
    ) -> None:
        self._loop = loop
        self._end = end
        self._grace_s = grace_s
        self._holders = 0
        self._ending = None if first_within_s is None else loop.call_later(first_within_s, end)

    def held(self, taken: bool) -> None:
        """One holder more, or one less."""
        self._holders += 1 if taken else -1
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._holders == 0:
            self._ending = self._loop.call_later(self._grace_s, self._end)


def _watch_parent(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """End with the process that started this: standard input tells, and so does its pidfd.

    Standard input alone would not do, because the other end of a pipe may have been inherited by somebody's fork.
    """

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            end()

    loop.add_reader(0, read)
    if hasattr(os, "pidfd_open"):
        try:
            loop.add_reader(os.pidfd_open(os.getppid()), end)
        except ProcessLookupError:
            end()


def _token(file: Path | None) -> str:
    """The first line of standard input, or of a file that somebody writes about now, and that nobody reads again."""
    line = b""
    until = time.monotonic() + FIRST_WITHIN_S
    while not line.endswith(b"\n"):
        if file is None:
            line += (read := os.read(0, 1))  # not one byte more: the rest is for who watches the parent
            given_up = not read
        else:
            time.sleep(LOOK_EVERY_S)
            line = file.read_bytes() if file.exists() else b""
            given_up = time.monotonic() > until
        if given_up:
            sys.exit("there is no token, and without one, anybody could open the door")
    if file is not None:
        file.unlink()
    return line.decode().strip()


def _night_clock(directory: StackDirectory, why_real: str | None, *, own_children_only: bool) -> Any:
    from harness.stack.supervisor.night_clock import RealNightClock, VirtualNightClock

    if why_real is not None:
        return RealNightClock(directory)
    return VirtualNightClock(directory, root=os.getpid() if own_children_only else None)


def _share_library(directory: StackDirectory) -> None:
    """Put the library and the agent where the other containers find them."""
    for artifact in (library.library_path(), COMPILED):
        if artifact is not None and artifact.exists():
            copy = directory.library / artifact.name
            shutil.copy(artifact, copy.with_suffix(".new"))
            copy.with_suffix(".new").rename(copy)  # a process that has the old one open keeps it whole


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="harness.stack.supervisor", description="The supervisor of a night's stack.")
    parser.add_argument("--dir", type=Path, required=True, help="the stack's directory")
    parser.add_argument(
        "--host",
        help="the address of the door, of a stack that can be reached from outside; left out, the door is a Unix socket"
        " in the directory, and the stack is secluded (--spawn)",
    )
    parser.add_argument("--port", type=int, default=0, help="the port of the door (0: any)")
    parser.add_argument("--token-file", type=Path, help="where the token comes, if not by standard input")
    parser.add_argument("--spawn", action="store_true", help="start the mocks and the agent here, and end with them")
    parser.add_argument("--ports", type=json.loads, default={}, help='fixed ports, as JSON: {"source": 8080}')
    parser.add_argument("--mocks", type=json.loads, default={}, help='other programs, as JSON: {"desk": ["python", …]}')
    parser.add_argument("--real-clock", action="store_true", help="leave time as the machine has it")
    parser.add_argument("--up-within-s", type=float, default=UP_WITHIN_S, help="how long the mocks may take to answer")
    parser.add_argument(
        "--lease-grace-s", type=float, default=LEASE_GRACE_S, help="how long a lease may be in nobody's hand"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
