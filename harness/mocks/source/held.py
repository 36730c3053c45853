"""A file that the source holds, and what it may be chosen by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from harness.mocks.source.body import Body

FRONT_ENDS = ("http", "s3", "sftp", "snowflake")
MANIFEST = ".manifest.json"
"""What a file's manifest is called, after the file's own name."""

What = Literal["file", "manifest", "flag"]


@dataclass(frozen=True)
class Held:
    """A file of the plan, or one that a client has put here; its true content lies in the store under its checksum.

    ``file`` is the chain's word for it ("" for a client's), ``via`` the front end that serves it. ``arrives_ns`` is
    when it came or will come (UTC), ``layout`` what `harness.contents` knows of its format. ``checksums`` says whether
    the protocol's own go with it, ``chunked`` whether HTTP sends it in chunks and without a length. ``tag`` is what S3
    calls a file that came in parts.
    """

    file: str
    name: str
    via: str
    arrives_ns: int
    sha256: str
    md5: str
    size: int
    records: int
    path: Path
    control_total: int | None = None
    layout: Mapping[str, Any] = field(default_factory=dict)
    flag: str | None = None
    checksums: bool = True
    chunked: bool = False
    tag: str | None = None

    @classmethod
    def planned(cls, given: Mapping[str, Any], store: Path) -> Held:
        """A file as the night's plan gives it."""
        return cls(
            file=given["file"],
            name=given["name"],
            via=given.get("source", "http"),
            arrives_ns=given["arrives_ns"],
            sha256=given["sha256"],
            md5=given.get("md5", ""),
            size=given["size"],
            records=given["records"],
            path=store / given["sha256"],
            control_total=given.get("control_total"),
            layout=given.get("layout") or {},
            flag=given.get("flag"),
            checksums=given.get("checksums", True),
            chunked=given.get("chunked", False),
        )

    def renamed(self, name: str) -> Held:
        """The same file under another name, which its flag's name follows."""
        flag = None if self.flag is None else self.flag.replace(self.name, name)
        return replace(self, name=name, flag=flag)

    @property
    def body(self) -> Body:
        """All of its bytes, as they are."""
        return Body.of_file(self.path, self.size)

    @property
    def stated(self) -> dict[str, Any]:
        """What a sender that has the whole file says of it."""
        return {"size": self.size, "sha256": self.sha256, "records": self.records}


@dataclass(frozen=True)
class Entry:
    """One name that a front end has: a file, the manifest that states it, or the flag that says that it is done."""

    name: str
    what: What
    held: Held

    @property
    def where(self) -> dict[str, str]:
        """What a fault may choose it by, when it is served."""
        return {"file": self.held.file, "name": self.name, "what": self.what}


def entries_of(held: Held) -> list[Entry]:
    """A file with what its sender puts beside it; a client's own has nothing beside it."""
    found = [Entry(held.name, "file", held)]
    if held.file:
        found.append(Entry(held.name + MANIFEST, "manifest", held))
    if held.flag is not None:
        found.append(Entry(held.flag, "flag", held))
    return found
