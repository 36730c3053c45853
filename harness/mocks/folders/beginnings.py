"""By which one file can be told to be the first part of another, when no two of them are in one place."""

from __future__ import annotations

import hashlib
from pathlib import Path

LONGEST = 1 << 16
"""Bytes of the longest beginning: what two files share of that, a part and its whole share."""

_DIGITS = 8


def beginnings(file: Path) -> dict[str, int | str]:
    """How long a file is, and the digests of its first 1, 2, 4, … bytes, one behind the other.

    Those of a part are the beginning of those of the whole. OSError where the file cannot be read.
    """
    with file.open("rb") as body:
        head = body.read(LONGEST)
        size = body.seek(0, 2)
    digest, done, found = hashlib.sha256(), 0, []
    length = 1
    while length <= len(head):
        digest.update(head[done:length])
        found.append(digest.hexdigest()[:_DIGITS])
        done, length = length, 2 * length
    return {"length": size, "beginnings": "".join(found)}
