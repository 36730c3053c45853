"""What a file is made of: its units, what belongs together, where its values stand, and what it states of itself.

A unit is a piece of the file that is never torn apart but by a damage that says so: a line (with line ends inside
quotes), a segment, so many bytes, an element of an array, an XML element; with the line end, terminator or separator
behind it. All units together are the file, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.contract.bounds import ContractError, at_least

Structure = Literal["lines", "length", "segments", "json", "xml"]
"""What its units are: lines, pieces of ``length`` bytes, segments with a terminator, or elements of a document."""

DOCUMENTS = ("json", "xml")
"""Structures that are one thing as a whole: their syntax says what their elements are, and their end is no record."""

Role = Literal["header", "record", "part", "trailer", "filling"]
"""A ``part`` belongs to the record before it (an addendum, a continuation, the lines of an order), and where no record
is before it in its group, it is a header. ``filling`` says nothing: blank lines, a fill of nines, 0x1A."""

RECORDS, LINES, RECORD_LINES = "records", "lines", "record lines"
"""What can be counted beside units of a kind: records, all lines (segments, pieces), and those of the records with
their parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a value stands in a unit.

    ``field``, from 1: between delimiters; of a segment the tag is the first. ``component``, from 1: within that.
    ``start`` from 0 and ``width``: in characters, or in bytes where the units are pieces of bytes. ``path``: keys or
    element names from the unit down, ``@name`` for an attribute; of a document's header and trailer from its root.
    ``decimals``: so many of its last digits stand behind a point that is not written. ``comma``: a decimal comma.
    ``packed``: COBOL's packed decimal. ``negative``: of a number whose sign stands elsewhere, where, and what is there
    when it is negative.
    """

    field: int | None = None
    component: int | None = None
    start: int | None = None
    width: int | None = None
    path: tuple[str, ...] = ()
    decimals: int = 0
    comma: bool = False
    packed: bool = False
    negative: Marked | None = None

    def __post_init__(self) -> None:
        """One place."""
        at_least(1, field=self.field, component=self.component, width=self.width)
        at_least(0, start=self.start, decimals=self.decimals)
        if (self.field is not None) + (self.start is not None) + bool(self.path) != 1:
            raise ContractError("found no place or several, expected one of field, start and path")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Units that have one of these values there. ``otherwise``: what all others have, where that is known."""

    cell: Cell
    values: tuple[str, ...]
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of units, and how they are known: the ``first`` or ``last`` ones, or by what stands ``at`` a character.

    Kinds are asked in their order, and one without any sign takes all that are left. ``field``: the sign is this whole
    field (of a segment: its tag). ``opens``, ``closes``: the group (a batch, a message, an account) that begins or ends
    with it; groups lie in each other.
    """

    name: str
    role: Role
    first: int | None = None
    last: int | None = None
    starts: tuple[str, ...] = ()
    at: int = 0
    field: int | None = None
    opens: str | None = None
    closes: str | None = None

    def __post_init__(self) -> None:
        """One sign at most."""
        at_least(1, first=self.first, last=self.last, field=self.field)
        at_least(0, at=self.at)
        if (self.first is not None) + (self.last is not None) + bool(self.starts) > 1:
            raise ContractError(f"kind {self.name}: found several signs, expected one of first, last and starts")

    @property
    def takes_the_rest(self) -> bool:
        """Whether it is known by nothing."""
        return self.first is None and self.last is None and not self.starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A number that the file states of itself, at a ``cell`` of the units of a ``kind``.

    ``counts``: `RECORDS`, `LINES`, `RECORD_LINES` or units of kinds by their names, all added up; each ``per`` of them
    are counted once, rounded up (blocks of ten). ``itself``: whether the lines counted include those of this kind.
    ``sums``: what is added up, each from units of a kind (`RECORDS`: every record). ``within``: the group whose units
    are meant; None: the file. ``only``: of those units alone. ``digits``: as a hash total, whose higher digits are cut
    off. ``name`` is for messages: "record count", "control total".
    """

    name: str
    kind: str
    cell: Cell
    counts: tuple[str, ...] = ()
    per: int = 1
    itself: bool = True
    sums: tuple[Summand, ...] = ()
    only: Marked | None = None
    within: str | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        """Counts or sums."""
        at_least(1, per=self.per, digits=self.digits)
        if bool(self.counts) == bool(self.sums):
            raise ContractError(f"stated {self.name}: found both or none of counts and sums, expected one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summand:
    """A number that is added up: a cell of units of a kind."""

    cell: Cell
    kind: str = RECORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLayout:
    """How a file that is unpacked is made of units.

    ``length``: bytes of a piece. ``ends``: what ends a line or segment, as text (null: any of LF, CR LF). ``release``:
    the character behind which a delimiter or terminator is none; ``quote``: between which they are none.
    ``separators``: between fields, and between the components of a field. ``records``: of a document, the keys down to
    the array, or the names of the elements, that records are; ``groups``: of XML, the elements that are groups.
    ``guessed``: what of all this nobody has said, in words.
    """

    structure: Structure = "lines"
    length: int | None = None
    ends: str | None = None
    separators: tuple[str, ...] = ()
    quote: str | None = None
    release: str | None = None
    records: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    stated: tuple[Stated, ...] = ()
    guessed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """What the structure needs."""
        at_least(1, length=self.length)
        if (self.structure == "length") != (self.length is not None):
            found = f"structure: {self.structure} and length: {self.length}"
            raise ContractError(f"found {found}, expected structure: length with a number of bytes, or neither")
