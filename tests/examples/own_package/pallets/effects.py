"""Our own effects: what the harness orders and the mocks do. Both sides import it, so it needs the contract alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.contract import points
from harness.contract.effects.damages import damage
from harness.contract.protocols import Refusal


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedDigits:
    """The last two digits of every number of a pallet are swapped, from that record on (the first is 1)."""

    under: ClassVar[str] = "swapped_digits"
    record: int


@points.effect(points.REQUEST)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseEvery:
    """Every nth request is refused."""

    under: ClassVar[str] = "refuse_every"
    nth: int
    refuse: Refusal = "unavailable"
