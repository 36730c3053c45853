"""Somebody else's sessions in one database: each runs its statements, and keeps its transaction open for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from harness.contract.effects.consumers import OtherSession
from harness.mocks.consumers.postgres.admin import Admin, SqlError
from harness.mocks.consumers.postgres.consumer import Postgres
from harness.mocks.core.until import until

LOOKS_MAX = 20_000
"""Each is a question to the server, in which the session comes further."""


class OtherSessions:
    """Of one database. ``commit`` commits one of them, and tells of it; ``failed`` is told an error."""

    def __init__(
        self, database: Postgres, commit: Callable[[Admin], Awaitable[None]], failed: Callable[[str], None]
    ) -> None:
        self._database, self._commit, self._failed = database, commit, failed
        self._living: set[asyncio.Task[None]] = set()

    async def begin(self, other: OtherSession) -> None:
        """Return when its statements are done, or when it waits for a lock that somebody has."""
        begun: asyncio.Future[Admin | None] = asyncio.get_running_loop().create_future()
        stood = asyncio.Event()
        living = asyncio.create_task(self._live(other, begun, stood))
        self._living.add(living)
        living.add_done_callback(self._living.discard)
        if (admin := await begun) is None:
            return
        async with self._database.watching() as watch:
            for _ in range(LOOKS_MAX):
                if stood.is_set() or await _waits(watch, admin):
                    return

    async def end(self) -> None:
        """End all of them, and what they have not committed."""
        for one in list(self._living):
            one.cancel()
        await asyncio.gather(*self._living, return_exceptions=True)

    async def _live(self, other: OtherSession, begun: asyncio.Future[Admin | None], stood: asyncio.Event) -> None:
        try:
            async with self._database.of_owner() as admin:
                await admin.run("begin")
                begun.set_result(admin)
                await admin.run(other.runs)
                stood.set()
                if other.open_ns:
                    await until(time.time_ns() + other.open_ns)
                await self._commit(admin)
        except (SqlError, OSError) as error:  # refused, or the server has gone meanwhile
            self._failed(str(error))
        finally:
            stood.set()
            if not begun.done():
                begun.set_result(None)


async def _waits(watch: Admin, admin: Admin) -> bool:
    """Whether the server has it waiting for a lock."""
    look = f"select from pg_locks where pid = {admin.pid} and not granted"
    return bool(await watch.run(look))
