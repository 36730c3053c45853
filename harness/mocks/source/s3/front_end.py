"""The S3 front end: which operation a request asks for, whether it may, and the answer or the refusal in S3's form."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from harness.contract.effects.source import Refuse
from harness.contract.endpoints import GRANTS
from harness.contract.plan import Plan
from harness.contract.protocols import Operation
from harness.mocks.core.callers import asker
from harness.mocks.core.incoming import FORM_BYTES, whole
from harness.mocks.core.mock import Mock
from harness.mocks.core.serving import serve
from harness.mocks.core.until import until
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.files.digests import Digests
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.over_http.retrieval import Retrievals
from harness.mocks.source.over_http.serve_events import ServeEvents, name_and_what
from harness.mocks.source.s3 import VIA, sts
from harness.mocks.source.s3.access import Access, Signed
from harness.mocks.source.s3.bucket import Bucket
from harness.mocks.source.s3.errors import LOGIN_ERRORS, S3Error
from harness.mocks.source.s3.multipart import Multiparts
from harness.mocks.source.s3.reading import Reading
from harness.mocks.source.s3.session import Sessions
from harness.mocks.source.s3.signature import query_pairs
from harness.mocks.source.s3.writing import Writing, buckets
from harness.mocks.source.s3.xml import HEAD, document, texts
from harness.mocks.source.store.store import Store

OPERATIONS: Mapping[str, Operation] = {"GET": "get", "HEAD": "stat", "PUT": "put", "POST": "put", "DELETE": "remove"}
"""What a method on an object is in the words that all protocols share."""

LONGEST_KEY_BYTES = 1024
_ABSENT = frozenset(
    {
        *("accelerate", "acl", "analytics", "attributes", "cors", "encryption", "inventory", "legal-hold", "lifecycle"),
        *("logging", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus"),
        *("publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "tagging"),
        *("torrent", "website"),
    }
)
"""Parts of S3 that a query names and that are not played."""

_ABOUT = frozenset({"location", "versioning", "uploads"})
"""What a query asks about the bucket, instead of what is in it."""


class S3FrontEnd:
    """One bucket at one address, path-style and virtual-host style, with STS beside it."""

    def __init__(self, mock: Mock, store: Store, gate: Gate) -> None:
        self._mock, self._store, self._gate = mock, store, gate
        grants = GRANTS["s3"]
        self._name, self._region = grants["bucket"], grants["region"]
        self._sessions = Sessions(grants["secret_key"])
        self._access = Access(grants, self._sessions)
        self._digests = Digests()
        self._multiparts = Multiparts(mock.dir / "store")
        bucket, retrievals = Bucket(store, self._digests), Retrievals(store)
        self._reading = Reading(self._name, store, bucket, retrievals)
        self._writing = Writing(self._name, store, bucket, self._multiparts, retrievals)
        self._requests = itertools.count(1)

    async def listen(self, port: int) -> int:
        """Start; the port."""
        routes = [web.route("*", "/{path:.*}", self._answer)]
        return await serve(self._mock, routes, port, said=lambda request, no: self._said(request, S3Error.of(no)))

    async def reset(self, _: Plan) -> None:
        """Begin a night."""
        self._multiparts.forget()
        self._digests.forget()
        self._requests = itertools.count(1)

    def unfinished(self) -> Iterable[Unfinished]:
        """Uploads in parts that nobody has completed or aborted."""
        return self._multiparts.unfinished()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        id_ = self._number(request)
        try:
            answer = await self._operation(request, id_)
        except S3Error as refusal:
            return self._said(request, refusal)
        if not answer.prepared:
            answer.headers.update(request["headers"])
        return answer

    def _number(self, request: web.Request) -> str:
        """The request's id, which all answers to it carry."""
        if "headers" not in request:
            request["headers"] = {"x-amz-request-id": f"{next(self._requests):016X}", "Server": "AmazonS3"}
        return str(request["headers"]["x-amz-request-id"])

    def _said(self, request: web.Request, refusal: S3Error) -> web.Response:
        """A refusal as S3 writes it."""
        id_ = self._number(request)
        headers = refusal.headers | request["headers"]
        answer = web.Response(status=refusal.status, headers=headers, content_type="application/xml")
        if request.method != "HEAD" and refusal.status != 304:
            answer.text = HEAD + refusal.xml(unquote(request.raw_path.partition("?")[0]), id_)
        return answer

    async def _operation(self, request: web.Request, id_: str) -> web.StreamResponse:
        path, _, raw_query = request.raw_path.partition("?")
        query = dict(query_pairs(raw_query))
        bucket, key = self._place(request, unquote(path))
        if (size := len(key.encode())) > LONGEST_KEY_BYTES:
            raise S3Error("KeyTooLongError", Size=str(size), MaxSizeAllowed=str(LONGEST_KEY_BYTES))
        if absent := _ABSENT & set(query):
            raise S3Error("NotImplemented", f"?{min(absent)} is not implemented here")
        if not bucket and request.method == "POST":
            return await self._temporary(request, id_)
        if request.method not in ("GET", "HEAD"):
            self._pass("remove" if "delete" in query else OPERATIONS.get(request.method, "put"), key)
            signed = self._signed(request, bucket)
            return await self._change(request, signed, key, query)
        name, what = name_and_what(key, self._store.known(VIA, key)) if key else (query.get("prefix", ""), "listing")
        events = ServeEvents(self._mock, self._store, request, VIA, name, what)
        events.begin()
        try:
            endless = self._pass(OPERATIONS[request.method] if key else "list", key or name)
            self._signed(request, bucket)
            if key and "uploadId" not in query:
                return await self._reading.read(request, events, key, query)
            if bucket and not _ABOUT & set(query) and request.method == "GET" and not key:
                if endless is not None:
                    await until(time.time_ns() + endless.every_ns)
                return self._reading.listing(events, query, endless=endless is not None)
            events.over = True  # about the bucket, not of what is in it
            return self._told(bucket, key, query)
        except S3Error as refused:
            events.fail(str(refused))
            raise

    def _place(self, request: web.Request, path: str) -> tuple[str, str]:
        """Bucket and key of a request: the bucket is the first part of the host's name, or of the path."""
        host = request.host.rpartition(":")[0] or request.host
        if host.startswith(f"{self._name}."):
            return self._name, path.removeprefix("/")
        bucket, _, key = path.removeprefix("/").partition("/")
        return bucket, key

    def _pass(self, operation: Operation, name: str) -> Refuse | None:
        """Ask the gate, and raise a fault's refusal; the refusal of an endless listing is returned."""
        refusal = self._gate.refusal(VIA, operation, name)
        if refusal is None or refusal.refuse == "endless_listing":
            return refusal
        raise S3Error.refused(refusal)

    def _signed(self, request: web.Request, bucket: str) -> Signed:
        try:
            signed = self._access.check(request)
        except S3Error as refused:
            self._refused(refused)
            raise
        if bucket and bucket != self._name:
            raise S3Error("NoSuchBucket", BucketName=bucket)
        return signed

    def _refused(self, refused: S3Error) -> None:
        if refused.code in LOGIN_ERRORS:
            value = {"via": VIA, "user": refused.details.get("AWSAccessKeyId", "")} | asker()
            self._mock.recorder.record("fail", "login", value, error=str(refused))

    async def _temporary(self, request: web.Request, id_: str) -> web.Response:
        """A call of STS, which hands out temporary credentials."""
        body = await whole(request, FORM_BYTES)
        try:
            self._pass("login", "")
            signed = self._access.check(request, "sts", hashlib.sha256(body).hexdigest())
            text = sts.answer(dict(parse_qsl(body.decode("utf-8", "replace"))), self._sessions, id_)
        except S3Error as refused:
            self._refused(refused)
            told = refused.sts_xml(id_)
            return web.Response(text=told, status=refused.status, headers=refused.headers, content_type="text/xml")
        self._mock.recorder.record("ok", "login", {"via": VIA, "user": signed.access_key} | asker())
        return web.Response(text=text, content_type="text/xml")

    def _told(self, bucket: str, key: str, query: Mapping[str, str]) -> web.Response:
        """What is asked about the account, the bucket, or an upload in parts."""
        if not bucket:
            return buckets(self._name, GRANTS["s3"]["access_key"], self._store.begins_ns)
        if key:
            return self._writing.parts(key, query["uploadId"])
        if "location" in query:
            return web.Response(text=document("LocationConstraint", self._region), content_type="application/xml")
        if "versioning" in query:
            told = document("VersioningConfiguration", texts(Status="Enabled"))
            return web.Response(text=told, content_type="application/xml")
        if "uploads" in query:
            return self._writing.uploads()
        return web.Response(headers={"x-amz-bucket-region": self._region})  # HeadBucket

    async def _change(
        self, request: web.Request, signed: Signed, key: str, query: Mapping[str, str]
    ) -> web.StreamResponse:
        match request.method, bool(key), "uploadId" in query:
            case "PUT", True, False:
                return await self._writing.put(request, signed, key)
            case "PUT", True, True:
                return await self._writing.put_part(request, signed, key, query)
            case "POST", True, True:
                return await self._writing.complete(request, signed, key, query["uploadId"])
            case "POST", True, False if "uploads" in query:
                return await self._writing.begin(key)
            case "POST", False, _ if "delete" in query:
                return await self._writing.delete_many(request, signed)
            case "DELETE", True, True:
                return await self._writing.abort(key, query["uploadId"])
            case "DELETE", True, False:
                return self._writing.delete(key)
            case "PUT", False, _:
                raise S3Error("BucketAlreadyOwnedByYou", BucketName=self._name)
        raise S3Error("NotImplemented", f"{request.method} {request.raw_path} is not implemented here")
