"""What nobody can read who has no key, or no program for it: told by its first bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from harness.formats.by_library.kinds import KINDS, name_of
from harness.formats.containers.container import BROKEN, container_of, unpacked
from harness.formats.containers.members import NoMember

_SAMPLE_BYTES = 1 << 14

_KNOWN = (
    (b"-----BEGIN PGP ", "a PGP message"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "encrypted by age"),
    (b"age-encryption.org/", "encrypted by age"),
    (b"-----BEGIN PKCS7-----", "a CMS message"),
    (b"-----BEGIN CMS-----", "a CMS message"),
    (b"Salted__", "encrypted by openssl"),
    (b"U2FsdGVkX1", "encrypted by openssl, in base 64"),
    (b"$ANSIBLE_VAULT;", "encrypted by ansible-vault"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"\x04\x22\x4d\x18", "compressed by lz4"),
    (b"\x1f\x9d", "compressed by compress"),
    (b"%PDF-", "a PDF file"),
)

_PGP = re.compile(
    rb"(?:\x84.|\x85..|[\xc1\xd4](?:.|[\xc0-\xdf].))[\x02\x03\x06]"
    rb"|(?:\x8c.|\xc3(?:.|[\xc0-\xdf].))[\x04-\x06]|\xa3[\x00-\x03]",
    re.DOTALL,
)
"""Packets that a PGP message begins with, and their versions: a session key for a key or for a password, or what is
compressed (RFC 9580, 4.2 and 5)."""

_CONTROLS = bytes({*range(32), 0x7F} - set(b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"))
_MOST_CONTROLS = 0.02
"""So large a part of bytes that no text has is more than a broken character here and there."""

_EBCDIC = b"\x40" + b"".join(
    bytes(range(first, end))
    for first, end in ((0x81, 0x8A), (0x91, 0x9A), (0xA2, 0xAA), (0xC1, 0xCA), (0xD1, 0xDA), (0xE2, 0xEA), (0xF0, 0xFA))
)
"""Blank, letters and digits of EBCDIC: a quarter of bytes that are any, and most of a file from a mainframe, even where
packed decimals are between them."""
_LEAST_EBCDIC = 0.4


def opaque_because(sample: bytes, *, any_bytes: bool = False) -> str | None:
    """What a file is that begins so, where it is none that anybody can read records of here.

    ``any_bytes``: its records may have any bytes in them, so that only a name at its beginning tells.
    """
    for begins, what in _KNOWN:
        if sample.startswith(begins):
            return what
    if any_bytes or sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    if _PGP.match(sample):
        return "a PGP message"
    try:
        sample[:-4].decode("utf-8")
    except UnicodeDecodeError:
        if _part(sample, _CONTROLS) > _MOST_CONTROLS and _part(sample, _EBCDIC) < _LEAST_EBCDIC:
            return "no text"
    return None


def _part(sample: bytes, these: bytes) -> float:
    """How large a part of it these bytes are."""
    return (len(sample) - len(sample.translate(None, these))) / len(sample)


def _lacking(name: str) -> str | None:
    """The library without which nobody can read it."""
    library = KINDS[name].library
    return None if library.is_installed else library.needed


def why_opaque(path: Path, member: str | None = None, *, any_bytes: bool = False) -> str | None:
    """Why a file, or what is packed in it, is none that records can be read of here; None where it may be.

    OSError where it cannot be read at all.
    """
    try:
        found = container_of(path, member)
        if found.opaque is not None:
            return f"it is opaque: {found.opaque}"
        with path.open("rb") as file, unpacked(file, found.compress, found.member) as text:
            name = name_of(text)
            text.seek(0)
            sample = text.read(_SAMPLE_BYTES)
            because = opaque_because(sample, any_bytes=any_bytes) if name is None else _lacking(name)
    except NoMember:
        return None  # a mistake, which is told where the file is copied
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return None
    return None if because is None else f"it is opaque: {because}"
