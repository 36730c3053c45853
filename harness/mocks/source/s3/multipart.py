"""Uploads in parts: begun, filled in any order, and put together (or given up) at the end.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.mocks.core.documents import whole_number
from harness.mocks.source.files.body import Body
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.s3.errors import S3Error

SMALLEST_PART_BYTES = 5 << 20
"""For all but the last one."""

MOST_PARTS = 10_000


@dataclass(frozen=True)
class Part:
    """A part that has come in."""

    path: Path
    size: int
    md5: bytes

    @property
    def tag(self) -> str:
        """Its ETag."""
        return f'"{self.md5.hex()}"'


class PartFile:
    """A part that comes in: `write` its bytes, then `finish` it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """The next bytes."""
        self._file.write(chunk)
        self._md5.update(chunk)
        self._size += len(chunk)

    def finish(self) -> Part:
        """All of it is here."""
        self._file.close()
        return Part(self._path, self._size, self._md5.digest())

    def abandon(self) -> None:
        """Discard what came of it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


@dataclass
class Multipart:
    """An upload that has begun."""

    id: str
    key: str
    parts: dict[int, Part] = field(default_factory=dict)


class Multiparts:
    """All uploads of a night that go on; their parts lie in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._going_on: dict[str, Multipart] = {}
        self._numbers = itertools.count(1)

    def forget(self) -> None:
        """Begin a night."""
        for upload in list(self._going_on.values()):
            self.end(upload)
        self._numbers = itertools.count(1)

    def begin(self, key: str) -> Multipart:
        """A new upload."""
        id_ = hashlib.sha256(f"{next(self._numbers)} {key}".encode()).hexdigest()
        self._going_on[id_] = Multipart(id_, key)
        return self._going_on[id_]

    def find(self, id_: str, key: str) -> Multipart:
        """The upload of that id."""
        found = self._going_on.get(id_)
        if found is None or found.key != key:
            raise S3Error("NoSuchUpload", UploadId=id_)
        return found

    def listed(self) -> list[Multipart]:
        """All that go on, by key."""
        return sorted(self._going_on.values(), key=lambda upload: (upload.key, upload.id))

    def unfinished(self) -> Iterator[Unfinished]:
        """The same, as what is left of them: parts cost money until somebody gives the upload up."""
        for one in self.listed():
            yield Unfinished(one.key, sum(part.size for part in one.parts.values()), len(one.parts))

    def part(self, upload: Multipart, number: str) -> PartFile:
        """Begin a part; `keep` it when it is here."""
        if not whole_number(number, MOST_PARTS):
            expected = f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive"
            raise S3Error("InvalidArgument", expected, ArgumentName="partNumber", ArgumentValue=number)
        return PartFile(self._folder / f".part-{upload.id[:16]}-{number}-{next(self._numbers)}")

    def keep(self, upload: Multipart, number: str, part: Part) -> None:
        """Take a part in, in the place of one that had its number."""
        before = upload.parts.get(int(number))
        upload.parts[int(number)] = part
        if before is not None:
            before.path.unlink(missing_ok=True)

    def end(self, upload: Multipart) -> None:
        """Forget an upload, and every part of it."""
        self._going_on.pop(upload.id, None)
        for part in upload.parts.values():
            part.path.unlink(missing_ok=True)


def put_together(upload: Multipart, asked: list[dict[str, str]]) -> tuple[str, Iterator[bytes]]:
    """The tag and the bytes of the parts that a client lists; S3Error when they are not what is here."""
    numbers = [whole_number(part.get("PartNumber", ""), MOST_PARTS) or 0 for part in asked]
    if not numbers or 0 in numbers:
        raise S3Error("MalformedXML")
    if numbers != sorted(set(numbers)):
        raise S3Error("InvalidPartOrder")
    for number, part in zip(numbers, asked, strict=True):
        found = upload.parts.get(number)
        if found is None or part.get("ETag", "").strip('"') != found.md5.hex():
            raise S3Error("InvalidPart", PartNumber=str(number), ETag=part.get("ETag", ""))
        if number != numbers[-1] and found.size < SMALLEST_PART_BYTES:
            raise S3Error(
                "EntityTooSmall", PartNumber=str(number), ProposedSize=str(found.size),
                MinSizeAllowed=str(SMALLEST_PART_BYTES),
            )  # fmt: skip
    parts = [upload.parts[number] for number in numbers]
    digest = hashlib.md5(b"".join(part.md5 for part in parts), usedforsecurity=False)
    chunks = itertools.chain.from_iterable(Body.of_file(part.path, part.size).chunks() for part in parts)
    return f"{digest.hexdigest()}-{len(parts)}", chunks
