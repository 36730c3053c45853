"""A cut inside a character is inside one of the text, behind the header."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.layout import UnitLayout
from harness.mocks.source.damage import NothingToDamage
from tests.formats.cells.samples import layout
from tests.mocks.source.damage.samples import columns, kind, stored

ROWS_ALONE = layout(UnitLayout(separators=(",",), kinds=(kind("record"),)), columns("id", "name"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_character_to_cut_into(encoding: str, tmp_path: Path) -> None:
    content = "\ufeff1,a\n2,\u00c4\n3,b\n".encode()
    file = stored(tmp_path, content, replace(ROWS_ALONE, encoding=encoding))
    with pytest.raises(NothingToDamage, match=r"no character of several bytes between its byte order mark and byte 7"):
        file.damaged("cut", bytes=7, where="inside_character")
    assert file.damaged("cut", bytes=12, where="inside_character") == content[:10]


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_nor_is_one_of_two_bytes(encoding: str, at: int, tmp_path: Path) -> None:
    content = "\ufeff1,a\n2,b\n".encode(encoding)
    file = stored(tmp_path, content, replace(ROWS_ALONE, encoding="utf-16"))
    with pytest.raises(NothingToDamage, match="between its byte order mark and byte"):
        file.damaged("cut", bytes=at, where="inside_character")
    assert file.damaged("cut", bytes=3, where="inside_character") == content[:3]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_character_of_the_header_is_not_cut_into(mark: str, tmp_path: Path) -> None:
    content = f"{mark}id,gr\u00f6\u00dfe\n1,x\n2,\u00c4\n".encode()
    kinds = (kind("header", "header", first=1), kind("record"))
    file = stored(tmp_path, content, replace(ROWS_ALONE, units=UnitLayout(separators=(",",), kinds=kinds)))
    header = content.index(b"\n") + 1
    with pytest.raises(NothingToDamage, match=f"would be in the header, of {header} bytes"):
        file.damaged("cut", bytes=header + 3, where="inside_character")
    assert file.damaged("cut", fraction=1, where="inside_character") == content[:-2]
