"""What clients read: LIST, GET and presigned links at the account, and the files themselves at the blob storage."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import Any

from aiohttp import web

from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.files.digests import Digests
from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.over_http.ranges import RangeRefused, range_or_whole
from harness.mocks.source.over_http.retrieval import Retrievals
from harness.mocks.source.over_http.serve_events import ServeEvents, name_and_what
from harness.mocks.source.over_http.transfer import Transfer, http_date
from harness.mocks.source.snowflake import VIA, answers, signing, statements
from harness.mocks.source.snowflake.answers import APART, LARGEST_SINGLE_TRANSFER, Column, Rows
from harness.mocks.source.snowflake.errors import storage_error, storage_refusal
from harness.mocks.source.snowflake.sessions import Session
from harness.mocks.source.snowflake.signing import Keys, Mistake
from harness.mocks.source.snowflake.stages import Place, place, stage_info
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store


class Reading:
    """The statements that read, and the requests of drivers that follow them."""

    def __init__(self, mock: Mock, store: Store, gate: Gate, keys: Keys) -> None:
        self._mock, self._store, self._gate, self._keys = mock, store, gate, keys
        self._digests = Digests()
        self._retrievals = Retrievals(store)

    def reset(self) -> None:
        """Begin a night."""
        self._digests.forget()
        self._retrievals = Retrievals(self._store)

    def get(self, session: Session, get: statements.Get, host: str, query_id: str) -> answers.Transfer:
        """GET: which files the driver has to fetch, and from where."""
        of = place(session, get.stage)
        names = [entry.name for entry in of.matches(self._store.entries(VIA), get.options.get("PATTERN"))]
        told: dict[str, Any] = {
            "localLocation": get.local,
            "src_locations": names,
            "encryptionMaterial": [],
            "parallel": int(get.options.get("PARALLEL", "10")),
            "threshold": LARGEST_SINGLE_TRANSFER,
            "stageInfo": stage_info(of, self._keys, host, query_id),
        }
        if of.transport == "GCS":
            told["presignedUrls"] = [signing.link(host, name, query_id) for name in names]
        return answers.Transfer("DOWNLOAD", told, answers.GET)

    def presigned_url(self, session: Session, stage: str, path: str, host: str, valid_s: int) -> str:
        """GET_PRESIGNED_URL: a link to one file."""
        of = place(session, stage)
        # No look whether the file is there: a real account signs any name, and the storage answers 404.
        return signing.link(host, str(PurePosixPath(of.path, path)), f"url-{session.id}", valid_s=valid_s)

    def list_files(self, session: Session, asked: statements.ListFiles) -> Rows:
        """LIST: the files of a stage, or those that a pattern names."""
        of = place(session, asked.stage)
        entries = of.matches(self._store.entries(VIA), asked.options.get("PATTERN"))
        value = {"name": f"@{of.stage}/{of.path}", "what": "listing", "via": VIA} | asker()
        self._mock.recorder.record("invoke", "serve", value)
        rows = [self._listed(of, entry) for entry in entries]
        self._mock.recorder.record("ok", "serve", value | {"complete": True})
        columns = [Column("name"), Column("size", "fixed", 0), Column("md5"), Column("last_modified")]
        return Rows(columns, rows, answers.LIST)

    def _listed(self, of: Place, entry: ListedEntry) -> list[str | None]:
        sight = self._store.sight(entry)
        return [
            of.listed(entry.name),
            str(sight.present),
            self._md5_of(entry, sight),
            http_date(sight.modified_ns),
        ]

    def _md5_of(self, entry: ListedEntry, sight: Sight) -> str:
        """The checksum that a listing states: of the bytes that the sender says are there."""
        listed = sight.body
        if entry.what == "file" and sight.manifest["sha256"] == entry.source_file.sha256:
            listed = entry.source_file.body.part(0, sight.present)
            if sight.present == entry.source_file.size and entry.source_file.md5:
                return entry.source_file.md5
        return self._digests.md5(listed).hex()

    async def blob(self, request: web.Request, ticket: str, mistake: Mistake | None) -> web.StreamResponse:
        """GET or HEAD of one file at the blob storage, by a ticket that may have a mistake."""
        name = request.match_info["name"]
        entry = self._store.find(VIA, name)
        called, what = name_and_what(name, entry)
        events = ServeEvents(self._mock, self._store, request, VIA, called, what)
        events.begin()
        refusal = self._gate.refusal(VIA, "stat" if request.method == "HEAD" else "get", name)
        if refusal is not None:
            events.fail(refusal.refuse)
            return storage_refusal(refusal)
        if mistake is not None:
            events.fail(f"{mistake[0]}: {mistake[1]}")
            return storage_error(*mistake)
        if entry is None:
            events.fail("404: not there")
            return storage_error(404, "NoSuchKey", "The specified key does not exist.")
        return await self._send(request, entry, ticket, events)

    async def _send(
        self, request: web.Request, entry: ListedEntry, ticket: str, events: ServeEvents
    ) -> web.StreamResponse:
        sight = self._store.sight(entry)
        if request.method == "HEAD":
            self._retrievals.end(entry.name, ticket)
        elif "Range" in request.headers:
            sight = self._retrievals.part(entry, *range_or_whole(request, sight), ticket)
        else:
            sight = self._retrievals.whole(entry, ticket)
        headers = {
            **APART,
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "ETag": f'"{sight.manifest["sha256"][:32]}"',
            "Last-Modified": http_date(sight.modified_ns),
            **_meta(entry),
        }
        try:
            return await Transfer(request, events).send(sight, headers)
        except RangeRefused as refused:
            return storage_error(416, "InvalidRange", "The requested range is not satisfiable", refused.headers)


def _meta(entry: ListedEntry) -> dict[str, str]:
    """The checksum that Snowflake keeps with what drivers put: of the content as it was sent."""
    digest = base64.b64encode(bytes.fromhex(entry.source_file.sha256)).decode()
    return {"x-goog-meta-sfc-digest": digest, "x-amz-meta-sfc-digest": digest} if entry.what == "file" else {}
