"""What comes to the consumers of a night: past the gate, told with who has sent it, and stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

from harness.contract.consumers import PlannedQueue
from harness.contract.effects.consumers import When
from harness.mocks.consumers.gate import Broken, Gate
from harness.mocks.consumers.ledger import Ledger, OtherPayload
from harness.mocks.consumers.queue.admin import Admin
from harness.mocks.consumers.queue.arrivals import Arrival, arrivals
from harness.mocks.consumers.queue.deliveries import Deliveries
from harness.mocks.consumers.queue.exchange import Exchange
from harness.mocks.consumers.queue.journal import Journal
from harness.mocks.consumers.queue.messages import Dated, NoRow, Reader
from harness.mocks.consumers.queue.server import Server
from harness.mocks.consumers.storing import HalfStored, store
from harness.mocks.core.callers import asker, asking
from harness.mocks.core.mock import Mock


class Pushes:
    """The `Turns` of all sessions of a night."""

    def __init__(
        self,
        mock: Mock,
        gate: Gate,
        server: tuple[Server, Admin, Journal],
        consumers: Mapping[str, PlannedQueue],
        ledgers: Mapping[str, Ledger],
        date: str,
    ) -> None:
        self._mock, self._gate, self._ledgers = mock, gate, ledgers
        self._server, self._admin, self._journal = server
        self._readers = {name: Reader(consumer, date) for name, consumer in consumers.items()}
        self.names: dict[bytes, tuple[str, ...]] = {}
        """The consumers at each key."""
        for name, consumer in consumers.items():
            key = consumer.queue.encode()
            self.names[key] = (*self.names.get(key, ()), name)
        self._deliveries = Deliveries(mock.armory, self._admin, self._journal, self.names)
        self._lock = asyncio.Lock()
        self._overheard = False
        self._waiting: list[Exchange] = []

    def asked(self, exchange: Exchange) -> None:
        """Tell that it has come, once."""
        if exchange.asked:
            return
        exchange.asked = True
        for name in exchange.stores:
            self._mock.recorder.record("invoke", "push", asker(), component=name)

    async def passes(self, exchange: Exchange, when: When) -> Broken | None:
        """How the exchange ends at this moment; None: it goes on."""
        for name, operation in exchange.about():
            if broken := await self._gate.passes(name, operation, when):
                return broken
        return None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The server works, for one session, so that it is known whose changes it makes; at its end all is said."""
        async with self._lock:
            self._server.go_on()
            try:
                yield
                if self._waiting or self._overheard:
                    await self.nudge()  # what it says to others, it says in the same round
            finally:
                self._server.rest()

    def overhears(self) -> None:
        """From now on somebody hears what was asked by nobody."""
        self._overheard = True

    async def hands_out(self, exchange: Exchange) -> None:
        """The server is about to hear of it: what it hands out may be otherwise than it was."""
        await self._deliveries.before(exchange)

    def handed(self, exchange: Exchange, answer: bytes) -> None:
        """The server has answered it."""
        self._deliveries.after(exchange, answer)

    async def nudge(self) -> None:
        """Make the server look around; when this returns it has seen all that was sent to it before."""
        await self._admin.ask("PING")

    async def account(self, exchanges: list[Exchange], waiting: Exchange | None = None) -> None:
        """Tell what has come to the consumers by these, and by those that wait.

        Of what a client has sent together each is told before the next: how its bytes were cut makes no difference.
        """
        if waiting is not None:
            self._waiting.append(waiting)
        holder = asker().get("from", "")
        storing = {
            name: iter([one for one in exchanges if name in one.stores and not one.error]) for name in self._readers
        }
        due = iter(exchanges)
        for arrival in await arrivals(self._journal.read(), self.names, self._admin):
            for name in self.names[arrival.key]:
                exchange = self._sender(arrival, name, storing[name])
                asking(exchange.job if exchange else holder)
                while exchange is not None and not exchange.asked:
                    self._answered(next(due))
                self._tell(name, arrival, exchange)
        asking(holder)
        for one in due:
            self._answered(one)
        for one in [*self._waiting]:
            if any(one is answered for answered in exchanges):
                self._waiting.remove(one)

    def refused(self, exchange: Exchange, text: str) -> None:
        """Tell that nothing was stored."""
        self.asked(exchange)
        for name in exchange.stores:
            self._mock.recorder.record("fail", "push", asker(), error=text, component=name)

    def _answered(self, exchange: Exchange) -> None:
        """Tell that it has come, and of one that brought nothing how it ended."""
        self.asked(exchange)
        if exchange.error:
            self.refused(exchange, exchange.error)

    def left(self, exchange: Exchange) -> None:
        """It waits no more, and nobody is there to be answered."""
        if exchange in self._waiting:
            self._waiting.remove(exchange)

    def _sender(self, arrival: Arrival, name: str, mine: Iterator[Exchange]) -> Exchange | None:
        """Whose request it was: each brings something once, in the order of requests, or when it has waited for it."""
        waited = (one for one in self._waiting if arrival.moved and name in one.stores and name not in one.told)
        found = next(waited, None) or next((one for one in mine if name not in one.told), None)
        if found is not None:
            found.told.add(name)
        return found

    def _tell(self, name: str, arrival: Arrival, exchange: Exchange | None) -> None:
        rows, wrong = self._read(name, arrival)
        record, told = self._mock.recorder.record, {"by": arrival.by} | asker()
        for key, batch in self._readers[name].batches(rows):
            value = told | {"rows": batch.rows, "business_date": batch.business_date, "fallback_of": batch.fallback_of}
            try:
                stored = store(self._mock.armory, name, "queue", self._ledgers[name], key, batch)
            except OtherPayload:
                record(
                    "fail", "push", value, error=f"the message {key!r} has come before with other rows", component=name
                )
                continue
            except HalfStored as half:
                record("fail", "push", value, error=str(half), component=name)
                if exchange is not None:
                    exchange.failed = f"ERR {half}"
                return
            replayed = {} if key is None else {"replayed": stored is None}
            record("ok", "push", value | {"stored": stored or 0} | replayed, component=name)
        if wrong:
            record("fail", "push", told, error=wrong, component=name)

    def _read(self, name: str, arrival: Arrival) -> tuple[list[Dated], str]:
        """The rows of all messages, and what is wrong with those that are none."""
        rows: list[Dated] = []
        wrong: list[str] = []
        for message in arrival.messages:
            try:
                rows += self._readers[name].rows(message)
            except NoRow as error:
                wrong.append(str(error))
        total = len(arrival.messages) + arrival.gone
        if wrong:
            return rows, f"{len(wrong)} of {total} messages hold no row and are not kept; the first: {wrong[0]}"
        if arrival.gone:
            return rows, f"{arrival.gone} of {total} messages were moved here and taken away before they could be read"
        return rows, ""
