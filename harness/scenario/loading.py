"""From a YAML file to a scenario, with its chain: strict, all mistakes at once, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from harness.chain.loading import beside, each_once, load_chain, no_file
from harness.chain.model import Chain
from harness.checks.model.outcome import EXPECTABLE
from harness.errors import LoadError, Mistake
from harness.scenario.model import Scenario
from harness.values.strict import Location, show
from harness.values.yaml_source import Document, read

_SCENARIO = "a scenario (scenario: A SENTENCE, chain: PATH, night: 2026-11-23, faults: ..., expect: ...)"


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
        raise LoadError(each_once(mistakes))
    return scenario.located(document.file, document.lines)


def _chain_of(document: Document) -> Chain:
    written, line = document.data.get("chain"), document.lines.get(("chain",), 1)
    if not isinstance(written, str):
        found = f"found {show(written)}, expected" if "chain" in document.data else "missing key 'chain': expected"
        raise LoadError([Mistake(document.file, line, f"{found} the path of a chain file")])
    path = beside(document.file, written)
    if not path.is_file():
        raise LoadError([Mistake(document.file, line, no_file("chain file", written, path))])
    return load_chain(path)


def _proves_nothing(document: Document) -> Iterator[tuple[Location, str]]:
    """What Python may leave out (a baseline has no fault and expects nothing), and a scenario file may not."""
    if document.data.get("faults", []) == []:
        yield ("faults",), "found no faults, expected at least one; a calm night says so: [no_fault]"
    expect = document.data.get("expect", {})
    if isinstance(expect, Mapping) and "outcome" not in expect:
        yield ("expect",), f"found no outcome to expect; expected one of: {', '.join(one.value for one in EXPECTABLE)}"


def _line(lines: Mapping[Location, int], location: Location) -> int:
    known: Location = ()
    for key in location:
        known = (*known, key) if (*known, key) in lines else known
    return lines[known]
