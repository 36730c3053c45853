"""A file whose records only its own library tells apart: some of them, in another order, or twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO

from harness.formats.by_library.kinds import KINDS
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import derived, in_text
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

Choose = Callable[[int], Iterable[range]]
"""Of so many records those that are there then, in their order."""


def by_library(source_file: SourceFile) -> bool:
    """Whether it is such a file."""
    return source_file.layout is not None and source_file.layout.format in KINDS


def in_records(body: Body, source_file: SourceFile, choose: Choose) -> Body:
    """The file with the records that ``choose`` leaves, and all else as far as the library can write it so.

    Raises NothingToDamage where the file has no records, where the library is not installed, or cannot read it or write
    it as it was.
    """
    return in_text(body, source_file, lambda text: _rewritten(text, source_file, choose))


def _rewritten(text: Body, source_file: SourceFile, choose: Choose) -> Body:
    kind = KINDS[source_file.layout.format]  # type: ignore[union-attr]  # `by_library` was asked before
    try:
        with text.open() as file:
            _, records = kind.columns_and_records(file)
            if not records:
                raise NothingToDamage("the file has no records")
            ranges = [some for some in choose(records) if some]

            def write(out: IO[bytes]) -> None:
                kind.rewrite(file, ranges, out)

            return derived(source_file, ("records", ranges, text.pieces), write)
    except ValueError as error:
        raise NothingToDamage(_said(error)) from error


def _said(error: ValueError) -> str:
    text = str(error)
    return f"the file {text}" if text.startswith("is ") else text
