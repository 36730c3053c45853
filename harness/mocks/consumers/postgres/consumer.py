"""One consumer's database on the server: made once, begun anew each night, and asked what it holds and held."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from harness.mocks.consumers.postgres.admin import Admin, SqlError, identifier, literal
from harness.mocks.consumers.postgres.commits import Change, Commit, changes_of
from harness.mocks.consumers.postgres.journal import journal
from harness.mocks.consumers.postgres.schema import SchemaError, line_of
from harness.mocks.consumers.postgres.server import Server
from harness.mocks.consumers.postgres.settings import ADMIN
from harness.mocks.consumers.postgres.tables import Name, Row, Table, rows_of, tables_of

LOOKS_MAX = 20_000
"""Each is a question to the server, in which a process that was told to end has time to."""

READ_COSTS, SNAPSHOT_EVERY = 20, 1_000
"""In changes. The server reads its log from the last snapshot of what was running on, each time that it is asked."""


class Postgres:
    """The database that jobs connect to as ``user``, by the name and the password of the consumer."""

    def __init__(self, server: Server, name: str, user: str, password: str) -> None:
        self._server, self.name, self.user, self._password = server, name, user, password
        self._slot = ""
        self._since_snapshot = 0
        self._verifier = ""

    async def make(self) -> None:
        """Make role and database, with all that will tell what becomes of its tables."""
        database, user = identifier(self.name), identifier(self.user)
        async with self._admin("postgres") as admin:
            if not await admin.run(f"select from pg_roles where rolname = {literal(self.user)}"):
                await admin.run(f"create role {user} login password {literal(self._password)}")
            await admin.run(f"create database {database} template template0")
            told = await admin.run(
                "select d.oid, a.rolpassword from pg_database d, pg_authid a"  # noqa: S608 - quoted
                f" where d.datname = {literal(self.name)} and a.rolname = {literal(self.user)}"
            )
            oid, verifier = told[0]
            self._slot, self._verifier = f"night_{oid}", verifier or ""
        # Kept, because one that is new knows nothing of the database yet, which is most of what a reset would take.
        self._resetting = await self._admin().__aenter__()
        await self._resetting.run(journal(self._server.version))

    async def find_again(self) -> None:
        """Its server is another one now, which knows of no reader of its log."""
        await self.close()
        self._resetting = await self._admin().__aenter__()
        await self._resetting.run(f"select pg_create_logical_replication_slot('{self._slot}', 'pgoutput')")

    async def close(self) -> None:
        """Leave it."""
        await self._resetting.__aexit__()

    async def reset(self, schema_sql: str = "") -> None:
        """Begin anew with a schema, which is the job's own; SqlError where that is refused.

        Nothing of the last night is left: no session, no object, no setting of the role's.
        """
        database, user = identifier(self.name), identifier(self.user)
        admin = self._resetting
        await self._end_sessions(admin)
        told = await admin.run(
            f"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '{self._slot}';"  # noqa: S608 - ours
            " select nspname from pg_namespace"
            f" where nspname !~ '^pg_' and nspname not in ('information_schema', '{ADMIN}')"
        )
        drop = "".join(f"drop schema {identifier(name)} cascade;" for (name,) in told if name)
        await admin.run(
            f"set session_replication_role = replica; {drop} drop owned by {user} cascade;"  # event triggers sleep
            f" set session_replication_role = origin; create schema public authorization {user};"
            f" grant all on database {database} to {user};"
            f" alter role {user} reset all; alter role {user} in database {database} reset all;"
            f" alter role {user} password {literal(self._verifier)};"
            f" set session authorization {user}; set search_path to default"
        )
        try:
            await admin.run(schema_sql)
        except SqlError as error:
            raise SchemaError(error, await line_of(error, schema_sql, admin)) from error
        finally:
            await admin.run("rollback; reset session authorization; discard temp; set search_path = pg_catalog")
        await admin.run(f"select pg_create_logical_replication_slot('{self._slot}', 'pgoutput')")

    async def tables(self) -> list[Table]:
        """What tables there are now."""
        async with self._admin() as admin:
            return await tables_of(admin)

    async def rows(self, table: Table, order: Sequence[str] = ()) -> AsyncIterator[Row]:
        """What one of them holds, a row after the other: by these columns, and then by its key."""
        async with self._admin() as admin:
            async for row in rows_of(admin, table, order):
                yield row

    async def count(self, table: Table, condition: str = "true") -> int:
        """How many rows that is, or those of them for which this is true."""
        told = await self._resetting.run(f"select count(*) from {table.sql} where {condition}")  # noqa: S608 - quoted
        return int(told[0][0] or 0)

    @asynccontextmanager
    async def of_owner(self) -> AsyncIterator[Admin]:
        """A session of its tables' owner, who jobs are too; it is never the one that a deadlock ends."""
        async with self._admin() as admin:
            become = f"set session authorization {identifier(self.user)}; set search_path to default"
            await admin.run(f"set deadlock_timeout = '1d'; {become}")
            yield admin

    def watching(self) -> Admin:
        """A connection of the mock's own, to look at the others; an asynchronous context."""
        return self._admin()

    async def drop(self) -> None:
        """It is no consumer's any more."""
        await self._end_sessions(self._resetting)
        await self._resetting.run(
            f"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '{self._slot}'"  # noqa: S608 - ours
        )
        await self.close()
        async with self._admin("postgres") as admin:
            await admin.run(f"drop database {identifier(self.name)} with (force)")

    async def news(self) -> AsyncIterator[tuple[Commit, Change]]:
        """What was committed since this was asked last, in that order; who asks for it takes it, and asks alone."""
        roots = await _roots(self._resetting)
        self._since_snapshot += READ_COSTS
        async for commit, change in changes_of(self._resetting, self._slot, roots, take=True):
            self._since_snapshot += 1
            yield commit, change
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._since_snapshot = 0
            await self._resetting.run(
                "select pg_log_standby_snapshot()" if self._server.version >= 16 else "checkpoint"
            )

    async def changes(self) -> AsyncIterator[tuple[Commit, Change]]:
        """Everything that was committed since the reset, in that order, a change after the other."""
        async with self._admin() as admin:
            roots = await _roots(admin)
            async for commit, change in changes_of(admin, self._slot, roots):
                yield commit, change

    async def commits(self) -> list[Commit]:
        """The same, with all that each transaction has changed: as large as the night was."""
        found: list[Commit] = []
        async for commit, change in self.changes():
            if not found or found[-1] is not commit:
                found.append(commit)
            commit.changes.append(change)
        return found

    def _admin(self, database: str | None = None) -> Admin:
        return Admin(self._server.socket, self._server.password, database or self.name)

    async def _end_sessions(self, admin: Admin) -> None:
        """End all others, and wait until they are gone: without a pause, for the night's time stands still."""
        others = f"pg_stat_activity where datname = {literal(self.name)} and pid <> pg_backend_pid()"
        for _ in range(LOOKS_MAX):
            if not await admin.run(f"select pg_terminate_backend(pid) from {others}"):  # noqa: S608 - quoted
                return
        raise SqlError({"M": f"sessions of database {self.name} do not end", "C": "57014"})


async def _roots(admin: Admin) -> dict[int, Name]:
    """Of each partition, the schema and the name of the table that it is a part of."""
    told = await admin.run(
        "select c.oid, n.nspname, r.relname from pg_class c join pg_class r on r.oid = pg_partition_root(c.oid)"
        " join pg_namespace n on n.oid = r.relnamespace"
        " where c.relispartition and c.relkind in ('r', 'p')"
    )
    return {int(oid or 0): (schema or "", root or "") for oid, schema, root in told}
