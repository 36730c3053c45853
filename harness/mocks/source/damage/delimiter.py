"""The values of a file are separated by another character than was agreed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from harness.contract.effects.damages import Delimiter
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Delimiter)
def delimiter(body: Body, source_file: SourceFile, given: Delimiter) -> Body:
    """Separate header, records and trailer of a CSV file by ``delimiter``; no other format has one."""
    if source_file.layout is None or source_file.layout.format != "csv":
        return body
    was, other = Form(source_file.layout), Form(dataclasses.replace(source_file.layout, delimiter=given.delimiter))

    def separated(lines: Iterator[Line]) -> Iterator[bytes]:
        for line in lines:
            yield other.separated(was.split(was.text(line.data)), line.data)

    return in_lines(body, source_file, ("delimiter", other.delimiter), separated)
