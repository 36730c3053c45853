"""The controls by which a chain can notice that a file is not what it should be, in the words of faults and chains."""

from __future__ import annotations

CONTROLS: dict[str, str] = {
    "size": "the bytes that arrived are as many as the sender states, or as at the last look",
    "checksum": "the bytes that arrived have the checksum that the sender states",
    "manifest": "the records that arrived are as many as the manifest states",
    "trailer record": "the last line is a trailer, and counts the records that are there",
    "control total": "the sum of a column is the one that the sender states inside the file",
    "business date": "the dates inside the file are those of the night",
    "schema": "encoding, line ends, delimiter, columns and types are as agreed",
    "volume": "the records are about as many as they usually are",
    "unique key": "no key comes twice",
    "reference data": "names and numbers are among those that are known: customers, sites, articles",
    "archive": "the compressed file unpacks to its end, and its own checksum agrees",
}
"""What a defence may say that it ``detects``, and what each of them compares."""

OF_THE_MANIFEST = frozenset({"size", "checksum", "manifest"})
"""Those that notice nothing when the manifest was made from the damaged file."""
