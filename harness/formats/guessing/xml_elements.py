"""Which element of an XML document is a record: the most repeated one below the root, found in its beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from xml.parsers import expat

from harness.formats.guessing.sample import Sample

_MANY_TIMES = 10
"""What is repeated so much more often than what it lies in, which there is only a few times, is the record."""

_FEW = 3

Path = tuple[str, ...]


def is_document(sample: Sample) -> bool:
    """Whether it is a whole XML document."""
    return sample.whole and sample.text.lstrip("\ufeff \t\r\n").startswith("<") and bool(_elements(sample))


def record_path(sample: Sample) -> Path | None:
    """The names from the root down to the record's; None for what is no XML, or has no element twice."""
    if not sample.text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    counts = _elements(sample)
    repeated = [path for path, count in counts.items() if count > 1 and len(path) > 1]
    if not repeated:
        return None
    depth = min(map(len, repeated))
    best = max((path for path in repeated if len(path) == depth), key=lambda path: counts[path])
    while counts[best] <= _FEW:
        below = [path for path in repeated if len(path) > len(best) and path[: len(best)] == best]
        often = [path for path in below if counts[path] > counts[best] * _MANY_TIMES]
        if not often:
            break
        best = min(often, key=lambda path: (len(path), -counts[path]))
    return best


def _elements(sample: Sample) -> Mapping[Path, int]:
    counts: Counter[Path] = Counter()
    path: list[str] = []

    def start(name: str, _: Mapping[str, str]) -> None:
        path.append(name.rpartition(":")[2])
        counts[tuple(path)] += 1

    def end(_: str) -> None:
        path.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(sample.head, sample.whole)
    except (expat.ExpatError, ValueError, LookupError):
        return {}
    return counts
