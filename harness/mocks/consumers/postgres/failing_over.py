"""A failover as it is: the server dies, and a standby takes its place that had not yet heard of the last commits.

The standby is a base backup that is made when the fault is armed, before the night begins. It replays the dead server's
log up to a moment, and is the server from then on: what was committed later is gone, whoever has been told of it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Awaitable, Callable

from harness.contract.effects.consumers import FailOver
from harness.mocks.consumers.postgres.admin import Admin
from harness.mocks.consumers.postgres.server import Server
from harness.mocks.core.until import until

SLOT = "night_standby"
"""Keeps the log that the standby will need."""

AFTER_NS = 200_000_000
"""So much later than the commit that sets it off, whose client has its answer by then."""

NOT_COPIED = ("pg_wal", "pg_replslot", "postmaster.pid", "postmaster.opts")
MADE_ANEW = ("pg_wal", "pg_wal/archive_status", "pg_replslot")

BACKUP = ("pg_backup_start('standby', true)", "pg_backup_stop(false)")
BACKUP_BEFORE_15 = ("pg_start_backup('standby', true, false)", "pg_stop_backup(false, false)")


class FailingOver:
    """Of one server. ``cut`` ends its sessions; ``back`` gets to know the server that is there afterwards."""

    def __init__(self, server: Server, cut: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]) -> None:
        self._server, self._cut, self._back = server, cut, back
        self._standby = server.folder / "standby"
        self._going_on: asyncio.Task[None] | None = None
        self._halfway = False
        """Whether the server is neither what it was nor what it will be."""
        self.away = False
        """Whether who connects now finds nobody."""

    async def prepare(self) -> None:
        """Make the standby; time stands still, and nobody is connected."""
        await self.forget()
        async with self._admin() as admin:
            await admin.run(f"select pg_create_physical_replication_slot('{SLOT}', true)")
            begins, ends = BACKUP if self._server.version >= 15 else BACKUP_BEFORE_15
            await admin.run(f"select {begins}")
            shutil.copytree(self._server.data, self._standby, ignore=shutil.ignore_patterns(*NOT_COPIED))
            told = await admin.run(f"select labelfile from {ends}")  # noqa: S608 - one of ours
        for name in MADE_ANEW:
            (self._standby / name).mkdir(mode=0o700)
        (self._standby / "backup_label").write_text(told[0][0] or "")

    async def forget(self) -> None:
        """No night needs it any more. A server that is halfway is ended."""
        if self._going_on is not None:
            self._going_on.cancel()
            await asyncio.gather(self._going_on, return_exceptions=True)
            self._going_on = None
        if self._halfway:
            await self._server.kill()
        self._halfway = self.away = False
        shutil.rmtree(self._standby, ignore_errors=True)
        if self._server.running:
            async with self._admin() as admin:
                await admin.run(
                    f"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '{SLOT}'"  # noqa: S608 - ours
                )

    def begin(self, effect: FailOver) -> None:
        """Let it happen in a moment."""
        if self._standby.exists() and self._going_on is None:
            self._going_on = asyncio.create_task(self._happen(effect))

    async def over(self) -> None:
        """Return when one that has begun is over; what went wrong in it is raised here."""
        if self._going_on is not None:
            await self._going_on

    async def _happen(self, effect: FailOver) -> None:
        await until(time.time_ns() + AFTER_NS)
        async with self._admin() as admin:  # a commit behind all others: the log goes on where the standby's ends
            await admin.run("select pg_logical_emit_message(true, 'night_harness.failover', '')")
        last_ns = time.time_ns() - effect.loses_ns
        self.away = self._halfway = True
        dead = self._server.folder / "dead"
        await self._server.kill()
        await self._cut()
        self._server.data.rename(dead)
        with (self._standby / "postgresql.auto.conf").open("a") as file:
            file.write(f'restore_command = \'cp "{dead}/pg_wal/%f" "%p"\'\n')
            file.write(f"recovery_target_time = '{_moment(last_ns)}'\nrecovery_target_action = 'promote'\n")
        (self._standby / "recovery.signal").touch()
        self._server.owned(self._standby)
        self._standby.rename(self._server.data)
        back_ns = time.time_ns() + effect.away_ns
        await self._server.launch()
        await self._back()
        self._halfway = False
        shutil.rmtree(dead, ignore_errors=True)
        await until(back_ns)
        self.away = False

    def _admin(self) -> Admin:
        return Admin(self._server.socket, self._server.password, "postgres")


def _moment(at_ns: int) -> str:
    return dt.datetime.fromtimestamp(at_ns // 1_000_000_000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S") + (
        f".{at_ns // 1_000 % 1_000_000:06}+00"
    )
