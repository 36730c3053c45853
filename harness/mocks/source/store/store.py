"""The store: files that have arrived, and what a fault lets a client see of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, cast

from harness.contract.codec import write
from harness.contract.effects.damages import Damage, Damaged
from harness.contract.effects.source import Grow, Misstate
from harness.contract.plan import Plan
from harness.contract.points import LOOK, SERVE
from harness.contract.protocols import Protocol
from harness.formats.damageable import goes_by_units
from harness.mocks.core.callers import asker
from harness.mocks.core.compared import Compared
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.source.arrival import growth
from harness.mocks.source.arrival.arrivals import Arrivals
from harness.mocks.source.damage import NothingToDamage, apply_damage
from harness.mocks.source.faults import wrong_length
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import ListedEntry, SourceFile, entries_of
from harness.mocks.source.store.control_files import ControlFiles
from harness.mocks.source.store.manifest import manifest_of
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.upload import Upload

Served = Grow | Misstate | Damaged
"""What a fault makes of how a file is served."""


class _Made(NamedTuple):
    """What a damage makes of a body; the same one where it can do nothing, and why that is so."""

    body: Body
    why: str | None = None


class Store:
    """The files of the night, by the front end that serves them.

    A front end asks `entries`, `find`, `sight` and, when it serves content, `take`; what a client sends it goes
    through `upload` and `remove`.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self.night = 0
        self.begins_ns = 0
        self._there: dict[tuple[Protocol, str], ListedEntry] = {}
        self._moved: set[tuple[Protocol, str]] = set()
        self._replaced: dict[tuple[Protocol, str], list[ListedEntry]] = {}
        self._uploads: set[Upload] = set()
        self.arrivals = Arrivals(mock.armory, self)
        self._damaged: dict[tuple[Body, str], _Made] = {}
        self._manifests: dict[Body, dict[str, Any]] = {}
        self._controls = ControlFiles()

    def reset(self, plan: Plan) -> None:
        """Begin a night with the plan's files."""
        self.night += 1
        self._compared = Compared(plan)
        self.begins_ns = plan.begins_ns
        for upload in list(self._uploads):
            upload.forget()
        self._there.clear()
        self._moved.clear()
        self._replaced.clear()
        self._damaged.clear()
        self._manifests.clear()
        self._controls.forget()
        self.arrivals.expect([SourceFile.planned(given, self._mock.dir / "store") for given in plan.files])

    def entries(self, via: Protocol) -> list[ListedEntry]:
        """Everything that a front end lists now, by name; faults that hide something leave their receipts."""
        self.arrivals.catch_up()
        there = [entry for (of, _), entry in sorted(self._there.items()) if of == via]
        return [entry for entry in there if not self._hidden(entry, "listing")]

    def find(self, via: Protocol, name: str) -> ListedEntry | None:
        """What has this name, if it has arrived and no fault hides it."""
        entry = self.known(via, name)
        return None if entry is None or self._hidden(entry, "name") else entry

    def known(self, via: Protocol, name: str) -> ListedEntry | None:
        """What has this name, for an event that only names it; no fault hides it."""
        self.arrivals.catch_up()
        return self._there.get((via, name))

    def versions(self, via: Protocol, name: str) -> list[ListedEntry]:
        """What has this name and what had it before, the newest first."""
        entry = self.find(via, name)
        return [] if entry is None else [entry, *self._replaced.get((via, name), ())]

    def sight(self, entry: ListedEntry) -> Sight:
        """The entry as it would be served now; no fault acts."""
        return self._seen(entry, self._mock.armory.would_act(SERVE, **entry.where, **asker()))

    def take(self, entry: ListedEntry) -> Sight:
        """The entry as it is served now; faults that damage it leave their receipts."""
        orders = self._mock.armory.act(SERVE, lambda order: self._applies(entry, order), **entry.where, **asker())
        sight = self._seen(entry, orders)
        if entry.what == "file" and sight.manifest != entry.source_file.manifest:
            # To its sender this is the file: a client that takes all of it has the whole file.
            value = {"file": entry.source_file.file, "name": entry.source_file.name} | sight.manifest
            self._mock.recorder.record("info", "restate", value)
        return sight

    def upload(self, via: Protocol, name: str) -> Upload:
        """Take a file from a client: write to it, then `Upload.finish`, and it is here."""
        upload = Upload(self._mock, via, name, self._put, self._uploads.discard)
        self._uploads.add(upload)
        return upload

    def remove(self, via: Protocol, name: str) -> ListedEntry | None:
        """Let a client take something away; it, or None when it was not there."""
        entry = self.find(via, name)
        if entry is not None:
            del self._there[via, name]
            self._replaced.pop((via, name), None)
            self._mock.recorder.record("info", "remove", {"name": name, "via": via} | asker())
        return entry

    def move(self, via: Protocol, name: str, to: str) -> ListedEntry | None:
        """Let a client give something another name, and take the place of what has it; None when it was not there.

        It stays the same file: a fault that names it by the chain's word still acts on it.
        """
        entry = self.find(via, name)
        if entry is not None:
            source_file = replace(entry.source_file, name=to) if entry.what == "file" else entry.source_file
            del self._there[via, name]
            self._there[via, to] = replace(entry, name=to, source_file=source_file)
            self._moved.add((via, to))
            value = {"file": entry.source_file.file, "name": name, "to": to, "via": via}
            self._mock.recorder.record("info", "rename", value | asker())
        return entry

    def kept(self) -> Iterator[dict[str, Any]]:
        """The files that are there, as values of events."""
        for (via, name), entry in sorted(self._there.items()):
            of = entry.source_file
            if entry.what != "file" or not self._compared.counts(path := _pattern_path(name)):
                continue
            value = {"name": name, "via": via, "size": of.size, "whole": of.whole}
            if of.file and (via, name) not in self._moved:
                yield value | {"file": of.file, "content": of.sha256}
            else:
                yield value | self._compared.told(path, of.path)

    def unfinished(self, via: Protocol, name: str, size: int) -> dict[str, Any] | None:
        """The same of what is still being sent; None of what the chain ignores."""
        if not self._compared.counts(_pattern_path(name)):
            return None
        return {"name": name, "via": via, "size": size, "content": "", "whole": False}

    def put(self, entry: ListedEntry) -> None:
        """Let an entry arrive; files and flags leave an event, manifests do not."""
        source_file = entry.source_file
        self._name(source_file.via, entry)
        value = {"file": source_file.file, "name": source_file.name}
        flag = {} if source_file.flag is None else {"flag": source_file.flag}
        if entry.what == "file":
            self._mock.recorder.record("info", "publish", value | source_file.manifest | flag)
        elif entry.what == "flag":
            self._mock.recorder.record("info", "flag", value | flag)

    def rename(self, source_file: SourceFile, to: str) -> bool:
        """Give a file another name, as its sender does, with all that is beside it."""
        there = self._there.get((source_file.via, source_file.name))
        if there is None:
            return False
        for old, new in zip(entries_of(there.source_file), entries_of(there.source_file.renamed(to)), strict=True):
            entry = self._there.pop((source_file.via, old.name), None)
            if entry is not None:
                self._there[source_file.via, new.name] = new
        self._mock.recorder.record("info", "rename", {"file": source_file.file, "name": source_file.name, "to": to})
        return True

    def state(self) -> dict[str, Any]:
        """Names of what is there and of what is still to come."""
        return {
            "arrived": sorted(entry.name for entry in self._there.values() if entry.what == "file"),
            "to come": [source_file.name for source_file in self.arrivals.waiting],
        }

    def _hidden(self, entry: ListedEntry, by: str) -> bool:
        return bool(self._mock.armory.act(LOOK, **entry.where, by=by, **asker()))

    def _applies(self, entry: ListedEntry, order: Armed[Served]) -> bool:
        # A fault whose cut falls behind the end, or whose file is whole by now, has nothing to act on.
        effect, source_file = order.effect, entry.source_file
        if isinstance(effect, Misstate):
            return True
        if isinstance(effect, Grow):
            return (
                growth.present_bytes(effect, source_file.size, _grows_since(order, source_file), time.time_ns())
                < source_file.size
            )
        body = self._true(entry)
        made = self._apply(entry, body, effect)
        order.why, order.guessed = made.why, _guessed(effect.damage, source_file)
        return made.body != body

    def _true(self, entry: ListedEntry) -> Body:
        """What is served when nothing is wrong with this entry itself; a manifest states the file as it is served."""
        if entry.what == "flag":
            return Body()
        if entry.what == "file":
            return entry.source_file.body
        sight = self.sight(ListedEntry(entry.source_file.name, "file", entry.source_file))
        if entry.control is not None:
            return self._controls.of(entry.control, entry.source_file, sight)
        return Body.of_bytes(json.dumps({"name": entry.source_file.name, **sight.manifest}).encode())

    def _seen(self, entry: ListedEntry, orders: list[Armed[Served]]) -> Sight:
        source_file, true, now_ns = entry.source_file, self._true(entry), time.time_ns()
        body, modified_ns = true, source_file.arrives_ns
        for order in orders:
            if isinstance(order.effect, Grow):
                since_ns = _grows_since(order, source_file)
                body = body.part(0, growth.present_bytes(order.effect, source_file.size, since_ns, now_ns))
                modified_ns = max(modified_ns, growth.written_ns(order.effect, since_ns, now_ns))
        present, declared = body.size, cast("int | None", body.size)
        manifest = source_file.manifest if entry.what == "file" else self._manifest(source_file, true)
        promised, checksums = true, source_file.checksums
        for order in orders:
            effect = order.effect
            if isinstance(effect, Damaged) and (damaged := self._apply(entry, body, effect).body) != body:
                body = damaged
                declared = {"declared": present, "missing": None}.get(effect.length or "", body.size)
                if effect.manifest == "follows":
                    manifest = self._manifest(source_file, body, effect.damage, before=manifest["records"])
                    present, promised = body.size, body
                checksums = checksums and effect.checksum != "off"
        whole = body == true
        for order in orders:
            if isinstance(order.effect, Misstate):
                whole, declared = False, wrong_length.declared_bytes(order.effect, body.size)
        return Sight(body, declared, modified_ns, manifest, present, whole, promised, checksums, source_file.chunked)

    def _apply(self, entry: ListedEntry, body: Body, effect: Damaged) -> _Made:
        key = (body, json.dumps(write(effect.damage), sort_keys=True))
        if key not in self._damaged:
            try:
                self._damaged[key] = _Made(apply_damage(body, entry.source_file, effect.damage))
            except NothingToDamage as nothing:
                self._damaged[key] = _Made(body, str(nothing))
        return self._damaged[key]

    def _manifest(
        self, source_file: SourceFile, body: Body, damage: Damage | None = None, *, before: int = 0
    ) -> dict[str, Any]:
        if body not in self._manifests:
            self._manifests[body] = manifest_of(body, source_file, damage, before=before)
        return self._manifests[body]

    def _put(self, source_file: SourceFile) -> bool:
        before = self._there.get((source_file.via, source_file.name))
        self._name(source_file.via, ListedEntry(source_file.name, "file", source_file))
        return before is not None and before.what == "file" and source_file.body.extends(before.source_file.body)

    def _name(self, via: Protocol, entry: ListedEntry) -> None:
        """Give an entry its name; what had that name before becomes an older version."""
        before = self._there.get((via, entry.name))
        if before is not None:
            self._replaced.setdefault((via, entry.name), []).insert(0, before)
        self._there[via, entry.name] = entry
        self._moved.discard((via, entry.name))


def _guessed(damage: Damage, source_file: SourceFile) -> tuple[str, ...]:
    """What a damage that goes by the layout takes for granted, and nobody has said."""
    layout = source_file.layout
    return layout.units.guessed if layout is not None and layout.units is not None and goes_by_units(damage) else ()


def _grows_since(order: Armed[Served], source_file: SourceFile) -> int:
    """The later of the file's arrival and the order's trigger."""
    return max(order.since_ns, source_file.arrives_ns)


def _pattern_path(name: str) -> str:
    """What patterns of a chain's `results:` are held against; over SFTP, a name beside the inbox is a whole path."""
    return f"source/{name.lstrip('/')}"
