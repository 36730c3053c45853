"""What is told of a file so that it can be known for the first part of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.beginnings import DIGITS, longer, not_told, whole
from harness.mocks.folders.beginnings import beginnings


def of(path: Path, content: bytes) -> tuple[int, str]:
    path.write_bytes(content)
    told = beginnings(path)
    assert told["whole"] == whole(content)
    return int(told["length"]), str(told["beginnings"])


@pytest.mark.parametrize("length", [0, 1, 2, 3, 32, 33, 40, 64, 4_095, 65_536, 65_537, 200_000])
def test_those_of_a_part_are_the_beginning_of_those_of_the_whole(tmp_path: Path, length: int) -> None:
    content = bytes(range(251)) * 1_000
    _, of_whole = of(tmp_path / "whole", content)
    size, of_part = of(tmp_path / "part", content[:length])
    assert size == length
    assert of_whole.startswith(of_part)


@pytest.mark.parametrize("length", [64, 4_095, 65_537, 200_000])
@pytest.mark.parametrize("share", [0.5, 0.93])
def test_a_file_that_is_another_before_its_last_sixteenth_has_others(tmp_path: Path, length: int, share: float) -> None:
    content = bytes(range(251)) * 1_000
    _, of_whole = of(tmp_path / "whole", content)
    at = int(length * share)
    _, of_other = of(tmp_path / "other", content[:at] + content[at + 1 : length + 1])
    assert not of_whole.startswith(of_other)


def test_another_file_has_others(tmp_path: Path) -> None:
    _, one = of(tmp_path / "one", b'{"status": "complete", "rows": 3}')
    _, other = of(tmp_path / "other", b'{"status": "failed"}')
    assert not one.startswith(other)


def test_of_a_long_file_few_are_told(tmp_path: Path) -> None:
    assert len(of(tmp_path / "nine", b"123456789")[1]) == 9 * DIGITS
    assert len(of(tmp_path / "long", bytes(1 << 20))[1]) == (32 + 15 * 16) * DIGITS


def test_what_is_after_the_last_is_a_sixteenth_at_most() -> None:
    told, length = {0}, 0
    while length < 10_000:
        told.add(length := longer(length))
    for length in range(10_000):
        last = length - not_told(length)
        assert last in told
        assert 16 * not_told(length) <= length
        assert last == max(one for one in (last, longer(last)) if one <= length)
