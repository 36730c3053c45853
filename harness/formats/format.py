"""What a format is, and the registry of names."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.contract.layout import UnitLayout
from harness.errors import AuthorError
from harness.extensions.registry import Registry, calling_module
from harness.formats import made_units
from harness.formats.layout import Form, Layout
from harness.formats.lines import Sink
from harness.formats.table import Table, Totals

Write = Callable[[Table, Layout, Sink], Totals]
Find = Callable[[Path, Form], tuple[Layout, Totals]]
Read = Callable[[IO[bytes], FileLayout], Iterator[dict[str, Any]]]
Units = Callable[[Layout], UnitLayout]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way in which records become a file.

    write: writes a table's records into a sink, a batch at a time, and says what it wrote (`Table.totals`, when all
    batches have passed). header, trailer: how many lines of each a file has, unless its author says; None: it cannot
    have any. text: whether its records are lines of UTF-8 text, which end with a line feed. find: what a file is that
    was made elsewhere, and what it holds; without it, a text is taken by its lines, and other bytes are refused. read:
    yields the records of a file, each by the names of its columns, without header and trailer; without it, what a
    consumer holds cannot be compared with files of this format. units: what a file of a layout is made of, for the
    damages; without it, a text is lines, the first of them the header, the last the trailer.
    """

    write: Write
    header: int | None = None
    trailer: int | None = None
    text: bool = True
    find: Find | None = None
    read: Read | None = None
    units: Units | None = None

    def with_units(self, layout: Layout) -> Layout:
        """The layout of a file of this format, with what the file is made of where nobody has said it yet."""
        if layout.units is not None:
            return layout
        if self.units is not None:
            return replace(layout, units=self.units(layout))
        return replace(layout, units=made_units.lines(layout.header, layout.trailer)) if self.text else layout

    def raised(self, error: Exception) -> bool:
        """Whether its own code raised that, and not what yields the records."""
        frames = list(traceback.walk_tb(error.__traceback__))
        return bool(frames) and frames[-1][0].f_code.co_filename == self.write.__code__.co_filename


FORMATS: Registry[Format] = Registry("format", "formats", expected="a call of file_format(NAME, write, ...)")
"""Each format by the name that a chain gives it."""


def file_format(
    name: str,
    write: Write,
    *,
    header: int | None = None,
    trailer: int | None = None,
    text: bool = True,
    find: Find | None = None,
    read: Read | None = None,
    units: Units | None = None,
) -> Format:
    """Register a format under the name that a chain gives it; see `Format`.

    Raises AuthorError for a name that is taken, and for functions that cannot be called as they will be.
    """
    for said, function, arguments in (
        ("write", write, "table, layout, out"),
        ("find", find, "path, form"),
        ("read", read, "file, layout"),
        ("units", units, "layout"),
    ):
        if function is None:
            continue
        try:
            inspect.signature(function).bind(*arguments.split(", "))
        except TypeError as error:
            raise AuthorError(f"format {name!r}: {said}: {error}; expected {said}({arguments})") from None
    made = Format(write=write, header=header, trailer=trailer, text=text, find=find, read=read, units=units)
    FORMATS.add(name, made, module=calling_module())
    return made
