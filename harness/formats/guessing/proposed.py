"""A proposal of what a file is made of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

from harness.contract.content import SaidLayout

Opened = Callable[[], AbstractContextManager[IO[bytes]]]
"""The file, unpacked, from its beginning; as often as it is asked for."""


@dataclass(frozen=True)
class Proposed:
    """What a file is taken for: as its author would have said it, with what is guessed in words.

    ``like``: the name of the known layout that it is. ``header``, ``trailer``: how many lines stand before and behind
    the records, where they are known by something else than their number. ``records``: how many there are, where they
    have been counted.
    """

    said: SaidLayout
    like: str | None = None
    header: int | None = None
    trailer: int | None = None
    records: int | None = None
