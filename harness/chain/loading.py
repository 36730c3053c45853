"""From a YAML file to a chain: strict, all mistakes of a file at once, each with its file and line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.chain.consumers.rules import kind_of
from harness.chain.model import Chain
from harness.chain.roster import Roster
from harness.content import factories
from harness.errors import AuthorError, LoadError, Mistake
from harness.values.strict import Location, get, mapping, show
from harness.values.yaml_source import read

_ROSTER = "a roster (people: {ada: ...}, owners: {data-ops: {on_call: [ada], ...}})"
_CHAIN = 'a chain (chain: NAME, owner: TEAM, deadline: "06:00", jobs: ...)'


def load_chain(path: Path | str) -> Chain:
    """The chain that a file describes, with what it takes from the file it is ``like``."""
    source = _resolve(Path(path), ())
    mistakes = list(source.mistakes)
    found = [*_content_mistakes(source), *_schema_mistakes(source), *_no_roster(source)]
    mistakes += [Mistake(*source.place(location), text) for location, text in found]
    try:
        chain = Chain.model_validate(source.data)
    except ValidationError as error:
        mistakes += [Mistake(*source.place(detail["loc"]), detail["msg"]) for detail in error.errors(include_url=False)]
    roster: Roster | None = None
    places: dict[Location, tuple[Path, int]] = {}
    try:
        roster, places = _roster(source)
    except LoadError as error:
        mistakes += error.mistakes
    if mistakes:
        raise LoadError(each_once(mistakes))
    return chain.located(source.folder, source.places).with_roster(roster, places)


def load_roster(path: Path) -> tuple[Roster, dict[Location, tuple[Path, int]]]:
    """The roster that a file describes, and where each of its keys stands; LoadError with all of its mistakes."""
    document = read(path, _ROSTER)
    mistakes = list(document.mistakes)
    try:
        roster = Roster.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            line = document.lines[_known(detail["loc"], document.lines)]
            mistakes.append(Mistake(path, line, detail["msg"]))
    if mistakes:
        raise LoadError(each_once(mistakes))
    return roster, {location: (path, line) for location, line in document.lines.items() if location}


def _roster(source: _ChainSource) -> tuple[Roster | None, dict[Location, tuple[Path, int]]]:
    written = source.data.get("oncall")
    path = source.folder / written if isinstance(written, str) and written else None
    return (None, {}) if path is None or not path.is_file() else load_roster(Path(os.path.normpath(path)))


def _no_roster(source: _ChainSource) -> Iterator[tuple[Location, str]]:
    """A roster that is no file."""
    written = source.data.get("oncall")
    if isinstance(written, str) and written and not (source.folder / written).is_file():
        yield ("oncall",), no_file("roster", written, source.folder / written)


def places_of_keys(path: Path | str) -> Mapping[Location, tuple[Path, int]]:
    """Where the keys of a chain file stand, its ``like`` included, whether it loads or not; none if it is no YAML."""
    try:
        return _resolve(Path(path), ()).places
    except LoadError:
        return {}


@dataclass(frozen=True)
class _ChainSource:
    """A chain file's data after ``like`` is resolved, and where each key stands."""

    data: dict[str, Any]
    places: dict[Location, tuple[Path, int]]
    folder: Path
    mistakes: tuple[Mistake, ...]

    def place(self, location: Location) -> tuple[Path, int]:
        return self.places[_known(location, self.places)]


def _known(location: Location, places: Mapping[Location, Any]) -> Location:
    """The part of a place that a file has; a missing key, or a parameter of a model, says nothing about the line."""
    known: Location = ()
    for key in location:
        known = (*known, key) if (*known, key) in places else known
    return known


def _resolve(file: Path, followed: tuple[Path, ...]) -> _ChainSource:
    document = read(file, _CHAIN)
    places = {location: (file, line) for location, line in document.lines.items()}
    own = dict(document.data)
    if "like" not in own:
        return _ChainSource(own, places, file.parent, document.mistakes)
    written, line = own.pop("like"), document.lines[("like",)]
    if not isinstance(written, str):
        raise LoadError([Mistake(file, line, f"found {show(written)}, expected the path of a chain file")])
    path, trail = beside(file, written), (*followed, file)
    if path.resolve() in (seen.resolve() for seen in trail):
        names = " -> ".join(seen.name for seen in (*trail, path))
        raise LoadError([Mistake(file, line, f"the chains are like each other in a cycle: {names}")])
    if not path.is_file():
        raise LoadError([Mistake(file, line, no_file("chain file", written, path))])
    base = _resolve(path, trail)
    inherited = {location: place for location, place in base.places.items() if location and location[0] not in own}
    data = base.data | _moved(own, file.parent, base.folder)
    return _ChainSource(data, inherited | places, base.folder, (*base.mistakes, *document.mistakes))


