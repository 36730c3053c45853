"""The catalogue of faults: what each class says of itself, and the shipped scenarios that use it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from harness.content import shipped
from harness.errors import AuthorError
from harness.faults import FAULTS, REACTIONS, Fault
from harness.faults.model.clients import LOADERS, REFUSED_TO_ALL, SENDERS, WORKERS
from harness.values.docstrings import docstring
from harness.values.strict import unknown
from harness.values.yaml_source import read

_HEADINGS = ("Stands for", "Detectable by", "A sound chain")
_ACTS_ON = "Acts on"
"""A heading that only some have: of a fault in a file, which layouts it can act on."""


@dataclass(frozen=True)
class Parameter:
    """A parameter as a scenario file writes it; ``default`` is None where it must be given."""

    name: str
    values: str
    default: str | None


@dataclass(frozen=True)
class Used:
    """A shipped scenario: its path below ``scenarios``, its sentence, and the outcome that it expects."""

    path: str
    sentence: str
    outcome: str


@dataclass(frozen=True)
class FaultEntry:
    """Everything that is known of one fault; what only its own page tells is looked up when it is asked for."""

    kind: type[Fault]
    name: str
    about: str
    does: tuple[str, ...]
    stands_for: str
    acts_on: str
    detectable: str
    sound_chain: str
    controls: tuple[str, ...]
    seen: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By setting ("length: declared"; empty: whatever they are), then by reaction, who was seen to react so."""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its own, without the triggers that all faults share."""
        return tuple(_parameters(self.kind))

    @cached_property
    def scenarios(self) -> tuple[Used, ...]:
        """The shipped scenarios that use it."""
        return tuple(_using(self.name))


def catalogue() -> list[FaultEntry]:
    """An entry for each registered fault, by name."""
    return [_entry(kind) for _, kind in sorted(FAULTS.items())]


def entry(name: str) -> FaultEntry:
    """The entry of one fault; AuthorError when there is no such fault."""
    if name not in FAULTS:
        raise AuthorError(unknown("fault", name, sorted(FAULTS)))
    return _entry(FAULTS[name])


def _entry(kind: type[Fault]) -> FaultEntry:
    said = docstring(kind, (*_HEADINGS, _ACTS_ON))
    if tuple(heading for heading in said.under if heading != _ACTS_ON) != _HEADINGS:
        raise ValueError(f"{kind.name}: found {', '.join(said.under) or 'none'}, expected {', '.join(_HEADINGS)}")
    return FaultEntry(
        kind=kind,
        name=kind.name,
        about=(inspect.getmodule(kind).__doc__ or "").strip().splitlines()[0],
        does=said.paragraphs,
        stands_for=said.under["Stands for"],
        acts_on=said.under.get(_ACTS_ON, ""),
        detectable=said.under["Detectable by"],
        sound_chain=said.under["A sound chain"],
        controls=kind.detectable_by,
        seen=_seen(kind),
    )


def _seen(kind: type[Fault]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for told, reaction in sorted(kind.seen.items(), key=lambda seen: _weight(*seen)):
        client, _, setting = told.rstrip(")").partition(" (")
        reactions = found.setdefault(setting, {})
        reactions[reaction] = (*reactions.get(reaction, ()), client)
    return dict(sorted(found.items()))


def _weight(told: str, reaction: str) -> tuple[int, int, int]:
    """The order of the words, of the minutes that one takes, and of the clients."""
    word, _, took = reaction.partition(" ")
    client = told.partition(" ")[0]
    clients = [*REFUSED_TO_ALL, *SENDERS, *LOADERS, *WORKERS]
    return [*REACTIONS].index(word), int(re.sub(r"\D", "", took) or 0), clients.index(client)


def _parameters(kind: type[Fault]) -> Iterator[Parameter]:
    schema = TypeAdapter(kind).json_schema(by_alias=True, ref_template="{model}")
    triggers = TypeAdapter(Fault).json_schema(by_alias=True)["properties"]
    own = {name: told for name, told in schema["properties"].items() if name not in triggers}
    required = schema.get("required", [])
    for name in sorted(own, key=lambda one: one not in required):
        told = own[name]
        default = None if name in required else str(told.get("default") if told.get("default") is not None else "none")
        yield Parameter(name, _values(told, schema.get("$defs", {})), default)


def _values(told: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """What a parameter may be, in words."""
    if "anyOf" in told:
        kinds = [one for one in told["anyOf"] if one.get("type") != "null"]
        return " or ".join(_values(one, models) for one in kinds)
    if "$ref" in told:
        return f"{{{', '.join(models[told['$ref']]['properties'])}}}"
    if "enum" in told:
        *others, last = map(str, told["enum"])
        return f"{', '.join(others)} or {last}" if others else last
    if "const" in told:
        return str(told["const"])
    if told.get("type") == "integer":
        bounds = [f"{word} {told[key]}" for word, key in (("from", "minimum"), ("to", "maximum")) if key in told]
        return " ".join(["a whole number", *bounds])
    if "bytes" in (pattern := told.get("pattern", "")):
        return 'a part such as "50%" or "1234 bytes"'
    if "ppm" in pattern:
        return "a rate such as 200ppm"
    if "ms" in pattern:
        return "a duration such as 90s or 1h30m"
    return "a time of day" if pattern else {"boolean": "true or false"}.get(told.get("type", ""), "text")


def _using(name: str) -> Iterator[Used]:
    """Read as plain data, as no chain has to be loaded, and only where the name stands: to parse all takes a second."""
    top = shipped.scenarios()
    for path in sorted(top.rglob("*.yaml")):
        if name not in path.read_text(encoding="utf-8"):
            continue
        told = read(path, "a scenario").data
        if name in (fault if isinstance(fault, str) else next(iter(fault)) for fault in told["faults"]):
            yield Used(str(path.relative_to(top)), str(told["scenario"]), str(told["expect"]["outcome"]))
