"""What a client gets instead of a file's bytes: one dataclass a damage, registered under the key of its parameters.

Places in a compressed file are places in what it unpacks to, and it is packed again, except where a docstring says that
its own bytes are meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

from harness.contract.bounds import at_least, at_most, checksum
from harness.contract.codec import ContractError, found_instead, read, unknown_word, write


class Damage(Protocol):
    """The parameters of a damage, which stand under a key of their own."""

    under: ClassVar[str]


StatedLength = Literal["consistent", "declared", "missing"]
"""What an answer says of its body's length: the true one of what comes, that of the whole file, or none."""

CutPlace = Literal["exact", "inside_record", "record_boundary", "inside_character", "inside_member"]

Left = Literal["header", "nothing", "no_records"]
FlipPlace = Literal["text", "number", "anywhere"]
PartHow = Literal["missing", "doubled", "out_of_order"]
PartPlace = Literal["record_boundary", "exact"]
Total = Literal["record_count", "control_total"]
Totals = Literal["follow", "kept"]
Encoding = Literal["latin-1", "utf-16", "utf-8-sig", "utf-8-twice"]
ColumnChange = Literal["added", "dropped", "renamed", "moved"]
Header = Literal["follows", "kept"]

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")

KINDS: dict[str, type[Damage]] = {}
"""Every registered damage by its key."""

T = TypeVar("T", bound=type)


