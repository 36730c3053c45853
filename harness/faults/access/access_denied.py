"""The source knows who asks, and does not let them."""

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


@fault("access_denied")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AccessDenied(MeetsRequests):
    """Answer requests with "permission denied": 403 Forbidden, AccessDenied, SSH_FX_PERMISSION_DENIED.

    Stands for: a role that lost a grant in a clean-up, a bucket policy, a folder's mode after a migration.
    Detectable by: the status of the answer, which is final: asking again gets the same.
    A sound chain: does not hammer; it falls back or fails at once, and its page says what was denied, and to whom.
    """

    operation: Operation | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {**REFUSED_TO_ALL, "snowflake": "retries"}

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "forbidden", self.operation)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "forbidden", chain, self.operation)
