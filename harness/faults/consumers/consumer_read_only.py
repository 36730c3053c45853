"""A consumer can be read, and takes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS, REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_read_only")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerReadOnly(MeetsAConsumer):
    """Refuse whatever would be stored: the consumer is read-only. What it holds can still be read.

    So every look whether it is there succeeds, and only a batch shows it; in a database, each statement that would
    change something (SQLSTATE 25006).

    Stands for: a failover to a read-only replica, a maintenance window, a storage quota of the consumer's own.
    Detectable by: the status of the answer to a batch; no health check.
    A sound chain: tries again while there is time, and fails with a page that names the consumer and its words.
    """

    refuses = ("read_only",)
    causes: ClassVar[tuple[str, ...]] = ("read_only_disk", "server_error")
    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_SENDERS, **REFUSED_TO_LOADERS}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer before its commit."""
        return self.at_exchange(system, effects.Refuse(refuse="read_only"), "before_commit")
