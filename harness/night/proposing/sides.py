"""What was published and what one consumer holds, as many rows of both as show how the one is made of the other."""

from __future__ import annotations

import csv
import itertools
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.chain.model import Consumer
from harness.checks.model.holdings import holdings
from harness.contract.plan import Plan
from harness.formats.reading import records
from harness.history import History
from harness.night.baseline_compared import PathOf
from harness.night.proposing.forms import Row, names_of

MOST_ROWS = 20_000
MOST_RECORDS = 100_000
"""So many rows of a night, and records of a chain's file, are looked at; all are compared in the end."""


@dataclass(frozen=True)
class Sides:
    """The records by the chain's word for their file, the rows of two calm nights, and which columns are of text."""

    files: Mapping[str, Sequence[Row]]
    unread: Mapping[str, str]
    """files that cannot be read back, and why"""
    texts: frozenset[str]
    rows: Sequence[Row]
    again: Sequence[Row]

    @property
    def has_all_rows(self) -> bool:
        """Whether a record that is none of these rows is not held."""
        return len(self.rows) < MOST_ROWS

    @property
    def has_all_records(self) -> bool:
        """Whether a row that is none of these records is none."""
        return all(len(rows) < MOST_RECORDS for rows in self.files.values())

    @property
    def held_columns(self) -> list[str]:
        """Every column of the rows."""
        return names_of(self.rows)


def sides(consumer: Consumer, name: str, plan: Plan, nights: tuple[History, History], path_of: PathOf) -> Sides:
    """Read both, of the files that have come."""
    came = {event.value["name"] for event in nights[0].of("publish", component="source")}
    found: dict[str, list[Row]] = {}
    unread: dict[str, str] = {}
    texts = set()
    for file in plan.files:
        if file.name not in came or (consumer.files and file.file not in consumer.files):
            continue
        layout = file.content.layout
        if layout is None:
            unread[file.file] = f"of {file.name} it is not known how its records lie in it"
            continue
        rows = found.setdefault(file.file, [])
        try:
            rows += itertools.islice(records(path_of(file.content.sha256), layout), MOST_RECORDS - len(rows))
        except (ValueError, OSError, EOFError, csv.Error, zipfile.BadZipFile, zlib.error) as error:
            unread[file.file] = f"{file.name}: {error}"
        texts |= {column.name for column in layout.columns if column.type == "text"}
    held = [[row for _, _, row in itertools.islice(holdings(one)[name].own.contents(), MOST_ROWS)] for one in nights]
    readable = {file: rows for file, rows in found.items() if file not in unread}
    return Sides(readable, unread, frozenset(texts), *held)
