"""The one way to the body of a request: read, decoded and bounded, in size and in time.

aiohttp hands bodies out as they came. What is wrong with one (a length that lies, chunks that are none, an encoding
that is broken or is another, more bytes than there may be, none for too long) is a `Refusal`, whatever protocol it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from harness.mocks.core.decoding import Decoder
from harness.mocks.core.refusal import Refusal

DOCUMENT_BYTES = 16 << 20
"""Of a document that is read as a whole. The largest that a real neighbour takes is a Snowflake statement, of 1 MB."""

FORM_BYTES = 1 << 16
"""Of a form, which has a few names and values."""

BATCH_BYTES = 256 << 20
"""Of a batch of rows: a million rows of 250 bytes. All of it is in memory at once, with the objects in it."""

FILE_BYTES = 5 << 30
"""Of a file, which goes to disk as it comes: the largest that S3 takes in one request."""

WAIT_S = 60.0
"""Of the night, without a byte of a body that is to come: nginx's ``client_body_timeout``. S3 waits for 20 s or so."""

AFTERWARDS_BYTES = 64 << 20
"""How much of a body is still taken, and dropped, after its request is answered, so that the client sees the answer."""


async def pieces(request: web.Request, most: int) -> AsyncIterator[bytes]:
    """A body as it comes, undecoded."""
    if (request.content_length or 0) > most:
        raise too_large(f"{request.content_length:,} bytes", most)
    came = 0
    while piece := await next_piece(request):
        came += len(piece)
        if came > most:
            raise too_large("more", most)
        yield piece


async def whole(request: web.Request, most: int = DOCUMENT_BYTES) -> bytes:
    """A body that is needed as a whole, decoded."""
    decoder = Decoder.of(request.headers.getall("Content-Encoding", []), most)
    if decoder is None:
        return b"".join([piece async for piece in pieces(request, most)])
    async for piece in pieces(request, most):
        decoder.feed(piece)
    return decoder.end()


async def next_piece(request: web.Request) -> bytes:
    """What has come of a body since, or comes next; nothing at its end."""
    content = request.content
    try:
        if content.at_eof():
            return b""
        if piece := content.read_nowait():
            return piece
        async with asyncio.timeout(WAIT_S):
            return await content.readany()
    except TimeoutError:
        found = f"no byte for {WAIT_S:.0f} s, and the body is not at its end"
        raise Refusal("body", found=found, expected="what the head announces", status=408) from None
    except web.RequestPayloadError as error:
        if request.transport is None or request.transport.is_closing():
            raise ConnectionResetError("the client has gone") from None
        found = " ".join(str(error).split())
        raise Refusal("body", found=found, expected="what the head announces") from None


async def drop_rest(request: web.Request) -> bool:
    """Take what is still to come of a body that nobody reads; whether that was all of it."""
    left = AFTERWARDS_BYTES
    try:
        while left > 0 and (piece := await next_piece(request)):
            left -= len(piece)
    except Refusal:
        return False
    return left > 0


def too_large(found: str, most: int) -> Refusal:
    """More than there may be."""
    return Refusal("body", found=found, expected=f"at most {most:,} bytes", status=413)
