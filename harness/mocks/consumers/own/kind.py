"""The consumers of a kind that users have added: each has a ledger, and its author's code reads and answers."""

from __future__ import annotations

from typing import Any, BinaryIO

from aiohttp import web

from harness.contract.consumers import ConsumerKind, PlannedOwn
from harness.contract.effects.consumers import Refuse
from harness.contract.plan import Plan
from harness.mocks.consumers import dates
from harness.mocks.consumers.batches import Batches, BrokenOff, Read
from harness.mocks.consumers.http import errors
from harness.mocks.consumers.ledger import Batch, OtherPayload
from harness.mocks.consumers.ledgers import Ledgers
from harness.mocks.consumers.own.takers import TAKERS, Sent, TakesRows
from harness.mocks.consumers.rows import check_rows
from harness.mocks.consumers.storing import HalfStored
from harness.mocks.core import own_http
from harness.mocks.core.extensions import users_code
from harness.mocks.core.incoming import BATCH_BYTES
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.own_http import Asked
from harness.mocks.core.refusal import Refusal

SHOWS = ("GET", "HEAD")


class Own:
    """A `Kind` of consumers: what all kinds of users have in common, for one of them."""

    def __init__(self, mock: Mock, kind: ConsumerKind) -> None:
        self._mock, self._kind = mock, kind
        self._ledgers = Ledgers(mock)
        self._batches = Batches(mock, kind)
        self._consumers: dict[str, tuple[PlannedOwn, TakesRows]] = {}
        self._date = ""

    def has(self, consumer: str) -> bool:
        """Whether a consumer of that name is one of these, tonight."""
        return consumer in self._consumers

    async def reset(self, plan: Plan) -> None:
        """Begin with those of the plan, each holding nothing."""
        self._batches.gate.release()
        self._ledgers.begin(plan, self._kind)
        self._date = plan.date
        self._consumers = {
            name: (consumer, _taker(consumer))
            for name, consumer in plan.consumers.items()
            if isinstance(consumer, PlannedOwn) and consumer.kind == self._kind
        }

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds, batch by batch."""
        self._ledgers.tell(file)

    def release(self, order: Armed[Any]) -> None:
        """Let go of the requests that a fault has kept back."""
        self._batches.gate.release(order)

    def state(self) -> dict[str, Any]:
        """Rows and batches of each."""
        return self._ledgers.state()

    async def answer(self, request: web.Request, name: str, path: str) -> web.StreamResponse:
        """What the consumer of that name says to a request; ``path`` is what follows its address."""
        _, taker = self._consumers[name]
        come = own_http.told(request, path)
        try:
            if request.method in SHOWS:
                return await self._shown(request, name, come)
            sent: list[tuple[Asked, Sent]] = []
            taken = await self._batches.take(name, self._ledgers[name], None, self._reader(request, path, name, sent))
            return own_http.answer(taker.answered, *sent[0], taken.stored)
        except Refusal as refusal:
            return own_http.answer(taker.refused, come, refusal.status, str(refusal))
        except OtherPayload as other:
            return own_http.answer(taker.refused, come, 422, str(other))
        except HalfStored as half:
            return own_http.answer(taker.refused, come, 500, str(half))
        except BrokenOff as end:
            if not isinstance(end.broken, Refuse):
                return errors.answer(request, end.broken)
            refused = own_http.answer(taker.refused, come, *errors.STATUSES[end.broken.refuse])
            refused.headers.update(errors.retry_after(end.broken))
            return refused

    async def _shown(self, request: web.Request, name: str, come: Asked) -> web.StreamResponse:
        _, taker = self._consumers[name]
        if broken := await self._batches.gate.passes(name, "read", "asked"):
            raise BrokenOff(broken)
        shown = getattr(taker, "shown", None)
        if shown is None:
            raise Refusal("method", found=request.method, expected="one that brings rows", status=405)
        rows, _ = self._ledgers[name].count(None)
        return own_http.answer(shown, come, lambda day: self._ledgers[name].rows(day, 0, rows))

    def _reader(self, request: web.Request, path: str, name: str, sent: list[tuple[Asked, Sent]]) -> Read:
        consumer, taker = self._consumers[name]

        async def read() -> tuple[str | None, Batch]:
            come = await own_http.asked(request, path, BATCH_BYTES)
            found = own_http.said(taker.read, come, expected=Sent)
            sent.append((come, found))
            check_rows(found.rows, consumer.key)
            of = dates.checked(dates.FIELD, found.business_date or self._date)
            instead_of = None if found.fallback_of is None else dates.checked("fallback_of", found.fallback_of)
            with users_code(taker.read):  # values that are none of JSON's
                batch = Batch.of(of, instead_of, found.rows, key_columns=consumer.key, volatile=consumer.volatile)
            return found.key, batch

        return read


def _taker(consumer: PlannedOwn) -> TakesRows:
    kind = TAKERS[consumer.kind]
    with users_code(kind):
        return kind(consumer.settings)
