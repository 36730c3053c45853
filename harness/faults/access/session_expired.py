"""The source has ended the session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.protocols import Operation
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, unspoken
from harness.faults.model.requests import MeetsRequests


@fault("session_expired")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SessionExpired(MeetsRequests):
    """Answer requests of a session that was good a moment ago with "expired": 390112, 401; SFTP ends the connection.

    Once (``times: 1``) a good client renews it and nobody notices. Always, snowflake-connector-python 4.8.1 renews it
    again and again, without a bound that anybody has seen.

    Stands for: a job that waited longer than its session lives, a server that was restarted.
    Detectable by: the status of the answer.
    A sound chain: logs in again, once or twice, and bounds how long a client may try by itself.
    """

    operation: Operation | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer", "max run time")
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_ALL, "snowflake": "retries"}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "session_expired", self.operation)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "session_expired", chain, self.operation)
