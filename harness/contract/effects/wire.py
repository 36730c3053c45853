"""What the wire does to a connection between a job and an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.contract.bounds import ContractError, at_least

HangPhase = Literal["first_byte", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Who asks for a connection is refused (ECONNREFUSED), or never answered."""

    answer: Literal["refused", "silence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Nothing is passed on any more: of an answer at all, or of its body after so many bytes."""

    hang: HangPhase
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        """Only a body has a byte after which it can hang."""
        if self.hang == "first_byte" and self.after_bytes is not None:
            raise ContractError(f"after_bytes: found {self.after_bytes} for hang 'first_byte', expected it for 'body'")
        if self.hang == "body" and self.after_bytes is None:
            raise ContractError("hang 'body': missing key 'after_bytes'; expected a number of bytes")
        at_least(0, after_bytes=self.after_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The connection is reset (RST) after so many bytes of the answer."""

    under: ClassVar[str] = "reset"
    after_bytes: int

    def __post_init__(self) -> None:
        """No fewer than none."""
        at_least(0, after_bytes=self.after_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip:
    """So many bytes of the answer at once, and each further portion so long after the last."""

    under: ClassVar[str] = "drip"
    bytes: int
    every_ns: int

    def __post_init__(self) -> None:
        """Both above zero."""
        at_least(1, bytes=self.bytes, every_ns=self.every_ns)


Connection = Hang | Reset | Drip
