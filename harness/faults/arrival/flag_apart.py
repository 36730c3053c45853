"""A file and the flag that says that it is done do not come together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, Fault, System, fault
from harness.values.units import Duration, SomeTime


@fault("flag_apart")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class FlagApart(Fault):
    """Let the done flag of a file come ``by`` so long ``before`` it, ``after`` it, or ``never``.

    Before is the nasty one: the flag says "done" of a file that is not there yet, or of what is left of an older one.

    Stands for: parallel uploads, a flag that is written by another job than the file, a flag that was forgotten.
    Detectable by: the flag together with the manifest: a flag alone proves nothing about a file.
    A sound chain: waits for the flag, then sees for itself that the file is there and whole.
    """

    file: str
    comes: Literal["before", "after", "never"]
    by: SomeTime = Duration(minutes=10)

    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_ALL
    detectable_by: ClassVar[tuple[str, ...]] = ("done flag", "manifest")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival."""
        parts: dict[str, dict[effects.Part, int | None]] = {
            "before": {"file": self.by.ns, "manifest": self.by.ns},
            "after": {"flag": self.by.ns},
            "never": {"flag": None},
        }
        return system.armed(self, points.ARRIVE, effects.Delivery(parts=parts[self.comes]), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A file without a flag."""
        yield from super().mistakes(chain)
        yield from due_in_the_evening(self.file, chain)
        spec = chain.files.get(self.file)
        if spec is not None and spec.flag is None:
            yield "file", f'{self.file!r} has no flag, expected one: say flag: "{{name}}.done" in the chain file'
