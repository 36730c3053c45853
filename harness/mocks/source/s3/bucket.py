"""The bucket as clients see it: objects with their tags, checksums and versions, in the night's time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.mocks.source.files.digests import Digests
from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.over_http.conditions import NOT_MODIFIED, unmet
from harness.mocks.source.s3 import VIA
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store

_TYPES = {"file": "binary/octet-stream", "manifest": "application/json", "flag": "binary/octet-stream"}


@dataclass(frozen=True)
class ListedObject:
    """An object in a listing."""

    key: str
    size: int
    tag: str
    modified_ns: int
    version: str
    newest: bool = True


class Bucket:
    """What the store holds for S3, under the names that S3 has for it."""

    def __init__(self, store: Store, digests: Digests) -> None:
        self._store, self._digests = store, digests

    def find(self, key: str, version: str | None = None) -> ListedEntry:
        """The object of that name, or an older one that had it."""
        versions = self._store.versions(VIA, key)
        if not versions:
            raise S3Error("NoSuchKey", Key=key)
        for entry in versions:
            if version in (None, version_of(entry)):
                return entry
        raise S3Error("NoSuchVersion", Key=key, VersionId=str(version))

    def objects(self, prefix: str) -> Iterator[ListedObject]:
        """Every object whose key begins so, in the order of keys."""
        entries = [entry for entry in self._store.entries(VIA) if entry.name.startswith(prefix)]
        for entry in sorted(entries, key=lambda entry: entry.name.encode()):
            yield self._listed(entry)

    def versions(self, prefix: str) -> Iterator[ListedObject]:
        """The same with what had each name before, the newest first."""
        for newest in self.objects(prefix):
            yield newest
            for entry in self._store.versions(VIA, newest.key)[1:]:
                yield self._listed(entry, newest=False)

    def tag(self, entry: ListedEntry, sight: Sight) -> str:
        """Its ETag: the MD5 of what its sender sent, unless it came in parts."""
        source_file = entry.source_file
        if entry.what == "file" and sight.promised == source_file.body and (source_file.tag or source_file.md5):
            return f'"{source_file.tag or source_file.md5}"'
        return f'"{self._digests.md5(sight.promised).hex()}"'

    def headers(self, entry: ListedEntry, sight: Sight) -> dict[str, str]:
        """What every answer that shows it says of it."""
        return {
            "Content-Type": _TYPES[entry.what] if entry.control is None else "binary/octet-stream",
            "Accept-Ranges": "bytes",
            "ETag": self.tag(entry, sight),
            "x-amz-version-id": version_of(entry),
        }

    def checksum(self, sight: Sight) -> dict[str, str]:
        """The checksum that a client may ask for; nothing where the object has none."""
        if not sight.checksums:
            return {}
        crc32 = base64.b64encode(self._digests.crc32(sight.promised)).decode()
        return {"x-amz-checksum-crc32": crc32, "x-amz-checksum-type": "FULL_OBJECT"}

    def _listed(self, entry: ListedEntry, *, newest: bool = True) -> ListedObject:
        sight = self._store.sight(entry)
        tag = self.tag(entry, sight)
        return ListedObject(entry.name, sight.present, tag, sight.modified_ns, version_of(entry), newest)


def version_of(entry: ListedEntry) -> str:
    """What tells this object from all others that had or will have its name."""
    source_file = entry.source_file
    return hashlib.sha256(f"{source_file.sha256} {source_file.arrives_ns} {entry.what}".encode()).hexdigest()[:32]


def require_conditions(headers: Mapping[str, str], tag: str, modified_ns: int) -> None:
    """Refuse what a client wants only under a condition that does not hold."""
    wrong = unmet(headers, tag, modified_ns)
    if wrong is None:
        return
    status, condition = wrong
    if status == NOT_MODIFIED:
        raise S3Error("NotModified", headers={"ETag": tag})
    raise S3Error("PreconditionFailed", Condition=condition)
