"""What of a file is compared with the same night's without faults: its content, without what only tells of the run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from pathlib import Path
from typing import IO

from harness.contract.plan import Plan
from harness.mocks.core.packed import NOT_PACKED, bodies
from harness.mocks.core.run_words import RunWords

LARGEST_REPORT = 1 << 16
"""Bytes of the largest file in which the run's own words are looked for: what is larger is data, not a report."""

LARGEST_SHOWN = 1 << 11
"""Bytes of the largest report of which the history has the text, to say what differs."""

_CHUNK_BYTES = 1 << 20


class Compared:
    """The digests of a night's files, as the chain wants them to be compared (`results:` in its file)."""

    def __init__(self, plan: Plan) -> None:
        self._ignored = _Patterns(plan.results.ignore)
        self._volatile = {
            _Patterns([name]): [re.compile(pattern.encode()) for pattern in patterns]
            for name, patterns in plan.results.volatile.items()
        }
        self._published = frozenset(file.name for file in plan.files)
        self._run_words = RunWords(plan)

    def counts(self, path: str) -> bool:
        """Whether a file is compared: no pattern of those to ignore matches it."""
        return not self._ignored.match(path)

    def told(self, path: str, file: Path) -> dict[str, str]:
        """What events say of a file: the digest of what is compared, and of a small report its text.

        OSError where the file cannot be read.
        """
        told = {"content": self.digest(path, file)}
        if path.rpartition("/")[2] in self._published or not 0 < file.stat().st_size <= LARGEST_SHOWN:
            return told
        try:
            return told | {"text": file.read_bytes().decode()}
        except UnicodeDecodeError:
            return told

    def digest(self, path: str, file: Path) -> str:
        """SHA-256 of what is compared. Of packed files that is what is in them: when they were packed is no matter.

        OSError where the file cannot be read.
        """
        patterns = [one for named, found in self._volatile.items() if named.match(path) for one in found]
        written_s = int(file.stat().st_mtime)
        found: list[bytes] = []
        try:
            for name, body in bodies(file):
                digest = hashlib.sha256()
                report = (name or path).rpartition("/")[2] not in self._published
                self._add(digest, body, patterns, written_s if report else None)
                if name is None:
                    return digest.hexdigest()
                found.append(name.encode(errors="surrogateescape") + digest.digest())
        except NOT_PACKED:
            # No archive, or half of one: its bytes as they are.
            with file.open("rb") as body:
                return hashlib.file_digest(body, "sha256").hexdigest()
        return hashlib.sha256(b"".join(sorted(found))).hexdigest()

    def _add(
        self, digest: hashlib._Hash, body: IO[bytes], patterns: list[re.Pattern[bytes]], written_s: int | None
    ) -> None:
        """Take a body in; one with a time at which it was written may be a report."""
        first = body.read(LARGEST_REPORT + 1)
        small = len(first) <= LARGEST_REPORT and b"\0" not in first
        if written_s is not None and small and not patterns:
            digest.update(self._run_words.without(first, written_s))
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


class _Patterns:
    """Patterns of files. One without a slash is of the file's own name, in whatever folder it is."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._of_paths = [re.compile(translate(one)).match for one in patterns]
        self._of_names = [re.compile(translate(one)).match for one in patterns if "/" not in one]

    def match(self, path: str) -> bool:
        """Whether one of them does."""
        path = path.rstrip("/")  # of a directory with nothing in it
        name = path.rpartition("/")[2]
        return any(match(path) for match in self._of_paths) or any(match(name) for match in self._of_names)


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
