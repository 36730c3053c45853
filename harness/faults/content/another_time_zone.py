"""A file's dates are those of another time zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


@fault("another_time_zone")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AnotherTimeZone(ContentFault):
    """Move every date and time in a file by ``hours``, without saying so.

    A date is moved as the midnight that it stands for: an hour back, as from Paris to UTC in winter, makes it the day
    before; an hour on leaves it the same, because the clock time is cut off. Every total agrees.

    Stands for: an export whose session runs in UTC since the database was moved.
    Acts on: files of records with a column of dates or times: 2026-11-24, 20261124 or 24.11.2026, with a time or
    without one.
    Detectable by: business date; with ``manifest: true_one`` by the checksum. The size is the same.
    A sound chain: compares the dates inside with the night's, and refuses a file that begins a day early.
    """

    hours: int = Field(default=-1, ge=-26, le=26, strict=True)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "business date")

    @property
    def why_no_effect(self) -> str:
        """A date that is only an hour on stays the same date."""
        return f"no date or time of the file changes by {self.hours} h"

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """By how much."""
        return damages.OtherZone(hours=self.hours)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """By no hours it is the same zone."""
        yield from super().mistakes(chain)
        if self.hours == 0:
            yield "hours", "found hours: 0, expected -26 to 26 and not 0: that is the same time zone"
