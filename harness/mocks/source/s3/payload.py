"""What a client sends as a body: plain or in signed chunks (``aws-chunked``), with checksums in front or behind.

The form of the chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping

from aiohttp import web

from harness.mocks.source.files.digests import Crc32, Digest
from harness.mocks.source.s3.access import UNSIGNED, Signed
from harness.mocks.source.s3.errors import S3Error

READ_BYTES = 256 * 1024
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
        except asyncio.IncompleteReadError:
            raise S3Error("IncompleteBody") from None
        if checked and self._sha256.hexdigest() != self._signed.payload:
            raise S3Error("XAmzContentSHA256Mismatch", ClientComputedContentSHA256=self._signed.payload)
        self._compare()

    async def whole(self, most: int) -> bytes:
        """All of it, where only little can be meant."""
        found = bytearray()
        async for piece in self.chunks():
            found += piece
            if len(found) > most:
                raise S3Error("MalformedXML", f"found a document of more than {most:,} bytes")
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
        while piece := await self._request.content.read(READ_BYTES):
            yield piece

    async def _unwrapped(self, signed: bool) -> AsyncIterator[bytes]:
        """The chunks' contents: ``SIZE[;chunk-signature=S]``, so many bytes, again, until a chunk is empty."""
        content, before = self._request.content, self._signed.signature
        while True:
            line = (await content.readuntil(b"\r\n"))[:-2]
            digits, _, extension = line.partition(b";")
            try:
                left = int(digits, 16)
            except ValueError:
                raise S3Error("IncompleteBody", f"found {line[:80]!r}, expected the size of a chunk") from None
            empty, digest = left == 0, hashlib.sha256()
            while left:
                piece = await content.read(min(left, READ_BYTES))
                if not piece:
                    raise S3Error("IncompleteBody")
                left -= len(piece)
                if signed:
                    digest.update(piece)
                yield piece
            if signed:
                given = extension.decode("latin-1").removeprefix("chunk-signature=")
                before = self._agreed(self._signed.signer.chunk(before, digest.hexdigest()), given)
            if empty:
                break
            await content.readexactly(2)
        await self._trailer(before, signed)

    async def _trailer(self, before: str, signed: bool) -> None:
        lines, given = b"", ""
        while line := (await self._request.content.readline()).rstrip(b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "x-amz-trailer-signature":
                given = value
                continue
            lines += f"{name}:{value}\n".encode()
            self._claims |= _claims({name: value})
        if signed and self._signed.payload.endswith("TRAILER"):
            self._agreed(self._signed.signer.trailer(before, lines), given)
        for name in _announced(self._request.headers):
            if name not in self._claims:
                raise S3Error("InvalidRequest", f"x-amz-trailer announces {_CHECKSUM}{name}, and it did not come")

    def _agreed(self, computed: str, given: str) -> str:
        if not hmac.compare_digest(computed, given):
            raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=self._signed.access_key)
        return computed


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
