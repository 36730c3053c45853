"""Only the first part of a file is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.mocks.source.body import Body
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.held import Held

PLACES = ("exact", "inside_record", "record_boundary")


def _check(cut: Mapping[str, Any]) -> None:
    if not {"bytes", "fraction"} & set(cut):
        raise ValueError(f"cut: found {sorted(cut)}, expected 'bytes' or 'fraction'")
    if cut.get("where", PLACES[0]) not in PLACES:
        raise ValueError(f"cut: found where={cut['where']!r}, expected one of {', '.join(PLACES)}")


@damage("cut", check=_check)
def cut_off(body: Body, _: Held, cut: Mapping[str, Any]) -> Body:
    """Keep ``bytes`` or a ``fraction``, moved to the place in a record that ``where`` says."""
    kept = kept_bytes(body, cut)
    return body if kept >= body.size else body.part(0, kept)


def kept_bytes(body: Body, cut: Mapping[str, Any]) -> int:
    """How many bytes a cut keeps; all of them when it falls behind the end."""
    at = min(body.size, int(cut["bytes"] if "bytes" in cut else body.size * cut["fraction"]))
    place = cut.get("where", "exact")
    if place == "exact" or body.size == 0:
        return at
    # At the very end the last record goes too, or else nothing would have been cut.
    start = body.rfind(b"\n", min(at, body.size - 1)) + 1
    if place == "record_boundary":
        return start
    end = body.find(b"\n", start)
    end = body.size if end < 0 else end
    return at if start < at < end else start + (end - start) // 2