def damage(kind: T) -> T:
    """Register a damage's parameters under the key that they stand under."""
    key = cast("type[Damage]", kind).under
    if key in KINDS:
        raise ValueError(f"two damages are called {key!r}: {KINDS[key].__name__} and {kind.__name__}")
    KINDS[key] = cast("type[Damage]", kind)
    return kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A file is served damaged.

    ``length``: what the answer says of the body's length: ``consistent`` (the usual: the true length of what comes),
    ``declared`` (that of the whole file; then the connection ends), ``missing`` (none). ``manifest``: whether size,
    checksum and records that the source states are those of the ``true`` file (the usual), or ``follows`` the damage.
    ``checksum``: ``off`` leaves out the protocol's own.
    """

    damage: Damage
    length: StatedLength | None = None
    manifest: Literal["true", "follows"] | None = None
    checksum: Literal["true", "off"] | None = None

    def __post_init__(self) -> None:
        """A damage that is registered."""
        if type(self.damage) not in KINDS.values():
            raise ContractError(f"damage: found {self.damage!r}, expected a dataclass that @damage has registered")

    @classmethod
    def read_json(cls, data: Any, path: str) -> Damaged:
        """The damage's own key stands beside the others."""
        if not isinstance(data, Mapping):
            raise found_instead(path, data, "an object")
        keys = [key for key in data if key in KINDS]
        if len(keys) != 1:
            found = ", ".join(repr(key) for key in data) or "no key"
            raise ContractError(f"{path}: found {found}, expected one of {', '.join(KINDS)}, and one alone")
        beside = {key: value for key, value in data.items() if key != keys[0]}
        known = [one.name for one in fields(_Said)]
        for key in beside:
            if key not in known:
                raise unknown_word(path, "key", key, [keys[0], *known])
        said = read(_Said, beside, path)
        given = read(KINDS[keys[0]], {keys[0]: data[keys[0]]}, path)
        return cls(damage=given, length=said.length, manifest=said.manifest, checksum=said.checksum)

    @classmethod
    def told_by(cls) -> list[set[str]]:
        """Any registered damage."""
        return [{key} for key in KINDS]

    def write_json(self) -> dict[str, Any]:
        """As it is read."""
        said = {one.name: getattr(self, one.name) for one in fields(_Said)}
        return {**write(self.damage), **{name: value for name, value in said.items() if value is not None}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What stands beside a damage."""

    length: StatedLength | None = None
    manifest: Literal["true", "follows"] | None = None
    checksum: Literal["true", "off"] | None = None


def _one_of_two(bytes_: int | None, fraction: float | None) -> None:
    if (bytes_ is None) == (fraction is None):
        raise ContractError("found both or none of bytes and fraction, expected one of them")
    at_least(0, bytes=bytes_, fraction=fraction)
    at_most(1, fraction=fraction)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Only the first part is there: so many bytes, or a fraction, moved to the place that ``where`` says.

    ``exact``: as it is. ``inside_record``: into a line. ``record_boundary``: the last record goes, every line is whole.
    ``inside_character``: behind the first byte of a character of several. ``inside_member``: into a gzip member's own
    compressed bytes; at its very end only the archive's checksum is missing.
    """

    under: ClassVar[str] = "cut"
    bytes: int | None = None
    fraction: float | None = None
    where: CutPlace

    def __post_init__(self) -> None:
        """Either bytes or a fraction."""
        _one_of_two(self.bytes, self.fraction)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Nuls:
    """The first part is there, then NUL bytes to the true length; the file's own bytes, compressed or not."""

    under: ClassVar[str] = "nuls"
    bytes: int | None = None
    fraction: float | None = None

    def __post_init__(self) -> None:
        """Either bytes or a fraction."""
        _one_of_two(self.bytes, self.fraction)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """No byte is left, or the header alone, or (``no_records``) a trailer as well, which states that there are none."""

    under: ClassVar[str] = "empty"
    leave: Left


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class DropTrailer:
    """All but the trailer lines."""

    under: ClassVar[str] = "drop_trailer"


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One bit is another one, at a place that the content decides: in a letter, in a digit, or in any of its bytes."""

    under: ClassVar[str] = "flip"
    where: FlipPlace


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPart:
    """Of so many equal parts one is missing, comes twice, or after the next one.

    ``exact``: cut by the file's own bytes. ``record_boundary``: between records.
    """

    under: ClassVar[str] = "part"
    part: int
    of: int
    how: PartHow
    where: PartPlace

    def __post_init__(self) -> None:
        """One of at least two."""
        at_least(2, of=self.of)
        at_least(1, part=self.part)
        if self.part > self.of:
            raise ContractError(f"found part {self.part} of {self.of}, expected one of them")


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Another content of the store: that of ``days_before``, or of another ``customer``, for who reads the receipt."""

    under: ClassVar[str] = "replace"
    sha256: str
    size: int
    days_before: int | None = None
    customer: int | None = None

    def __post_init__(self) -> None:
        """A content that a store can have."""
        checksum(self.sha256)
        at_least(0, size=self.size)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    """One more in a number of every so-manieth record, and in the control total what that comes to."""

    under: ClassVar[str] = "revise"
    every: int

    def __post_init__(self) -> None:
        """Some record."""
        at_least(1, every=self.every)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTotals:
    """The trailer states so many more; ``by`` is the text of a decimal, for a binary number is no cent."""

    under: ClassVar[str] = "totals"
    of: Total
    by: str

    def __post_init__(self) -> None:
        """A wrong total."""
        if not _DECIMAL.fullmatch(self.by) or not Decimal(self.by):
            raise ContractError(f"by: found {self.by!r}, expected the text of a decimal other than 0")


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """So many records from the middle are there twice; the trailer's totals are kept, or follow."""

    under: ClassVar[str] = "repeat"
    records: int
    totals: Totals

    def __post_init__(self) -> None:
        """Some record."""
        at_least(1, records=self.records)


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Encode:
    """The text is in another encoding; ``utf-8-twice`` is UTF-8 that was taken for Latin-1 and encoded again."""

    under: ClassVar[str] = "encode"
    encoding: Encoding


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class LineEnds:
    """Lines end otherwise, or (``none_last``) the last line has no end."""

    under: ClassVar[str] = "line_ends"
    ends: Literal["crlf", "lf", "cr", "none_last"]


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class Delimiter:
    """The values of a CSV file are separated by another character."""

    under: ClassVar[str] = "delimiter"
    delimiter: str

    def __post_init__(self) -> None:
        """One character."""
        if len(self.delimiter) != 1:
            raise ContractError(f"delimiter: found {self.delimiter!r}, expected one character")


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalComma:
    """A comma for the point of every decimal."""

    under: ClassVar[str] = "decimal_comma"


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherColumns:
    """A column is added before ``column``, dropped, renamed, or moved to the end.

    ``column`` null: the first that does not say what kind of record it is.
    """

    under: ClassVar[str] = "columns"
    how: ColumnChange
    column: str | None
    header: Header


@damage
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherZone:
    """Every date and time is so many hours later, and nobody says so."""

    under: ClassVar[str] = "zone"
    hours: int

    def __post_init__(self) -> None:
        """As far apart as two zones can be, and not the same one."""
        if not self.hours or abs(self.hours) > _HOURS_APART:
            raise ContractError(f"hours: found {self.hours}, expected -{_HOURS_APART} to {_HOURS_APART}, and not 0")


_HOURS_APART = 26
"""Between UTC-12 and UTC+14, where zones are furthest apart."""
