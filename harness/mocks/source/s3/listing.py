"""A bucket's listings, page by page: ListObjectsV2, ListObjects and ListObjectVersions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html and its two neighbours.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from harness.mocks.core.documents import whole_number
from harness.mocks.source.s3.bucket import Bucket, ListedObject
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.s3.xml import document, element, moment, texts

LONGEST_PAGE = 1000
_ENDLESS = "\0again:"  # no key begins so


@dataclass(frozen=True)
class Page:
    """What one answer lists: objects, common prefixes, and after which name the next one goes on (None: it ends)."""

    objects: tuple[ListedObject, ...]
    prefixes: tuple[str, ...]
    last: str | None

    @classmethod
    def of(cls, listed: Iterable[ListedObject], prefix: str, delimiter: str, after: str, most: int) -> Page:
        """The first ``most`` objects and common prefixes behind ``after``; S3 counts both."""
        objects: list[ListedObject] = []
        prefixes: list[str] = []
        last = ""
        for one in listed:
            head, found, _ = one.key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            group = prefix + head + delimiter if found else None
            name = group or one.key
            if name.encode() <= after.encode() or (group and prefixes and prefixes[-1] == group):
                continue
            same = objects and objects[-1].key == one.key  # an older version goes with the newest one
            if len(objects) + len(prefixes) >= most and not same:
                return cls(tuple(objects), tuple(prefixes), last if most else None)
            if group:
                prefixes.append(group)
            else:
                objects.append(one)
            last = name
        return cls(tuple(objects), tuple(prefixes), None)


class Listing:
    """One request for a page. ``endless``: a fault lets the same page come for ever, each time with another token."""

    def __init__(self, name: str, query: Mapping[str, str], *, endless: bool = False) -> None:
        self._name, self._query, self._endless = name, query, endless
        self.prefix = query.get("prefix", "")
        self._delimiter = query.get("delimiter", "")
        asked = query.get("max-keys", str(LONGEST_PAGE))
        most = whole_number(asked)
        if most is None:
            raise S3Error("InvalidArgument", "Provided max-keys not an integer or within integer range")
        self._most = min(most, LONGEST_PAGE)
        if query.get("encoding-type") not in (None, "url"):
            raise S3Error("InvalidArgument", "Invalid Encoding Method specified in Request")

    def answer(self, bucket: Bucket) -> str:
        """The document."""
        if "versions" in self._query:
            return self._versions(bucket)
        if self._query.get("list-type") == "2":
            return self._second(bucket)
        return self._first(bucket)

    def _second(self, bucket: Bucket) -> str:
        token = self._query.get("continuation-token")
        start = self._query.get("start-after", "")
        after, again = (start, 0) if token is None else _read(token)
        page = Page.of(bucket.objects(self.prefix), self.prefix, self._delimiter, after, self._most)
        following = None
        if self._endless:
            following = _written(f"{_ENDLESS}{again + 1}:{after}")
        elif page.last is not None:
            following = _written(page.last)
        return self._document(
            "ListBucketResult",
            page,
            texts(
                KeyCount=len(page.objects) + len(page.prefixes),
                ContinuationToken=token,
                NextContinuationToken=following,
                StartAfter=self._name_of(start) if start else None,
            ),
            following is not None,
        )

    def _first(self, bucket: Bucket) -> str:
        marker = self._query.get("marker", "")
        after, again = _read(marker) if self._endless and marker else (marker, 0)
        page = Page.of(bucket.objects(self.prefix), self.prefix, self._delimiter, after, self._most)
        following = page.last
        if self._endless:
            following = _written(f"{_ENDLESS}{again + 1}:{after}")
        told = self._name_of(following) if following is not None and (self._delimiter or self._endless) else None
        more = texts(NextMarker=told) + element("Marker", self._name_of(marker), quoted=True)
        return self._document("ListBucketResult", page, more, following is not None)

    def _versions(self, bucket: Bucket) -> str:
        marker = self._query.get("key-marker", "")
        page = Page.of(bucket.versions(self.prefix), self.prefix, self._delimiter, marker, self._most)
        more = element("KeyMarker", self._name_of(marker), quoted=True)
        more += texts(NextKeyMarker=None if page.last is None else self._name_of(page.last))
        return self._document("ListVersionsResult", page, more, page.last is not None, versions=True)

    def _document(self, kind: str, page: Page, more: str, cut: bool, *, versions: bool = False) -> str:
        told = texts(Name=self._name, Prefix=self._name_of(self.prefix), MaxKeys=self._most, IsTruncated=cut)
        told += texts(
            Delimiter=self._name_of(self._delimiter) if self._delimiter else None,
            EncodingType=self._query.get("encoding-type"),
        )
        told += more + "".join(self._object(one, versions) for one in page.objects)
        told += "".join(element("CommonPrefixes", texts(Prefix=self._name_of(name))) for name in page.prefixes)
        return document(kind, told)

    def _object(self, listed: ListedObject, version: bool) -> str:
        more = texts(VersionId=listed.version, IsLatest=listed.newest) if version else ""
        told = texts(
            Key=self._name_of(listed.key),
            LastModified=moment(listed.modified_ns),
            ETag=listed.tag,
            Size=listed.size,
            StorageClass="STANDARD",
        )
        return element("Version" if version else "Contents", told + more)

    def _name_of(self, name: str) -> str:
        return quote(name, safe="/") if self._query.get("encoding-type") == "url" else name


def _written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(token: str) -> tuple[str, int]:
    """After which name a token goes on, and how often the same page has come by it."""
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise S3Error("InvalidArgument", "The continuation token provided is incorrect") from None
    if not text.startswith(_ENDLESS):
        return text, 0
    count, _, after = text.removeprefix(_ENDLESS).partition(":")
    again = whole_number(count)
    return (text, 0) if again is None else (after, again)
