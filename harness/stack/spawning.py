"""Starting the local stack's processes: the mocks side by side and the agent, each with the night's environment."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

from harness.clock import library
from harness.contract.endpoints import ENDPOINTS
from harness.contract.points import Component
from harness.errors import StackError
from harness.stack.directory import StackDirectory
from harness.stack.processes import end_with_parent

MOCKS: tuple[Component, ...] = get_args(Component)
LOOPBACK = "127.0.0.1"
PACKAGE_HOME = Path(__file__).parents[2]
"""Where the harness is imported from, which need not be where it was installed."""

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

Ports = Mapping[str, int]


class Spawned:
    """The processes of a local stack, as their parent knows them."""

    def __init__(self, directory: StackDirectory, *, virtual: bool) -> None:
        self._directory = directory
        self._virtual = virtual
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._reserved = ExitStack()

    def start(self, ports: Ports, programs: Mapping[str, list[str]]) -> None:
        """Start everything and wait for nothing; `settled` when all answer."""
        for name in ports:
            self._require_free(name, ports[name])
        self._start("agent", [*agent_program(), "--with-parent", str(self._directory.socket("agent"))])
        listens = {one.name: self._reserve() if one.behind else ports.get(one.name, 0) for one in ENDPOINTS}
        for name in MOCKS:
            program = programs.get(name) or [sys.executable, "-P", "-m", f"harness.mocks.{name}"]
            options = ["--dir", str(self._directory.root), "--host", LOOPBACK]
            if name == "wire":
                for one in ENDPOINTS:
                    if one.behind:
                        options += ["--route", f"{one.name}={ports.get(one.name, 0)}={LOOPBACK}:{listens[one.name]}"]
            for one in ENDPOINTS:
                options += [one.option, str(listens[one.name])] if one.mock == name else []
            self._start(name, [*program, *options], preload=self._virtual)

    def settled(self) -> None:
        """All listen: give the reserved ports' placeholders back."""
        self._reserved.close()

    @property
    def pids(self) -> dict[str, int]:
        """Every process by its name."""
        return {name: child.pid for name, child in self._children.items()}

    def how_it_ended(self, name: str) -> str:
        """A child's end in words; reaps it."""
        code = self._children[name].wait()
        return f"it was killed by {signal.Signals(-code).name}" if code < 0 else f"it exited with code {code}"

    def _start(self, name: str, argv: list[str], *, preload: bool = False) -> None:
        environment = scrubbed_environment(self._directory) | {"PYTHONPATH": str(PACKAGE_HOME)}
        del environment["PYTHONDONTWRITEBYTECODE"]  # a job must not litter its chain's folder; a mock starts faster
        if preload:
            environment |= library.preload_environment(self._directory.page, name)
        with self._directory.log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
                preexec_fn=end_with_parent,  # sound here: the supervisor has no threads yet
            )

    def _reserve(self) -> int:
        """A free port that nobody else is given until the mock listens there: bound here, and not listening."""
        placeholder = self._reserved.enter_context(socket.socket())
        placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        placeholder.bind((LOOPBACK, 0))
        port: int = placeholder.getsockname()[1]
        return port

    def _require_free(self, name: str, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
                probe.listen()
            except OSError as error:
                raise StackError(
                    f"port {port} for {name}",
                    found=error.strerror or str(error),
                    expected=f"a port that this user may listen on at {LOOPBACK}, and nobody else does",
                    todo="end what listens there, or give another port (0 takes any free one)",
                ) from None


def agent_program() -> list[str]:
    """The compiled agent; where there was no compiler, the same in Python."""
    compiled = Path(__file__).with_name("night-agent")
    return [str(compiled)] if os.access(compiled, os.X_OK) else [sys.executable, "-P", "-m", "harness.stack.agent"]


def scrubbed_environment(directory: StackDirectory) -> dict[str, str]:
    """What every process of a local stack gets, and nothing else of the host's: no credentials, no proxies."""
    return {
        "PATH": os.pathsep.join([str(_folder_of_python(directory)), *SYSTEM_PATH]),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": str(directory.home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NIGHT_STACK": str(directory.root),
        "NIGHT_NETWORK": "loopback",
    }


def job_path() -> str:
    """The PATH of jobs as far as it is known before there is a stack: what is on it then is on it later."""
    return os.pathsep.join([str(Path(sys.executable).parent), *SYSTEM_PATH])


def _folder_of_python(directory: StackDirectory) -> Path:
    """Where "python" is the interpreter that runs this, with its packages."""
    folder = Path(sys.executable).parent
    if (folder / "python").exists():
        return folder
    wrapper = directory.library / "python"
    if not wrapper.exists():
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        wrapper.chmod(0o755)
    return directory.library
