"""The supervisor's side of the door: an HTTP server that asks for the token and answers with JSON.

Every call also waits for the death of a mock: then the answer is that, whatever was asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from harness.clock.controller import Stop
from harness.contract.codec import ContractError, read
from harness.contract.plan import Plan
from harness.contract.rows import ROWS
from harness.errors import AuthorError, ExtensionError, StackError, exhausted
from harness.stack.agent.clear_jobs import clear
from harness.stack.chain_views.chosen import ChainViews
from harness.stack.directory import StackDirectory, plain
from harness.stack.local.seclusion import Seclusion
from harness.stack.local.spawning import MOCKS
from harness.stack.supervisor import SETTLED_WITHIN_S, UNIX
from harness.stack.supervisor.mock_connections import MockConnections, RefusedError
from harness.stack.supervisor.night_clock import NightClock, outside_events

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

BODY_BYTES_MAX = 4 << 30
ALIVE_EVERY_S = 1.0
GATHER_WITHIN_S = 20.0
DEATH_KNOWN_WITHIN_S = 0.25
"""A connection may break a moment before the kernel tells of the death that broke it, which is the better message."""

STILL_TOLD = ("/history", "/rows", "/output", "/lease")
"""What can be asked after a mock's death: what led to it."""

TELLS_ITSELF = "/run"
"""What may have begun to answer by then, and says it in the rest of its answer."""


