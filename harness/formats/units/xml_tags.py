"""Where in an XML document its records and groups begin and end, by their tags in the bytes: where that is enough.

Expat is fed all the same, and says whether the document is well-formed; that it need not report each of a record's
elements saves up to half of the time. In a well-formed document a ``<`` that is not in a comment, a CDATA section or a
processing instruction begins a tag, whatever is in its attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from xml.parsers import expat

from harness.formats.units.unit import NotAsLaidOut
from harness.formats.units.xml_marks import Mark, fed
from harness.formats.units.xml_text import HEAD_BYTES

_SKIPPED = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_OTHER = rb"(?P<other><!--|<!\[CDATA\[|<\?)"
_REST = re.compile(rb"""[^<>"']*+(?:(?:"[^"]*+"|'[^']*+')[^<>"']*+)*+>""")
"""A tag from behind its name on."""

_ROOT = re.compile(_OTHER + rb"|<(?P<root>[^\s<>/!?]++)")
_END_OF_ROOT = re.compile(
    rb"</[^<>]*+>(?:\s|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>)*+\Z",
    re.DOTALL,
)


class TagMarks:
    """As `XmlMarks`, of a document without a DOCTYPE whose marks are single bytes; names are local ones, in ASCII."""

    def __init__(self, records: tuple[str, ...], groups: tuple[str, ...], encoding: str | None) -> None:
        self.found: list[Mark] = []
        self._parser = expat.ParserCreate(encoding)
        self._parser.StartDoctypeDeclHandler = self._declared
        self._doctype: int | None = None
        self._records = {name.encode() for name in records}
        names = b"|".join(re.escape(name.encode()) for name in records + groups)
        self._tag = re.compile(
            _OTHER + rb"|<(?P<close>/?)(?P<name>(?:[^\s<>/:!?\"'=]++:)?(?P<local>" + names + rb"))(?=[\s/>])"
        )
        self._at = 0
        self._is_behind_root = False
        self._has_found = False
        self._opened = b""

    def feed(self, new: bytes, window: bytes, before: int, *, is_last: bool) -> NotAsLaidOut | None:
        """What more is read, which the window ends with, whose first byte is that many behind the document's."""
        wrong = fed(self._parser, new, is_last=is_last)
        if self._doctype is not None:
            return NotAsLaidOut(
                self._doctype, "a DOCTYPE far behind the beginning", f"one in the first {HEAD_BYTES} bytes"
            )
        self._at = before + self._scanned(window, max(self._at - before, 0), before)
        self._has_found = self._has_found or bool(self.found)
        if wrong is not None:
            self.found = list(_before(self.found, window, before, self._parser.ErrorByteIndex))
        elif is_last and not self._has_found and (end := _END_OF_ROOT.search(window)):
            self.found.append(("end of root", before + end.start(), ""))
        return wrong

    def _declared(self, *_: object) -> None:
        self._doctype = self._parser.CurrentByteIndex

    def _scanned(self, window: bytes, at: int, before: int) -> int:
        """Up to where all marks are found: from there on something is not whole."""
        add = self.found.append
        if not self._is_behind_root:
            at, self._is_behind_root = self._root(window, at)
            if not self._is_behind_root:
                return at
        search = self._tag.search
        while True:
            if self._opened:
                end = _end_of_element(window, at, self._opened)
                if end is None:
                    return at
                add(("behind record", before + end, ""))
                at, self._opened = end, b""
            tag = search(window, at)
            if tag is None:
                return max(at, window.rfind(b"<"))
            begin = tag.start()
            rest = _skipped(window, tag) if tag["other"] else _behind(window, tag.end())
            if rest is None:
                return begin
            at = rest
            if tag["other"]:
                continue
            name = tag["local"]
            is_alone = window[rest - 2 : rest] == b"/>"
            if name not in self._records:
                group = name.decode()
                if tag["close"]:
                    add(("end of group", before + begin, group))
                else:
                    add(("group", before + begin, group))
                    if is_alone:
                        add(("end of group", before + rest, group))
            elif not tag["close"]:
                add(("record", before + begin, ""))
                if is_alone:
                    add(("behind record", before + rest, ""))
                else:
                    self._opened = tag["name"]

    def _root(self, window: bytes, at: int) -> tuple[int, bool]:
        """Where the root's start tag ends, whatever its name is; else from where on to look again."""
        while tag := _ROOT.search(window, at):
            rest = _skipped(window, tag) if tag["other"] else _behind(window, tag.end())
            if rest is None:
                return tag.start(), False
            if not tag["other"]:
                return rest, True
            at = rest
        return max(at, window.rfind(b"<")), False


def _before(marks: list[Mark], window: bytes, before: int, error: int) -> Iterator[Mark]:
    """The marks whose tags are all before what expat found wrong."""
    behind = -1
    for says, at, group in marks:
        if says == "behind record":
            behind = at
        elif at != behind or says != "end of group":
            # Else the group ends with its start tag, which was looked at.
            behind = before + (_behind(window, at - before + 1) or len(window))
        if behind > error:
            return
        yield says, at, group


def _behind(window: bytes, at: int) -> int | None:
    rest = _REST.match(window, at)
    return None if rest is None else rest.end()


def _skipped(window: bytes, tag: re.Match[bytes]) -> int | None:
    """Where a comment, section or instruction ends."""
    closing = _SKIPPED[tag["other"]]
    end = window.find(closing, tag.end())
    return None if end < 0 else end + len(closing)


@cache
def _tags(name: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes]]:
    """An end tag of this name; what may stand before it and is not plain; tags of this name, and what is skipped."""
    named = re.escape(name) + rb"(?=[\s/>])"
    return (
        re.compile(rb"</" + re.escape(name) + rb"\s*+>"),
        re.compile(rb"<(?:[!?]|" + named + rb")"),
        re.compile(_OTHER + rb"|<(?P<close>/?)" + named),
    )


def _end_of_element(window: bytes, at: int, name: bytes) -> int | None:
    """Where the element ends in which this place is."""
    closing, other, each = _tags(name)
    end = closing.search(window, at)
    if end is None:
        return None
    if not other.search(window, at, end.start()):
        return end.end()
    nested = 0
    while tag := each.search(window, at):
        rest = _skipped(window, tag) if tag["other"] else _behind(window, tag.end())
        if rest is None:
            return None
        if tag["close"]:
            if not nested:
                return rest
            nested -= 1
        elif not tag["other"] and window[rest - 2 : rest] != b"/>":
            nested += 1
        at = rest
    return None
