"""A fault in what a file holds: which file, and what its manifest says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.controls import CONTROLS
from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import damages
from harness.faults.model.clients import S3, TAKEN_BY_ALL
from harness.faults.model.fault import STRICT, System
from harness.faults.model.requests import MeetsRequests
from harness.faults.model.undoable import undoable

Manifest = Literal["true_one", "follows"]

COMPARED_BY_S3: Mapping[str, str] = {
    f"{client} (manifest: {manifest})": reaction
    for client in S3
    for manifest, reaction in (("true_one", "refuses"), ("follows", "accepts"))
}
"""Clients of S3 compare with the checksum that the store keeps of an object, which states what the manifest states."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ContentFault(MeetsRequests):
    """What all of them share. ``true_one``: the manifest states the file as it was; ``follows``: as it is now."""

    file: str
    manifest: Manifest = "true_one"

    seen: ClassVar[Mapping[str, str]] = {**TAKEN_BY_ALL, **COMPARED_BY_S3}

    @property
    def controls(self) -> tuple[str, ...] | None:
        """All that can detect it as it is set; what the manifest states agrees with the damage that it follows."""
        noticed = self.noticed_by()
        if self.manifest == "true_one":
            return noticed
        return tuple(name for name in noticed if name not in CONTROLS or not CONTROLS[name].of_the_manifest)

    def noticed_by(self) -> tuple[str, ...]:
        """Those of ``detectable_by`` that can notice it with a true manifest."""
        return self.detectable_by

    def damage(self, system: System) -> damages.Damage:
        """What becomes of the file's bytes at the source."""
        raise TypeError(f"{type(self).__name__} does not say what it does to a file of {system}")

    def stated_length(self) -> damages.StatedLength | None:
        """What the answer says of the body's length; None: as is usual."""
        return None

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Also what cannot be done to a file as it is laid out."""
        yield from super().mistakes(chain)
        yield from undoable(self.name, self.damage, self.file, chain)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's answers for the file."""
        effect = damages.Damaged(
            damage=self.damage(system),
            length=self.stated_length(),
            manifest="follows" if self.manifest == "follows" else "true",
        )
        return system.armed(self, points.SERVE, effect, file=self.file, what="file")
