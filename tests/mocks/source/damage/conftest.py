"""Files of a store, in every format, and what a damage makes of them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.content import FileLayout
from harness.contract.effects.damages import KINDS
from harness.formats import Column, Form, Table, made_layout, write
from harness.mocks.source.damage import NothingToDamage, apply_damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

COLUMNS = (Column("site", width=12), Column("day", "date", 10), Column("quantity", "integer", 6))
ROWS = [(f"Évry {number:02d}", dt.date(2026, 11, 24), number) for number in range(20)]
TOTAL = sum(number for _, _, number in ROWS)


@dataclass(frozen=True)
class Sample:
    """A file that lies in a store."""

    source_file: SourceFile
    content: bytes

    @property
    def text(self) -> list[str]:
        return text_of(self.source_file.body, self.source_file)

    def damaged(self, key: str, **given: Any) -> Body:
        return apply_damage(self.source_file.body, self.source_file, read(KINDS[key], {key: given}, "effect"))

    def refused(self, key: str, **given: Any) -> str:
        """Why this damage cannot be done to it."""
        with pytest.raises(NothingToDamage) as caught:
            self.damaged(key, **given)
        return str(caught.value)

    def text_damaged(self, key: str, **given: Any) -> list[str]:
        body = self.damaged(key, **given)
        assert body != self.source_file.body, "nothing was damaged"
        return text_of(body, self.source_file)


def bytes_of(body: Body) -> bytes:
    return b"".join(body.chunks())


def text_of(body: Body, source_file: SourceFile) -> list[str]:
    """The lines without their ends, unpacked."""
    data = bytes_of(body)
    layout = source_file.layout
    assert layout is not None
    if layout.compress == "gzip":
        data = gzip.decompress(data)
    elif layout.compress == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            [member] = archive.namelist()
            data = archive.read(member)
    return data.decode().splitlines()


def source_file_of(
    folder: Path, content: bytes, layout: FileLayout | None, *, records: int, name: str = "f.csv"
) -> SourceFile:
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / sha256).write_bytes(content)
    return SourceFile(
        file="f", name=name, via="http", arrives_ns=0, sha256=sha256, md5="", size=len(content), records=records,
        path=folder / sha256, layout=layout,
    )  # fmt: skip


Make = Callable[..., Sample]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(
        form: Any = "csv",
        compress: Any = None,
        columns: Any = COLUMNS,
        rows: Any = ROWS,
        control: str = "quantity",
        **more: Any,
    ) -> Sample:
        layout = made_layout(Form(format=form, compress=compress, **more), columns, control)
        out = io.BytesIO()
        totals = write(Table(columns, iter(rows), layout.control), layout, out)
        return Sample(
            source_file_of(tmp_path, out.getvalue(), layout.described(), records=totals.records), out.getvalue()
        )

    return made
