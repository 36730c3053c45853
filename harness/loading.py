"""From YAML files to chains and scenarios: strict, all mistakes of a file at once, each with its file and line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness import factories
from harness.chain import Chain
from harness.checks.outcome import EXPECTABLE
from harness.errors import AuthorError, LoadError, Mistake
from harness.scenario import Scenario
from harness.schemas import chain_schema, scenario_schema
from harness.strict import Location, get, mapping, show
from harness.yaml_source import Document, read

__all__ = ["chain_schema", "load_chain", "load_scenario", "scenario_schema"]

_CHAIN = 'a chain (chain: NAME, owner: TEAM, deadline: "06:00", jobs: ...)'
_SCENARIO = "a scenario (scenario: A SENTENCE, chain: PATH, night: 2026-11-23, faults: ..., expect: ...)"


def load_chain(path: Path | str) -> Chain:
    """The chain that a file describes, with what it takes from the file it is ``like``."""
    source = _resolve(Path(path), ())
    mistakes = list(source.mistakes)
    mistakes += [Mistake(*source.place(location), text) for location, text in _content_mistakes(source)]
    try:
        chain = Chain.model_validate(source.data)
    except ValidationError as error:
        mistakes += [Mistake(*source.place(detail["loc"]), detail["msg"]) for detail in error.errors(include_url=False)]
    if mistakes:
        raise LoadError(_told_once(mistakes))
    return chain.located(source.folder, source.places)


def places_of_keys(path: Path | str) -> Mapping[Location, tuple[Path, int]]:
    """Where the keys of a chain file stand, its ``like`` included, whether it loads or not; none if it is no YAML."""
    try:
        return _resolve(Path(path), ()).places
    except LoadError:
        return {}


def load_scenario(path: Path | str) -> Scenario:
    """The scenario that a file describes, with its chain loaded (its path is relative to the scenario's file)."""
    document = read(Path(path), _SCENARIO)
    mistakes = list(document.mistakes)
    chain: Chain | None = None
    try:
        chain = _chain_of(document)
    except LoadError as error:
        mistakes += error.mistakes
    try:
        scenario = Scenario.model_validate({**document.data, "chain": chain})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            # Without its chain, what the scenario says of it cannot be judged; why it has none is told already.
            if detail["loc"][:1] != ("chain",):
                mistakes.append(Mistake(document.file, _line(document.lines, detail["loc"]), detail["msg"]))
    mistakes += [Mistake(document.file, _line(document.lines, key), text) for key, text in _proves_nothing(document)]
    if mistakes:
        raise LoadError(_told_once(mistakes))
    return scenario.located(document.file, document.lines)


def _chain_of(document: Document) -> Chain:
    written, line = document.data.get("chain"), document.lines.get(("chain",), 1)
    if not isinstance(written, str):
        found = f"found {show(written)}, expected" if "chain" in document.data else "missing key 'chain': expected"
        raise LoadError([Mistake(document.file, line, f"{found} the path of a chain file")])
    path = _beside(document.file, written)
    if not path.is_file():
        raise LoadError([Mistake(document.file, line, _no_file("chain file", written, path))])
    return load_chain(path)


def _proves_nothing(document: Document) -> Iterator[tuple[Location, str]]:
    """What Python may leave out (a baseline has no fault and expects nothing), and a scenario file may not."""
    if document.data.get("faults", []) == []:
        yield ("faults",), "found no faults, expected at least one; a calm night says so: [no_fault]"
    expect = document.data.get("expect", {})
    if isinstance(expect, Mapping) and "outcome" not in expect:
        yield ("expect",), f"found no outcome to expect; expected one of: {', '.join(one.value for one in EXPECTABLE)}"


@dataclass(frozen=True)
class _ChainSource:
    """A chain file's data after ``like`` is resolved, and where each key stands."""

    data: dict[str, Any]
    places: dict[Location, tuple[Path, int]]
    folder: Path
    mistakes: tuple[Mistake, ...]

    def place(self, location: Location) -> tuple[Path, int]:
        known: Location = ()
        for key in location:
            # Elements that no file has (a missing key, a parameter of a model) say nothing about the line.
            known = (*known, key) if (*known, key) in self.places else known
        return self.places[known]


def _resolve(file: Path, followed: tuple[Path, ...]) -> _ChainSource:
    document = read(file, _CHAIN)
    places = {location: (file, line) for location, line in document.lines.items()}
    own = dict(document.data)
    if "like" not in own:
        return _ChainSource(own, places, file.parent, document.mistakes)
    written, line = own.pop("like"), document.lines[("like",)]
    if not isinstance(written, str):
        raise LoadError([Mistake(file, line, f"found {show(written)}, expected the path of a chain file")])
    path, trail = _beside(file, written), (*followed, file)
    if path.resolve() in (seen.resolve() for seen in trail):
        names = " -> ".join(seen.name for seen in (*trail, path))
        raise LoadError([Mistake(file, line, f"the chains are like each other in a cycle: {names}")])
    if not path.is_file():
        raise LoadError([Mistake(file, line, _no_file("chain file", written, path))])
    base = _resolve(path, trail)
    inherited = {location: place for location, place in base.places.items() if location and location[0] not in own}
    data = base.data | _moved(own, file.parent, base.folder)
    return _ChainSource(data, inherited | places, base.folder, (*base.mistakes, *document.mistakes))


def _moved(own: dict[str, Any], written_in: Path, folder: Path) -> dict[str, Any]:
    """Paths that a ``like`` file says are relative to itself; the chain's folder is that of the file it is like."""
    if written_in.resolve() == folder.resolve():
        return own
    moved = dict(own)
    if isinstance(own.get("runbook"), str):
        moved["runbook"] = os.path.relpath(written_in / own["runbook"], folder)
    if isinstance(own.get("files"), Mapping):
        moved["files"] = dict(own["files"])
        for name, file in own["files"].items():
            copied = get(get(file, "content"), "copy")
            if isinstance(copied, str):
                content = {**file["content"], "copy": os.path.relpath(written_in / copied, folder)}
                moved["files"][name] = {**file, "content": content}
    return moved


def _content_mistakes(source: _ChainSource) -> Iterator[tuple[Location, str]]:
    for name, file in mapping(source.data, "files").items():
        content, location = mapping(file, "content"), ("files", name, "content")
        factory, copied = content.get("factory"), content.get("copy")
        if isinstance(copied, str) and not (source.folder / copied).is_file():
            yield (*location, "copy"), _no_file("file", copied, source.folder / copied)
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


def _beside(file: Path, written: str) -> Path:
    return Path(os.path.normpath(file.parent / written))


def _no_file(kind: str, written: str, path: Path) -> str:
    found = f"'{written}' is a folder, expected a {kind}" if path.is_dir() else f"there is no {kind} '{written}'"
    return f"{found} (looked for {path}); paths are relative to the file that names them"


def _line(lines: Mapping[Location, int], location: Location) -> int:
    known: Location = ()
    for key in location:
        known = (*known, key) if (*known, key) in lines else known
    return lines[known]


def _told_once(mistakes: list[Mistake]) -> list[Mistake]:
    """A key without a value is told by the text; what the model then misses at the same place is no second mistake."""
    empty = {(mistake.file, mistake.line) for mistake in mistakes if "has no value" in mistake.text}
    echoes = ("found nothing", "missing key")
    kept = (m for m in mistakes if (m.file, m.line) not in empty or not m.text.startswith(echoes))
    return list(dict.fromkeys(kept))
