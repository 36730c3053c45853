"""A trailer states one record, or one unit of its control total, more or fewer than there are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from harness.contract.effects.damages import Total, WrongTotals
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.revise import one_more
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

OF: tuple[Total, ...] = get_args(Total)
"""Where each stands in a trailer."""


@damage(WrongTotals)
def totals(body: Body, source_file: SourceFile, given: WrongTotals) -> Body:
    """Add ``by`` to what the trailer states; a file without a trailer, or without that total in it, stays as it is."""
    form, place, by = Form(source_file.layout), OF.index(given.of), Decimal(given.by)

    def wrong(lines: Iterator[Line]) -> Iterator[bytes]:
        for line in lines:
            found = form.totals(line.data) if line.kind == "trailer" else None
            if found and len(found) > place:
                found[place] = one_more(found[place], by)
                yield form.trailer(found, line.data)
            else:
                yield line.data

    return in_lines(body, source_file, ("totals", place, given.by), wrong)
