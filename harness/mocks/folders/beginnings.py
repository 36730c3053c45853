"""By which one file can be told to be the first part of another, when no two of them are in one place."""

from __future__ import annotations

import hashlib
from pathlib import Path

from harness.contract.beginnings import DIGITS, WHOLE_DIGITS, longer

_CHUNK_BYTES = 1 << 20


def beginnings(file: Path) -> dict[str, int | str]:
    """How long a file is, the digests of its beginnings, one behind the other, and that of all of it.

    Those of a part are the beginning of those of the whole. OSError where the file cannot be read.
    """
    digest, size, found = hashlib.sha256(), 0, []
    step = longer(0)
    with file.open("rb") as body:
        while chunk := body.read(min(step - size, _CHUNK_BYTES)):
            digest.update(chunk)
            size += len(chunk)
            if size == step:
                found.append(digest.hexdigest()[:DIGITS])
                step = longer(step)
    return {"length": size, "beginnings": "".join(found), "whole": digest.hexdigest()[:WHOLE_DIGITS]}
