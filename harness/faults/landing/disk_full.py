"""The disk on the landing side fills up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, PlainSerializer
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.part_of_file import byte_count
from harness.faults.model.place import StrikesAtFiles
from harness.values.strict import unknown

Room = Annotated[
    int,
    BeforeValidator(byte_count, json_schema_input_type=str),
    PlainSerializer(lambda count: "1 byte" if count == 1 else f"{count} bytes"),
]


@fault("disk_full")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DiskFull(StrikesAtFiles):
    """Let a job write only ``room`` more below a folder of the chain; then its writes fail with ENOSPC.

    What still fits is written, and the next call fails, so that a part of a file is there. What the job removes gives
    no room back. New files cannot be made either once the room is used up. It begins with a start of the job and lasts
    until it ends; ``times: 1`` spares the next start. With ``at_write`` or ``at_rename`` it begins where the job has
    come there: the byte that was named is the last that fits, where there is no ``room`` for more.

    The clock's library refuses the calls, in every process of the job: Python, Java, cp, dd. What the C library writes
    from its own buffers (``printf`` in C, bash's ``echo``) is refused when the file is opened, not when it grows, and
    programs that the clock cannot enter are not refused at all.

    Stands for: a landing zone that nobody cleans up, a quota, logs of another job on the same disk.
    Detectable by: the error of write or close; size and checksum of what is on disk.
    A sound chain: takes no part for the whole, removes it, and its page says which disk is full.
    """

    folder: str
    room: Room = 0

    detectable_by: ClassVar[tuple[str, ...]] = ("error of write", "size", "checksum")

    @property
    def why_no_effect(self) -> str:
        """It refuses what is tried; a job that writes nothing there never meets it."""
        if self.place:
            return self.why_not_there()
        return f"{self.job} was refused nothing in {self.folder}, or runs without the night's clock"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the job's starts, or its place: its processes find the full disk in their environment."""
        disk = effects.FullDisk(folder=self.folder, room_bytes=self.room)
        return self.struck(system, disk) if self.place else system.armed(self, points.DISK, disk, job=self.job)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A folder that the chain does not have."""
        yield from super().mistakes(chain)
        if self.folder not in chain.folders:
            yield "folder", unknown("folder", self.folder, chain.folders)
