"""A connection to the source is reset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import wire as effects
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.network import nothing_to_reach
from harness.faults.model.requests import MeetsRequests


@fault("connection_reset")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConnectionReset(MeetsRequests):
    """Reset connections to the source after ``after_bytes`` of the answer, its head included; 0: before the first byte.

    Before the first byte, a client that repeats the request (urllib3) does not even mention it. ``times`` and ``for``
    make it last; without a trigger every transfer that is longer than that breaks, and a client that begins anew each
    time never ends.

    Stands for: a load balancer that recycles connections, a back end that crashes in mid-transfer, a session limit.
    Detectable by: the error of the read, ECONNRESET; a client that takes an error for the end has half a file.
    A sound chain: tries again a bounded number of times, and never keeps what came before the reset as the file.
    """

    after_bytes: int = Field(default=65_536, ge=0, strict=True)

    detectable_by: ClassVar[tuple[str, ...]] = ("error of the read", "size", "checksum")
    seen: ClassVar[Mapping[str, str]] = {
        **{f"{client} (after_bytes: 0)": "refuses" for client in REFUSED_TO_ALL},
        **{
            f"{client} (after_bytes: 0)": "retries"
            for client in ("urllib3", "boto3", "boto3_download_file", "snowflake")
        },
        **{f"{client} (after_bytes: 100000)": "refuses" for client in REFUSED_TO_ALL},
        "boto3_download_file (after_bytes: 100000)": "retries",
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the wire in front of the source."""
        return system.armed(self, points.CONNECT, effects.Reset(after_bytes=self.after_bytes), neighbour="source")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that retrieves nothing reaches no source."""
        yield from super().mistakes(chain)
        yield from nothing_to_reach(self, chain)
