"""What happened in a night, in one total order: events, the recorder that writes them, the history that reads them."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.contract.events import EventType as EventType
from harness.contract.events.lines import HEADER, parsed
from harness.contract.rows import CHUNK_BYTES, HeldPart, Part, RowsFile, Written
from harness.errors import LoadError, Mistake, tells_what_is_exhausted

DIGEST_GRAIN_NS = 1_000_000_000
"""Two runs agree on an event's second; below it, the microseconds that clock reads add depend on the machine."""

VOLATILE = frozenset({"pid", "port", "ports"})
"""Names in an event's value that another run on the same machine may answer differently."""

DRAWN = {
    ("night", "chain_folder"): frozenset({"added"}),
    ("folders", "write"): frozenset({"length", "beginnings", "whole"}),
}
"""The same in one event alone: jobs make files whose names are drawn at random, and write when they did."""

MEASURED = frozenset({("scheduler", "work"), ("scheduler", "output"), ("folders", "keeps"), ("source", "keeps")})
"""Events that another run of the same night would tell otherwise: of real time, or of names drawn at random."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history.

    ``at`` is UTC nanoseconds of the night's clock; every read of that clock is unique over all processes, so ``at``
    alone orders the events. ``type`` is Jepsen's: an operation is invoked, then ends ok or fails; what is not an
    operation, or is uncertain, is info.
    """

    index: int
    at: int
    component: str
    type: EventType
    action: str
    value: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None

    def to_json(self) -> str:
        """One line of a history file."""
        record = {"index": self.index, "at": self.at, "component": self.component, "type": self.type}
        return json.dumps(record | {"action": self.action, "value": self.value, "error": self.error}, sort_keys=False)


