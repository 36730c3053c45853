"""The fields of a line as they are written, quotes and all, and the same fields between other separators."""

from __future__ import annotations

import re
from functools import cached_property

from harness.contract.layout import UnitLayout


class Separated:
    """How a file's fields are told from each other; a quote counts where a field begins, as in `harness.formats`."""

    def __init__(self, layout: UnitLayout) -> None:
        self.separator = layout.separators[0]
        self.quote = layout.quote or ""
        self.release = layout.release or ""

    @cached_property
    def _field(self) -> re.Pattern[str]:
        separator, quote, release = (re.escape(mark) for mark in (self.separator, self.quote, self.release))
        plain = rf"(?:(?!{separator}).)" if len(self.separator) > 1 else rf"[^{separator}]"
        if release:
            plain = rf"(?:{release}.|{plain})"
        if not quote:
            return re.compile(rf"{plain}*+", re.S)
        inner = rf"(?:[^{quote}{release}]|{quote}{quote}{rf'|{release}.' if release else ''})*+"
        return re.compile(rf"(?:{quote}{inner}{quote})?+{plain}*+", re.S)

    def fields(self, text: str) -> list[str]:
        """All fields of a line without its end, raw."""
        if self.is_plain(text):
            return text.split(self.separator)
        found, at = [], 0
        while match := self._field.match(text, at):
            found.append(match[0])
            at = match.end() + len(self.separator)
            if at > len(text):
                break
        return found

    def separated(self, text: str, other: str) -> str:
        """The same line with another separator; what has that one in it gets quotes, where the file knows them."""
        if other not in text and self.is_plain(text):
            return text.replace(self.separator, other)
        return other.join(self._apart(field, other) for field in self.fields(text))

    def is_plain(self, text: str) -> bool:
        """Whether the separators alone tell the fields."""
        return not (self.quote and self.quote in text) and not (self.release and self.release in text)

    def _apart(self, field: str, other: str) -> str:
        if other not in field or not self.quote or field.startswith(self.quote):
            return field
        return self.quote + field.replace(self.quote, self.quote * 2) + self.quote
