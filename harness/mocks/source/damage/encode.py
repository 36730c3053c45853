"""The characters of a file are written in another encoding than was agreed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from harness.contract.effects.damages import Encode
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.text import Line, in_lines
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Encode)
def encode(body: Body, source_file: SourceFile, given: Encode) -> Body:
    """Written again as ``encoding``; a file that would be the same stays as it is.

    ``utf-8-sig`` puts a byte order mark before it, ``utf-8-twice`` takes its UTF-8 for Latin-1 and writes it as UTF-8
    once more. What Latin-1 does not have becomes a question mark.
    """
    encoding, was = given.encoding, (source_file.layout and source_file.layout.encoding) or "utf-8"

    def encoded(lines: Iterator[Line]) -> Iterator[bytes]:
        for number, line in enumerate(lines):
            if encoding == "utf-8-sig":
                marked = number or line.data.startswith(codecs.BOM_UTF8)
                yield line.data if marked else codecs.BOM_UTF8 + line.data
            elif encoding == "utf-8-twice":
                yield line.data.decode("latin-1").encode()
            elif encoding == "utf-16":
                text = line.data.decode(was, "replace").encode("utf-16-le")
                yield text if number else codecs.BOM_UTF16_LE + text
            else:
                yield line.data.decode(was, "replace").encode("latin-1", "replace")

    return in_lines(body, source_file, ("encode", encoding), encoded)
