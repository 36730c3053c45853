"""Nothing goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("no_fault")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class NoFault(Fault):
    """Leave the night as it is, through the same machinery as every other fault.

    Stands for: the nights that nobody talks about. A harness that calls them anything but unaffected is broken.
    Detectable by: nothing, rightly.
    A sound chain: delivers.
    """

    @contextmanager
    def inject(self, system: System) -> Iterator[None]:
        """Write the receipt, and do nothing."""
        system.receipt(self, "nothing, on purpose")
        yield

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - it applies to every chain
        """A trigger would promise that something happens."""
        for trigger in self.parameters():
            yield trigger, f"found the trigger '{trigger}', expected none: no_fault has nothing to trigger"
