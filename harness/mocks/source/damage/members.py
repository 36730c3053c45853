"""The members of a JSON object as they are written, to be left out, called otherwise, or put in another order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

_BLANKS = re.compile(r"[ \t\r\n]*")
_READ = json.JSONDecoder().raw_decode


class Member(NamedTuple):
    """A key as it is written and meant, what stands between it and its value, and the value as it is written."""

    key: str
    name: str
    colon: str
    value: str

    @property
    def text(self) -> str:
        """As it is written."""
        return self.key + self.colon + self.value


def changed(text: str, change: Callable[[list[Member]], list[Member]]) -> str | None:
    """An object with other members, between which stands what stood there before; None where it is no object."""
    try:
        before, members, between, behind = _parts(text)
    except (ValueError, RecursionError):
        return None
    other = change(members)
    if not other:
        return before + behind
    usual = between[-1] if between else ", "
    between = between[: len(other) - 1] + [usual] * (len(other) - 1 - len(between))
    pairs = zip([before, *between], other, strict=True)
    return "".join(mark + member.text for mark, member in pairs) + behind


def _parts(text: str) -> tuple[str, list[Member], list[str], str]:
    at = _behind(text, _behind(text, 0, "{"))
    before, members, between = text[:at], list[Member](), list[str]()
    while not text.startswith("}", at):
        name, key_end = _READ(text, at)
        if not isinstance(name, str):
            raise ValueError("a key is no string")
        value_start = _behind(text, _behind(text, key_end, ":"))
        _, end = _READ(text, value_start)
        members.append(Member(text[at:key_end], name, text[key_end:value_start], text[value_start:end]))
        next_ = _behind(text, end)
        if not text.startswith(",", next_):
            return before, members, between, text[end:]
        at = _behind(text, next_ + 1)
        between.append(text[end:at])
    return before, members, between, text[at:]


def _behind(text: str, at: int, mark: str = "") -> int:
    """Behind the blanks that begin there, and behind a mark that must follow them."""
    at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # matches the empty text
    if not text.startswith(mark, at):
        raise ValueError(f"expected {mark!r}")
    return at + len(mark)
