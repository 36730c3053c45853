"""A file that the source has, and its entries: itself, its control file, its manifest, its flag."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.contract.content import FileLayout
from harness.contract.effects.source import Part
from harness.contract.plan import PlannedControlFile, PlannedFile
from harness.contract.protocols import Protocol
from harness.mocks.source.files.body import Body

MANIFEST_SUFFIX = ".manifest.json"
"""What a file's manifest is called, after the file's own name."""


@dataclass(frozen=True)
class SourceFile:
    """A file of the plan, or one that a client has put here; its true content lies in the store under its checksum.

    ``file`` is the chain's word for it ("" for a client's), ``via`` the front end that serves it. ``arrives_ns`` is
    when it came or will come (UTC), ``layout`` what is known of its format. ``checksums`` says whether
    the protocol's own go with it, ``chunked`` whether HTTP sends it in chunks and without a length. ``tag`` is what S3
    calls a file that came in parts. ``whole`` is false of one that its client has not sent to its end.
    """

    file: str
    name: str
    via: Protocol
    arrives_ns: int
    sha256: str
    md5: str
    size: int
    records: int
    path: Path
    control_total: int | str | None = None
    layout: FileLayout | None = None
    flag: str | None = None
    control_file: PlannedControlFile | None = None
    checksums: bool = True
    chunked: bool = False
    tag: str | None = None
    whole: bool = True

    @classmethod
    def planned(cls, planned: PlannedFile, store: Path) -> SourceFile:
        """A file as the night's plan gives it."""
        content = planned.content
        return cls(
            file=planned.file,
            name=planned.name,
            via=planned.source,
            arrives_ns=planned.arrives_ns,
            sha256=content.sha256,
            md5=content.md5,
            size=content.size,
            records=content.records,
            path=store / content.sha256,
            control_total=content.control_total,
            layout=content.layout,
            flag=planned.flag,
            control_file=planned.control_file,
            checksums=planned.checksums,
            chunked=planned.chunked,
        )

    def renamed(self, name: str) -> SourceFile:
        """The same file under another name, which the names of its flag and its control file follow."""
        flag = None if self.flag is None else self.flag.replace(self.name, name)
        control = self.control_file
        if control is not None:
            control = replace(control, name=control.name.replace(self.name, name))
        return replace(self, name=name, flag=flag, control_file=control)

    @property
    def body(self) -> Body:
        """All of its bytes, as they are."""
        return Body.of_file(self.path, self.size)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the manifest of the whole file says: size, checksum and record count."""
        return {"size": self.size, "sha256": self.sha256, "records": self.records}


@dataclass(frozen=True)
class ListedEntry:
    """One name at a front end: a file, its manifest, or the flag that says that the file is complete.

    ``control`` is the control file's description where this is one: a manifest in its sender's own form.
    """

    name: str
    what: Part
    source_file: SourceFile
    control: PlannedControlFile | None = None

    @property
    def asked_for(self) -> str:
        """How events name it when it is asked for: a manifest has its file's name."""
        has_own_name = self.what == "flag" or self.control is not None
        return self.name if has_own_name else self.source_file.name

    @property
    def where(self) -> dict[str, str]:
        """What a fault may choose it by, when it is served."""
        return {"file": self.source_file.file, "name": self.name, "what": self.what}


def entries_of(source_file: SourceFile) -> list[ListedEntry]:
    """A file with what its sender puts beside it; a client's own has nothing beside it."""
    found = [ListedEntry(source_file.name, "file", source_file)]
    if source_file.control_file is not None:
        found.append(ListedEntry(source_file.control_file.name, "manifest", source_file, source_file.control_file))
    if source_file.file:
        found.append(ListedEntry(source_file.name + MANIFEST_SUFFIX, "manifest", source_file))
    if source_file.flag is not None:
        found.append(ListedEntry(source_file.flag, "flag", source_file))
    return found
