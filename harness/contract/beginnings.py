"""Of which first parts of a file digests are told, so that another file can be known for one of them.

Of lengths with five binary digits and zeros: each byte up to 32, then steps of a sixteenth to a thirty-second of what
is there. A kilobyte tells of a megabyte, and what a buffer has written, so many pages, is such a length.
"""

from __future__ import annotations

import hashlib

DIGITS = 4
"""Of the digest of a beginning, which is of all bytes up to there: each tells of those before it too."""

WHOLE_DIGITS = 16

_SIGNIFICANT = 5


def longer(length: int) -> int:
    """The next such length."""
    return length + (1 << max(0, length.bit_length() - _SIGNIFICANT))


def not_told(length: int) -> int:
    """How many bytes at the end of a file of this length are after its last beginning."""
    return length % (1 << max(0, length.bit_length() - _SIGNIFICANT))


def whole(content: bytes) -> str:
    """The digest of all of a file."""
    return hashlib.sha256(content).hexdigest()[:WHOLE_DIGITS]
