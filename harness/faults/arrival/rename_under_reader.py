"""A file loses its name while somebody reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import never_apart
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration, SomeTime


@fault("rename_under_reader")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class RenameUnderReader(Fault):
    """Rename a file, with all that is beside it, to ``to``, ``after`` its arrival or at the event of ``on``.

    ``back`` gives it its own name back so long afterwards; without it, the name is gone for good. The events that
    matter are the listing (``on: {component: source, action: serve, type: ok, value: {what: listing}}``: it was named,
    and is not there) and the transfer (``type: invoke, value: {what: file}``: what has begun goes on, as on a Unix file
    system, and a second look finds nothing).

    Stands for: a sender that archives what it believes was taken, another reader that claims a file by renaming it.
    Detectable by: the answer, "not found", and a listing made after the transfer.
    A sound chain: comes back for it, and takes no half of it for the whole.
    """

    file: str
    to: str = Field(default="{name}.taken", min_length=1)
    after: Duration = Duration()
    back: SomeTime | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer", "listing")

    @property
    def why_no_effect(self) -> str:
        """Only what is there has a name to lose."""
        return "the file was not there then"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source: it acts some time after the file has come, or at the event."""
        back_ns = None if self.back is None else self.back.ns
        rename = effects.Rename(to=self.to, after_ns=self.after.ns, back_ns=back_ns)
        return system.armed(self, points.ARRIVE, effects.Delivery(rename=rename), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A name that is no other one."""
        yield from super().mistakes(chain)
        yield from never_apart(self.after, self)
        if self.to in ("{name}", "{stem}{suffix}"):
            yield "to", f"found {self.to!r}, which is the file's own name; expected another one"
