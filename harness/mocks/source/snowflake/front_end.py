"""The Snowflake front end as a whole: account and blob storage behind one port."""

from __future__ import annotations

from harness.contract.plan import Plan
from harness.mocks.core.control import Mock
from harness.mocks.core.serving import serve
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.snowflake.account import Account
from harness.mocks.source.snowflake.answering import Answering
from harness.mocks.source.snowflake.blobs import Blobs
from harness.mocks.source.store.store import Store


class SnowflakeFrontEnd:
    """Serves the files that a plan gives to ``snowflake``."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._answering = Answering(mock, store)
        self._account = Account(mock, gate, self._answering)
        self._blobs = Blobs(mock, store, gate, self._answering)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        return await serve(self._mock, [*self._account.routes(), *self._blobs.routes()], port)

    async def reset(self, _: Plan) -> None:
        """Begin a night: no session, no link, no query of the last one."""
        self._account.reset()
        self._answering.reset()
        self._blobs.reset()
