"""Some records are there twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from harness.contract.effects.damages import Repeat
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.revise import one_more
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Repeat)
def repeat(body: Body, source_file: SourceFile, given: Repeat) -> Body:
    """Put so many records from the middle of the file in a second time, right behind themselves.

    The trailer's ``totals`` are kept, or follow: then the sender counted and added up what it sent.
    """
    count = min(int(given.records), source_file.records)
    first = (source_file.records - count) // 2
    form, follow = Form(source_file.layout), given.totals == "follow"

    def doubled(lines: Iterator[Line]) -> Iterator[bytes]:
        number, block, added = 0, [], Decimal(0)
        for line in lines:
            written = form.totals(line.data) if line.kind == "trailer" and follow else None
            if written:
                written[0] = one_more(written[0], count)
                written[1:] = [one_more(total, added) for total in written[1:2]]
                yield form.trailer(written, line.data)
                continue
            yield line.data
            if line.kind == "record":
                if first <= number < first + count:
                    block.append(line.data)
                    added += _summand(form, line.data)
                number += 1
                if number == first + count:
                    yield from block

    return in_lines(body, source_file, ("repeat", count, follow), doubled)


def _summand(form: Form, line: bytes) -> Decimal:
    values = form.values(line)
    try:
        return Decimal(values[form.control]) if values and form.control else Decimal(0)
    except (InvalidOperation, KeyError):
        return Decimal(0)
