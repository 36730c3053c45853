"""A file that a client sends as the body of a request."""

from __future__ import annotations

from aiohttp import web

from harness.mocks.core.incoming import FILE_BYTES, pieces
from harness.mocks.core.refusal import Refusal
from harness.mocks.source.files.source_file import SourceFile
from harness.mocks.source.store.upload import Upload


async def received(request: web.Request, upload: Upload) -> SourceFile:
    """All of the body, as it came; of one that breaks off or is not what its head announces, nothing is there."""
    with upload.incoming(lambda error: f"{error.status}: {error}" if isinstance(error, Refusal) else None):
        async for piece in pieces(request, FILE_BYTES):
            upload.write(piece)
    return upload.finish()
