"""A baseline is the measure of other nights: what its consumers hold is compared with what the source published."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Callable, Iterator, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.chain.model import Chain, Consumer
from harness.checks.model.holdings import holdings
from harness.contract.content import FileLayout
from harness.contract.plan import Plan, PlannedFile
from harness.formats.layout import Mismatch
from harness.formats.reading import Record, records
from harness.history import History
from harness.night.chosen_records import deciding, passing, required
from harness.night.declared_columns import Declared, lines
from harness.night.rows_compared import Compared, compare

PathOf = Callable[[str], Path]
"""Where the content with that checksum is."""

NO_FILE = "the source has published no file that they could be records of"

_UNREADABLE = (ValueError, OSError, EOFError, csv.Error, zipfile.BadZipFile, zlib.error)


def compared(chain: Chain, plan: Plan, baseline: History, path_of: PathOf) -> Iterator[dict[str, Any]]:
    """The value of a ``compared`` event for each consumer whose rows are to be records."""
    came = {event.value["name"] for event in baseline.of("publish", component="source")}
    for name, consumer in sorted(chain.consumers.items()):
        files = [one for one in plan.files if one.name in came and one.file in (consumer.files or chain.files)]
        if consumer.records == "derived":
            continue
        rows = holdings(baseline)[name].own.values()
        found = _found(consumer, files, rows, path_of) if files else Compared(because=NO_FILE)
        yield _value(found) | {
            "required": required(consumer.records, found.records),
            "consumer": name,
            "place": _place(chain, name),
            "files": [one.name for one in files],
            "declared": lines(consumer),
        }


def _found(consumer: Consumer, files: list[PlannedFile], rows: Iterator[Record], path_of: PathOf) -> Compared:
    declared = Declared.by(consumer)
    layouts = [one.content.layout for one in files]
    known = [column for layout in layouts if layout is not None for column in layout.columns]
    spoken_of = declared.sources | deciding(consumer.records)
    if known and (missing := min(spoken_of - {column.name for column in known}, default=None)) is not None:
        return Compared(because=f"no published record has the column '{missing}', of which the chain speaks")
    text = declared.texts({column.name for column in known if column.type == "text"})
    without = declared.left_out - spoken_of
    published = passing(_published(files, layouts, path_of, without), consumer.records)
    try:
        return compare(published, rows, consumer.key, text=text, declared=declared)
    except _UNREADABLE as error:
        return Compared(because=str(error) or type(error).__name__)


def _published(
    files: list[PlannedFile], layouts: list[FileLayout | None], path_of: PathOf, without: Set[str]
) -> Iterator[Record]:
    for file, layout in zip(files, layouts, strict=True):
        if layout is None:
            raise Mismatch("format", f"of {file.name} it is not known how its records lie in it")
        try:
            yield from records(path_of(file.content.sha256), layout, without=without)
        except Mismatch as error:
            raise Mismatch(error.key, f"{file.name}: {error}") from error


def _value(found: Compared) -> dict[str, Any]:
    told = asdict(found)
    why_not = told.pop("because")
    return {name: sorted(value) if isinstance(value, set) else value for name, value in told.items()} | {
        "why_not": why_not
    }


def _place(chain: Chain, consumer: str) -> str:
    # Its folder is another on every machine.
    file, line = chain.place("consumers", consumer)
    return f"{file.name}:{line}" if chain.definition else file.name
