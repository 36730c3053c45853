"""The source refuses because it is asked too often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.protocols import Operation
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, says_when, unspoken
from harness.faults.model.requests import MeetsRequests
from harness.values.units import Duration


@fault("throttle_requests")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ThrottleRequests(MeetsRequests):
    """Answer requests with 429 or what a protocol has for it, and say when to come again: after ``retry_after``.

    A chain that comes back earlier is refused again, as long as the fault lasts: with ``for: 5m`` beside
    ``retry_after: 5m`` who honours the answer needs one more request, and who hammers spends its retries.

    Stands for: a quota that a neighbour has used up, an API limit, too many transfers side by side.
    Detectable by: the status of the answer, and its Retry-After.
    A sound chain: waits as long as it was told, as far as the deadline allows, and asks no more than that.
    """

    retry_after: Duration | None = None
    operation: Operation | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {
        **REFUSED_TO_ALL,
        "urllib3": "retries for 60m",  # three times, whenever it is told to
        **dict.fromkeys(("boto3", "boto3_download_file"), "retries"),
        "snowflake": "refuses after 2m",
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "throttled", self.operation, self._retry_after_s)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "throttled", chain, self.operation)
        if self.retry_after is not None and not says_when(chain):
            yield "retry_after", f"the protocols of {chain.chain} cannot say when to come again; leave it out"

    @property
    def _retry_after_s(self) -> int | None:
        """Whole seconds: the header has no finer ones (RFC 9110)."""
        return None if self.retry_after is None else -(-self.retry_after.ns // 1_000_000_000)
