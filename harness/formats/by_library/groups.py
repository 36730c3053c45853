"""Records lie in groups that are read as a whole: row groups, stripes, blocks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter


def pieces(ranges: Iterable[range], sizes: Sequence[int]) -> Iterator[tuple[int, list[range]]]:
    """Which groups are read for these records of the file, in their order, and which records of each.

    ``sizes``: how many records each group has. Ranges of one group that follow each other come together.
    """
    found = (piece for records in ranges for piece in _of(records, sizes))
    for group, some in itertools.groupby(found, key=itemgetter(0)):
        yield group, [records for _, records in some]


def _of(records: range, sizes: Sequence[int]) -> Iterator[tuple[int, range]]:
    start = 0
    for group, size in enumerate(sizes):
        first, last = max(records.start - start, 0), min(records.stop - start, size)
        if first < last:
            yield group, range(first, last)
        start += size
