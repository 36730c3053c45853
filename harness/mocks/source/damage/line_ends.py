"""Lines end otherwise than was agreed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import LineEnds
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

ENDS = {"crlf": b"\r\n", "lf": b"\n", "cr": b"\r", "none_last": b""}


@damage(LineEnds)
def line_ends(body: Body, source_file: SourceFile, given: LineEnds) -> Body:
    """End every line with CR LF, LF or CR; or leave only the last line's end out (``none_last``)."""
    ends = given.ends
    if ends == "none_last":
        return in_lines(body, source_file, "line_ends none_last", _unended)

    def ended(lines: Iterator[Line]) -> Iterator[bytes]:
        return (_bare(line.data) + ENDS[ends] for line in lines)

    return in_lines(body, source_file, ("line_ends", ends), ended)


def _unended(lines: Iterator[Line]) -> Iterator[bytes]:
    before = b""
    for line in lines:
        yield before
        before = line.data
    yield _bare(before)


def _bare(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")
