"""One client's connection through the front: its messages and the server's pass unchanged, and the gate is asked."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import replace

from harness.mocks.consumers.postgres.connection import Client
from harness.mocks.consumers.postgres.gate import Action, Drop, Gate, Passing, Point, Refuse, Wait
from harness.mocks.consumers.postgres.messages import Cutter, Garbled, error_response, ready
from harness.mocks.consumers.postgres.refusing import Refusals
from harness.mocks.consumers.postgres.transaction import IDLE, Step, Transaction

READ_BYTES = 1 << 16


class Ended(Exception):
    """The gate has ended this connection."""


ENDS = (asyncio.CancelledError, ConnectionError, Ended)
"""How a session comes to its end; anything else is a mistake of the front's."""


class Session:
    """Made when the client has said who it is, and the server is connected."""

    def __init__(
        self,
        client: Client,
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        gate: Gate,
        about: Passing,
    ) -> None:
        self._client, self._gate, self._about = client, gate, about
        self._from_server, self._to_server = server
        self._transaction, self._refusals = Transaction(), Refusals()
        self._awaited: deque[Step] = deque()
        """For each ReadyForQuery that is due, what will have been committed by then."""
        self._commits = Step()
        """What the next Sync ends."""

    async def run(self) -> None:
        """Until one of the two ends it."""
        pumps = [asyncio.ensure_future(self._pump_client()), asyncio.ensure_future(self._pump_server())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in pumps:
                one.cancel()
            ended = await asyncio.gather(*pumps, return_exceptions=True)
            self._client.close()
            try:
                await self._let_server_end()
            finally:
                self._to_server.close()
        for error in ended:
            if isinstance(error, BaseException) and not isinstance(error, ENDS):
                raise error

    async def _let_server_end(self) -> None:
        """What the client has sent with its last breath is done, a COMMIT too: only then it is told that it is gone."""
        with suppress(ConnectionError):
            if self._to_server.can_write_eof():
                self._to_server.write_eof()
            while await self._from_server.read(READ_BYTES):
                pass
        await self._gate.hears(self._about, "ended")

    # -- what the client sends --------------------------------------------------------------------

    async def _pump_client(self) -> None:
        cutter = Cutter()
        while data := await self._client.reader.read(READ_BYTES):
            try:
                messages = cutter.cut(data)
            except Garbled:
                await act(self._client, Refuse("08P01", "invalid message length", fatal=True))
            for kind, raw in messages:
                await self._refusals.settled.wait()
                self._to_server.write(await self._of_client(kind, raw))
            await self._to_server.drain()

    async def _of_client(self, kind: bytes, raw: bytes) -> bytes:
        """What the server gets in its place."""
        step = self._transaction.sent(kind, raw)
        instead = b""
        for point in self._points(step):
            instead = instead or await self._ask(point, kind, step)
        if instead:
            step.commits = False
            self._transaction.refused()
        if step.commits:
            self._will_commit(kind, step)
        if kind == b"Q" or (kind == b"S" and not self._transaction.copying):
            self._awaited.append(self._commits)
            self._commits = Step()
            self._refusals.turn_ends()
        if kind == b"S":
            return instead + raw
        return instead or raw

    def _will_commit(self, kind: bytes, step: Step) -> None:
        """Know it when the answer comes; a COPY that began as a query has no end of its own but its rows'."""
        if kind == b"c" and self._awaited:
            self._awaited[-1] = step
        else:
            self._commits = step

    @staticmethod
    def _points(step: Step) -> list[Point]:
        points: list[Point] = ["parse"] if step.parsed is not None else []
        points += ["statement"] if step.statement is not None else []
        return [*points, "commit"] if step.commits else points

    async def _ask(self, point: Point, kind: bytes, step: Step) -> bytes:
        """Let the gate act; what fails at the server instead, if it refuses."""
        action = await self._gate.passes(self._passing(point, step))
        if isinstance(action, Refuse) and not action.fatal:
            ends = point == "commit" and step.explicit
            return self._refusals.in_place_of(kind, action, ends_transaction=ends)
        await self._do(action)
        return b""

    # -- what the server answers ------------------------------------------------------------------

    async def _pump_server(self) -> None:
        cutter, out, held = Cutter(), bytearray(), bytearray()
        failed = False
        while data := await self._from_server.read(READ_BYTES):
            for kind, raw in cutter.cut(data):
                told, to_server = self._refusals.answer(kind, raw)
                if to_server:
                    self._to_server.write(to_server)
                    continue
                failed |= kind == b"E"
                committing = bool(self._awaited) and self._awaited[0].commits
                if committing and not failed and (held or kind in (b"C", b"Z")):
                    held += told
                else:
                    out += held + told
                    held.clear()
                if kind == b"Z" and committing and failed:
                    await self._gate.hears(self._passing("commit", self._awaited[0]), "failed")
                if kind == b"Z" and told:
                    await self._client.tell(bytes(out))
                    out.clear()
                    out += await self._ready(raw[-1:], bytes(held), failed=failed)
                    held.clear()
                    failed = False
            await self._client.tell(bytes(out))
            out.clear()

    async def _ready(self, status: bytes, held: bytes, *, failed: bool) -> bytes:
        """The server is ready for more; the answer to a commit, which is held until here."""
        step = self._awaited.popleft() if self._awaited else Step()
        if not self._awaited:
            self._transaction.answered(status)
        if not step.commits or failed:
            return held
        action = await self._gate.passes(self._passing("committed", step))
        if isinstance(action, Refuse) and not action.fatal:
            return error_response(action) + ready(IDLE)
        await self._do(action)
        return held

    # -- what the gate does -----------------------------------------------------------------------

    def _passing(self, point: Point, step: Step) -> Passing:
        statement = (step.parsed if point == "parse" else step.statement) or ""
        return replace(self._about, point=point, statement=statement, verb=step.verb, wrote=step.wrote)

    async def _do(self, action: Action) -> None:
        await act(self._client, action)


async def act(client: Client, action: Action) -> None:
    """Do to a client what needs nothing of the server; Ended when its connection is over."""
    match action:
        case Wait():
            if not await client.outlasts(action):
                raise Ended
        case Drop(reset=True):
            client.reset()
            raise Ended
        case Drop():
            raise Ended
        case Refuse():
            await client.tell(error_response(action, severity="FATAL"))
            raise Ended
