"""Connections to the source are never answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import wire as effects
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.network import nothing_to_reach
from harness.faults.model.requests import MeetsRequests


@fault("connect_hang")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class ConnectHang(MeetsRequests):
    """Let connections to the source go unanswered: the first packet is lost, and every one that follows it.

    A client with a connect timeout waits as long as that. One without waits as long as the kernel goes on trying, 127 s
    with Linux's own settings, which a blocking connect does here as well, in the night's time. (A client that polls, as
    curl does and asyncio, meets its own limit only, or waits for ever: the kernel's end of it is real time.) An attempt
    that hangs goes on hanging when the fault is over; the next one is answered.

    Stands for: a firewall that drops, a route that is gone, a host that is off.
    Detectable by: a connect timeout, and nothing else.
    A sound chain: gives up after a few seconds, tries again with backoff, and says that nobody answered.
    """

    detectable_by: ClassVar[tuple[str, ...]] = ("connect timeout", "max run time")
    seen: ClassVar[Mapping[str, str]] = {
        "httpx": "refuses",
        **dict.fromkeys(("requests", "openssh_sftp", "paramiko"), "refuses after 2m"),
        "snowflake": "retries for 2m",
        **dict.fromkeys(("boto3", "boto3_download_file"), "retries for 3m"),
        "urllib3": "retries for 8m",
    }

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the wire in front of the source."""
        return system.armed(self, points.DIAL, effects.Dial(answer="silence"), neighbour="source")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that retrieves nothing reaches no source."""
        yield from super().mistakes(chain)
        yield from nothing_to_reach(self, chain)
