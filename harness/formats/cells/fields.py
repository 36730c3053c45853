"""Fields between separators, of lines and of segments, and the components within a field."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from harness.contract.layout import Cell
from harness.formats.cells.room import NoRoom
from harness.formats.cells.span import Span


class Fields:
    """How the fields of a line or a segment are told from each other, and written.

    A quote counts where a value begins: ``5"`` is text. Behind a ``release`` character nothing is a separator.
    ``ends``: what a value cannot have in it, unless between quotes or behind a release character.
    """

    def __init__(
        self, separators: Sequence[str], quote: str | None = None, release: str | None = None, ends: Sequence[str] = ()
    ) -> None:
        self.separator = separators[0] if separators else ""
        self.component = separators[1] if len(separators) > 1 else ""
        self.quote = quote or ""
        self.release = release or ""
        self._is_csv = not release and len(self.separator) == 1 == len(self.quote)
        self._special = tuple(mark for mark in (*separators, *ends, self.release) if mark)
        self._inner = re.compile("")
        if self.quote:
            within = rf"[^{re.escape(self.quote + self.release)}]|{re.escape(self.quote * 2)}"
            self._inner = re.compile(rf"(?:{within}{rf'|{re.escape(self.release)}.' if self.release else ''})*+", re.S)
        self._field = self._pattern(self.separator)
        self._part = self._pattern(self.component)

    def _pattern(self, separator: str) -> re.Pattern[str]:
        if not separator:
            return re.compile(r".*", re.S)
        plain = rf"[^{re.escape(separator)}]" if len(separator) == 1 else rf"(?!{re.escape(separator)})."
        inner = rf"[^{re.escape(self.quote)}]" if self.quote else ""
        if self.release:
            released = re.escape(self.release)
            plain, inner = rf"{released}.|{plain}", rf"{released}.|{inner}"
        unquoted = rf"(?:{plain})*+"
        if not self.quote:
            return re.compile(unquoted, re.S)
        quote = re.escape(self.quote)
        return re.compile(rf"{quote}(?:{inner}|{quote}{quote})*+(?:{quote}{unquoted}|\Z)|{unquoted}", re.S)

    def is_plain(self, text: str) -> bool:
        """Whether the separators alone tell the fields."""
        return not (self.quote and self.quote in text) and not (self.release and self.release in text)

    def values(self, text: str) -> list[str]:
        """All fields, as they are meant."""
        if not self.separator:
            return [text]
        if self.is_plain(text):
            return text.split(self.separator)
        if self._is_csv and not text.endswith(("\n", "\r")):
            try:
                # The csv module means the same, and is faster; it cannot say where a value stands.
                return next(csv.reader((text,), delimiter=self.separator, quotechar=self.quote))
            except csv.Error:
                pass
        return [self._meant(text[start:end]) for start, end in self._spans(self._field, self.separator, text)]

    def span(self, text: str, cell: Cell) -> Span | None:
        """Where a field or component is."""
        around = self._around(text, cell.field or 0)
        if around is None:
            return None
        start, end = around
        raw = text[start:end]
        if cell.component is None:
            return Span(start, end, raw, self._meant(raw))
        if self._is_quoted(raw):
            start, raw = start + 1, raw[1:-1]
        components = self._spans(self._part, self.component, raw)
        if cell.component > len(components):
            return None
        begin, stop = components[cell.component - 1]
        return Span(start + begin, start + stop, raw[begin:stop], self._released(raw[begin:stop]))

    def _around(self, text: str, field: int) -> tuple[int, int] | None:
        if not self.separator or not self.is_plain(text):
            spans = self._spans(self._field, self.separator, text)
            return spans[field - 1] if field <= len(spans) else None
        fields = text.split(self.separator, field)
        if field > len(fields):
            return None
        start = sum(map(len, fields[: field - 1])) + (field - 1) * len(self.separator)
        return start, start + len(fields[field - 1])

    @staticmethod
    def _spans(pattern: re.Pattern[str], separator: str, text: str) -> list[tuple[int, int]]:
        found, at = [], 0
        while match := pattern.match(text, at):
            found.append(match.span())
            at = match.end()
            if not separator or not text.startswith(separator, at):
                break
            at += len(separator)
        return found

    def _is_quoted(self, raw: str) -> bool:
        return bool(self.quote) and len(raw) > 1 and raw.startswith(self.quote) and raw.endswith(self.quote)

    def _meant(self, raw: str) -> str:
        if not self.quote or not raw.startswith(self.quote):
            return self._released(raw)
        match = self._inner.match(raw, 1)
        inner = match.group() if match else ""
        behind = raw[1 + len(inner) + 1 :]
        return self._released(inner.replace(self.quote * 2, self.quote)) + behind

    def _released(self, raw: str) -> str:
        if not self.release or self.release not in raw:
            return raw
        return re.sub(rf"{re.escape(self.release)}(.)", r"\1", raw, flags=re.S)

    def written(self, span: Span, new: str, cell: Cell, *, alone: bool = False) -> str:
        """What stands for ``new`` where ``span`` was: quoted if that was, or if it must be; NoRoom if it cannot be.

        ``alone``: there is no other field, so that nothing at all would be a blank line.
        """
        if cell.component is None and self.quote and span.raw.startswith(self.quote):
            return self._quoted(new)
        must = any(mark in new for mark in self._special) or (alone and not new)
        if self.quote and cell.component is None:
            return self._quoted(new) if must or new.startswith(self.quote) else new
        if not must or not new:
            return new
        if not self.release:
            shown = " ".join(repr(mark) for mark in self._special if mark in new)
            raise NoRoom(
                f"found {new!r}, expected a text without {shown}: there are no quotes and no release character"
            )
        return re.sub("|".join(map(re.escape, self._special)), lambda mark: self.release + mark.group(), new)

    def _quoted(self, new: str) -> str:
        if self.release:
            new = new.replace(self.release, self.release * 2)
        return self.quote + new.replace(self.quote, self.quote * 2) + self.quote
