"""The credentials that were given out have expired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.protocols import Operation
from harness.faults.model.clients import HTTP, S3
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, unspoken
from harness.faults.model.requests import MeetsRequests


@fault("token_expired")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class TokenExpired(MeetsRequests):
    """Answer requests with "token expired": Snowflake's 390114, S3's ExpiredToken, 401 with invalid_token.

    Stands for: temporary credentials that lived shorter than a transfer, a clock that is ahead, a forgotten renewal.
    Detectable by: the status of the answer.
    A sound chain: gets new ones and goes on where it was, once or twice; then it says that they do not last.
    """

    operation: Operation | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys((*HTTP, *S3), "refuses"),
        "snowflake": "retries",
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "token_expired", self.operation)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "token_expired", chain, self.operation)
