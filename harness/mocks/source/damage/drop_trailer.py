"""The trailer record is missing, and every line that is left is whole."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import DropTrailer
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(DropTrailer)
def drop_trailer(body: Body, source_file: SourceFile, _: DropTrailer) -> Body:
    """Leave the trailer lines out; a file without any stays as it is."""
    return in_lines(body, source_file, "drop_trailer", _without)


def _without(lines: Iterator[Line]) -> Iterator[bytes]:
    return (line.data for line in lines if line.kind != "trailer")
