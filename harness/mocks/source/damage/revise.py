"""Some numbers of a file are others, and its trailer adds them up rightly: a new version."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from harness.contract.effects.damages import Revise
from harness.formats.table import plain
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Revise)
def revise(body: Body, source_file: SourceFile, given: Revise) -> Body:
    """Add one to a number of every so-manieth record, and to the trailer's control total what that comes to."""
    form, every = Form(source_file.layout), given.every
    column = form.control or next(iter(form.of_type("integer", "decimal")), None)
    if column is None:
        return body

    def revised(lines: Iterator[Line]) -> Iterator[bytes]:
        number = added = 0
        for line in lines:
            if line.kind == "record":
                number += 1
                values = form.values(line.data) if number % every == 0 else None
                if values is not None and _is_number(values.get(column, "")):
                    added += 1
                    yield form.line(values | {column: one_more(values[column], 1)}, line.data)
                    continue
            totals = form.totals(line.data) if line.kind == "trailer" else None
            if totals and len(totals) > 1 and form.control == column:
                yield form.trailer([totals[0], one_more(totals[1], added)], line.data)
            else:
                yield line.data

    return in_lines(body, source_file, ("revise", every), revised)


def one_more(number: str, by: int | Decimal) -> str:
    """A number with as many digits behind its point, and so much larger."""
    return plain(Decimal(number) + by)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()
