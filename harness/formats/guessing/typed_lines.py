"""Files whose lines say by their first field what they are, as a proposal: kinds, columns, and what trailers state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.contract.content import FileLayout, SaidColumn, SaidLayout
from harness.contract.layout import RECORDS, Cell, Kind, UnitLayout
from harness.formats.guessing.census import Census, census, rows, some
from harness.formats.guessing.figures_found import Agreeing, Comes, Found, Sum, number_in
from harness.formats.guessing.line_types import LineTypes, line_types, may_tell
from harness.formats.guessing.proposed import Opened, Proposed
from harness.formats.guessing.summing import Around, columns_to_add, fields, padded_counts, sums_of
from harness.formats.guessing.values import SAMPLE_RECORDS, numbered
from harness.formats.made_units import HEADER, TRAILER

_WIDTHS = (3, 2, 1)
"""So many characters may say what a line is that has no fields."""

PARTS = "parts"


def by_first_fields(opened: Opened, layout: FileLayout, *, quoted: bool) -> Proposed | None:
    """What lines are that say it themselves; None where they do not. The whole file is read.

    ``quoted``: lines begin with a quote, so that what they begin with is not their first field.
    """
    has_fields = layout.delimiter is not None
    first = some(rows(opened, layout), SAMPLE_RECORDS)
    for width in (None,) if has_fields else _WIDTHS:
        if not may_tell([row[0][:width] for row in first]):
            continue
        found = census(rows(opened, layout), width)
        types = line_types(found, has_fields=has_fields) if found is not None else None
        if found is not None and types is not None:
            return _Typed(opened, layout, found, types, first, width, quoted).proposed()
    return None


@dataclass
class _Typed:
    """The lines of one file. ``first``: some of them."""

    opened: Opened
    layout: FileLayout
    census: Census
    types: LineTypes
    first: Sequence[Sequence[str]]
    width: int | None
    quoted: bool

    def proposed(self) -> Proposed:
        types = self.types
        records = types.body[:1] if self._has_parts() else types.body
        names = self._names(records)
        comes = self._comes(records, names)
        found = [*self._stated(comes)]
        kinds = tuple(self._kinds(records))
        guessed = tuple(self._in_words(records, found))
        stated = tuple(one.stated for _, one in found)
        units = replace(self.layout.units or UnitLayout(), kinds=kinds, stated=stated, guessed=guessed)
        columns = tuple(SaidColumn(name=name, cell=Cell(field=at)) for at, name in enumerate(names, 1))
        said = SaidLayout(units=units, encoding=self.layout.encoding, columns=columns)
        return Proposed(said, header=types.header, trailer=types.trailer, records=comes.records)

    def _has_parts(self) -> bool:
        """Whether only what begins as the first line does is counted; else every line between is a record."""
        if len(self.types.body) < 2:
            return False
        counts = [self.census.types[token].count for token in self.types.body]
        stated = {number_in(text) for _, values in self._trailers() for _, text in values}
        return counts[0] in stated and sum(counts) not in stated

    def _names(self, records: Sequence[str]) -> list[str]:
        """Those that a header line has, one for each field of a record."""
        if self.width is not None:
            return []
        length = max((max(self.census.types[token].lengths) for token in records), default=0)
        for row in reversed(self.census.beginning[: self.types.header]):
            if len(row) == length and len({*row}) == length and all(row) and not any(map(number_in, row)):
                return [*row]
        return numbered(length)

    def _comes(self, records: Sequence[str], names: Sequence[str]) -> Comes:
        count = sum(self.census.types[token].count for token in records)
        inner = self.census.lines - self.types.header - self.types.trailer
        return Comes(count, self.census.lines, inner, lambda: self._sums(records, names))

    def _sums(self, records: Sequence[str], names: Sequence[str]) -> list[Sum]:
        around = Around(self.types.header, self.types.trailer, self.width, frozenset(records))
        body = [row for row in self.first[self.types.header :] if row[0][: self.width] in around.records]
        wanted = [] if self.width is not None else columns_to_add(body, names)
        return sums_of(rows(self.opened, self.layout), around, wanted)

    def _trailers(self) -> Iterator[tuple[str, list[tuple[Cell, str]]]]:
        """Each last line with its fields behind the first."""
        for row in self.census.end[len(self.census.end) - self.types.trailer :]:
            yield row[0][: self.width], fields(row)[1:]

    def _stated(self, comes: Comes) -> Iterator[tuple[str, Found]]:
        agreeing = Agreeing(comes)
        if self.width is not None:
            for row in self.census.end[len(self.census.end) - self.types.trailer :]:
                token = row[0][: self.width]
                for one in agreeing.found(self._kind_of(token), padded_counts(row[0], self.width, comes)):
                    yield token, one
            return
        for token, values in self._trailers():
            for one in agreeing.found(self._kind_of(token), values):
                yield token, one
        for row in self.census.beginning[: min(self.types.header, 1)]:
            for one in agreeing.found(HEADER, fields(row)[1:], in_front=True):
                yield HEADER, one

    def _kind_of(self, trailer: str) -> str:
        """As the words of a layout name it."""
        trailers = self.types.trailers
        return TRAILER if len(trailers) == 1 else f"{TRAILER} {trailers.index(trailer) + 1}"

    def _kinds(self, records: Sequence[str]) -> Iterator[Kind]:
        types = self.types
        if types.header:
            yield Kind(name=HEADER, role="header", first=types.header)
        for token in types.trailers:
            yield self._known(Kind(name=self._kind_of(token), role="trailer"), (token,))
        parts = types.body[len(records) :]
        if parts:
            yield self._known(Kind(name=PARTS, role="part"), parts)
        yield (
            self._known(Kind(name=RECORDS, role="record"), tuple(records))
            if records
            else Kind(name=RECORDS, role="record")
        )

    def _known(self, kind: Kind, tokens: tuple[str, ...]) -> Kind:
        is_alone = any(1 in self.census.types[token].lengths for token in tokens)
        if self.width is None and (self.quoted or is_alone):
            return replace(kind, starts=tokens, field=1)
        return replace(kind, starts=tuple(map(self._begins, tokens)))

    def _begins(self, token: str) -> str:
        return token if self.width is not None else f"{token}{self.layout.delimiter}"

    def _in_words(self, records: Sequence[str], found: Sequence[tuple[str, Found]]) -> Iterator[str]:
        header, parts = self.types.header, self.types.body[len(records) :]
        if header:
            yield f"header: {header} line{'s' if header > 1 else ''}{_behind(found, HEADER)}"
        if records:
            yield f"records: lines that begin with {' or '.join(map(self._begins, records))}"
        if parts:
            yield f"parts of a record: lines that begin with {' or '.join(map(self._begins, parts))}"
        for token in self.types.trailers:
            yield f"trailer: {self._begins(token)}{_behind(found, token)}"


def _behind(found: Sequence[tuple[str, Found]], whose: str) -> str:
    return "".join(f", {one.words}" for token, one in found if token == whose)
