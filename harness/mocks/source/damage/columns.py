"""A file has other columns than were agreed, or has them in another order."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract.effects.damages import OtherColumns
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form, Values
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

ADDED, RENAMED = "remark", "{}_id"
"""What a new column is called, and what an old one is called then."""


@damage(OtherColumns)
def columns(body: Body, source_file: SourceFile, given: OtherColumns) -> Body:
    """One column is added before ``column`` (the first, if none is named), dropped, renamed, or moved to the end.

    The header follows, or is kept as it was. A file that does not have the column stays as it is.
    """
    form, how = Form(source_file.layout), given.how
    column = given.column or next(iter(form.names), None)
    if column not in form.columns:
        return body

    def changed(lines: Iterator[Line]) -> Iterator[bytes]:
        named = False
        for line in lines:
            if line.kind == "record":
                values = form.values(line.data)
                yield line.data if values is None else form.line(_changed(values, how, column), line.data)
            elif line.kind == "header" and not named and given.header == "follows":
                named = True
                names = _changed(dict.fromkeys(form.names, ""), how, column)
                yield form.header(list(names), line.data)
            else:
                yield line.data

    return in_lines(body, source_file, ("columns", how, column, given.header), changed)


def _changed(values: Values, how: str, column: str) -> Values:
    if how == "moved":
        return {name: value for name, value in values.items() if name != column} | {column: values.get(column, "")}
    changed: Values = {}
    for name, value in values.items():
        if name != column:
            changed[name] = value
        elif how == "added":
            changed |= {ADDED: "", name: value}
        elif how == "renamed":
            changed[RENAMED.format(name)] = value
    return changed
