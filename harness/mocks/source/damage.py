"""How much of a file a fault leaves: where a cut falls, and how far a growing file has come."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.mocks.armed import Order

CUT_PLACES = ("exact", "inside_record", "record_boundary")
CUT_LENGTHS = ("consistent", "declared", "missing")
MANIFESTS = ("true", "follows")


def check(effect: Mapping[str, Any]) -> None:
    """Refuse an effect that a source cannot have; ValueError names what was found and what is known."""
    if "grow" in effect:
        grow = effect["grow"]
        if missing := {"from", "every_ns", "steps"} - set(grow):
            raise ValueError(f"grow: {sorted(missing)[0]!r} is missing; found {sorted(grow)}")
        if grow["every_ns"] <= 0 or grow["steps"] < 1:
            raise ValueError(f"grow: found every_ns={grow['every_ns']} steps={grow['steps']}, expected both above zero")
        return
    if "cut" not in effect:
        raise ValueError(f"effect of a source: found {sorted(effect)}, expected 'cut' or 'grow'")
    if not {"bytes", "fraction"} & set(effect["cut"]):
        raise ValueError(f"cut: found {sorted(effect['cut'])}, expected 'bytes' or 'fraction'")
    for name, known in (("where", CUT_PLACES), ("length", CUT_LENGTHS), ("manifest", MANIFESTS)):
        if effect.get(name, known[0]) not in known:
            raise ValueError(f"cut: found {name}={effect[name]!r}, expected one of {', '.join(known)}")


def kept_bytes(path: Path, size: int, effect: Mapping[str, Any]) -> int:
    """How many bytes of a file a cut keeps; ``size`` when it falls behind the end."""
    cut = effect["cut"]
    at = min(size, int(cut["bytes"] if "bytes" in cut else size * cut["fraction"]))
    place = effect.get("where", "exact")
    if place == "exact" or size == 0:
        return at
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if place == "record_boundary":
            # At the very end the last record goes too, or else nothing would have been cut.
            return content.rfind(b"\n", 0, min(at, size - 1)) + 1
        start = content.rfind(b"\n", 0, min(at, size - 1)) + 1
        end = content.find(b"\n", start)
        end = size if end < 0 else end
        return at if start < at < end else start + (end - start) // 2


def grown_bytes(order: Order, size: int, arrives_ns: int, now_ns: int) -> int:
    """How many bytes of a growing file are there now."""
    grow = order.effect["grow"]
    start = min(size, int(grow["from"] if isinstance(grow["from"], int) else size * grow["from"]))
    return start + (size - start) * _steps(order, arrives_ns, now_ns) // int(grow["steps"])


def grown_ns(order: Order, arrives_ns: int, now_ns: int) -> int:
    """When a growing file was last written to."""
    every_ns: int = order.effect["grow"]["every_ns"]
    return max(order.since_ns, arrives_ns) + every_ns * _steps(order, arrives_ns, now_ns)


def _steps(order: Order, arrives_ns: int, now_ns: int) -> int:
    """How many of its steps the file has grown."""
    grow = order.effect["grow"]
    return min(int(grow["steps"]), max(0, now_ns - max(order.since_ns, arrives_ns)) // int(grow["every_ns"]))


def described(path: Path, kept: int, *, whole_size: int, whole_records: int) -> dict[str, Any]:
    """Size, checksum and record count of the first ``kept`` bytes, as a sender that had only those would state them.

    What the whole file has in lines beyond its records is one header first, then trailers; a broken last line counts.
    """
    digest, lines, whole_lines, last = hashlib.sha256(), 0, 0, b"\n"
    with path.open("rb") as file:
        position = 0
        while chunk := file.read(1 << 20):
            part = chunk[: max(0, kept - position)]
            digest.update(part)
            lines += part.count(b"\n")
            whole_lines += chunk.count(b"\n")
            last = part[-1:] or last
            position += len(chunk)
            if position >= whole_size:
                whole_lines += not chunk.endswith(b"\n")
    lines += last != b"\n"
    header = 1 if whole_lines > whole_records else 0
    records = max(0, min(whole_records, lines - header))
    return {"size": kept, "sha256": digest.hexdigest(), "records": records}
