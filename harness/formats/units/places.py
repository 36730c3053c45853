"""Where the signs of kinds stand in lines: at a character, or as a whole field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.encoding import Encoding
from harness.formats.units.quotes import Quotes

Keys = Sequence[bytes | None]


class Place(Protocol):
    """One place in lines."""

    def keys(self, lines: Sequence[bytes]) -> Keys | None:
        """What of each line tells all signs at this place, None in one that ends before; None where no few bytes do."""

    def test(self, signs: tuple[str, ...]) -> Callable[[bytes], bool]:
        """Whether a line without its end has one of these signs here."""


def place_of(kind: Kind, layout: UnitLayout, encoding: Encoding) -> Place:
    """Where a kind's signs stand; the kinds whose signs stand there too have the same ``keys``."""
    if kind.field is not None:
        return Field(kind.field, layout, encoding)
    at_there = [one for one in layout.kinds if one.field is None and one.at == kind.at]
    longest = max((len(encoding.encode(sign)) for one in at_there for sign in one.starts), default=encoding.width)
    return Character(kind.at, longest, encoding, in_bytes=layout.structure == "length")


class Character:
    """Behind so many characters; or bytes, of pieces of bytes."""

    def __init__(self, at: int, longest: int, encoding: Encoding, *, in_bytes: bool) -> None:
        self._at, self._end, self._encoding = at, at + longest, encoding
        self._exact = at == 0 or in_bytes or encoding.single

    def keys(self, lines: Sequence[bytes]) -> Keys | None:
        """So many bytes as the longest sign here has."""
        start, end = self._at, self._end
        if self._exact or (self._encoding.plain and b"".join(lines).isascii()):
            return [line[start:end] for line in lines]
        return None

    def test(self, signs: tuple[str, ...]) -> Callable[[bytes], bool]:
        """Whether one of these begins here."""
        at, encoding, in_bytes = self._at, self._encoding, tuple(map(self._encoding.encode, signs))
        if self._exact:
            return lambda body: body.startswith(in_bytes, at)
        # No character has more than four bytes.
        far = 4 * (at + max(map(len, signs)))

        def starts(body: bytes) -> bool:
            near = body[:far]
            if encoding.plain and near.isascii():
                return near.startswith(in_bytes, at)
            return encoding.decode(near).startswith(signs, at)

        return starts


class Field:
    """A field by its number, whose characters may be in quotes."""

    def __init__(self, number: int, layout: UnitLayout, encoding: Encoding) -> None:
        self._number, self._encoding = number, encoding
        # Where a character's bytes may look like other characters, fields are told in UTF-8.
        self._told = encoding if encoding.plain else Encoding("utf-8")
        encode = self._told.encode
        self._delimiter, self._quote = encode("".join(layout.separators[:1])), encode(layout.quote or "")
        self._release = encode(layout.release or "")
        ends = [encode(layout.ends or "\n")]
        self._quotes = Quotes(self._delimiter, quote=self._quote, ends=ends, release=self._release)

    def keys(self, lines: Sequence[bytes]) -> Keys | None:
        """The field, in its quotes."""
        if not self._encoding.plain:
            return None
        number, delimiter, block = self._number, self._delimiter, b"".join(lines)
        if not delimiter or any(one and one in block for one in (self._quote, self._release)):
            return [self._quotes.value(line, number) for line in lines]
        parted = (line.split(delimiter, number) for line in lines)
        return [fields[number - 1] if len(fields) >= number else None for fields in parted]

    def test(self, signs: tuple[str, ...]) -> Callable[[bytes], bool]:
        """Whether the field is one of these."""
        quote, wanted = self._quote, set(map(self._told.encode, signs))

        def equals(body: bytes) -> bool:
            if self._told is not self._encoding:
                body = self._told.encode(self._encoding.decode(body))
            value = self._quotes.value(body, self._number)
            if value is not None and quote and value.startswith(quote):
                value = value.removeprefix(quote).removesuffix(quote).replace(quote * 2, quote)
            return value in wanted

        return equals
