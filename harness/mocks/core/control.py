"""The small HTTP interface by which the harness controls a mock."""

from __future__ import annotations

import asyncio
import json
import os
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, cast
from urllib.parse import unquote

from harness.contract.codec import ContractError, read, write
from harness.contract.orders import Order, read_order
from harness.contract.plan import Plan
from harness.mocks.core import own_effects
from harness.mocks.core.armed import Json
from harness.mocks.core.exhaustion import end_if_exhausted
from harness.mocks.core.mock import Mock
from harness.mocks.core.unfit import UnfitError

LONGEST_SOCKET_PATH = 107
"""Bytes of a unix socket's name on Linux, without the final zero."""


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
                health = {"component": mock.component, "pid": os.getpid(), "endpoints": mock.endpoints}
                return 200, health if mock.broken is None else health | {"broken": mock.broken}
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
            if isinstance(order, Order) and not own_effects.check(order):
                mock.check(order)
        except own_effects.NoActError as error:
            return 400, {"error": error.told}
        except ValueError as error:
            return 400, {"error": str(error)}
        if (armed := mock.armory.arm(order)) is not None:
            self._main(mock.armed(armed))
        return 200, {}

    async def _reset(self, plan: Plan) -> None:
        self.mock.armory.clear()
        self.mock.recorder.forget()
        self.mock.service_time.begin(plan)
        self.mock.jobs = tuple(job.job for job in plan.jobs)
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
        except UnfitError as error:
            found = {"error": error.answer}
        except Exception as error:  # whatever it is, the harness has to see it
            end_if_exhausted(error)
            found = {"error": traceback.format_exc()}
        payload = json.dumps(found).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        self.wfile.write(head.encode() + payload)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: Any) -> None:
        """Write nothing: events are the only record."""
