"""What all mocks share: the program around them, and the small HTTP interface by which the harness controls them."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, ClassVar, cast
from urllib.parse import unquote

from harness.contract.codec import ContractError, read, write
from harness.contract.orders import Order, Relay, read_order
from harness.contract.plan import Plan
from harness.contract.points import Point
from harness.history import Recorder
from harness.mocks.core import relay
from harness.mocks.core.armed import Armed, Armory, Json

LONGEST_SOCKET_PATH = 107
"""Bytes of a unix socket's name on Linux, without the final zero."""


class Mock:
    """A neighbour of the chain, in the life that the control interface leads it through.

    `serve` once, then for each night `reset` (with the plan), orders armed and disarmed, and `settle`. All of them run
    in the event loop of the main thread, and an exception in one is the answer to the control call that asked for it.
    Elsewhere (in a timer, in a data-side handler) it is recorded as a ``bug``, which the harness raises on.
    """

    component: ClassVar[str]
    points: ClassVar[tuple[Point[Any], ...]] = ()
    """Where this mock asks its armory; an order for any other point is refused."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.dir: Path = options.dir
        self.host: str = options.host
        self.port: int = options.port
        self.recorder = Recorder(self.dir / "history" / f"{self.component}.jsonl", self.component)
        self.armory = Armory(self.recorder, fired=self._fired, relay=self._relay)
        self.endpoints: dict[str, int] = {}
        self.relaying = threading.Event()
        self.loop: asyncio.AbstractEventLoop

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """Add what this mock takes on its command line."""

    async def serve(self) -> dict[str, int]:
        """Start the data side; the port of each endpoint."""
        return {}

    async def reset(self, plan: Plan) -> None:
        """Begin a night: forget the last one, take what is needed of the plan. Orders and events are gone already."""

    async def settle(self) -> None:
        """End the night: write what is only known now."""

    async def armed(self, order: Armed[Any]) -> None:
        """Get ready for an order that may have to act before its point is passed."""

    async def fired(self, order: Armed[Any]) -> None:
        """Act on an order whose event came; the mock that recorded that event goes on only after this returns."""

    async def disarmed(self, order: Armed[Any]) -> None:
        """Release what the order still keeps back."""

    def check(self, order: Order) -> None:
        """Refuse an order that the contract allows and this mock could never act on; ValueError says why."""

    def calls(self) -> Mapping[str, Callable[[Json], Awaitable[None]]]:
        """Further control calls: ``POST /<name>``."""
        return {}

    def state(self) -> Json:
        """What ``GET /state`` shows people."""
        return {}

    def bug(self, where: str, error: BaseException) -> None:
        """Record an unexpected exception."""
        text = "".join(traceback.format_exception(error)).replace(str(self.dir), "DIR")
        self.recorder.record("fail", "bug", {"where": where}, error=text)

    def _fired(self, order: Armed[Any]) -> None:
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self.fired(order)))

    def _relay(self, relayed: Relay) -> None:
        # A mock that fires an order of this one meanwhile does not wait for it: two mocks that fire each other's orders
        # in the same moment would wait for ever.
        self.relaying.set()
        try:
            relay.fire(self.dir / "control", relayed.relay, relayed.id)
        finally:
            self.relaying.clear()


async def until(at_ns: int) -> None:
    """Sleep to a moment of the night. An event loop rounds times and may wake a moment early, so it looks again."""
    while (now_ns := time.time_ns()) < at_ns:
        await asyncio.sleep((at_ns - now_ns) / 1e9)


def run(mock_type: type[Mock]) -> None:
    """Be the program of a mock, until it is told to end."""
    parser = argparse.ArgumentParser(prog=f"harness.mocks.{mock_type.component}", description=mock_type.__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="the stack's directory")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (0: any)")
    mock_type.options(parser)
    options = parser.parse_args()
    for folder in ("control", "history"):
        (options.dir / folder).mkdir(parents=True, exist_ok=True)
    asyncio.run(_live(mock_type(options)))


async def _live(mock: Mock) -> None:
    mock.loop = loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _unhandled(mock, context))
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    mock.endpoints = await mock.serve()
    # Never closed: its thread is in the middle of accepting, and ends with the process.
    threading.Thread(target=ControlServer(mock).accept, name="control", daemon=True).start()
    await ended.wait()


def _unhandled(mock: Mock, context: Mapping[str, Any]) -> None:
    error = context.get("exception") or RuntimeError(context.get("message"))
    mock.bug(str(context.get("message", "event loop")), error)


class ControlServer(ThreadingMixIn, UnixStreamServer):
    """The control interface, in threads beside the event loop.

    Threads, because an order must be fired even while the event loop itself waits for another mock; and blocking
    reads without any timer, because the clock would take a timer for something that a program waits for.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        path = mock.dir / "control" / f"{mock.component}.sock"
        if (length := len(os.fsencode(path))) > LONGEST_SOCKET_PATH:
            raise OSError(
                f"{path}: a socket's path of {length} bytes, expected at most {LONGEST_SOCKET_PATH}; "
                "use a shorter --dir"
            )
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Call)

    def accept(self) -> None:
        """Take connections for ever."""
        while True:
            self.handle_request()

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        """Status and JSON of one control call."""
        mock, armory = self.mock, self.mock.armory
        match method, [unquote(part) for part in path.strip("/").split("/")]:
            case "GET", ["health"]:
                return 200, {"component": mock.component, "pid": os.getpid(), "endpoints": mock.endpoints}
            case "GET", ["state"]:
                return 200, {"orders": armory.state()} | self._main(_called(mock.state))
            case "POST", ["reset"]:
                try:
                    plan = read(Plan, body, "plan")
                except ContractError as error:
                    return 400, {"error": str(error)}
                self._main(self._reset(plan))
            case "POST", ["settle"]:
                self._main(mock.settle())
            case "POST", ["arm"]:
                return self._arm(body)
            case "DELETE", ["arm", id_]:
                if (order := armory.disarm(id_)) is not None:
                    self._main(mock.disarmed(order))
                    return 200, write(order.counts)
            case "POST", ["fire", id_]:
                if (order := armory.fire(id_)) is None:
                    return 404, {"error": f"{mock.component} holds no order {id_!r}"}
                acted = asyncio.run_coroutine_threadsafe(mock.fired(order), mock.loop)
                if not mock.relaying.is_set():
                    acted.result()
            case "POST", [name] if name in mock.calls():
                self._main(mock.calls()[name](body))
            case _:
                return 404, {"error": f"{mock.component} has no control call {method} {path}"}
        return 200, {}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do nothing: the caller of a connection that broke knows it."""

    def _arm(self, body: Json) -> tuple[int, Json]:
        mock = self.mock
        try:
            order = read_order(body, mock.points)
            if isinstance(order, Order):
                mock.check(order)
        except ValueError as error:
            return 400, {"error": str(error)}
        if (armed := mock.armory.arm(order)) is not None:
            self._main(mock.armed(armed))
        return 200, {}

    async def _reset(self, plan: Plan) -> None:
        self.mock.armory.clear()
        self.mock.recorder.forget()
        await self.mock.reset(plan)

    def _main(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.mock.loop).result()


async def _called(function: Callable[[], Json]) -> Json:
    return function()


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        status, found = 500, cast("Json", {})
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = cast("ControlServer", self.server).answer(
                self.command, self.path, json.loads(body) if body else {}
            )
        except Exception:  # whatever it is, the harness has to see it
            found = {"error": traceback.format_exc()}
        payload = json.dumps(found).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        self.wfile.write(head.encode() + payload)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: Any) -> None:
        """Write nothing: events are the only record."""
