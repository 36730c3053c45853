"""The mocks as the supervisor knows them: a kept connection to each control interface, and an eye on each process."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

import aiohttp

from harness.errors import AuthorError, ExtensionError, StackError
from harness.stack.directory import StackDirectory

ANSWER_TIMEOUT_S = 20.0
LOOK_EVERY_S = 0.005


class MockConnections:
    """The control interfaces of all mocks of one stack.

    ``fallen`` is a future that fails with the first mock's death: every wait waits for it too.
    """

    def __init__(self, directory: StackDirectory) -> None:
        self.pids: dict[str, int] = {}
        self.endpoints: dict[str, int] = {}
        self.fallen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._directory = directory
        self._watched: set[str] = set()
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    @property
    def names(self) -> list[str]:
        """Who has answered."""
        return list(self.pids)

    async def gather(self, names: Iterable[str], *, within_s: float) -> None:
        """Wait until each answers its health, and watch its process from then on."""
        await asyncio.gather(*(self._meet(name, within_s) for name in names))

    async def call(
        self, component: str, method: str, path: str, body: bytes = b"", *, within_s: float = ANSWER_TIMEOUT_S
    ) -> tuple[int, bytes]:
        """One control call: the status and the body of the answer."""
        url, timeout = f"http://mock/{path}", aiohttp.ClientTimeout(total=within_s)
        try:
            async with self._session(component).request(method, url, data=body, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise self._silent(component, f"no answer to {method} /{path} in {within_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._silent(component, f"{method} /{path} failed: {error}") from error

    async def call_all(self, method: str, path: str, body: bytes = b"", *, within_s: float = ANSWER_TIMEOUT_S) -> None:
        """The same call to every mock at once; the first refusal is raised when all have answered."""
        calls = (self.call(name, method, path, body, within_s=within_s) for name in self.names)
        answers = await asyncio.gather(*calls)
        for name, (status, answer) in zip(self.names, answers, strict=True):
            if status >= 400:
                _raise_unfit(answer)
                raise RefusedError(f"{name}: {method} /{path}: {answer.decode(errors='replace')}")

    def watch(self, name: str, pid: int, how_it_ended: Callable[[], str] = lambda: "it ended") -> None:
        """Tell through ``fallen`` when a process ends that must not; one that is watched already stays so."""
        if name in self._watched or not hasattr(os, "pidfd_open"):
            return
        self._watched.add(name)
        watched = os.pidfd_open(pid)
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(watched)
            os.close(watched)
            if not self.fallen.done():
                self.fallen.set_exception(self._ended(name, how_it_ended()))
                self.fallen.exception()  # it is no mistake if it is not asked for any more

        loop.add_reader(watched, ended)

    async def close(self) -> None:
        """Let go of the connections."""
        for session in self._sessions.values():
            await session.close()

    async def _meet(self, name: str, within_s: float) -> None:
        socket = self._directory.socket(name)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    with suppress(aiohttp.ClientConnectorError):
                        async with self._session(name).get("http://mock/health") as answer:
                            health = await answer.json()
                            break
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise StackError(
                f"the mock {name}",
                found=f"no answer at control/{socket.name} within {within_s:g} s; its last output:\n"
                + self._directory.last_lines(name),
                expected="that it serves its control interface soon after its start",
                todo="look at its output; on a machine this busy, start fewer stacks at once",
            ) from None
        if "broken" in health:
            raise ExtensionError(**health["broken"])
        if name == "wire":  # the mock behind it has an endpoint of the same name, which no other may use
            self.endpoints = self.endpoints | health["endpoints"]
        else:
            self.endpoints = health["endpoints"] | self.endpoints
        self.pids[name] = health["pid"]
        self.watch(name, health["pid"])

    def _session(self, component: str) -> aiohttp.ClientSession:
        if component not in self._sessions:
            self._sessions[component] = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._directory.socket(component)), keepalive_timeout=3600),
                timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S),
            )
        return self._sessions[component]

    def _silent(self, component: str, found: str) -> StackError:
        return StackError(
            f"the mock {component}",
            found=f"{found}; its last output:\n{self._directory.last_lines(component)}",
            expected="an answer from its control interface",
            todo="look at its output; if there is nothing, run again, and report it with the history file",
        )

    def _ended(self, name: str, how: str) -> StackError:
        return StackError(
            f"the {name} of the stack",
            found=f"{how}; its last output:\n{self._directory.last_lines(name)}",
            expected="that it lives as long as the stack",
            todo="look for what ended it (out of memory, a signal); nothing is restarted behind your back: run again",
        )


class RefusedError(Exception):
    """A mock refused a control call: a bug of the harness, told with the mock's own words."""


def _raise_unfit(answer: bytes) -> None:
    """Raise what a mock says of a night that it cannot begin, and nothing where it says something else."""
    error = json.loads(answer).get("error")
    if not isinstance(error, dict):
        return
    if error.pop("author", False):
        raise AuthorError("{where}: found {found}; expected {expected}; {todo}".format_map(error))
    raise StackError(error.pop("where"), **error)
