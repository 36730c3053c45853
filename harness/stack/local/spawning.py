"""Starting the local stack's processes: the mocks side by side and the agent, each with the night's environment."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, get_args

from harness.clock import library
from harness.contract.endpoints import ENDPOINTS, PUBLISHED_NAMES
from harness.contract.points import Component
from harness.errors import StackError
from harness.mocks.core import exhaustion
from harness.stack.agent import COMPILED
from harness.stack.cleanup.processes import end_with_parent, python
from harness.stack.directory import StackDirectory

MOCKS: tuple[Component, ...] = get_args(Component)
LOOPBACK = "127.0.0.1"
PACKAGE_HOME = Path(__file__).parents[3]
"""Where the harness is imported from, which need not be where it was installed."""

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

ZYGOTE = "zygote"

Ports = Mapping[str, int]


class Spawned:
    """The processes of a local stack, as their parent knows them."""

    def __init__(self, directory: StackDirectory, *, virtual: bool, in_child: Callable[[], None]) -> None:
        self._directory = directory
        self._virtual = virtual
        self._in_child = in_child
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._forked: dict[str, int] = {}
        self._reserved = ExitStack()

    def start(self, ports: Ports, programs: Mapping[str, list[str]]) -> None:
        """Start everything and wait for nothing: `adopted` when there are mocks, `settled` when all answer."""
        for name in ports:
            self._require_free(name, ports[name])
        self._start("agent", [*agent_program(), "--with-parent", str(self._directory.socket("agent"))], {})
        listens = {one.name: self._reserve() if one.behind else ports.get(one.name, 0) for one in ENDPOINTS}
        options: dict[str, list[str]] = {name: self._options(name, ports, listens) for name in MOCKS}
        if sys.platform != "linux":  # there is no subreaper to adopt what a process leaves behind
            programs = {name: [*python(), f"harness.mocks.{name}"] for name in MOCKS} | dict(programs)
        for name, program in programs.items():
            self._start(name, [*program, *options.pop(name)], self._inside(name))
        asked = {name: {"options": options[name], "log": str(self._directory.log(name))} for name in options}
        if asked:
            self._ask(ZYGOTE, [*python(), "harness.stack.local.zygote"], self._inside(), asked)

    def adopted(self) -> None:
        """Wait until the mocks have been forked; StackError when they have not."""
        zygote = self._started.pop(ZYGOTE, None)
        if zygote is None:
            return
        told, _ = zygote.communicate()
        if zygote.returncode:
            raise StackError(
                "the start of the mocks",
                found=f"{_in_words(zygote.returncode)}; its last output:\n{self._directory.last_lines(ZYGOTE)}",
                expected="that one process loads the mocks' modules and forks each",
                todo="look at its output; a package that is broken or missing is named there",
            )
        self._forked = json.loads(told)

    def settled(self) -> None:
        """All listen: give the reserved ports' placeholders back."""
        self._reserved.close()

    @property
    def pids(self) -> dict[str, int]:
        """Every process by its name."""
        return {name: child.pid for name, child in self._started.items()} | self._forked

    def how_it_ended(self, name: str) -> str:
        """A child's end in words; reaps it."""
        if name in self._started:
            return _in_words(self._started[name].wait())
        return _in_words(os.waitstatus_to_exitcode(os.waitpid(self._forked[name], 0)[1]))

    def _options(self, name: str, ports: Ports, listens: Ports) -> list[str]:
        options = ["--dir", str(self._directory.root), "--host", LOOPBACK]
        if name == "wire":
            for one in ENDPOINTS:
                if one.behind:
                    options += ["--route", f"{one.name}={ports.get(one.name, 0)}={LOOPBACK}:{listens[one.name]}"]
        for one in ENDPOINTS:
            options += [one.option, str(listens[one.name])] if one.mock == name else []
        return options

    def _inside(self, component: str | None = None) -> dict[str, str]:
        """What puts a process into the night's time, where there is one."""
        return library.preload_environment(self._directory.page, component) if self._virtual else {}

    def _start(self, name: str, argv: list[str], more: Mapping[str, str]) -> None:
        self._spawn(name, argv, more, stdin=subprocess.DEVNULL, stdout=None)

    def _ask(self, name: str, argv: list[str], more: Mapping[str, str], question: object) -> None:
        """Start a program that reads JSON and answers on its standard output."""
        with tempfile.TemporaryFile() as file:
            file.write(json.dumps(question).encode())
            file.seek(0)
            self._spawn(name, argv, more, stdin=file, stdout=subprocess.PIPE)

    def _spawn(
        self, name: str, argv: list[str], more: Mapping[str, str], *, stdin: int | IO[bytes], stdout: int | None
    ) -> None:
        def begin() -> None:
            end_with_parent()
            self._in_child()

        with self._directory.log(name).open("ab") as log:
            self._started[name] = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=stdout or log,
                stderr=log,
                env=harness_environment(self._directory) | {**more},
                start_new_session=True,
                preexec_fn=begin,  # sound here: the supervisor has no threads yet
            )

    def _reserve(self) -> int:
        """A free port that the kernel keeps for the mock until it listens: bound here, and not listening."""
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


def _in_words(code: int) -> str:
    if code == exhaustion.CODE:
        return "it ended because this machine has run out of something: of room on its disk, or of open files"
    return f"it was killed by {signal.Signals(-code).name}" if code < 0 else f"it exited with code {code}"


def agent_program() -> list[str]:
    """The compiled agent; where there was no compiler, the same in Python."""
    return [str(COMPILED)] if os.access(COMPILED, os.X_OK) else [*python(), "harness.stack.agent"]


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


def harness_environment(directory: StackDirectory) -> dict[str, str]:
    """The same for programs of the harness itself, beside which jobs of the same user run."""
    environment = scrubbed_environment(directory) | {"PYTHONPATH": str(PACKAGE_HOME)}
    if published := os.environ.get(PUBLISHED_NAMES):
        environment[PUBLISHED_NAMES] = published
    del environment["PYTHONDONTWRITEBYTECODE"]  # a job must not litter its chain's folder; a mock starts faster
    return environment


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
