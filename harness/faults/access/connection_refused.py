"""Nobody listens where the source should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import wire as effects
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.network import nothing_to_reach
from harness.faults.model.requests import MeetsRequests


@fault("connection_refused")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConnectionRefused(MeetsRequests):
    """Refuse connections to the source, as the operating system does for a port on which nobody listens (ECONNREFUSED).

    The job's own call fails, at once and without a byte on the network: the clock's library, which is in every process
    of a night, asks the wire before it connects. Programs that it cannot enter are not refused.

    Stands for: a server that was not started after a reboot, a port that was moved, a firewall that rejects.
    Detectable by: the error of connect.
    A sound chain: tries again with backoff, and says who could not be reached, not "connection error".
    """

    detectable_by: ClassVar[tuple[str, ...]] = ("error of connect",)
    seen: ClassVar[Mapping[str, str]] = {
        **REFUSED_TO_ALL,
        **dict.fromkeys(("urllib3", "boto3", "boto3_download_file", "snowflake"), "retries"),
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the wire in front of the source."""
        return system.armed(self, points.DIAL, effects.Dial(answer="refused"), neighbour="source")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that retrieves nothing reaches no source."""
        yield from super().mistakes(chain)
        yield from nothing_to_reach(self, chain)
