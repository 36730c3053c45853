"""A consumer takes a batch, keeps a part of it, and answers that all is well."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import TAKEN_BY_SENDERS
from harness.faults.model.consumers import MeetsRows
from harness.faults.model.fault import STRICT, System, fault


@fault("rows_swallowed")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class RowsSwallowed(MeetsRows):
    """Leave out the last ``part`` of a batch's rows, a row at least, and answer as if all of them were stored.

    Nothing that a job hears tells of it: status and count are as they should be.

    Stands for: an upsert that drops rows with an unknown site, a message bus behind the consumer that loses some, a
    limit on the records of one load beyond which the rest is ignored.
    Detectable by: a look at what the consumer holds, and nothing else.
    A sound chain: reads back what the consumer holds, withdraws it where it is not what was sent, and pages.
    """

    part: Annotated[float, Field(gt=0, lt=1)] = 0.05

    causes: ClassVar[tuple[str, ...]] = ("rows_swallowed",)
    detectable_by: ClassVar[tuple[str, ...]] = ("read back",)
    seen: ClassVar[Mapping[str, str]] = TAKEN_BY_SENDERS

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no batch had more than one row"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what becomes of the rows."""
        return self.at_store(system, effects.SwallowRows(part=self.part))
