"""The file source accepts a request and falls silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import wire as effects
from harness.faults.model.clients import S3
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.network import nothing_to_reach
from harness.faults.model.requests import MeetsRequests

_PATIENT = ("curl", "requests", "urllib3", "openssh_sftp")
"""Clients that set themselves no limit at all."""


@fault("source_hang")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class SourceHang(MeetsRequests):
    """Hold connections to the source open without an answer: before its first byte, or after ``after_bytes`` of it.

    Stands for: the 2 AM timeout. A storage back end that fails over in mid-request, a firewall that forgets a
    connection; both ends believe that the other one is still there.
    Detectable by: a client timeout, and nothing else. Clients without one wait for ever, or for hours by default.
    A sound chain: gives up after its own timeout, tries again with backoff, and says what it waited for.
    """

    phase: effects.HangPhase = "first_byte"
    after_bytes: int = Field(default=65_536, ge=1, strict=True)

    seen: ClassVar[Mapping[str, str]] = {
        **{f"{client} (phase: {phase})": "waits" for client in _PATIENT for phase in ("first_byte", "body")},
        **{f"httpx (phase: {phase})": "refuses" for phase in ("first_byte", "body")},
        **{f"{client} (phase: first_byte)": "retries for 3m" for client in S3},
        "paramiko (phase: first_byte)": "refuses",
        **{f"{client} (phase: first_byte)": "refuses after 2m" for client in ("asyncssh", "snowflake")},
        "boto3 (phase: body)": "refuses after 1m",
        "boto3_download_file (phase: body)": "retries for 5m",
        "snowflake (phase: body)": "refuses after 10m",
        **{f"{client} (phase: body)": "waits" for client in ("asyncssh", "paramiko")},
    }
    detectable_by: ClassVar[tuple[str, ...]] = ("client timeout", "max run time")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the wire in front of the source; taking it out drops the connections that hang."""
        after_bytes = self.after_bytes if self.phase == "body" else None
        effect = effects.Hang(hang=self.phase, after_bytes=after_bytes)
        return system.armed(self, points.CONNECT, effect, neighbour="source")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that retrieves nothing has no source to hang."""
        yield from super().mistakes(chain)
        yield from nothing_to_reach(self, chain)
