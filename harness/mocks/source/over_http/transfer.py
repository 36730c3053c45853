"""Sending a file's content over HTTP as a client is to see it: whole or a range, with the length that is declared."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate

from aiohttp import HttpVersion11, web

from harness.mocks.core.until import at_rest
from harness.mocks.source.files.body import CHUNK_BYTES
from harness.mocks.source.over_http.ranges import RangeRefused, length_of, requested_range
from harness.mocks.source.over_http.sending import send_body
from harness.mocks.source.over_http.serve_events import ServeEvents
from harness.mocks.source.store.sight import Sight


class _CloseDelimited(web.StreamResponse):
    """A body of no declared length, neither counted nor chunked: it ends where the connection ends."""

    _length_check = False


class Transfer:
    """One request for one entry's content through one front end."""

    def __init__(self, request: web.Request, events: ServeEvents) -> None:
        self._request, self._events = request, events

    async def send(
        self, sight: Sight, headers: Mapping[str, str], *, ranged: bool = True, all_is_a_part: bool = False
    ) -> web.StreamResponse:
        """Answer with the content, or the part of it that a Range header asks for; `RangeRefused` when none fits.

        Not ``ranged``: that header is not looked at. ``all_is_a_part``: a range of everything is answered as one (206).
        """
        length = length_of(sight)
        first, last, status, more = 0, length - 1, 200, {}
        if ranged and sight.declared is not None and "Range" in self._request.headers:
            try:
                first, last = requested_range(self._request, length)
            except RangeRefused as refused:
                self._events.fail(f"416: {refused}")
                raise
            if all_is_a_part or (first, last) != (0, length - 1):
                status, more = 206, {"Content-Range": f"bytes {first}-{last}/{length}"}
        headers = {**headers, **more}
        if self._request.method == "HEAD":  # what has no length on its way still has a size where it lies
            return web.StreamResponse(status=status, headers={**headers, "Content-Length": str(last + 1 - first)})
        response = web.StreamResponse if sight.declared is not None else _CloseDelimited
        answer = response(status=status, headers=headers)
        if sight.declared is None:
            answer.force_close()
        elif sight.chunked and status == 200 and self._request.version >= HttpVersion11:
            answer.enable_chunked_encoding()
        else:
            answer.content_length = last + 1 - first
        return await self._send(answer, sight, first, last + 1)

    async def _send(self, answer: web.StreamResponse, sight: Sight, first: int, end: int) -> web.StreamResponse:
        request = self._request
        stop = max(first, min(end, sight.body.size))
        awaited = self._events.awaited
        last = max(first, stop - (1 if awaited else CHUNK_BYTES))
        sight.body.read(first, min(1, stop - first))  # before the head goes out: what is not there must be a 500
        await answer.prepare(request)
        try:
            await send_body(request, answer, sight.body.part(first, last))
            if awaited:
                await at_rest()  # the client has done with them what it does, and waits for the last one
            # Before the last bytes, not after them: a client may act on them at once, and what it does then
            # has to come later in the history.
            self._served(sight, stop - first, end - first)
            await send_body(request, answer, sight.body.part(last, stop))
            if stop < end and sight.declared is not None:
                # The rest was promised and does not come: the connection ends instead.
                answer.force_close()
                if request.transport is not None:
                    request.transport.close()
                return answer
            await answer.write_eof()
        except ConnectionError:
            # How far it came depends on buffers of the moment, so it is not said.
            self._events.fail("client gone")
            raise
        return answer

    def _served(self, sight: Sight, sent: int, promised: int) -> None:
        if sent < promised and sight.declared is not None:
            self._events.fail(f"closed after {sent} of {promised} bytes", {"bytes": sent, "complete": False})
        else:
            self._events.ok(sent, complete=sight.whole)


def http_date(at_ns: int) -> str:
    """A moment as HTTP headers write it, to the second."""
    return formatdate(at_ns // 1_000_000_000, usegmt=True)
