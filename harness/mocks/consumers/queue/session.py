"""One client's connection: its requests in turn, each past the gate, to the server and back."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from harness.contract.effects.consumers import Refuse, Reset, When
from harness.mocks.consumers.gate import Broken
from harness.mocks.consumers.queue.client import Client
from harness.mocks.consumers.queue.exchange import Exchange, Exchanges
from harness.mocks.consumers.queue.refusals import ERRORS, error, told
from harness.mocks.consumers.queue.resp import Answers, NotResp, Requests, request

READ_BYTES = 1 << 16
PUSHED = b">"
TICK_MS = 2
"""The server compares whole milliseconds, and wants more of them than were asked for."""


class Ended(Exception):
    """The connection is over."""


class Turns(Protocol):
    """What a session needs of the front."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """The server works, for one session, so that it is known whose changes it makes; at its end all is said."""

    def asked(self, exchange: Exchange) -> None:
        """Tell that it has come."""

    async def passes(self, exchange: Exchange, when: When) -> Broken | None:
        """How the exchange ends at this moment; None: it goes on."""

    async def hands_out(self, exchange: Exchange) -> None:
        """The server is about to hear of it: what it hands out may be otherwise than it was."""

    def handed(self, exchange: Exchange, answer: bytes) -> None:
        """The server has answered it."""

    async def nudge(self) -> None:
        """Make the server look around; when this returns it has seen all that was sent to it before."""

    def overhears(self) -> None:
        """From now on somebody hears what was asked by nobody."""

    def left(self, exchange: Exchange) -> None:
        """Whoever has asked for it is not there any more."""

    async def account(self, exchanges: list[Exchange], waiting: Exchange | None = None) -> None:
        """Tell what has come to the consumers by these."""

    def refused(self, exchange: Exchange, text: str) -> None:
        """Tell that nothing was stored."""


class Session:
    """Takes what a client has sent together as one, where nothing forbids that."""

    def __init__(
        self, client: Client, server: tuple[asyncio.StreamReader, asyncio.StreamWriter], turns: Turns, to: Exchanges
    ) -> None:
        self._client, self._turns, self._exchanges = client, turns, to
        self._server, self._to_server = server
        self._requests = Requests()
        self._answers: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._free = False

    async def run(self, data: bytes) -> None:
        """Live until either side ends; the client has sent its first bytes."""
        answering = asyncio.create_task(self._answering())
        try:
            while data:
                await self._take(data)
                data = await self._client.reader.read(READ_BYTES)
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering
            self._to_server.close()
        async with self._turns.turn():  # the server hears of the end before anything else
            await self._turns.nudge()

    async def _take(self, data: bytes) -> None:
        if self._free:
            await self._freely(data)
            return
        try:
            commands = self._requests.feed(data)
        except NotResp:  # the server knows what to say to that
            await self._freely(bytes(self._requests.rest))
            return
        await self._pass([self._exchanges.of(command) for command in commands])

    async def _pass(self, exchanges: list[Exchange]) -> None:
        together: list[Exchange] = []
        for exchange in exchanges:
            if exchange.alone or self._free:
                await self._send(together)
                together = []
            if not together:
                self._turns.asked(exchange)
            broken = await self._turns.passes(exchange, "asked")
            broken = broken or await self._turns.passes(exchange, "before_commit")
            if broken is not None:
                await self._send(together)
                together = []
                self._turns.refused(exchange, told(broken))
                await self._break(exchange, broken)
            elif self._free or exchange.free:
                await self._freely(exchange.command.raw)
            elif exchange.waits_ms is not None:
                await self._wait(exchange)
            elif exchange.alone:
                await self._send([exchange])
            else:
                together.append(exchange)
        await self._send(together)

    async def _send(self, exchanges: list[Exchange]) -> None:
        """To the server, and all answers back."""
        if not exchanges:
            return
        async with self._turns.turn():
            for exchange in exchanges:
                await self._turns.hands_out(exchange)
            self._to_server.write(b"".join(exchange.command.raw for exchange in exchanges))
            answers = [await self._answer() for _ in exchanges]
            for exchange, answer in zip(exchanges, answers, strict=True):
                self._turns.handed(exchange, answer)
                if answer.startswith(b"-"):
                    exchange.error = answer[1:].decode(errors="replace").strip()
            await self._turns.account(exchanges)
            if any(exchange.leaves for exchange in exchanges):
                await self._turns.nudge()  # it closes the connection some time after its answer, and stands still then
        for exchange, answer in zip(exchanges, answers, strict=True):
            await self._deliver(exchange, answer)

    async def _wait(self, exchange: Exchange) -> None:
        """To the server, and back when it answers, while others have their turns."""
        answered = asyncio.create_task(self._answers.get())
        gone = asyncio.create_task(self._client.gone.wait())
        try:
            async with self._turns.turn():
                await self._turns.hands_out(exchange)
                self._to_server.write(exchange.command.raw)
                await self._turns.nudge()
                await self._turns.account([], exchange)
            timeout = (exchange.waits_ms or 0) + TICK_MS if exchange.waits_ms else 0
            while not answered.done() and not gone.done():
                await asyncio.wait(
                    {answered, gone},
                    timeout=timeout / 1000 if timeout else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not answered.done() and not gone.done():
                    timeout = TICK_MS
                    async with self._turns.turn():
                        await asyncio.sleep(0)
            if not answered.done():
                self._turns.left(exchange)
                raise Ended
            answer = answered.result()
            if answer is not None:
                self._turns.handed(exchange, answer)
            async with self._turns.turn():
                await self._turns.account([exchange])
        finally:
            answered.cancel()
            gone.cancel()
        if answer is None:
            raise Ended
        await self._deliver(exchange, answer)

    async def _deliver(self, exchange: Exchange, answer: bytes) -> None:
        broken = None if answer.startswith(b"-") else await self._turns.passes(exchange, "after_commit")
        if broken is not None:
            self._end(exchange, broken)
        else:
            self._client.tell(error(exchange.failed) if exchange.failed else answer)

    async def _break(self, exchange: Exchange, broken: Broken) -> None:
        """End an exchange of which the server has not heard: of a transaction, it hears that there is none."""
        if exchange.is_transaction:
            async with self._turns.turn():
                self._to_server.write(request("DISCARD"))
                await self._answer()
        self._end(exchange, broken)

    def _end(self, exchange: Exchange, broken: Broken) -> None:
        if isinstance(broken, Refuse):
            self._client.tell(error(ERRORS[broken.refuse], at_exec=exchange.is_transaction))
            return
        if isinstance(broken, Reset):
            self._client.reset()
        raise Ended

    async def _freely(self, data: bytes) -> None:
        """From now on bytes pass on both sides: what comes back answers nothing."""
        self._free = True
        self._turns.overhears()
        async with self._turns.turn():
            self._to_server.write(data)
            await self._turns.nudge()
            await self._turns.account([])
            await self._turns.nudge()  # what made it close the connection it may have answered with the first

    async def _answer(self) -> bytes:
        answer = await self._answers.get()
        if answer is None:
            raise Ended
        return answer

    async def _answering(self) -> None:
        """Sort what the server says: answers to their requests, and what it says by itself to the client."""
        answers = Answers()
        with suppress(ConnectionError):
            while data := await self._server.read(READ_BYTES):
                for answer in answers.feed(data):
                    if self._free or answer.startswith(PUSHED):
                        self._client.tell(answer)
                    else:
                        self._answers.put_nowait(answer)
        self._answers.put_nowait(None)
        self._client.end()
