"""A file as a damage sees it: the units that its layout tells, each of which is kept, changed, left out or put in.

What nobody touches is written as it was read. What the file states of itself follows where the damage says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.figures import following
from harness.formats.units import NotAsLaidOut, Step, Unit, joined, units
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import derived, digest_of, in_text
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

Change = Callable[[Iterator[Unit]], Iterator[Step]]

_PLAIN_LINES = FileLayout(
    format="text",
    compress=None,
    encoding=None,
    line_end="\n",
    delimiter=None,
    header=0,
    trailer=0,
    columns=(),
    control=None,
    date_columns=(),
    units=UnitLayout(kinds=(Kind(name="record", role="record"),)),
)
"""A file of which nothing is known; a damage that asks for more than lines is refused before."""


class Place(NamedTuple):
    """A unit, and where it begins in the unpacked file."""

    start: int
    unit: Unit

    @property
    def end(self) -> int:
        """Behind its body, where its line end or separator begins."""
        return self.start + len(self.unit.data) - self.unit.end


def layout_of(source_file: SourceFile) -> FileLayout:
    """What the file is made of. Raises NothingToDamage where that are no units."""
    layout = source_file.layout or _PLAIN_LINES
    if layout.units is None:
        raise NothingToDamage(f"a {layout.format} file has no records that could be told apart")
    return layout


def flat(layout: FileLayout) -> FileLayout:
    """The same file, in which a record's parts are units by themselves: each line is one."""
    units_ = layout.units
    if units_ is None or not any(kind.role == "part" for kind in units_.kinds):
        return layout
    kinds = tuple(dataclasses.replace(kind, role="record") if kind.role == "part" else kind for kind in units_.kinds)
    return dataclasses.replace(layout, units=dataclasses.replace(units_, kinds=kinds))


def in_units(
    body: Body,
    source_file: SourceFile,
    recipe: object,
    change: Change,
    *,
    follow: bool = False,
    layout: FileLayout | None = None,
) -> Body:
    """The unpacked file as ``change`` makes it, unit by unit; the same body where it changes nothing.

    ``recipe`` tells this change from every other one. ``follow``: counts and totals that the file states follow, each
    in its own form. ``layout``: how it is taken apart, where that is not the file's own. Raises NothingToDamage where
    the file is not what its layout says.
    """
    known = layout or layout_of(source_file)
    return in_text(body, source_file, lambda text: rewritten(text, source_file, known, recipe, change, follow=follow))


def rewritten(
    text: Body, source_file: SourceFile, layout: FileLayout, recipe: object, change: Change, *, follow: bool = False
) -> Body:
    """The same of a file that is unpacked already.

    Raises NothingToDamage also where something that should follow cannot.
    """

    def steps() -> Iterator[Step]:
        return change(units_of(text, layout))

    def write(out: IO[bytes]) -> None:
        if not follow:
            out.writelines(joined((step.now for step in steps() if step.now is not None), layout))
            return
        made = following(steps, layout)
        out.writelines(joined(made, layout))
        for name, why in made.wrong.items():
            raise NothingToDamage(f"its {name} cannot follow: {why}")

    with as_laid_out():
        other = derived(source_file, ("rewritten", recipe, follow, layout, text.pieces), write)
    return text if other.size == text.size and digest_of(other) == digest_of(text) else other


def units_of(text: Body, layout: FileLayout) -> Iterator[Unit]:
    """The units of an unpacked file, in their order."""
    with text.open() as file:
        yield from units(file, layout)


def places(text: Body, layout: FileLayout) -> Iterator[Place]:
    """The units, and where they begin."""
    start = 0
    for unit in units_of(text, layout):
        yield Place(start, unit)
        start += len(unit.data)


def kept(found: Iterator[Unit]) -> Iterator[Step]:
    """All of these as they are."""
    return (Step(unit, unit) for unit in found)


@contextmanager
def as_laid_out() -> Iterator[None]:
    """Raises NothingToDamage where a file is not what its layout says."""
    try:
        yield
    except NotAsLaidOut as error:
        raise NothingToDamage(f"the file is not made as its layout says: {error}") from error
