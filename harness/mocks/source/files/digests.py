"""Checksums of bodies as protocols use them, each worked out once a night."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Protocol

from harness.mocks.source.files.body import Body


class Digest(Protocol):
    """A checksum in progress, with the methods of those of hashlib."""

    def update(self, data: bytes, /) -> None:
        """The next bytes."""

    def digest(self) -> bytes:
        """The checksum of all of them."""


class Crc32:
    """The CRC-32 of ISO 3309, as zlib has it and S3 writes it: four bytes, the highest first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """The next bytes."""
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        """The checksum of all of them."""
        return self._value.to_bytes(4)


class Digests:
    """The digests of bodies, remembered: a gigabyte takes a second or two, and is asked for again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Body], bytes] = {}

    def forget(self) -> None:
        """Begin a night."""
        self._known.clear()

    def crc32(self, body: Body) -> bytes:
        """Its CRC-32."""
        return self._of("crc32", Crc32, body)

    def sha256(self, body: Body) -> bytes:
        """Its SHA-256."""
        return self._of("sha256", hashlib.sha256, body)

    def md5(self, body: Body) -> bytes:
        """Its MD5."""
        return self._of("md5", lambda: hashlib.md5(usedforsecurity=False), body)

    def _of(self, name: str, digest: Callable[[], Digest], body: Body) -> bytes:
        if (name, body) not in self._known:
            running = digest()
            for chunk in body.chunks():
                running.update(chunk)
            self._known[name, body] = running.digest()
        return self._known[name, body]
