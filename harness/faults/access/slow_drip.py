"""The source answers, a few bytes at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import wire as effects
from harness.faults.model.clients import HTTP, S3, SFTP
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.network import nothing_to_reach
from harness.faults.model.requests import MeetsRequests
from harness.values.units import Duration, SomeTime


@fault("slow_drip")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SlowDrip(MeetsRequests):
    """Let answers of the source through at ``bytes_per_s`` only, a portion ``every`` so long.

    Each portion begins a client's read timeout anew, so that no such timeout ever fires: a transfer of an hour looks
    alive to every control that asks only whether something came.

    Stands for: a saturated line, a throttled account, a source that reads from tape.
    Detectable by: a limit on the whole transfer, a lowest rate, max run time; no read timeout.
    A sound chain: bounds the transfer as a whole, ends it, and starts again or falls back while there is time.
    """

    bytes_per_s: int = Field(ge=1, strict=True)
    every: SomeTime = Duration(seconds=1)

    detectable_by: ClassVar[tuple[str, ...]] = ("transfer timeout", "max run time")
    seen: ClassVar[Mapping[str, str]] = {
        **{f"{client} (bytes_per_s: 7)": "waits" for client in (*HTTP, *S3)},
        "paramiko (bytes_per_s: 7)": "refuses",
        "asyncssh (bytes_per_s: 7)": "refuses after 2m",
        "openssh_sftp (bytes_per_s: 7)": "refuses after 3m",
        "snowflake (bytes_per_s: 7)": "refuses after 2m",
        **{f"{client} (bytes_per_s: 340)": "accepts after 11m" for client in (*HTTP, *S3, *SFTP)},
        "snowflake (bytes_per_s: 340)": "refuses after 10m",
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the wire in front of the source."""
        portion = max(1, round(self.bytes_per_s * self.every.total_seconds()))
        effect = effects.Drip(bytes=portion, every_ns=self.every.ns)
        return system.armed(self, points.CONNECT, effect, neighbour="source")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that retrieves nothing reaches no source."""
        yield from super().mistakes(chain)
        yield from nothing_to_reach(self, chain)
