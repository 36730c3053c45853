"""What is told of a file so that it can be known for the first part of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.mocks.folders.beginnings import LONGEST, beginnings


def of(path: Path, content: bytes) -> tuple[int, str]:
    path.write_bytes(content)
    told = beginnings(path)
    return int(told["length"]), str(told["beginnings"])


@pytest.mark.parametrize("length", [0, 1, 2, 3, 40, 64, LONGEST, LONGEST + 1, 3 * LONGEST])
def test_those_of_a_part_are_the_beginning_of_those_of_the_whole(tmp_path: Path, length: int) -> None:
    whole = bytes(range(251)) * 1_000
    _, of_whole = of(tmp_path / "whole", whole)
    size, of_part = of(tmp_path / "part", whole[:length])
    assert size == min(length, len(whole))
    assert of_whole.startswith(of_part)


def test_another_file_has_others(tmp_path: Path) -> None:
    _, one = of(tmp_path / "one", b'{"status": "complete", "rows": 3}')
    _, other = of(tmp_path / "other", b'{"status": "failed"}')
    assert not one.startswith(other)


def test_they_are_as_long_as_their_number(tmp_path: Path) -> None:
    assert of(tmp_path / "nine", b"123456789") == (9, of(tmp_path / "nine", b"123456789")[1])
    assert len(of(tmp_path / "nine", b"123456789")[1]) == 4 * 8  # 1, 2, 4 and 8 bytes
