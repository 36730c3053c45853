"""A consumer has no room for what it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS, REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("consumer_disk_full")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConsumerDiskFull(MeetsAConsumer):
    """Refuse what would be stored for want of room: 507 over HTTP, SQLSTATE 53100 in a database, at the statement.

    What it has can still be read, so that every look whether it is there succeeds. A batch in the middle (``call``) is
    the nasty value: a load that commits as it goes leaves a part of its rows there.

    Stands for: an archive job that was not run, a log that grew since the afternoon, a replication slot that nobody
    reads.
    Detectable by: the status of the answer, or the error of the statement.
    A sound chain: tries again while there is time, leaves no part behind, and pages with the consumer's own words.
    """

    refuses = ("disk_full",)
    causes: ClassVar[tuple[str, ...]] = ("disk_full", "server_error")
    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer", "error of the statement")
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_SENDERS, **REFUSED_TO_LOADERS}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the consumer before its commit; a database says it of the statement."""
        return self.at_exchange(system, effects.Refuse(refuse="disk_full"), "before_commit")