class Recorder:
    """Appends a component's events to its own file, one JSON line each, flushed at once.

    A component reads its own clock (``clock`` gives UTC nanoseconds), because under the preload library every read is
    unique; listeners see an event after it is written and before the component goes on.

    It is safe for threads: what is written grows in time. Listeners see the events of one thread in their order; they
    are called while no lock is held, for they may record, or wait for another component that tells this one something.
    """

    def __init__(self, path: Path, component: str, *, clock: Callable[[], int] = time.time_ns) -> None:
        self.component = component
        self.listeners: list[Callable[[Mapping[str, Any]], None]] = []
        self._path = path
        self._clock = clock
        self._writing = threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def record(
        self,
        type: EventType,  # noqa: A002 - the event's field is called type
        action: str,
        value: Mapping[str, Any] | None = None,
        *,
        error: str | None = None,
        component: str | None = None,
    ) -> None:
        """Write one event now; ``component`` where one program speaks for several (consumers)."""
        with self._writing:  # from the reading on: between it and its line, no other thread may write a later time
            event = {
                "at": self._clock(),
                "component": component or self.component,
                "type": type,
                "action": action,
                "value": dict(value or {}),
                "error": error,
            }
            self._file.write(json.dumps(event) + "\n")
        for listener in self.listeners:
            listener(event)

    def forget(self) -> None:
        """Start the file anew, for another night."""
        with self._writing:
            self._file.close()
            self._file = self._path.open("w", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Close the file; what was recorded stays."""
        self._file.close()


class History(Sequence[Event]):
    """The events of one night, ordered, read-only, with the questions that checks and reports ask of them.

    ``held``: the rows that its ``holds`` events tell of.
    """

    def __init__(self, events: Iterable[Event], held: RowsFile | None = None) -> None:
        self._events = tuple(events)
        self.held = held or RowsFile()

    @classmethod
    def merge(cls, records: Iterable[Mapping[str, Any]], held: RowsFile | None = None) -> History:
        """Order what several components recorded, and number it."""
        ordered = sorted(records, key=lambda record: record["at"])
        events = (
            Event(
                index=index,
                at=record["at"],
                component=record["component"],
                type=record["type"],
                action=record["action"],
                value=record["value"],
                error=record.get("error"),
            )
            for index, record in enumerate(ordered)
        )
        return cls(events, held)

    @classmethod
    def read(cls, path: Path) -> History:
        """A history file, as `write` left it, or as it was left before there were versions: then without a header.

        Raises LoadError, with the line, for another format, another version, what is no event, and rows that are not
        those that the events tell of.
        """
        records: list[Mapping[str, Any]] = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                record = parsed(line, first=number == 1)
                if record and records:
                    _require_later(record, records[-1])
            except ValueError as error:
                raise LoadError([Mistake(path, number, str(error))]) from None
            records += [record] if record else []
        history = cls.merge(records, _read_rows(rows_path(path)))
        _require_rows(history, path)
        return history

    def rows(self, event: Event) -> HeldPart:
        """The rows that a ``holds`` event tells of; in a history that is written by hand, it has them itself."""
        rows = event.value["rows"]
        return Written(rows) if isinstance(rows, list) else Part.told(self.held, event.value)

    @tells_what_is_exhausted
    def write(self, path: Path) -> None:
        """The header, then one JSON line an event; the rows beside it. What was there stays until the new is whole."""
        if self.held.size:
            _write_whole(rows_path(path), self.held.chunks())
        else:
            rows_path(path).unlink(missing_ok=True)
        lines = (json.dumps(HEADER), *(event.to_json() for event in self._events))
        _write_whole(path, (f"{line}\n".encode() for line in lines))

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: Any) -> Any:
        return self._events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def of(
        self,
        action: str | None = None,
        *,
        component: str | None = None,
        type: EventType | None = None,  # noqa: A002 - the event's field is called type
        **value: Any,
    ) -> History:
        """The events that match all that is given; further names are looked up in the events' values."""
        return History(
            event
            for event in self._events
            if (action is None or event.action == action)
            and (component is None or event.component == component)
            and (type is None or event.type == type)
            and all(event.value.get(name) == wanted for name, wanted in value.items())
        )

    def first(self) -> Event | None:
        """The earliest event, or None."""
        return self._events[0] if self._events else None

    def last(self) -> Event | None:
        """The latest event, or None."""
        return self._events[-1] if self._events else None

    def digest(self) -> str:
        """What two runs of the same scenario and seed must agree on: every event but what was measured, to the second.

        Within one second, components work side by side and their order is free, so events are sorted by component
        and kept in each component's own order.
        """
        canonical = sorted(
            (event.at // DIGEST_GRAIN_NS, event.component, position, json.dumps(_stable(event), sort_keys=True))
            for position, event in enumerate(self._events)
            if (event.component, event.action) not in MEASURED
        )
        digest = hashlib.sha256()
        for second, _, _, text in canonical:
            digest.update(f"{second} {text}\n".encode())
        return digest.hexdigest()


def rows_path(history: Path) -> Path:
    """The file of rows beside a history's file."""
    return history.with_suffix(".rows")


def _write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.writelines(chunks)
        beside.replace(path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        beside.unlink(missing_ok=True)


def _read_rows(path: Path) -> RowsFile | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        return RowsFile(iter(lambda: file.read(CHUNK_BYTES), b""))


def _require_rows(history: History, path: Path) -> None:
    """A night that is judged with other rows than it had would be another night."""
    for event in history.of("holds", type="info"):
        try:
            part = history.rows(event)
            wrong = part.wrong_because() if isinstance(part, Part) else None
        except (KeyError, TypeError, ValueError) as error:
            wrong = f"found no rows in its event ({error!r}), expected where they are in this file"
        if wrong is not None:
            there = rows_path(path)
            found = wrong if there.exists() else f"found no such file, expected the {event.value['rows']:,} rows of it"
            todo = f"as {path.name} tells of them; give both files as they were written, or run the night again"
            raise LoadError([Mistake(there, 1, f"{found}, {todo}")])


def _require_later(record: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """A history is written in the order of time; only what an earlier night held stands at the end of a baseline."""
    if record["at"] < before["at"] and record["index"] == before["index"] + 1 and "night" not in record["value"]:
        back_s = (before["at"] - record["at"]) / 1e9
        raise ValueError(
            f"found a time {back_s:,.6f} s before that of the event above, expected one that only grows; "
            "give the file as it was written, or run the night again"
        )


def _stable(event: Event) -> dict[str, Any]:
    left_out = VOLATILE | DRAWN.get((event.component, event.action), frozenset())
    value = {name: content for name, content in event.value.items() if name not in left_out}
    return {"component": event.component, "type": event.type, "action": event.action, "value": value} | (
        {"error": event.error} if event.error else {}
    )
