"""The values of a file are separated by another character than was agreed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.mocks.source.body import Body
from harness.mocks.source.damage.damage import Parameters, damage
from harness.mocks.source.damage.fields import Form
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.held import Held


def _check(given: Parameters) -> None:
    if not isinstance(given.get("delimiter"), str) or len(given["delimiter"]) != 1:
        raise ValueError(f"delimiter: found delimiter={given.get('delimiter')!r}, expected one character")


@damage("delimiter", check=_check)
def delimiter(body: Body, held: Held, given: Parameters) -> Body:
    """Separate header, records and trailer of a CSV file by ``delimiter``; no other format has one."""
    if held.layout.get("format") != "csv":
        return body
    was, other = Form(held.layout), Form({**held.layout, "delimiter": given["delimiter"]})

    def separated(lines: Iterator[Line]) -> Iterator[bytes]:
        for line in lines:
            yield other.separated(was.split(was.text(line.data)), line.data)

    return in_lines(body, held, ("delimiter", other.delimiter), separated)
