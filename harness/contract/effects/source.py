"""What the file source does otherwise than it should: deliveries, searches, requests, answers, and how it serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from harness.contract.bounds import ContractError, at_least, said
from harness.contract.content import Content
from harness.contract.protocols import Refusal

_FAR_OFF = 1 << 62
"""More bytes than any body has."""

Part = Literal["file", "manifest", "flag"]
"""What a delivery consists of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTo:
    """All of a delivery comes then (UTC nanoseconds), earlier or later."""

    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAway:
    """A delivery never comes."""

    never: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """The files of one feed come last first, so far apart."""

    every_ns: int

    def __post_init__(self) -> None:
        """No time before now."""
        at_least(0, every_ns=self.every_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """All of a delivery a second time, so long after the first, or after the order's event."""

    after_ns: int

    def __post_init__(self) -> None:
        """No time before now."""
        at_least(0, after_ns=self.after_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A file has another name so long after it came (or after the event), and its own again so long after that."""

    to: str
    after_ns: int
    back_ns: int | None = None

    def __post_init__(self) -> None:
        """A name, and no time before now."""
        said(to=self.to)
        at_least(0, after_ns=self.after_ns, back_ns=self.back_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a delivery departs from the plan, in some of these ways.

    ``parts``: each of these comes so many nanoseconds later than the others; null: never. ``as_``: all of it has that
    name, in which ``{name}``, ``{stem}`` and ``{suffix}`` are those of the planned file. ``content``: it holds that.
    """

    move: MoveTo | MoveAway | None = None
    reverse: Reverse | None = None
    parts: Mapping[Part, int | None] | None = None
    as_: str | None = None
    content: Content | None = None
    again: Again | None = None
    rename: Rename | None = None

    def __post_init__(self) -> None:
        """One that departs in some way."""
        if not self.ways:
            known = ", ".join(field.name.removesuffix("_") for field in fields(self))
            raise ContractError(f"found no key, expected some of {known}")
        if self.again is not None and self.rename is not None:
            raise ContractError("found again and rename, expected one of them: each acts some time after the arrival")
        if self.parts is not None and not self.parts:
            raise ContractError("parts: found none, expected some of file, manifest, flag")
        said(**{"as": self.as_})
        at_least(0, **{f"parts.{part}": ns for part, ns in (self.parts or {}).items()})

    @property
    def ways(self) -> frozenset[str]:
        """The names of the fields that say something."""
        return frozenset(field.name for field in fields(self) if getattr(self, field.name) is not None)

    @property
    def after_ns(self) -> int | None:
        """How long after the arrival, or its event, it acts; None where it acts on the planned arrival itself."""
        later = self.again or self.rename
        return None if later is None else later.after_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Something that is there is not found."""

    hide: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Grow:
    """A file can be read before its sender has finished it: a start of it, then equal steps, so far apart.

    ``from_`` is in bytes (a whole number), or a fraction of the file.
    """

    under: ClassVar[str] = "grow"
    from_: int | float
    every_ns: int
    steps: int

    def __post_init__(self) -> None:
        """Steps that get somewhere."""
        at_least(0, **{"from": self.from_})
        at_least(1, every_ns=self.every_ns, steps=self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misstate:
    """An answer states a length that is so many bytes (or such a fraction) more or less than its body's."""

    under: ClassVar[str] = "misstate"
    by: int | float

    def __post_init__(self) -> None:
        """A wrong length."""
        at_least(-_FAR_OFF, by=self.by)  # what is no number is not
        if not self.by:
            raise ContractError("by: found 0, expected bytes (a whole number) or a fraction, not zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """A request is refused. With ``after_bytes`` it is one within a file, which goes beyond so many of its bytes.

    ``retry_after_s``: what the answer says of when to come again. ``every_ns``: how long each page of an endless
    listing takes; without it, no time would pass, and no limit of the client would be reached.
    """

    refuse: Refusal
    retry_after_s: int | None = None
    every_ns: int = 0
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        """No number below zero."""
        at_least(0, retry_after_s=self.retry_after_s, every_ns=self.every_ns, after_bytes=self.after_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """An answer comes so much later."""

    delay_ns: int
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        """Some time."""
        at_least(1, delay_ns=self.delay_ns)
        at_least(0, after_bytes=self.after_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """An answer never comes; when the order is taken out, its connection is dropped."""

    silence: Literal[True] = True
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        """No number below zero."""
        at_least(0, after_bytes=self.after_bytes)


Answer = Delay | Silence
