"""How the marks of XML are written in a document's encoding: in a byte each, or in two."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import NamedTuple

HEAD_BYTES = 512
"""A declaration is no longer."""

_TAG_ALONE = re.compile(r"""<[^<>"']*+(?:(?:"[^"]*+"|'[^']*+')[^<>"']*+)*+(?<=/)>""")
"""An element that is its start tag and nothing else."""


class Script(NamedTuple):
    """``said``: the encoding that expat must be told, since the document does not tell it."""

    encoding: str
    said: str | None
    lower: bytes
    greater: bytes
    blanks: re.Pattern[bytes]

    @property
    def size(self) -> int:
        """Bytes of a mark."""
        return len(self.greater)

    def is_tag(self, window: bytes, at: int) -> bool:
        """Whether a tag begins there."""
        return window.startswith(self.lower, at)

    def tag_end(self, window: bytes, begin: int, at: int) -> int:
        """Where the element that began at ``begin`` ends, of which expat says that it ended at ``at``.

        That is the place behind a tag that is all of the element, and else the one before the end tag.
        """
        size = self.size
        if window.startswith(self.greater, at - size) and _TAG_ALONE.fullmatch(
            window[begin:at].decode(self.encoding, "replace")
        ):
            return at
        found = window.index(self.greater, at)
        while (found - at) % size:
            found = window.index(self.greater, found + 1)
        return found + size

    def blanks_end(self, window: bytes, at: int) -> int:
        """Where the blanks and line ends from there on end."""
        found = self.blanks.match(window, at)
        return found.end() if found else at


_BYTES = re.compile(rb"[ \t\r\n]*+")
_PAIRS = {"utf-16-le": re.compile(rb"(?:[ \t\r\n]\0)*+"), "utf-16-be": re.compile(rb"(?:\0[ \t\r\n])*+")}
_NAMES = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}
"""As expat calls them."""

_DECLARED = re.compile(rb"<\?xml[^>]*encoding")


def script_of(head: bytes, said: str | None) -> Script:
    """That of a document that begins so. ``said`` is the encoding that it is said to be in, if it says none itself."""
    wide = None
    if head.startswith((BOM_UTF16_LE, b"<\0")):
        wide = "utf-16-le"
    elif head.startswith((BOM_UTF16_BE, b"\0<")):
        wide = "utf-16-be"
    if wide is not None:
        mark = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        return Script(wide, None if mark else _NAMES[wide], "<".encode(wide), ">".encode(wide), _PAIRS[wide])
    own = head.startswith(BOM_UTF8) or _DECLARED.match(head) or said in (None, "utf-8")
    return Script("latin-1", None if own else said, b"<", b">", _BYTES)