def _moved(own: dict[str, Any], written_in: Path, folder: Path) -> dict[str, Any]:
    """Paths that a ``like`` file says are relative to itself; the chain's folder is that of the file it is like."""
    if written_in.resolve() == folder.resolve():
        return own
    moved = dict(own)
    for key in ("runbook", "oncall"):
        if isinstance(own.get(key), str):
            moved[key] = os.path.relpath(written_in / own[key], folder)
    if isinstance(own.get("files"), Mapping):
        moved["files"] = dict(own["files"])
        for name, file in own["files"].items():
            copied = get(get(file, "content"), "copy")
            if isinstance(copied, str):
                content = {**file["content"], "copy": os.path.relpath(written_in / copied, folder)}
                moved["files"][name] = {**file, "content": content}
    if isinstance(own.get("consumers"), Mapping):
        moved["consumers"] = {name: _schema_moved(one, written_in, folder) for name, one in own["consumers"].items()}
    return moved


def _schema_moved(consumer: Any, written_in: Path, folder: Path) -> Any:
    if (schema := _schema_of(consumer)) is None:
        return consumer
    return {**consumer, "schema": os.path.relpath(written_in / schema, folder)}


def _schema_of(consumer: Any) -> str | None:
    """The file that makes its tables; a key of that name may be anything in a kind that users have added."""
    schema = get(consumer, "schema")
    return schema if isinstance(schema, str) and kind_of(consumer) == "postgres" else None


def _content_mistakes(source: _ChainSource) -> Iterator[tuple[Location, str]]:
    for name, file in mapping(source.data, "files").items():
        content, location = mapping(file, "content"), ("files", name, "content")
        factory, copied = content.get("factory"), content.get("copy")
        if isinstance(copied, str) and not (source.folder / copied).is_file():
            yield (*location, "copy"), no_file("file", copied, source.folder / copied)
        if not isinstance(factory, str) or not factory:
            continue
        try:
            found = factories.find(factory, source.folder)
        except AuthorError as error:
            yield (*location, "factory"), str(error)
            continue
        given = {key: value for key, value in content.items() if key != "factory"}
        for key, text in factories.content_mistakes(found, given):
            yield (*location, key), text


def _schema_mistakes(source: _ChainSource) -> Iterator[tuple[Location, str]]:
    """Schemas of consumers' databases that are no files, or no text."""
    for name, consumer in mapping(source.data, "consumers").items():
        if (schema := _schema_of(consumer)) is None:
            continue
        path = source.folder / schema
        if not path.is_file():
            yield ("consumers", name, "schema"), no_file("file", schema, path)
            continue
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{error.object[error.start]:02x}, which is not UTF-8"
            yield ("consumers", name, "schema"), f"found in {schema} {found}; expected the file in UTF-8: save it so"
        except OSError as error:
            yield ("consumers", name, "schema"), f"{schema} cannot be read ({error.strerror}); expected a file of SQL"


def beside(file: Path, written: str) -> Path:
    """A path that a file says, from the folder of that file."""
    return Path(os.path.normpath(file.parent / written))


def no_file(kind: str, written: str, path: Path) -> str:
    """What is wrong with a path that no file is at."""
    found = f"'{written}' is a folder, expected a {kind}" if path.is_dir() else f"there is no {kind} '{written}'"
    return f"{found} (looked for {path}); paths are relative to the file that names them"


def each_once(mistakes: list[Mistake]) -> list[Mistake]:
    """A key without a value is told by the text; what the model then misses at the same place is no second mistake."""
    empty = {(mistake.file, mistake.line) for mistake in mistakes if "has no value" in mistake.text}
    echoes = ("found nothing", "missing key")
    kept = (m for m in mistakes if (m.file, m.line) not in empty or not m.text.startswith(echoes))
    return list(dict.fromkeys(kept))