class DoorServer:
    """The door's routes over what they open."""

    def __init__(
        self,
        directory: StackDirectory,
        night_clock: NightClock,
        mocks: MockConnections,
        views: ChainViews,
        *,
        token: str,
        clock: str,
        seclusion: Seclusion,
        lease: Callable[[bool], None],
    ) -> None:
        self._directory = directory
        self._night_clock = night_clock
        self._mocks = mocks
        self._views = views
        self._token = token
        self._clock = clock
        self._seclusion = seclusion
        self._lease = lease
        self._moving: str | None = None
        self._pacing: asyncio.Task[None] | None = None

    async def open(self, host: str | None, port: int) -> str:
        """Listen there, or without a host at a Unix socket; the URL."""
        app = web.Application(middlewares=[self._admit], client_max_size=BODY_BYTES_MAX)
        app.add_routes(
            [
                web.get("/health", self._health),
                web.post("/gather", self._gather),
                web.get("/store", self._stored),
                web.put("/store/{sha256}", self._keep),
                web.post("/chain", self._chain),
                web.delete("/chain", self._drop_chain),
                web.post("/reset", self._reset),
                web.route("*", "/mocks/{component}/{path:.*}", self._control),
                web.post("/run", self._run),
                web.post("/travel", self._travel),
                web.post("/pace", self._pace),
                web.delete("/pace", self._unpace),
                web.post("/settle", self._settle),
                web.get("/history", self._history),
                web.get("/rows", self._rows),
                web.get("/output/{name}", self._output),
                web.get("/lease", self._hold_lease),
            ]
        )
        runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=3600, handle_signals=False, handler_cancellation=True
        )
        await runner.setup()
        if host is None:
            path = self._directory.socket("door")
            await web.UnixSite(runner, path).start()
            return f"{UNIX}{path}"
        await web.TCPSite(runner, host, port).start()
        return f"http://{host}:{runner.addresses[0][1]}"

    # -- who may ask, and what goes wrong ---------------------------------------------------------

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return _refuse(401, "the token is missing or is another stack's")
        try:
            if request.path.startswith(STILL_TOLD) or request.path == TELLS_ITSELF:
                return await handler(request)
            answer: web.StreamResponse = await self._unless_fallen(handler(request))
            return answer
        except Exception as error:  # whatever it is, the harness has to see it
            return _explain(error)

    async def _unless_fallen(self, work: Awaitable[Any]) -> Any:
        """The work's result, or the death of a mock as soon as it is known."""
        task = asyncio.ensure_future(work)
        try:
            await first_of(task, self._mocks.fallen)
            if task.done() and not task.cancelled() and isinstance(task.exception(), StackError):
                await first_of(self._mocks.fallen, timeout_s=DEATH_KNOWN_WITHIN_S)
            if self._mocks.fallen.done():
                self._tell_death()
            return task.result()
        finally:
            await _end(task)

    def _tell_death(self) -> None:
        """Raise what a mock died of: a clock that is no more as it was, and a full disk, are what all die of."""
        self._night_clock.require_sound()
        self._directory.require_room()
        self._mocks.fallen.result()

    # -- the routes -------------------------------------------------------------------------------

    async def _health(self, _: web.Request) -> web.StreamResponse:
        if self._pacing is not None and self._pacing.done():
            self._pacing.result()
        self._night_clock.require_sound()
        mocks = self._mocks
        agents = [socket.stem for socket in (*self._directory.agents(), *self._directory.servers())]
        known = {"mocks": mocks.pids, "endpoints": mocks.endpoints, "agents": agents}
        return web.json_response({"clock": self._clock, "pid": os.getpid(), **known})

    async def _gather(self, request: web.Request) -> web.StreamResponse:
        """Wait until the mocks are there; for a stack whose mocks somebody else starts."""
        asked = await _json(request)
        await self._mocks.gather(asked.get("mocks", MOCKS), within_s=asked.get("within_s", GATHER_WITHIN_S))
        return await self._health(request)

    async def _stored(self, _: web.Request) -> web.StreamResponse:
        """The contents that are there whole, by their checksums."""
        return web.json_response([path.name for path in self._directory.contents.iterdir() if path.name[0] != "."])

    async def _keep(self, request: web.Request) -> web.StreamResponse:
        sha256 = plain(request.match_info["sha256"])
        found = hashlib.sha256()
        partial = self._directory.contents / f".{sha256}.part"
        try:
            with partial.open("wb") as file:
                async for chunk in request.content.iter_chunked(1 << 20):
                    found.update(chunk)
                    file.write(chunk)
        except BaseException as error:
            if isinstance(error, OSError) and error.filename is None:
                error.filename = str(partial.parent)  # of a write, the kernel does not say where
            partial.unlink(missing_ok=True)
            raise
        if found.hexdigest() != sha256:
            partial.unlink()
            return _refuse(400, f"the content's checksum is {found.hexdigest()}, its name says {sha256}")
        partial.rename(self._directory.contents / sha256)
        return web.json_response({})

    async def _chain(self, request: web.Request) -> web.StreamResponse:
        """Where jobs find a chain's folder."""
        folder = Path((await _json(request))["folder"])
        return web.json_response({"cwd": await asyncio.to_thread(self._views.cwd, folder)})

    async def _drop_chain(self, request: web.Request) -> web.StreamResponse:
        """No night will be in this folder any more."""
        self._views.drop(Path((await _json(request))["folder"]))
        return web.json_response({})

    async def _reset(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        plan = read(Plan, json.loads(body), "plan")
        async with self._time_moves("reset"):
            self._night_clock.require_sound()
            await asyncio.gather(*(clear(agent) for agent in self._directory.agents()))
            self._seclusion.refresh()
            self._directory.empty()
            self._directory.seed(plan.folders, at_ns=plan.begins_ns)
            view = asyncio.to_thread(self._views.renew, {job.cwd for job in plan.jobs})
            self._night_clock.travel(plan.begins_ns)
            self._night_clock.forget_outsiders()
            self._night_clock.tell_times_in(plan.timezone)
            await asyncio.gather(view, self._mocks.call_all("POST", "reset", body))
            self._night_clock.forget_stop()  # the last night's scheduler may have seen its jobs die, and be done
        return web.json_response({})

    async def _control(self, request: web.Request) -> web.StreamResponse:
        component, path = request.match_info["component"], request.match_info["path"]
        if component not in self._mocks.names:
            return _refuse(404, f"no mock is called {component!r}; known: {', '.join(self._mocks.names)}")
        status, answer = await self._mocks.call(component, request.method, path, await request.read())
        return web.Response(status=status, body=answer, content_type="application/json")

    async def _run(self, request: web.Request) -> web.StreamResponse:
        asked = await _json(request)
        async with self._time_moves("run"):
            running = self._in_thread(lambda: self._night_clock.run(**asked))
            try:
                if await first_of(running, self._mocks.fallen, timeout_s=ALIVE_EVERY_S):
                    return web.json_response(asdict(self._result_of(running)))
                return await self._run_on(request, running)
            finally:
                await _end(running)

    async def _run_on(self, request: web.Request, running: asyncio.Task[Stop]) -> web.StreamResponse:
        """The answer to a run that takes its time: blank lines, to show that all is well, then the JSON."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            while not await first_of(running, self._mocks.fallen, timeout_s=ALIVE_EVERY_S):
                await response.write(b"\n")
            answer = json.dumps(asdict(self._result_of(running)))
        except Exception as error:  # the status is sent already: say it in the body
            answer = _explain(error).text or ""
        await response.write(answer.encode())
        await response.write_eof()
        return response

    def _result_of(self, running: asyncio.Task[Stop]) -> Stop:
        if self._mocks.fallen.done():
            self._tell_death()
        return running.result()

    async def _travel(self, request: web.Request) -> web.StreamResponse:
        asked = await _json(request)
        async with self._time_moves("travel"):
            self._night_clock.travel(asked["at_ns"])
        return web.json_response({})

    async def _pace(self, request: web.Request) -> web.StreamResponse:
        until_ns = (await _json(request))["until_ns"]

        async def pace() -> None:
            async with self._time_moves("pace"):
                await self._in_thread(lambda: self._night_clock.pace(until_ns))

        await self._unpaced()
        self._pacing = asyncio.create_task(pace())
        return web.json_response({})

    async def _unpace(self, _: web.Request) -> web.StreamResponse:
        await self._unpaced()
        return web.json_response({})

    async def _settle(self, _: web.Request) -> web.StreamResponse:
        await self._mocks.call_all("POST", "settle", within_s=SETTLED_WITHIN_S)
        self._night_clock.require_sound()  # what the mocks have just dated is the last of the night
        self._directory.require_room()
        changes = await asyncio.to_thread(self._views.changes)
        return web.json_response({"changes": [asdict(one) for one in changes]})

    async def _history(self, _: web.Request) -> web.StreamResponse:
        outside = outside_events(self._night_clock.outsiders(), self._directory.root)
        told = self._directory.merged_history(outside, time_grows=self._clock == "virtual")
        return web.Response(body=told, content_type="application/x-ndjson")

    async def _rows(self, _: web.Request) -> web.StreamResponse:
        path = self._directory.history / ROWS
        return web.FileResponse(path) if path.exists() else web.Response()

    async def _output(self, request: web.Request) -> web.StreamResponse:
        path = self._directory.output / plain(request.match_info["name"])
        return web.Response(body=path.read_bytes()) if path.exists() else _refuse(404, f"no output {path.name}")

    async def _hold_lease(self, request: web.Request) -> web.StreamResponse:
        """Held open for as long as the stack is to live; never answered to its end."""
        response = web.StreamResponse()
        await response.prepare(request)
        self._lease(True)
        try:
            while True:
                await response.write(b"\n")
                await asyncio.sleep(5 * ALIVE_EVERY_S)
        finally:
            self._lease(False)

    # -- time -------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _time_moves(self, doing: str) -> AsyncIterator[None]:
        """One at a time: a call that moves the clock has it alone."""
        if self._moving is not None:
            raise RefusedError(f"{doing} while the stack is busy with {self._moving}")
        self._moving = doing
        try:
            yield
        finally:
            self._moving = None

    def _in_thread(self, work: Callable[[], Any]) -> asyncio.Task[Any]:
        """Clock work in a thread, as a task: when the task is cancelled, the work is stopped and waited for."""

        async def stoppable() -> Any:
            done = asyncio.get_running_loop().run_in_executor(None, work)
            try:
                return await asyncio.shield(done)
            except asyncio.CancelledError:
                self._night_clock.stop("the caller has gone")
                await asyncio.wait({done})
                self._night_clock.forget_stop()
                raise

        return asyncio.create_task(stoppable())

    async def _unpaced(self) -> None:
        if self._pacing is not None:
            await _end(self._pacing)
            self._pacing = None


async def first_of(*waited: asyncio.Future[Any], timeout_s: float | None = None) -> bool:
    """Wait until one is done, whatever its result; False when time is up before."""
    done, _ = await asyncio.wait(waited, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


async def _end(task: asyncio.Future[Any]) -> None:
    """Cancel what is not done, and let it come to its end; what it had to say is of no use any more."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()


async def _json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    answer: dict[str, Any] = json.loads(body) if body else {}
    return answer


def _explain(error: Exception) -> web.Response:
    """An exception as an answer: the environment's fault in its parts, ours with its traceback."""
    if isinstance(error, web.HTTPException):
        return _refuse(error.status, error.reason)
    if (told := exhausted(error)) is not None:
        error = told
    if isinstance(error, StackError):
        parts = {"where": error.where, "found": error.found, "expected": error.expected, "todo": error.todo}
        said = parts | {"extension": True} if isinstance(error, ExtensionError) else parts
        return web.json_response({"error": said}, status=502)
    if isinstance(error, AuthorError):
        return web.json_response({"error": {"author": str(error)}}, status=400)
    if isinstance(error, RefusedError):
        return _refuse(409, str(error))
    if isinstance(error, ContractError):
        return _refuse(400, str(error))
    return _refuse(500, "".join(traceback.format_exception(error)))


def _refuse(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)
