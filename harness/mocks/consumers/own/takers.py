"""What users write to play a kind of consumers, and how a module for the mocks registers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from harness.contract.consumers import SPOKEN_BY
from harness.mocks.core.own_http import Answer, Asked


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A batch of rows, each a mapping of JSON's values.

    ``business_date``, as YYYY-MM-DD: of which night they are (none: tonight's). ``fallback_of``: in place of which
    night's they stand, if they do. ``key``: what comes again under it is stored once.
    """

    rows: Sequence[dict[str, Any]]
    business_date: str | None = None
    fallback_of: str | None = None
    key: str | None = None


Held = Callable[[str | None], Sequence[Mapping[str, Any]]]
"""The rows that a consumer holds of a business date, or of all (None)."""


class TakesRows(Protocol):
    """A consumer in one night, as its author writes it; what it holds is kept for it.

    It may have a method ``shown(asked, held: Held) -> Answer`` too, which answers GET; else that is refused (405).
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """``settings``: what the chain says of it under keys of its own."""

    def read(self, asked: Asked) -> Sent:
        """The batch that has come; Refusal(field, found=..., expected=..., status=400) where there is none."""

    def answered(self, asked: Asked, sent: Sent, stored: int | None) -> Answer:
        """What its sender hears: so many rows are stored now; None: it came before under its key, and nothing is."""

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """What its sender hears instead, with the status that HTTP has for it; ``asked`` has no body here.

        Of its own refusals, of another batch under a known key (422), and of faults, as 503.
        """


T = TypeVar("T")

TAKERS: dict[str, type[TakesRows]] = {}


def takes_rows(kind: str) -> Callable[[type[T]], type[T]]:
    """Register the class that plays a kind of consumers of your own, in a module for the mocks (`TakesRows`).

    ``kind``: the word after ``kind`` in chain files, which `harness.consumer_kind` registers.
    """

    def register(taker: type[T]) -> type[T]:
        where = f"@takes_rows({kind!r}) of {taker.__module__}.{taker.__name__}"
        if kind in SPOKEN_BY:
            raise ValueError(f"{where}: found the name of one of ours ({', '.join(SPOKEN_BY)}); choose another")
        if kind in TAKERS:
            raise ValueError(f"{where}: found a second class for it; the first is of {TAKERS[kind].__module__}")
        if missing := [one for one in ("read", "answered", "refused") if not callable(getattr(taker, one, None))]:
            raise ValueError(f"{where}: found no {', '.join(missing)}, expected read, answered and refused")
        TAKERS[kind] = cast("type[TakesRows]", taker)
        return taker

    return register
