"""A bad disk on the landing side: what a job's processes are told of it, and whether it has refused them anything."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.contract.effects import scheduler as effects
from harness.contract.points import DISK, PLACE
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed

_MARK = struct.Struct("<4q")
"""Read-only or not, room in bytes, bytes used, refusals: harness/clock/preload/disk/bad_disk.c reads and counts."""

_UNLIMITED = 1 << 62
"""Room that no job uses up."""


class BadDisk:
    """The mark that one launch leaves for the processes of a job."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def sound(cls, path: Path) -> BadDisk:
        """Leave a mark of a disk that refuses nothing yet; another user may run the job, in another container."""
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.chmod(0o666)
        path.write_bytes(_MARK.pack(0, _UNLIMITED, 0, 0))
        return cls(path)

    def go_bad(self, effect: effects.BadDisk) -> None:
        """Refuse from now on what the effect says; room is what there is from here."""
        if isinstance(effect, effects.ReadOnlyDisk):
            self._set(1, lambda _: 0)
        else:
            self._set(0, lambda used: used + effect.room_bytes)

    def environment(self, folder: str) -> dict[str, str]:
        """The variable by which the clock's library finds it, and knows which folder is on that disk."""
        return {"NIGHT_LANDING": f"{self.path}:{folder}"}

    def repair(self) -> bool:
        """Refuse nothing from now on; whether the disk has refused anything until now."""
        return bool(self._set(0, lambda _: _UNLIMITED))

    def _set(self, read_only: int, room: Callable[[int], int]) -> int:
        """Write the mark anew, with the room that comes of what is used; how often it has refused something."""
        with self.path.open("r+b") as mark:
            _, _, used, refusals = _MARK.unpack(mark.read(_MARK.size))
            mark.seek(0)
            mark.write(_MARK.pack(read_only, room(used), used, refusals))
        return int(refusals)


class BadDisks:
    """The bad disks that faults give to one attempt of a job."""

    def __init__(self, armory: Armory, job: str) -> None:
        self._armory = armory
        self._job = job
        self._disks: list[tuple[Armed[Any], BadDisk]] = []

    def restore(self, kept: Iterable[tuple[str, str]]) -> None:
        """Take up the disks that the scheduler's earlier process has left, where their faults are still armed."""
        for id_, path in kept:
            order = self._armory.order(id_)
            if order is not None:
                self._disks.append((order, BadDisk(Path(path))))

    def kept(self) -> list[tuple[str, str]]:
        """The disks by their faults, for the scheduler's next process."""
        return [(order.id, str(disk.path)) for order, disk in self._disks]

    def environment(self, path: Path, folders: Mapping[str, str]) -> dict[str, str]:
        """What the job's processes are told of a full or read-only disk; of several, the first is the one they have.

        One that goes bad at a place of the job's work (`go_bad`) is sound until then.
        """
        at_place = [
            order
            for order in self._armory.at_point(PLACE, job=self._job)
            if isinstance(order.effect.by, effects.BadDisk)
        ]
        orders: list[Armed[Any]] = [*self._armory.propose(DISK, job=self._job), *at_place]
        for order in orders[:1]:
            disk, now = BadDisk.sound(path), order.point is DISK
            self._disks.append((order, disk))
            if now:
                disk.go_bad(order.effect)
            return disk.environment(folders[(order.effect if now else order.effect.by).folder])
        return {}

    def go_bad(self, effect: effects.BadDisk) -> None:
        """The job has come to a place at which its disk goes bad."""
        for order, disk in self._disks:
            if order.point is PLACE and order.effect.by == effect:
                disk.go_bad(effect)

    def repair(self, order: Armed[Any]) -> bool:
        """Repair the disk of a fault; whether it ever refused the job anything is known only now."""
        refused = False
        for own, disk in list(self._disks):
            if own is order:
                self._disks.remove((own, disk))
                if disk.repair():
                    refused = True
                    if order.point is DISK:  # at a place it has acted when the job came there
                        self._armory.confirm(order, job=self._job)
        return refused

    def repair_all(self) -> None:
        """Repair all disks, because the job has ended or was never started."""
        for order, _ in list(self._disks):
            self.repair(order)
