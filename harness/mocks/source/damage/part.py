"""A file that came in parts has one of them missing, twice, or out of order."""

from __future__ import annotations

from harness.contract.effects.damages import WrongPart
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.text import in_text
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(WrongPart)
def part(body: Body, source_file: SourceFile, given: WrongPart) -> Body:
    """Of so many equal parts, this one is missing, comes twice, or after the next one (the last: before its own place).

    ``exact``: cut by bytes, as the file is. ``record_boundary``: between records, of what a compressed file unpacks to.
    """
    if given.where == "record_boundary":
        return in_text(body, source_file, lambda text: _without_order(text, given, between_records=True))
    return _without_order(body, given, between_records=False)


def _without_order(body: Body, given: WrongPart, *, between_records: bool) -> Body:
    of, number = given.of, given.part
    ends = [body.size * index // of for index in range(of + 1)]
    if between_records:
        ends = [_after_line(body, end) for end in ends]
    first, last = ends[number - 1], ends[number]
    if first == last:
        return body
    if given.how == "missing":
        return body.part(0, first) + body.part(last)
    if given.how == "doubled":
        return body.part(0, last) + body.part(first)
    if number == of:
        number -= 1
    first, middle, last = ends[number - 1], ends[number], ends[number + 1]
    if first == middle or middle == last:
        return body
    return body.part(0, first) + body.part(middle, last) + body.part(first, middle) + body.part(last)


def _after_line(body: Body, at: int) -> int:
    """The beginning of the next line, unless one begins here."""
    if at == 0:
        return 0
    end = body.find(b"\n", at - 1)
    return body.size if end < 0 else end + 1
