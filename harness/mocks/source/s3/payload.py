"""What a client sends as a body: plain or in signed chunks (``aws-chunked``), with checksums in front or behind.

The form of the chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Callable, Mapping

from aiohttp import web

from harness.mocks.core.incoming import FILE_BYTES, pieces
from harness.mocks.core.refusal import Refusal
from harness.mocks.source.files.digests import Crc32, Digest
from harness.mocks.source.s3.access import UNSIGNED, Signed
from harness.mocks.source.s3.errors import S3Error

ROOM_FOR_CHUNKS = 64 << 20
"""What chunks and their signatures may take beside the content."""

LONGEST_LINE_BYTES = 8_192
_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")
STREAMS = {
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": False,
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": True,
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": True,
}
"""The chunked kinds of payload, and whether each chunk is signed."""

_CHECKSUM = "x-amz-checksum-"
_NO_VALUES = {"x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode"}
_DIGESTS: dict[str, Callable[[], Digest]] = {"crc32": Crc32, "sha1": hashlib.sha1, "sha256": hashlib.sha256}


class Payload:
    """The body of one request: where its `chunks` end without an S3Error, every claim on it holds."""

    def __init__(self, request: web.Request, signed: Signed) -> None:
        self._request, self._signed = request, signed
        self._content = _Pieces(pieces(request, FILE_BYTES + ROOM_FOR_CHUNKS))
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0
        self._claims = _claims(request.headers)
        self._digests = {name: _digest(name) for name in (*self._claims, *_announced(request.headers))}

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content, without what it was wrapped in."""
        streamed = self._signed.payload in STREAMS
        pieces = self._unwrapped(STREAMS[self._signed.payload]) if streamed else self._plain()
        checked = self._signed.payload not in (UNSIGNED, *STREAMS)
        try:
            async for piece in pieces:
                self._size += len(piece)
                self._md5.update(piece)
                if checked:
                    self._sha256.update(piece)
                for digest in self._digests.values():
                    digest.update(piece)
                yield piece
        except EOFError:
            raise S3Error("IncompleteBody") from None
        except Refusal as refusal:
            raise S3Error.of(refusal) from None
        if checked and self._sha256.hexdigest() != self._signed.payload:
            raise S3Error("XAmzContentSHA256Mismatch", ClientComputedContentSHA256=self._signed.payload)
        self._compare()

    async def whole(self, most: int) -> bytes:
        """All of it, where only little can be meant."""
        found = bytearray()
        async for piece in self.chunks():
            found += piece
            if len(found) > most:
                raise S3Error("MaxMessageLengthExceeded", f"found a document of more than {most:,} bytes")
        return bytes(found)

    def _compare(self) -> None:
        headers = self._request.headers
        given = headers.get("Content-MD5")
        if given is not None and given != base64.b64encode(self._md5.digest()).decode():
            raise S3Error("BadDigest")
        length = headers.get("X-Amz-Decoded-Content-Length")
        if length is not None and length != str(self._size):
            raise S3Error("IncompleteBody")
        for name, claimed in self._claims.items():
            if base64.b64encode(self._digests[name].digest()).decode() != claimed:
                said = f"The {name.upper()} you specified did not match the calculated checksum."
                raise S3Error("BadDigest", said)

    async def _plain(self) -> AsyncIterator[bytes]:
        if "Content-Length" not in self._request.headers:
            raise S3Error("MissingContentLength")
        while piece := await self._content.part(FILE_BYTES):
            yield piece

    async def _unwrapped(self, signed: bool) -> AsyncIterator[bytes]:
        """The chunks' contents: ``SIZE[;chunk-signature=S]``, so many bytes, again, until a chunk is empty."""
        content, before = self._content, self._signed.signature
        while True:
            line = await content.line()
            digits, _, extension = line.partition(b";")
            if not _SIZE.fullmatch(digits):
                raise S3Error("IncompleteBody", f"found {line[:80]!r}, expected the size of a chunk")
            left, digest = int(digits, 16), hashlib.sha256()
            empty = left == 0
            while left:
                if not (piece := await content.part(left)):
                    raise EOFError
                left -= len(piece)
                if signed:
                    digest.update(piece)
                yield piece
            if signed:
                given = extension.decode("latin-1").removeprefix("chunk-signature=")
                before = self._agreed(self._signed.signer.chunk(before, digest.hexdigest()), given)
            if empty:
                break
            if await content.line():
                raise S3Error("IncompleteBody", "found more bytes than the size of the chunk")
        await self._trailer(before, signed)

    async def _trailer(self, before: str, signed: bool) -> None:
        lines, given = b"", ""
        while line := await self._content.line():
            name, _, value = line.decode("latin-1").partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "x-amz-trailer-signature":
                given = value
                continue
            lines += f"{name}:{value}\n".encode()
            if len(lines) > LONGEST_LINE_BYTES:
                raise S3Error("InvalidRequest", f"found trailing headers of more than {LONGEST_LINE_BYTES:,} bytes")
            self._claims |= {one: claim for one, claim in _claims({name: value}).items() if one in self._digests}
        if signed and self._signed.payload.endswith("TRAILER"):
            self._agreed(self._signed.signer.trailer(before, lines), given)
        for name in _announced(self._request.headers):
            if name not in self._claims:
                raise S3Error("InvalidRequest", f"x-amz-trailer announces {_CHECKSUM}{name}, and it did not come")

    def _agreed(self, computed: str, given: str) -> str:
        if not hmac.compare_digest(computed.encode(), given.encode()):
            raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=self._signed.access_key)
        return computed


class _Pieces:
    """A body that is read by lines and by numbers of bytes; EOFError where it ends within a line."""

    def __init__(self, more: AsyncIterator[bytes]) -> None:
        self._more = more
        self._held = b""

    async def part(self, most: int) -> bytes:
        """The next bytes, as many as are there and at most so many; nothing at the end."""
        found = self._held or await anext(self._more, b"")
        self._held = found[most:]
        return found[:most] if self._held else found

    async def line(self) -> bytes:
        """The next line, without its end."""
        while (end := self._held.find(b"\n")) < 0:
            piece = await anext(self._more, b"")
            if not piece and not self._held:
                return b""
            if not piece or len(self._held) > LONGEST_LINE_BYTES:
                raise EOFError
            self._held += piece
        found, self._held = self._held[:end], self._held[end + 1 :]
        return found.removesuffix(b"\r")


def _claims(headers: Mapping[str, str]) -> dict[str, str]:
    """The checksums that headers state, by algorithm."""
    lowered = {name.lower(): value for name, value in headers.items()}
    given = {name: value for name, value in lowered.items() if name not in _NO_VALUES}
    return {name.removeprefix(_CHECKSUM): value for name, value in given.items() if name.startswith(_CHECKSUM)}


def _announced(headers: Mapping[str, str]) -> list[str]:
    """The algorithms of checksums that are to come behind the body."""
    names = [name.strip().lower() for name in headers.get("X-Amz-Trailer", "").split(",")]
    return [name.removeprefix(_CHECKSUM) for name in names if name.startswith(_CHECKSUM)]


def _digest(algorithm: str) -> Digest:
    if algorithm not in _DIGESTS:
        known = ", ".join(_DIGESTS)
        raise S3Error("NotImplemented", f"{_CHECKSUM}{algorithm} is not known here; known: {known}")
    return _DIGESTS[algorithm]()
