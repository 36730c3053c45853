"""The source answers that it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.protocols import Operation, Refusal
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, unspoken
from harness.faults.model.requests import MeetsRequests

_KINDS: dict[int, Refusal] = {500: "internal_error", 503: "unavailable"}


@fault("server_error")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ServerError(MeetsRequests):
    """Answer requests with a server's own error: 503, it is not available, or 500, it failed inside.

    ``operation`` bounds it to listings, downloads and so on. Without a trigger it answers so for ever; ``times: 2`` is
    the nasty number, because one retry is what most clients make by themselves.

    Stands for: a deployment in the night, a storage back end that fails over, an overloaded gateway.
    Detectable by: the status of the answer. A client that does not look takes the error's text for the file.
    A sound chain: tries again with backoff, gives up in time, and never takes an error's body for data.
    """

    answer: Literal[500, 503] = 503
    operation: Operation | None = None

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = {
        **REFUSED_TO_ALL,
        **dict.fromkeys(("boto3", "boto3_download_file", "snowflake"), "retries"),
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, _KINDS[self.answer], self.operation)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, _KINDS[self.answer], chain, self.operation)
