"""Nothing is in the file, or nothing but its header."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import Empty
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

LEFT = {"nothing": (), "header": ("header",), "no_records": ("header", "trailer")}
"""What of the file is left."""


@damage(Empty)
def empty(body: Body, source_file: SourceFile, given: Empty) -> Body:
    """Leave ``nothing`` (no byte, compressed or not), or the ``header`` alone.

    With ``no_records`` a trailer is left as well, and states that there are none.
    """
    kinds, form = LEFT[given.leave], Form(source_file.layout)
    if not kinds:
        return Body()

    def left(lines: Iterator[Line]) -> Iterator[bytes]:
        for line in lines:
            totals = form.totals(line.data) if line.kind == "trailer" else None
            if line.kind in kinds:
                yield form.trailer(["0"] * len(totals), line.data) if totals else line.data

    return in_lines(body, source_file, ("empty", kinds), left)
