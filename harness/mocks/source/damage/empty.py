"""Nothing is in the file, or nothing but its header."""

from __future__ import annotations

from collections.abc import Iterator

from harness.mocks.source.body import Body
from harness.mocks.source.damage.damage import Parameters, damage, one_of
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.held import Held

LEFT = {"nothing": (), "header": ("header",), "no_records": ("header", "trailer")}
"""What of the file is left."""


@damage("empty", check=lambda given: one_of("empty", given, "leave", LEFT))
def empty(body: Body, held: Held, given: Parameters) -> Body:
    """Leave ``nothing`` (no byte, compressed or not), the ``header``, or header and trailer (``no_records``)."""
    kinds = LEFT[given["leave"]]
    if not kinds:
        return Body()

    def left(lines: Iterator[Line]) -> Iterator[bytes]:
        return (line.data for line in lines if line.kind in kinds)

    return in_lines(body, held, ("empty", kinds), left)
