"""How one client sees a file at one moment: the bytes that it gets, and what it is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.mocks.source.files.body import Body


@dataclass(frozen=True)
class Sight:
    """A file as one client sees it at one moment.

    ``body`` is served, and declared to have ``declared`` bytes (None: no length is declared). ``manifest`` gives the
    manifest's size, checksum and record count, and the ETag; a listing shows ``present`` bytes. The sender's checksums
    are those of ``promised``; ``checksums`` says whether the protocol sends them. ``whole`` says that this is the true
    file, ``chunked`` that HTTP sends it in chunks instead of with a length.
    """

    body: Body
    declared: int | None
    modified_ns: int
    manifest: dict[str, Any]
    present: int
    whole: bool
    promised: Body
    checksums: bool = True
    chunked: bool = False
