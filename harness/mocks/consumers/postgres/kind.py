"""The consumers of a night that are tables: all are in one server, behind one front, and it starts with the first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedPostgres
from harness.contract.effects.consumers import FailOver
from harness.contract.endpoints import POSTGRES
from harness.contract.plan import Plan
from harness.mocks.consumers.gate import Gate
from harness.mocks.consumers.postgres.admin import SqlError
from harness.mocks.consumers.postgres.consumer import Postgres as Database
from harness.mocks.consumers.postgres.contained import contained_in
from harness.mocks.consumers.postgres.exchanges import Exchanges
from harness.mocks.consumers.postgres.failing_over import FailingOver
from harness.mocks.consumers.postgres.front import Front
from harness.mocks.consumers.postgres.recording import Recording
from harness.mocks.consumers.postgres.schema import SchemaError
from harness.mocks.consumers.postgres.server import Server, place_in
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.unfit import UnfitError

AWAY = ("08", "57")
"""Classes of SQLSTATE: the connection is lost, or the server ends it."""


class Postgres:
    """A `Kind` of consumers, behind its doorway; its server is there in nights that have one."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._gate = Gate(mock, "postgres")
        self._databases: dict[str, Database] = {}
        self._recordings: dict[str, Recording] = {}
        self._server = Server(place_in(mock.dir), mock.dir / "logs" / "postgres.log", contained=contained_in(mock.dir))
        self._exchanges = Exchanges(mock, self._gate, self._recordings, self._fail_over)
        callers = mock.callers(mock.endpoints["postgres"])
        self._front = Front(self._server.socket, self._exchanges, callers.of, self._mistaken)
        self._failing_over = FailingOver(self._server, self._front.end_sessions, self._find_again)

    def client(self) -> asyncio.Protocol:
        """Serve one who connects."""
        return self._front.client()

    async def reset(self, plan: Plan) -> None:
        """Begin with those of the plan, each database as its schema makes it."""
        self._gate.release()
        await self._failing_over.forget()
        await self._front.end_sessions()
        for recording in self._recordings.values():
            await recording.at_rest()
        self._exchanges.begin()
        self._recordings.clear()
        consumers = {name: one for name, one in sorted(plan.consumers.items()) if isinstance(one, PlannedPostgres)}
        if not consumers:
            await self._end()
            return
        if not self._server.running:
            self._databases.clear()
            await self._server.start()
        wanted: dict[str, dict[str, PlannedPostgres]] = {}
        for name, consumer in consumers.items():
            wanted.setdefault(consumer.database, {})[name] = consumer
        for name in self._databases.keys() - wanted.keys():
            await self._databases.pop(name).drop()
        for name, of_database in wanted.items():
            database = await self._begun(name, of_database)
            self._recordings[name] = Recording(self._mock, database, of_database, plan.date, plan.timezone)
            await self._recordings[name].begin()

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds, date by date; UnfitError where the night has lost its server."""
        await self._failing_over.over()
        try:
            for recording in self._recordings.values():
                await recording.settle(file)
        except (OSError, SqlError) as error:
            if not _is_away(error):
                raise
            raise self._server.lost(str(error)) from error

    async def prepare(self, order: Armed[Any]) -> None:
        """A failover needs a standby."""
        if isinstance(order.order.effect, FailOver) and self._server.running:
            await self._failing_over.prepare()

    def _mistaken(self, mistake: Exception) -> None:
        """A server that is away is told when the night settles, if it stays so."""
        if not _is_away(mistake):
            self._mock.bug("a client of a database", mistake)

    def _fail_over(self, effect: FailOver | None) -> bool:
        """Begin one, if it is one; whether the server is away."""
        if effect is not None:
            self._failing_over.begin(effect)
        return self._failing_over.away

    async def _find_again(self) -> None:
        for database in self._databases.values():
            await database.find_again()
        for recording in self._recordings.values():
            await recording.begin_again()

    def release(self, order: Armed[Any]) -> None:
        """Let go of the exchanges that a fault has kept back."""
        self._gate.release(order)

    def state(self) -> dict[str, Any]:
        """Rows of each."""
        return {name: told for one in self._recordings.values() for name, told in one.state().items()}

    async def _end(self) -> None:
        """End the server, which wakes every so often: a night in which all wait for nothing would go on for that."""
        for database in self._databases.values():
            await database.close()
        self._databases.clear()
        await self._server.stop()

    async def _begun(self, name: str, consumers: Mapping[str, PlannedPostgres]) -> Database:
        """A database that holds what its schema says; UnfitError where that is refused."""
        planned = next(iter(consumers.values()))
        if name not in self._databases:
            database = Database(self._server, name, POSTGRES["user"], POSTGRES["password"])
            await database.make()
            self._databases[name] = database
        try:
            await self._databases[name].reset(planned.schema_sql)
        except SchemaError as error:
            raise UnfitError(
                f"{planned.schema_file}:{error.line}",
                found=f"SQL that PostgreSQL refuses: {error}",
                expected=f"statements that the owner of an empty database may run, here as {POSTGRES['user']}",
                todo="run it with psql in an empty database of PostgreSQL",
                author=True,
            ) from error
        return self._databases[name]


def _is_away(error: Exception) -> bool:
    """Whether it says that the server is not there any more."""
    return isinstance(error, OSError) or (isinstance(error, SqlError) and error.sqlstate[:2] in AWAY)
