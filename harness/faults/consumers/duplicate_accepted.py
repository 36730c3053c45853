"""A consumer stores what it has already, and says nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.consumers import MeetsRows
from harness.faults.model.fault import STRICT, System, fault


@fault("duplicate_accepted")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicateAccepted(MeetsRows):
    """Store a batch once more that has come before under the same idempotency key: the key is not honoured.

    It acts only on what is sent twice, so it comes with another fault that makes a job send again.

    Stands for: a key that expires too early, a cache of keys that a restart has emptied, a gateway that drops
    the header.
    Detectable by: a look at what the consumer holds; the answer says "stored" where "stored before" was expected.
    A sound chain: reads back what the consumer holds, withdraws it where it is not what was sent, and pages.
    """

    causes: ClassVar[tuple[str, ...]] = ("rows_doubled",)
    detectable_by: ClassVar[tuple[str, ...]] = ("read back",)

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no batch came twice under one key"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what becomes of the rows."""
        return self.at_store(system, effects.AcceptTwice())
