"""The commits of one database in a night, as events of the consumers whose tables are in it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from zoneinfo import ZoneInfo

from harness.contract.consumers import PlannedPostgres
from harness.mocks.consumers.postgres.admin import Admin, identifier, literal
from harness.mocks.consumers.postgres.consumer import Postgres
from harness.mocks.consumers.postgres.following import Dated, Following
from harness.mocks.consumers.postgres.holding import held
from harness.mocks.consumers.postgres.other_sessions import OtherSessions
from harness.mocks.consumers.postgres.renaming import Renaming
from harness.mocks.consumers.postgres.tables import Name, Table
from harness.mocks.consumers.postgres.values import TIMESTAMPTZ
from harness.mocks.core.mock import Mock
from harness.mocks.core.unfit import UnfitError


class Recording:
    """It knows after each commit how many rows each consumer has, and at the end which."""

    def __init__(
        self, mock: Mock, database: Postgres, consumers: Mapping[str, PlannedPostgres], date: str, timezone: str
    ) -> None:
        self._mock, self._database = mock, database
        self.consumers = consumers
        zone = ZoneInfo(timezone)
        self._dated = {name: Dated(date, zone, one.business_date, one.fallback_of) for name, one in consumers.items()}
        self._timezone = timezone
        self._following = {name: Following(_name(one), self._dated[name]) for name, one in consumers.items()}
        self.renamings = {name: Renaming(database, one) for name, one in consumers.items()}
        self.others = OtherSessions(database, self._commit_of_another, self._failure_of_another)
        self._catching_up = asyncio.Lock()
        self._date = date
        self._always_counted = False
        """Whether a consumer's table has rows of which the log does not say all."""

    async def begin(self) -> None:
        """What the schema has put there; UnfitError where it has not what the chain says of a table."""
        tables = await self._database.tables()
        for name, consumer in self.consumers.items():
            for table in tables:
                if (table.schema, table.name) == _name(consumer):
                    _require_columns(name, consumer, table)
                    self._always_counted |= table.generated
                rows, tonights = await self._counted(name, table)
                self._following[name].begins_with(table.oid, (table.schema, table.name), rows, tonights)

    async def begin_again(self) -> None:
        """The server is another one: what each consumer has lost with the old one is told as a commit of nobody's."""
        async with self._catching_up:
            before = {name: following.rows for name, following in self._following.items()}
            for name, one in self.consumers.items():
                self._following[name] = Following(_name(one), self._dated[name])
            await self.begin()
            for name, following in self._following.items():
                if lost := before[name] - following.rows:
                    told = {"stored": 0, "removed": lost, "before": before[name], "rows": following.rows}
                    self._mock.recorder.record("ok", "commit", told | {"by": "failover"}, component=name)

    def named_in(self, sql: str) -> list[str]:
        """The consumers whose tables a statement names; all, where it names none of them."""
        return self.tables_in(sql) or list(self.consumers)

    def tables_in(self, sql: str) -> list[str]:
        """The consumers whose tables a statement names."""
        words = set(re.findall(r"\w+", sql.lower()))
        return [name for name, one in self.consumers.items() if words.issuperset(_words(_name(one)[1]))]

    async def catch_up(self, whose: Mapping[str, str]) -> None:
        """Tell what was committed since the last time; ``whose`` is said of it.

        Done to its end also where the client's session, which asks for it, is ended meanwhile.
        """
        await asyncio.shield(self._mock.loop.create_task(self._catch_up(whose)))

    async def at_rest(self) -> None:
        """End what goes on beside the jobs, and wait until nobody is told anything more."""
        await self.others.end()
        async with self._catching_up:
            pass

    async def _catch_up(self, whose: Mapping[str, str]) -> None:
        async with self._catching_up:
            await self._news(whose)

    async def _news(self, whose: Mapping[str, str]) -> None:
        last = None
        recount = False
        async for commit, change in self._database.news():
            if last is not None and commit is not last:
                self._tell(whose)
            last = commit
            recount |= change.kind in ("define", "truncate", "drop")
            for one in self._following.values():
                one.see(change)
        if recount or (self._always_counted and last is not None):
            await self._recount()
        if last is not None:
            self._tell(whose)

    async def _counted(self, name: str, table: Table) -> tuple[int, int]:
        """How many rows a table has, and how many of them are of the night."""
        rows = tonights = await self._database.count(table)
        column, types = self.consumers[name].business_date, dict(table.columns)
        if rows and column is not None and column in types:
            tonights = await self._database.count(table, self._is_tonights(column, types[column]))
        return rows, tonights

    def _is_tonights(self, column: str, type_id: int) -> str:
        """What `Dated.day` finds, in SQL."""
        date = self._date
        moment = f" at time zone {literal(self._timezone)}" if type_id == TIMESTAMPTZ else ""
        told = f"({identifier(column)}{moment})::text"
        return f"left({told}, {len(date)}) = {literal(date)} or {told} = {literal(date.replace('-', ''))}"

    async def _recount(self) -> None:
        """Count where the log does not say all: of parts that come, go or are emptied, and of generated columns."""
        for table in await self._database.tables():
            for name, consumer in self.consumers.items():
                if (table.partitioned or table.generated) and (table.schema, table.name) == _name(consumer):
                    self._always_counted |= table.generated
                    self._following[name].recounted(table.oid, *await self._counted(name, table))

    async def _commit_of_another(self, session: Admin) -> None:
        """Nothing of a job's is told as another session's, and nothing of that as a job's."""
        async with self._catching_up:
            await self._news({})
            await session.run("commit")
            await self._news({"by": "another session"})

    async def settle(self, file: BinaryIO) -> None:
        """Tell what each of them holds; all rows go to the end of the file that is kept beside the history."""
        await self.others.end()
        for renaming in self.renamings.values():
            await renaming.become(renamed=False)
        await self.catch_up({})
        tables = {(table.schema, table.name): table for table in await self._database.tables()}
        for name, consumer in self.consumers.items():
            if (table := tables.get(_name(consumer))) is None:
                there = ", ".join(f"{schema}.{one}" for schema, one in sorted(tables)) or "none"
                told = f"no table {'.'.join(_name(consumer))} is there; there are: {there}"
                self._mock.recorder.record("fail", "commit", {}, error=told, component=name)
                continue
            order = [column for column in _of_night(consumer) if column in dict(table.columns)]
            rows = self._database.rows(table, order)
            for number, one in enumerate(await held(rows, consumer, self._dated[name], file), 1):
                self._mock.recorder.record("info", "holds", one.told(number), component=name)

    def _failure_of_another(self, error: str) -> None:
        for name in self.consumers:
            self._mock.recorder.record("fail", "commit", {}, error=f"another session: {error}", component=name)

    def state(self) -> dict[str, dict[str, int]]:
        """How many rows of the night each has."""
        return {name: {"rows": one.rows} for name, one in self._following.items()}

    def _tell(self, whose: Mapping[str, str]) -> None:
        for name, following in self._following.items():
            if (told := following.committed()) is not None:
                self._mock.recorder.record("ok", "commit", {**told, **whose}, component=name)


def _words(table: str) -> list[str]:
    return re.findall(r"\w+", table.lower())


def _name(consumer: PlannedPostgres) -> Name:
    schema, _, table = consumer.table.rpartition(".")
    return schema or "public", table


def _of_night(consumer: PlannedPostgres) -> Iterator[str]:
    return (name for name in (consumer.business_date, consumer.fallback_of) if name is not None)


def _require_columns(name: str, consumer: PlannedPostgres, table: Table) -> None:
    """Refuse a night whose chain names columns that its own schema does not make."""
    there = dict(table.columns)
    missing = [column for column in (*consumer.key, *_of_night(consumer)) if column not in there]
    if missing:
        raise UnfitError(
            consumer.schema_file,
            found=f"the table {consumer.table} with the columns {', '.join(there)}, and not {', '.join(missing)}",
            expected=f"all columns that the chain names of the consumer {name}",
            todo="make them there, or change key, business_date or fallback_of in the chain",
            author=True,
        )
