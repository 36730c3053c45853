"""An answer states another length than its body has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.clients import HTTP, S3
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.part_of_file import Keep
from harness.faults.model.requests import MeetsRequests


@fault("wrong_length")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongLength(MeetsRequests):
    """Serve a whole file with a length that is ``by`` so much ``longer`` or ``shorter`` than the file.

    Longer: all bytes come, then the connection ends before the promised ones do, and clients call a whole file
    incomplete. Shorter: clients stop where the length says, and believe that they have everything.

    Stands for: a proxy that rewrites bodies and forgets the header, a length that was taken before the last append.
    Detectable by: size, checksum, trailer record, control total; a longer one by the client itself.
    A sound chain: refuses what came, retrieves it again, and says which length was promised.
    """

    file: str
    states: Literal["longer", "shorter"] = "shorter"
    by: Keep = 1

    detectable_by: ClassVar[tuple[str, ...]] = ("size", "checksum", "trailer record", "control total")
    seen: ClassVar[Mapping[str, str]] = {
        **{f"{client} (states: longer)": "refuses" for client in (*HTTP, "boto3", "snowflake")},
        "boto3_download_file (states: longer)": "retries",
        **{f"{client} (states: shorter)": "accepts" for client in (*HTTP, "asyncssh", "snowflake")},
        **{f"{client} (states: shorter)": "refuses" for client in S3},
    }

    @property
    def controls(self) -> tuple[str, ...] | None:
        """A shorter length makes a shorter file; a longer one shows by itself, as an error of the client."""
        return self.detectable_by if self.states == "shorter" else None

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's answers for the file."""
        by = self.by if isinstance(self.by, int) else float(self.by)
        effect = effects.Misstate(by=by if self.states == "longer" else -by)
        return system.armed(self, points.SERVE, effect, file=self.file, what="file")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A length that is off by nothing is the right one."""
        yield from super().mistakes(chain)
        if not self.by:
            yield (
                "by",
                'found by "0 bytes", expected bytes or a share of the file: the length would be true',
            )
