"""A record's own line or segment, and those of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.contract.layout import Kind, UnitLayout


class Pieces:
    """How the text of a unit is cut into its lines or segments: not within quotes, nor behind a release character."""

    def __init__(self, layout: UnitLayout, ends: Sequence[str]) -> None:
        self._with_return = layout.ends is None
        mark = "|".join(map(re.escape, ends))
        plain = rf"[^{re.escape(''.join(ends))}]" if all(len(end) == 1 for end in ends) else rf"(?!{mark})."
        if layout.release:
            released = re.escape(layout.release)
            plain = rf"{released}.|(?!{released}){plain}"
        value = rf"(?:{plain})*+"
        separator = layout.separators[0] if layout.separators else ""
        if layout.quote and separator:
            quote, between = re.escape(layout.quote), re.escape(separator)
            # A quote counts where a value begins.
            plain = rf"(?!{between})(?:{plain})"
            field = rf"(?:{quote}(?:[^{quote}]|{quote}{quote})*+(?:{quote}(?:{plain})*+|\Z)|(?:{plain})*+)"
            value = rf"{field}(?:{between}{field})*+"
        # Line ends behind a segment's terminator belong to it.
        end = rf"(?:{mark})[\r\n]*" if layout.structure == "segments" else mark
        self._piece = re.compile(rf"({value})({end}|\Z)", re.S)

    def first(self, text: str) -> str:
        """The first one, without its end."""
        match = self._piece.match(text)
        own = text if match is None else match[1]
        return own.removesuffix("\r") if self._with_return else own

    def all(self, text: str) -> Iterator[tuple[str, int]]:
        """Each with its end, and how long that is."""
        at = 0
        while at < len(text) and (match := self._piece.match(text, at)) and match.group():
            end = len(match[2])
            if self._with_return and match[1].endswith("\r") and end:
                end += 1
            yield match.group(), end
            at = match.end()


def kind_of(text: str, fields: list[str], kinds: tuple[Kind, ...]) -> Kind | None:
    """Which of these kinds, which are known by what stands in them, a line or segment is of."""
    for kind in kinds:
        if kind.field is not None:
            if kind.field <= len(fields) and fields[kind.field - 1] in kind.starts:
                return kind
        elif kind.takes_the_rest or text.startswith(kind.starts, kind.at):
            return kind
    return None
