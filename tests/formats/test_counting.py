"""Records are counted as the csv module would, on whatever text."""

from __future__ import annotations

import csv
import io
import random

import pytest

from harness.formats import counting
from harness.formats.counting import count


def counted(text: str, delimiter: str | None = ",") -> int:
    return count(io.BytesIO(text.encode()), delimiter).records


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('a,"x\ny"\nb,c\n', 2),
        ('a,5" pipe\nb,6" pipe\n', 2),
        ('a,"5"" pipe"\nb,"x""\n\n"\n', 2),
        ('"a" "b\nc\n', 2),
        ('"open\nfor\never', 1),
        ("a\n\n \nb", 2),
        ("", 0),
    ],
)
def test_a_line_end_in_quotes_ends_no_record(text: str, records: int) -> None:
    assert counted(text) == records


def test_quotes_mean_nothing_where_there_is_no_delimiter() -> None:
    assert counted('{"a": "\\""}\n{"a": 1}\n"\n', None) == 3


@pytest.mark.parametrize("seed", range(8))
def test_any_text_has_as_many_records_as_the_csv_module_finds(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(2000):
        text = "".join(dice.choices('",\na"', k=dice.randrange(14)))
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
        assert counted(text) == len(rows), repr(text)


@pytest.mark.parametrize("seed", range(4))
def test_blocks_are_counted_like_lines(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_BLOCK_BYTES", 7)
    dice = random.Random(seed)
    for _ in range(2000):
        text = "".join(dice.choices("\n\r ab", weights=(2, 1, 1, 5, 5), k=dice.randrange(60)))
        lines = [line for line in text.split("\n") if line.strip()]
        found = count(io.BytesIO(text.encode()))
        assert found.records == len(lines), repr(text)
        # A line that is longer than a block may be told by its beginning alone.
        assert not lines or lines[-1].encode().startswith(found.last.rstrip(b"\n")), repr(text)
