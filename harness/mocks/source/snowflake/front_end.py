"""The Snowflake front end as a whole: account and blob storage behind one port."""

from __future__ import annotations

from collections.abc import Iterable

from harness.contract.plan import Plan
from harness.mocks.core.mock import Mock
from harness.mocks.core.serving import serve
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.snowflake.access import Access
from harness.mocks.source.snowflake.account import Account
from harness.mocks.source.snowflake.blob_storage import BlobStorage
from harness.mocks.source.snowflake.errors import refused_by_shape
from harness.mocks.source.snowflake.execution import Executor
from harness.mocks.source.snowflake.reading import Reading
from harness.mocks.source.snowflake.signing import Keys
from harness.mocks.source.snowflake.writing import Writing
from harness.mocks.source.store.store import Store


class SnowflakeFrontEnd:
    """Serves the files that a plan gives to ``snowflake``."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock = mock
        self._keys = Keys()
        self._reading = Reading(mock, store, gate, self._keys)
        writing = Writing(store, gate, self._keys)
        self._access = Access(mock, gate)
        self._account = Account(mock, gate, self._access, Executor(self._reading, writing))
        self._storage = BlobStorage(self._reading, writing, self._keys)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        routes = [*self._account.routes(), *self._storage.routes()]
        return await serve(self._mock, routes, port, said=refused_by_shape)

    async def reset(self, _: Plan) -> None:
        """Begin a night: no session, no link, no query of the last one."""
        self._access.reset()
        self._account.reset()
        self._keys.forget()
        self._reading.reset()

    def unfinished(self) -> Iterable[Unfinished]:
        """None: a file is on a stage when all of it is."""
        return ()
