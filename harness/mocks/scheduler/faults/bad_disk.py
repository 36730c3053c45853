"""A bad disk on the landing side: what a job's processes are told of it, and whether it has refused them anything."""

from __future__ import annotations

import struct
from pathlib import Path

from harness.contract.effects import scheduler as effects

_MARK = struct.Struct("<4q")
"""Read-only or not, room in bytes, bytes used, refusals: harness/clock/preload/disk/bad_disk.c reads and counts."""

_ENDLESS = 1 << 62
"""Room that nobody uses up."""


class BadDisk:
    """The mark that one launch leaves for the processes of a job."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, effect: effects.BadDisk, path: Path) -> BadDisk:
        """Leave a mark; another user may run the job, in another container."""
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.chmod(0o666)
        read_only = isinstance(effect, effects.ReadOnlyDisk)
        room = 0 if isinstance(effect, effects.ReadOnlyDisk) else effect.room_bytes
        path.write_bytes(_MARK.pack(read_only, room, 0, 0))
        return cls(path)

    def environment(self, folder: str) -> dict[str, str]:
        """The variable by which the clock's library finds it, and knows which folder is on that disk."""
        return {"NIGHT_LANDING": f"{self.path}:{folder}"}

    def mended(self) -> bool:
        """Let it be whole from now on; whether it has refused anything until now."""
        with self.path.open("r+b") as mark:
            _, _, used, refusals = _MARK.unpack(mark.read(_MARK.size))
            mark.seek(0)
            mark.write(_MARK.pack(0, _ENDLESS, used, refusals))
        return bool(refusals)
