"""Putting a body's bytes on the wire: large pieces of stored files go from file to socket inside the kernel."""

from __future__ import annotations

import asyncio

from aiohttp import web

from harness.mocks.source.files.body import CHUNK_BYTES, Body, Span

SENDFILE_FROM_BYTES = 4 * CHUNK_BYTES
"""Below it, two system calls more than a write take as long as the copy that they save."""


async def send_body(request: web.Request, answer: web.StreamResponse, body: Body) -> None:
    """Send all of it. ConnectionError when the client has gone, EOFError when a stored file is not what it was."""
    for piece in body.pieces:
        if isinstance(piece, Span) and piece.size >= SENDFILE_FROM_BYTES and not answer.chunked:
            await _send_file(request, piece)
        else:
            for chunk in Body(piece).chunks():
                await answer.write(chunk)


async def _send_file(request: web.Request, span: Span) -> None:
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the client has gone")
    with span.path.open("rb") as file:
        sent = await asyncio.get_running_loop().sendfile(transport, file, span.start, span.size)
    if sent != span.size:
        raise EOFError(f"{span.path.name} ends before its byte {span.start + span.size:,}")
