"""A database has as many connections as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_LOADERS
from harness.faults.model.consumers import MeetsAConsumer
from harness.faults.model.fault import STRICT, System, fault


@fault("connection_limit")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConnectionLimit(MeetsAConsumer):
    """Refuse who connects with `sorry, too many clients already` (SQLSTATE 53300). Who is connected goes on.

    So a load that connects once for each batch is stopped in its middle, and one that keeps its connection hears
    nothing of it.

    Stands for: a pool of another application that leaks, a report server that opens fifty sessions at two.
    Detectable by: the error of the connection, which has no SQLSTATE in libpq's clients: only the text says it.
    A sound chain: waits and connects again, and pages with the server's words when that does not help in time.
    """

    refuses = ("too_many_connections",)
    causes: ClassVar[tuple[str, ...]] = ("connection_limit", "connection_refused")
    detectable_by: ClassVar[tuple[str, ...]] = ("error of the connection",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_LOADERS

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the way in."""
        return self.at_exchange(system, effects.Refuse(refuse="too_many_connections"), "asked", "connect")
