"""A file is in the listing, and is not found under its name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.requests import MeetsRequests


@fault("listed_not_there")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ListedNotThere(MeetsRequests):
    """Answer that a file is not there whenever it is asked for by name, while the listing goes on naming it.

    Stands for: a listing that is served from a cache, a file that was moved away in between, a store in which a name
    is seen before its content.
    Detectable by: the answer, "not found", which must not be taken for "there is nothing tonight".
    A sound chain: comes back for it, and if it stays away, says that it was listed.
    """

    file: str

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_ALL

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's search for the name."""
        return system.armed(self, points.LOOK, effects.Hidden(), file=self.file, what="file", by="name")
