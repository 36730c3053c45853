"""A consumer refuses what was agreed, because it has another schema now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS, REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_schema_changed")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerSchemaChanged(MeetsAConsumer):
    """Refuse batches as of another schema, with 422: they are as was agreed, and the consumer has changed.

    The answer is final: the same batch gets it again, and each retry only costs time. In a database a column is really
    called otherwise meanwhile, the last that is no key: the server itself refuses what names it (42703), and takes
    rows that come in the order of the columns without their names.

    Stands for: a release of the consumer in the afternoon, of which the chain's owner heard nothing.
    Detectable by: the status of the answer.
    A sound chain: does not hammer, leaves no part of the night behind, and pages with the consumer's own words.
    """

    refuses = ("schema_changed",)
    causes: ClassVar[tuple[str, ...]] = ("schema_drift",)
    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_SENDERS, **REFUSED_TO_LOADERS, "psql": "accepts"}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer before its commit."""
        return self.at_exchange(system, effects.Refuse(refuse="schema_changed"), "before_commit")
