"""The characters of a file are written in another encoding than was agreed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

from harness.contract.effects.damages import Encode
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import derived, digest_of, in_text
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Encode)
def encode(body: Body, source_file: SourceFile, given: Encode) -> Body:
    """Written again as ``encoding``, out of the one that the file is in.

    ``utf-8-sig`` is UTF-8 with a byte order mark before it, ``utf-8-twice`` takes its UTF-8 for Latin-1 and writes it
    as UTF-8 once more. What Latin-1 does not have becomes a question mark.
    """
    was = codecs.lookup((source_file.layout and source_file.layout.encoding) or "utf-8").name

    def encoded(text: Body) -> Body:
        if not text.size:
            raise NothingToDamage("the file is empty")
        other = derived(source_file, (given, was, text.pieces), lambda out: _write(text, was, given.encoding, out))
        if other.size == text.size and digest_of(other) == digest_of(text):
            raise NothingToDamage(f"every character of the file is the same in {given.encoding}")
        return other

    return in_text(body, source_file, encoded)


def _write(text: Body, was: str, encoding: str, out: IO[bytes]) -> None:
    if encoding == "utf-8-sig":
        out.write(codecs.BOM_UTF8)
        out.writelines(_utf_8(text, was, mark=False))
    elif encoding == "utf-8-twice":
        out.writelines(chunk.decode("latin-1").encode() for chunk in _utf_8(text, was, mark=True))
    elif encoding == "utf-16":
        out.write(codecs.BOM_UTF16_LE)
        out.writelines(chunk.encode("utf-16-le") for chunk in _decoded(text, was))
    else:
        out.writelines(chunk.encode(encoding, "replace") for chunk in _decoded(text, was))


def _utf_8(text: Body, was: str, *, mark: bool) -> Iterator[bytes]:
    """Its bytes where they are UTF-8, be they right or not; ``mark``: with its byte order mark, if it has one."""
    if not was.startswith("utf-8"):
        return (chunk.encode("utf-8", "replace") for chunk in _decoded(text, was))
    begins = len(codecs.BOM_UTF8) if not mark and text.read(0, 3) == codecs.BOM_UTF8 else 0
    return text.chunks(begins)


def _decoded(text: Body, was: str) -> Iterator[str]:
    """Its characters without a byte order mark."""
    decoder, first = codecs.getincrementaldecoder(was)("replace"), True
    for chunk in _with_end(text):
        decoded = decoder.decode(chunk, not chunk)
        if first and decoded:
            decoded, first = decoded.removeprefix("\ufeff"), False
        yield decoded


def _with_end(text: Body) -> Iterator[bytes]:
    yield from text.chunks()
    yield b""
