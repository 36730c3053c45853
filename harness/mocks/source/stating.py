"""What a sender that has only these bytes would say of them, in a manifest or a listing."""

from __future__ import annotations

import hashlib
from typing import Any

from harness.mocks.source.body import Body
from harness.mocks.source.held import Held


def stated_of(body: Body, held: Held) -> dict[str, Any]:
    """Size, checksum and record count of a body that stands in for a file.

    What the whole file has in lines beyond its records is one header first, then trailers; a broken last line counts.
    """
    digest = hashlib.sha256()
    lines, last = 0, b"\n"
    for chunk in body.chunks():
        digest.update(chunk)
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    lines += last != b"\n"
    header = 1 if _lines(held.body) > held.records else 0
    return {
        "size": body.size,
        "sha256": digest.hexdigest(),
        "records": max(0, min(held.records, lines - header)),
    }


def _lines(body: Body) -> int:
    lines, last = 0, b"\n"
    for chunk in body.chunks():
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    return lines + (last != b"\n")
