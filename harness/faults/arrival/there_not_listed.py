"""A file is there, and the listing does not say so."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.requests import MeetsRequests


@fault("there_not_listed")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ThereNotListed(MeetsRequests):
    """Leave a file out of every listing, while it is served to a client that asks for it by name.

    Stands for: a store that lists what it was told to only some time later, a directory cache, a page that was lost.
    Detectable by: a list of the files that must be there; a chain that takes what is listed has nothing to miss.
    A sound chain: knows which files it needs, looks again, and says which one is missing.
    """

    file: str

    detectable_by: ClassVar[tuple[str, ...]] = ("list of files",)
    seen: ClassVar[Mapping[str, str]] = {
        "snowflake": "accepts",  # its GET takes what is listed: here the manifest, whose name begins with the file's
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's listing."""
        return system.armed(self, points.LOOK, effects.Hidden(), file=self.file, what="file", by="listing")
