"""The disk on the landing side cannot be written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.place import StrikesAtFiles
from harness.values.strict import unknown


@fault("read_only_disk")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ReadOnlyDisk(StrikesAtFiles):
    """Let a job write nothing below a folder of the chain: opening for writing, renaming and removing fail with EROFS.

    Reading goes on. It begins with a start of the job and lasts until it ends; ``times: 1`` spares the next start. With
    ``at_write`` or ``at_rename`` it begins where the job has come there: a part is on the disk, and stays. The clock's
    library refuses the calls, in every process of the job; programs that it cannot enter are not refused.

    Stands for: a file system that the kernel has remounted read-only after an error, a share with a lost permission.
    Detectable by: the error of open.
    A sound chain: fails at once with the folder's name in its page; a rule starts it again.
    """

    folder: str

    detectable_by: ClassVar[tuple[str, ...]] = ("error of open",)

    @property
    def why_no_effect(self) -> str:
        """It refuses what is tried; a job that writes nothing there never meets it."""
        if self.place:
            return self.why_not_there()
        return f"{self.job} was refused nothing in {self.folder}, or runs without the night's clock"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the job's starts, or its place: its processes find the read-only disk in their environment."""
        disk = effects.ReadOnlyDisk(folder=self.folder)
        return self.struck(system, disk) if self.place else system.armed(self, points.DISK, disk, job=self.job)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A folder that the chain does not have."""
        yield from super().mistakes(chain)
        if self.folder not in chain.folders:
            yield "folder", unknown("folder", self.folder, chain.folders)
