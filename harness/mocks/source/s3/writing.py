"""What clients change in the bucket: objects put whole or in parts, and taken away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from urllib.parse import unquote

from aiohttp import web

from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.over_http.retrieval import Retrievals
from harness.mocks.source.s3 import VIA
from harness.mocks.source.s3.access import Signed
from harness.mocks.source.s3.bucket import Bucket, require_conditions, version_of
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.s3.multipart import Multipart, Multiparts, put_together
from harness.mocks.source.s3.payload import Payload
from harness.mocks.source.s3.xml import children, document, element, moment, texts
from harness.mocks.source.store.store import Store

COPIED = "x-amz-copy-source"
"""The header that names what is copied."""

LARGEST_DOCUMENT_BYTES = 4 << 20
MOST_KEYS = 1000


class Writing:
    """The operations that write."""

    def __init__(self, name: str, store: Store, bucket: Bucket, multiparts: Multiparts, retrievals: Retrievals) -> None:
        self._name, self._store, self._bucket = name, store, bucket
        self._multiparts, self._retrievals = multiparts, retrievals

    async def put(self, request: web.Request, signed: Signed, key: str) -> web.Response:
        """PutObject: nothing of it is there before all of it is, and is what the client says."""
        if COPIED in request.headers:
            return await self._copy(request, key)
        self._require_conditions(request, key)
        tag, version = await self._store_as(key, Payload(request, signed).chunks())
        return web.Response(headers={"ETag": tag, "x-amz-version-id": version})

    async def _copy(self, request: web.Request, key: str) -> web.Response:
        """CopyObject, of the bytes that are there: what a fault makes of an object, it makes of who gets it."""
        if absent := [name for name in request.headers if name.lower().startswith(f"{COPIED}-")]:
            raise S3Error("NotImplemented", f"{absent[0]} is not implemented here")
        path, _, version = request.headers[COPIED].partition("?versionId=")
        bucket, _, of = unquote(path).removeprefix("/").partition("/")
        if bucket != self._name:
            raise S3Error("NoSuchBucket", BucketName=bucket)
        entry = self._bucket.find(of, version or None)
        self._require_conditions(request, key)
        chunks = entry.source_file.body.chunks() if entry.what == "file" else self._store.sight(entry).body.chunks()

        async def bytes_of_it() -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

        tag, made = await self._store_as(key, bytes_of_it())
        answer = _xml("CopyObjectResult", texts(ETag=tag, LastModified=moment(time.time_ns())))
        answer.headers["x-amz-version-id"] = made
        return answer

    async def begin(self, key: str) -> web.Response:
        """CreateMultipartUpload."""
        upload = self._multiparts.begin(key)
        return _xml("InitiateMultipartUploadResult", texts(Bucket=self._name, Key=key, UploadId=upload.id))

    async def put_part(self, request: web.Request, signed: Signed, key: str, query: Mapping[str, str]) -> web.Response:
        """UploadPart."""
        if COPIED in request.headers:
            raise S3Error("NotImplemented", "UploadPartCopy is not implemented here: get the object and put its parts")
        upload = self._multiparts.find(query["uploadId"], key)
        number = query.get("partNumber", "")
        incoming = self._multiparts.part(upload, number)
        try:
            async for chunk in Payload(request, signed).chunks():
                incoming.write(chunk)
            upload = self._multiparts.find(upload.id, key)  # it may have been given up meanwhile
        except BaseException:
            incoming.abandon()
            raise
        part = incoming.finish()
        self._multiparts.keep(upload, number, part)
        return web.Response(headers={"ETag": part.tag})

    async def complete(self, request: web.Request, signed: Signed, key: str, id_: str) -> web.Response:
        """CompleteMultipartUpload."""
        upload = self._multiparts.find(id_, key)
        self._require_conditions(request, key)
        tag, chunks = put_together(
            upload, _children(await Payload(request, signed).whole(LARGEST_DOCUMENT_BYTES), "Part")
        )

        async def bytes_of_parts() -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

        tag, version = await self._store_as(key, bytes_of_parts(), tag)
        self._multiparts.end(upload)
        answer = _xml(
            "CompleteMultipartUploadResult", texts(Location=str(request.url), Bucket=self._name, Key=key, ETag=tag)
        )
        answer.headers["x-amz-version-id"] = version
        return answer

    async def abort(self, key: str, id_: str) -> web.Response:
        """AbortMultipartUpload."""
        self._multiparts.end(self._multiparts.find(id_, key))
        return web.Response(status=204)

    def uploads(self) -> web.Response:
        """ListMultipartUploads, on one page."""
        found = "".join(element("Upload", texts(Key=one.key, UploadId=one.id)) for one in self._multiparts.listed())
        return _xml("ListMultipartUploadsResult", texts(Bucket=self._name, IsTruncated=False) + found)

    def parts(self, key: str, id_: str) -> web.Response:
        """ListParts, on one page."""
        upload: Multipart = self._multiparts.find(id_, key)
        found = "".join(
            element("Part", texts(PartNumber=number, ETag=part.tag, Size=part.size))
            for number, part in sorted(upload.parts.items())
        )
        return _xml("ListPartsResult", texts(Bucket=self._name, Key=key, UploadId=id_, IsTruncated=False) + found)

    def delete(self, key: str) -> web.Response:
        """DeleteObject; what is not there is no error."""
        self._remove(key)
        return web.Response(status=204)

    async def delete_many(self, request: web.Request, signed: Signed) -> web.Response:
        """DeleteObjects."""
        data = await Payload(request, signed).whole(LARGEST_DOCUMENT_BYTES)
        keys = [found["Key"] for found in _children(data, "Object") if "Key" in found]
        if not 0 < len(keys) <= MOST_KEYS:
            raise S3Error("MalformedXML", f"found {len(keys)} keys, expected 1 to {MOST_KEYS}")
        quiet = b"<Quiet>true</Quiet>" in data
        for key in keys:
            self._remove(key)
        told = "" if quiet else "".join(element("Deleted", texts(Key=key)) for key in keys)
        return _xml("DeleteResult", told)

    def _remove(self, key: str) -> None:
        self._retrievals.end(key)
        self._store.remove(VIA, key)

    async def _store_as(self, key: str, chunks: AsyncIterator[bytes], tag: str | None = None) -> tuple[str, str]:
        upload = self._store.upload(VIA, key)
        with upload.incoming(lambda error: f"{error.status}: {error.code}" if isinstance(error, S3Error) else None):
            async for chunk in chunks:
                upload.write(chunk)
        source_file = upload.finish(tag=tag)
        entry = ListedEntry(key, "file", source_file)
        return f'"{source_file.tag or source_file.md5}"', version_of(entry)

    def _require_conditions(self, request: web.Request, key: str) -> None:
        """A put may ask that nothing is there yet (``If-None-Match: *``), or that it still is what the client knows."""
        entry = self._store.find(VIA, key)
        if entry is None:
            if "If-Match" in request.headers:
                raise S3Error("NoSuchKey", Key=key)
            return
        try:
            sight = self._store.sight(entry)
            require_conditions(request.headers, self._bucket.tag(entry, sight), sight.modified_ns)
        except S3Error as refusal:
            condition = refusal.details.get("Condition", "If-None-Match")
            raise S3Error("PreconditionFailed", Condition=condition) from None


def buckets(name: str, owner: str, begins_ns: int) -> web.Response:
    """ListBuckets: there is one."""
    bucket = element("Bucket", texts(Name=name, CreationDate=moment(begins_ns)))
    return _xml("ListAllMyBucketsResult", element("Owner", texts(ID=owner)) + element("Buckets", bucket))


def _children(data: bytes, name: str) -> list[dict[str, str]]:
    try:
        return list(children(data, name))
    except ValueError as error:
        raise S3Error("MalformedXML", f"The XML you provided was not well-formed: {error}") from None


def _xml(name: str, content: str) -> web.Response:
    return web.Response(text=document(name, content), content_type="application/xml")
