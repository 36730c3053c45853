"""How a consumer takes a file of the chain: read whole, told as an event, and held in the place of the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
from collections.abc import Mapping
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedFolder, PlannedPull
from harness.contract.plan import Plan
from harness.formats import Form, find_layout
from harness.formats.reading import records
from harness.mocks.consumers.ledger import Batch, Ledger, Row
from harness.mocks.core.mock import Mock
from harness.mocks.core.serving import shown
from harness.mocks.core.texts import kept

Planned = PlannedFolder | PlannedPull


class Taking:
    """One consumer, and the file that it takes each night: the last that it could read is what it holds."""

    def __init__(self, mock: Mock, plan: Plan, name: str, consumer: Planned) -> None:
        self._mock, self._consumer, self.name = mock, consumer, name
        self._date = plan.date
        self.folder = mock.dir / "folders" / consumer.folder
        self._database = mock.dir / "consumers" / f"{name}.db"
        self._database.parent.mkdir(exist_ok=True)
        self._sha256 = ""
        self._begin()

    def take(self) -> None:
        """Read the file as it is now; the same content again is nothing new."""
        path = self.folder / self._consumer.name
        told: dict[str, Any] = {"folder": self._consumer.folder, "file": self._consumer.name}
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device read without an end
                raise ValueError("it is no file")
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                told |= {"size": file.tell(), "sha256": sha256}
            if sha256 == self._sha256:
                return
            batches = self._read(path)
        except FileNotFoundError:
            self._record("fail", told, f"there is no {self._consumer.name} in {self._consumer.folder}")
            return
        except (ValueError, OSError, EOFError) as error:
            said = kept(str(error) or type(error).__name__).replace(str(path), self._consumer.name)
            self._record("fail", told, f"{self._consumer.name} cannot be read: {said}")
            return
        self._ledger.close()
        self._begin()
        for batch in batches:
            self._ledger.store(None, batch)
        replaces, self._sha256 = bool(self._sha256), sha256
        rows = sum(batch.rows for batch in batches)
        told |= {"rows": rows, "stored": rows, "replaces": replaces}
        if days := [batch.fallback_of for batch in batches if batch.fallback_of is not None]:
            told["fallback_of"] = days[-1]
        self._record("ok", told)

    def tell(self, file: BinaryIO) -> None:
        """What it holds, as an event; the rows go to the end of a file."""
        for batch in self._ledger.holds(file):
            self._mock.recorder.record("info", "holds", batch, component=self.name)

    def state(self) -> dict[str, Any]:
        """How many rows, and whether they have come."""
        rows, batches = self._ledger.count(None)
        return {"rows": rows, "batches": batches}

    def close(self) -> None:
        """Leave the files as they are."""
        self._ledger.close()

    def _begin(self) -> None:
        self._ledger = Ledger(self._database, self._consumer.key, self._consumer.volatile)

    def _read(self, path: Path) -> list[Batch]:
        """All records, those beside each other in one batch that stand in for the same date, or for none."""
        form = self._consumer.form
        said = {one.name: getattr(form, one.name) for one in fields(form)}
        layout, _ = find_layout(path, Form(**said))
        rows = [{name: _plain(value) for name, value in row.items()} for row in records(path, layout.described())]
        self._require_keys(rows)
        dated = [(self._stands_in(row), row) for row in rows]
        key, volatile = self._consumer.key, self._consumer.volatile
        return [
            Batch.of(self._date, day, [row for _, row in of_day], key_columns=key, volatile=volatile)
            for day, of_day in groupby(dated, key=itemgetter(0))
        ]

    def _stands_in(self, row: Row) -> str | None:
        """The date for which a record stands in, told by a column that is then no part of the record any more."""
        column = self._consumer.fallback_of
        if column is None:
            return None
        found = row.pop(column, None) or None
        if found is not None and not _is_date(found):
            raise ValueError(f"found {shown(found)} in {column}, expected a date as YYYY-MM-DD, or nothing")
        return None if found is None else str(found)

    def _require_keys(self, rows: list[Row]) -> None:
        for number, row in enumerate(rows, 1):
            for column in self._consumer.key:
                if row.get(column) is None:
                    raise ValueError(f"record {number} has nothing in the column {column!r} of the key")

    def _record(self, kind: Any, value: dict[str, Any], error: str | None = None) -> None:
        self._mock.recorder.record(kind, "taken", value, error=error, component=self.name)


def _plain(value: Any) -> Any:
    """A value of a record as JSON has it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _is_date(found: Any) -> bool:
    try:
        return bool(dt.date.fromisoformat(found).isoformat() == found)
    except (TypeError, ValueError):
        return False
