"""What of a file is compared with the same night's without faults: its content, without what only tells of the run."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from harness.contract.plan import Plan

LARGEST_REPORT = 1 << 16
"""Bytes of the largest file in which the run's own words are looked for: what is larger is data, not a report."""

MOST_PLACES = 8
"""So many places of a file may tell of the run. More of them are a column: data, of which every byte counts."""

_CHUNK_BYTES = 1 << 20

_RUN = re.compile(
    rb"(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)"
    rb"|(?P<epoch>(?<![\w.])1\d{9}(?:\d{3}|\d{6}|\d{9}|\.\d+)?(?![\w.]))"
    rb"|(?P<clock>(?<![\w:.-])\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\w:]))"
    rb"|(?P<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    rb"|(?P<count>(?i:\b(?:pid|attempts?|tries|retries|elapsed|took)\b)[\"']?[ \t]{0,2}[:=]?[ \t]{0,2}\d+(?:\.\d+)?)"
)


class Compared:
    """The digests of a night's files, as the chain wants them to be compared (`results:` in its file)."""

    def __init__(self, plan: Plan) -> None:
        self._ignore = plan.results.ignore
        self._volatile = {
            name: [re.compile(pattern.encode()) for pattern in patterns]
            for name, patterns in plan.results.volatile.items()
        }
        self._published = frozenset(file.name for file in plan.files)
        self._zone = ZoneInfo(plan.timezone)
        self._night = range(plan.begins_ns // 1_000_000_000, plan.closes_ns // 1_000_000_000 + 1)

    def counts(self, path: str) -> bool:
        """Whether a file is compared: no pattern of those to ignore matches it."""
        return not any(_matches(path, pattern) for pattern in self._ignore)

    def digest(self, path: str, file: Path) -> str:
        """SHA-256 of what is compared. Of compressed files that is what is in them: when they were packed is no matter.

        OSError where the file cannot be read.
        """
        patterns = [one for name, found in self._volatile.items() if _matches(path, name) for one in found]
        digest = hashlib.sha256()
        try:
            for name, body in _bodies(file):
                digest.update(name)
                self._add(digest, body, patterns, report=path.rpartition("/")[2] not in self._published)
        except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, zlib.error, RuntimeError, NotImplementedError):
            # No archive, or half of one: its bytes as they are.
            with file.open("rb") as body:
                return hashlib.file_digest(body, "sha256").hexdigest()
        return digest.hexdigest()

    def _add(self, digest: hashlib._Hash, body: IO[bytes], patterns: list[re.Pattern[bytes]], *, report: bool) -> None:
        first = body.read(LARGEST_REPORT + 1)
        small = report and len(first) <= LARGEST_REPORT and b"\0" not in first
        if small and not patterns:
            digest.update(self._without_run(first))
            return
        if not patterns:
            digest.update(first)
            while chunk := body.read(_CHUNK_BYTES):
                digest.update(chunk)
            return
        for line in _lines(first, body):
            for pattern in patterns:
                line = pattern.sub(b"", line)
            digest.update(line)

    def _without_run(self, text: bytes) -> bytes:
        """Without moments of this night, ids drawn at random, and counts of attempts, where these are few."""
        kept: list[bytes] = []
        after = 0
        for found in filter(self._of_the_run, _RUN.finditer(text)):
            if len(kept) == 2 * MOST_PLACES:
                return text
            kept += (text[after : found.start()], b"<%s>" % str(found.lastgroup).encode())
            after = found.end()
        return b"".join([*kept, text[after:]])

    def _of_the_run(self, found: re.Match[bytes]) -> bool:
        text = found[0].decode("ascii")
        if found.lastgroup == "epoch":
            return int(text[:10]) in self._night
        if found.lastgroup == "moment":
            try:
                moment = dt.datetime.fromisoformat(text.replace(" UTC", "Z").replace(",", ".").replace(" +", "+"))
            except ValueError:
                return False
            zones = (None,) if moment.tzinfo else (dt.UTC, self._zone)
            moments = [moment if zone is None else moment.replace(tzinfo=zone) for zone in zones]
            return any(int(one.timestamp()) in self._night for one in moments)
        return True


def _matches(path: str, pattern: str) -> bool:
    """A pattern without a slash is of the file's own name, in whatever folder it is."""
    path = path.rstrip("/")  # of a directory with nothing in it
    return fnmatchcase(path, pattern) or ("/" not in pattern and fnmatchcase(path.rpartition("/")[2], pattern))


def _bodies(file: Path) -> Iterator[tuple[bytes, IO[bytes]]]:
    with file.open("rb") as body:
        magic = body.read(4)
        body.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(body) as inside:
                yield b"", inside  # type: ignore[misc]
        elif magic == b"PK\3\4":
            with zipfile.ZipFile(body) as archive:
                for member in sorted(archive.infolist(), key=lambda one: one.filename):
                    with archive.open(member) as inside:
                        yield member.filename.encode(), inside
        else:
            yield b"", body


def _lines(first: bytes, rest: IO[bytes]) -> Iterator[bytes]:
    """Lines, of which one without an end is cut at a chunk: memory is bounded."""
    kept = b""
    chunk = first
    while chunk:
        *whole, kept = (kept + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(kept) > LARGEST_REPORT:
            yield kept
            kept = b""
        chunk = rest.read(_CHUNK_BYTES)
    if kept:
        yield kept
