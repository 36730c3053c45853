"""Sending a file's content over HTTP as a client is to see it: ranges, lengths that lie, and what the history says."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from aiohttp import HttpVersion11, web

from harness.mocks.core.control import Mock
from harness.mocks.source.files.body import CHUNK_BYTES
from harness.mocks.source.files.source_file import MANIFEST_SUFFIX, Entry
from harness.mocks.source.over_http.sending import send_body
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store


class _CloseDelimited(web.StreamResponse):
    """A body of no stated length, neither counted nor chunked: it ends where the connection ends."""

    _length_check = False


class RangeRefused(Exception):
    """A Range header that does not fit: `headers` go into the 416."""

    def __init__(self, text: str, length: int) -> None:
        super().__init__(text)
        self.headers = {"Content-Range": f"bytes */{length}"}


class Account:
    """What the history says of one request for content: that it began, then once how it ended.

    A HEAD is no event. What the end of its night broke off is no event of the next one.
    """

    def __init__(self, mock: Mock, store: Store, request: web.Request, via: str, name: str, what: str) -> None:
        self._mock, self._store = mock, store
        self._value = {"name": name, "what": what, "via": via}
        self._night = store.night
        self.over = request.method == "HEAD"

    def begin(self) -> None:
        """It has come."""
        if not self.over:
            self._mock.recorder.record("invoke", "serve", self._value)

    def ok(self, sent: int, *, complete: bool) -> None:
        """It is answered; ``complete`` says that the client has the whole, true file."""
        self._end("ok", {"bytes": sent, "complete": complete})

    def fail(self, error: str, more: Mapping[str, Any] | None = None) -> None:
        """It is refused or broken off."""
        self._end("fail", more or {}, error)

    def _end(self, type: Any, more: Mapping[str, Any], error: str | None = None) -> None:  # noqa: A002 - as in events
        if not self.over and self._night == self._store.night:
            self._mock.recorder.record(type, "serve", self._value | dict(more), error=error)
        self.over = True


def name_and_what(name: str, entry: Entry | None) -> tuple[str, str]:
    """What the history calls an entry that is asked for by this name; what is not there is called by it alone."""
    if entry is not None:
        return (entry.name if entry.what == "flag" else entry.source_file.name), entry.what
    return (name.removesuffix(MANIFEST_SUFFIX), "manifest") if name.endswith(MANIFEST_SUFFIX) else (name, "file")


class Transfer:
    """One request for one entry's content through one front end."""

    def __init__(self, request: web.Request, account: Account) -> None:
        self._request, self._account = request, account

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
                first, last = asked_range(self._request, length)
            except RangeRefused as refused:
                self._account.fail(f"416: {refused}")
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
        last = max(first, stop - CHUNK_BYTES)
        sight.body.read(first, min(1, stop - first))  # before the head goes out: what is not there must be a 500
        await answer.prepare(request)
        try:
            await send_body(request, answer, sight.body.part(first, last))
            # Before the last bytes, not after them: whoever has them may act on them at once, and what they do then
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
            self._account.fail("client gone")
            raise
        return answer

    def _served(self, sight: Sight, sent: int, promised: int) -> None:
        if sent < promised and sight.declared is not None:
            self._account.fail(f"closed after {sent} of {promised} bytes", {"bytes": sent, "complete": False})
        else:
            self._account.ok(sent, complete=sight.whole)


def length_of(sight: Sight) -> int:
    """How long the file is said to be, or would be if anything were said."""
    return sight.present if sight.declared is None else sight.declared


def http_date(at_ns: int) -> str:
    """A moment as HTTP headers write it, to the second."""
    return formatdate(at_ns // 1_000_000_000, usegmt=True)


def asked_range(request: web.Request, length: int) -> tuple[int, int]:
    """First and last byte of a Range header (RFC 9110, one range); RangeRefused when it does not fit the length."""
    try:
        asked = request.http_range
    except ValueError as error:
        raise RangeRefused(str(error), length) from None
    if asked.start is None and asked.stop is None:
        return 0, length - 1
    first = asked.start or 0
    if first < 0:
        first = max(0, length + first)
    last = min(length, asked.stop if asked.stop is not None else length) - 1
    if first > last:
        raise RangeRefused(f"range {request.headers['Range']!r} of a file of {length} bytes", length)
    return first, last
