"""A trailer states other totals than its file has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, PlainSerializer
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract.effects import damages
from harness.faults.model.content import ContentFault, Manifest
from harness.faults.model.fault import STRICT, System, fault


def _amount(value: Any) -> Decimal:
    """As it is written: YAML's 0.01 is a hundredth, and not the binary number next to it."""
    text = "" if isinstance(value, bool) else str(value)
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        raise ValueError(f"found {value!r}, expected a number such as 1, -1 or 0.01")
    return Decimal(text)


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount, json_schema_input_type=float),
    PlainSerializer(lambda amount: int(amount) if amount == int(amount) else float(amount), return_type=float),
]


@fault("wrong_totals")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class WrongTotals(ContentFault):
    """Let the trailer's record count or control total be ``by`` off; one, by default, because that is a real mistake's
    size: the header counted as a record. A sum of money is off by a cent (``by: 0.01``), and keeps its decimals.

    Of several such numbers it is that of the whole file, of records before lines, and a sum before a hash total.

    The records are right, so it shows whether the chain reads its controls or only looks whether they are there.

    Stands for: a sender that counts its header; a total that was taken before the last record was written.
    Acts on: files of records whose layout says where they state a count, or a sum.
    Detectable by: trailer record, or control total; with ``manifest: true_one`` by the checksum.
    A sound chain: refuses a file that contradicts itself, and asks its sender which of the two is wrong.
    """

    of: damages.Total = "control_total"
    by: Amount = Decimal(1)
    manifest: Manifest = "follows"

    detectable_by: ClassVar[tuple[str, ...]] = ("checksum", "trailer record", "control total")

    @property
    def why_no_effect(self) -> str:
        """It needs a trailer that states that total."""
        return f"the file has no trailer with a {self.of.replace('_', ' ')}"

    def noticed_by(self) -> tuple[str, ...]:
        """The count is the trailer record's, the sum the control total's."""
        return ("checksum", "trailer record" if self.of == "record_count" else "control total")

    def damage(self, system: System) -> damages.Damage:  # noqa: ARG002 - no content but the file's own is needed
        """Which total, and how far off."""
        return damages.WrongTotals(of=self.of, by=format(self.by, "f"))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """By nothing is not wrong, and there is no part of a record."""
        yield from super().mistakes(chain)
        if self.by == 0:
            yield "by", "found by: 0, expected another number: totals that are right are no fault"
        elif self.of == "record_count" and self.by % 1:
            yield "by", f"found by: {self.by}, expected a whole number: records are counted"
