"""What clients read from the bucket: objects, their heads, and listings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from harness.mocks.source.over_http.ranges import RangeRefused, range_or_whole
from harness.mocks.source.over_http.retrieval import Retrievals
from harness.mocks.source.over_http.serve_events import ServeEvents
from harness.mocks.source.over_http.transfer import Transfer, http_date
from harness.mocks.source.s3.bucket import Bucket, require_conditions
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.s3.listing import Listing
from harness.mocks.source.store.store import Store

_RANGE = re.compile(r"bytes=(?:(\d{1,19})-(\d{0,19})|-\d{1,19})", re.ASCII)
_REPLACED = {
    "response-cache-control": "Cache-Control",
    "response-content-disposition": "Content-Disposition",
    "response-content-encoding": "Content-Encoding",
    "response-content-language": "Content-Language",
    "response-content-type": "Content-Type",
    "response-expires": "Expires",
}
"""Headers of the answer that a request may ask for."""


class Reading:
    """The operations that read."""

    def __init__(self, name: str, store: Store, bucket: Bucket, retrievals: Retrievals) -> None:
        self._name, self._store, self._bucket, self._retrievals = name, store, bucket, retrievals

    async def read(
        self, request: web.Request, events: ServeEvents, key: str, query: Mapping[str, str]
    ) -> web.StreamResponse:
        """GetObject and HeadObject."""
        if "partNumber" in query:
            raise S3Error("NotImplemented", "partNumber is not implemented here: ask for a range")
        entry = self._bucket.find(key, query.get("versionId"))
        sight = self._store.sight(entry)
        require_conditions(request.headers, self._bucket.tag(entry, sight), sight.modified_ns)
        ranged = _is_range(request.headers.get("Range"))
        if request.method == "HEAD":
            self._retrievals.end(key)
        elif not ranged:
            sight = self._retrievals.whole(entry)
        else:
            sight = self._retrievals.part(entry, *range_or_whole(request, sight))
        headers = self._bucket.headers(entry, sight)
        headers["Last-Modified"] = http_date(sight.modified_ns)
        if not ranged and request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            headers |= self._bucket.checksum(sight)
        for name, header in _REPLACED.items():
            if (value := query.get(name)) is not None:
                if not value.isprintable():
                    raise S3Error("InvalidArgument", f"{name} is no header", ArgumentName=name)
                headers[header] = value
        headers |= request["headers"]
        try:
            return await Transfer(request, events).send(sight, headers, ranged=ranged, all_is_a_part=True)
        except RangeRefused as refused:
            size = refused.headers["Content-Range"].rpartition("/")[2]
            asked = request.headers["Range"]
            raise S3Error(
                "InvalidRange", headers=refused.headers, RangeRequested=asked, ActualObjectSize=size
            ) from None

    def listing(self, events: ServeEvents, query: Mapping[str, str], *, endless: bool) -> web.Response:
        """ListObjectsV2, ListObjects, ListObjectVersions."""
        answer = web.Response(
            text=Listing(self._name, query, endless=endless).answer(self._bucket), content_type="application/xml"
        )
        events.ok(len(answer.text or ""), complete=True)
        return answer


def _is_range(header: str | None) -> bool:
    """Whether S3 looks at it: one range, and not a backward one; any other is answered with everything."""
    found = _RANGE.fullmatch((header or "").replace(" ", ""))
    return found is not None and not (found[2] and int(found[2]) < int(found[1]))
