"""A layout as the words of a chain that say it, ready to be pasted under a file's ``content``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.chain.layouts.places import steps
from harness.contract.content import SaidLayout
from harness.contract.layout import DOCUMENTS, RECORDS, Cell, Kind, Stated

_PLAIN = re.compile(r"[A-Za-z_][\w-]*(?: [A-Za-z0-9_-]+)*", re.ASCII)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

_USUAL_ENCODINGS = (None, "utf-8", "utf-8-sig")

_BROADEST = 100
"""Columns are said line by line where a line is longer."""


def as_yaml(said: SaidLayout, like: str | None = None) -> Iterator[str]:
    """The lines of ``layout``, for a file that is ``like`` a known one or not."""
    yield "layout:"
    for key, value in _words(said, like).items():
        if key == "states":
            yield "  states:"
            yield from (f"    - {_flow(one)}" for one in value)
        elif key == "columns" and len(_flow(value)) > _BROADEST and isinstance(value, Mapping):
            yield "  columns:"
            yield from (f"    {_flow(name)}: {_flow(place)}" for name, place in value.items())
        else:
            yield f"  {key}: {_flow(value)}"


def _words(said: SaidLayout, like: str | None) -> dict[str, Any]:
    if like is not None:
        return {"like": like}
    parts = said.units
    is_document = parts.structure in DOCUMENTS
    words: dict[str, Any] = {} if parts.structure == "lines" else {"structure": parts.structure}
    if parts.length is not None:
        words["length"] = parts.length
    if said.encoding not in _USUAL_ENCODINGS:
        words["encoding"] = said.encoding
    if parts.ends is not None:
        words["ends"] = parts.ends
    if parts.separators:
        words["delimiter"] = parts.separators[0]
    if not is_document:
        words |= _signs(parts.kinds)
    elif parts.structure == "xml":
        words["records"] = parts.records[0] if len(parts.records) == 1 else [*parts.records]
    elif parts.records:
        words["records"] = _pointer(parts.records)
    if said.columns:
        words["columns"] = _columns(said, is_document=is_document)
    names = {column.cell: column.name for column in said.columns}
    if parts.stated:
        words["states"] = [_states(one, names) for one in parts.stated]
    return words


def _signs(kinds: Sequence[Kind]) -> dict[str, Any]:
    """How the kinds of lines are known, but for those that take what is left."""
    found: dict[str, list[Any]] = {}
    for kind in kinds:
        key = RECORDS if kind.role == "record" else kind.role
        if not kind.takes_the_rest and kind.role != "part":
            found.setdefault(key, []).append(kind.first or kind.last or _sign(kind))
    parts = [_sign(kind) for kind in kinds if kind.role == "part"]
    if parts:
        found.setdefault("records", [{}])[0]["parts"] = parts[0]
    return {key: signs[0] if len(signs) == 1 else signs for key, signs in found.items()}


def _sign(kind: Kind) -> dict[str, Any]:
    values: Any = kind.starts[0] if len(kind.starts) == 1 else [*kind.starts]
    if kind.field is not None:
        return {"field": kind.field, "is": values}
    return {"starts": values} | ({"at": kind.at} if kind.at else {})


def _columns(said: SaidLayout, *, is_document: bool) -> Any:
    in_order = all(
        column.cell == (Cell(path=(column.name,)) if is_document else Cell(field=at))
        for at, column in enumerate(said.columns, 1)
    )
    if in_order:
        return [column.name for column in said.columns]
    return {column.name: _place(column.cell) for column in said.columns}


def _place(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: value for key in ("field", "component", "start", "width") if (value := getattr(cell, key)) is not None
    }
    if cell.path:
        plain = "/".join(cell.path)
        found["path"] = plain if steps(plain) == cell.path else _pointer(cell.path)
    return found | {key: value for key in ("decimals", "comma", "packed") if (value := getattr(cell, key))}


def _pointer(path: Sequence[str]) -> str:
    """Keys as RFC 6901 has them."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _states(stated: Stated, names: Mapping[Cell, str]) -> dict[str, Any]:
    place = _place(stated.cell)
    if stated.kind in ("trailer", "header"):
        words: dict[str, Any] = {stated.kind: place["field"] if [*place] == ["field"] else place}
    else:
        words = {"in": stated.kind} | place
    if stated.counts:
        words["counts"] = stated.counts[0] if len(stated.counts) == 1 else [*stated.counts]
        words |= {} if stated.itself else {"itself": False}
    else:
        sums = [names.get(one.cell) or _place(one.cell) for one in stated.sums]
        words["sums"] = sums[0] if len(sums) == 1 else sums
    return words | ({} if stated.digits is None else {"digits": stated.digits})


def _flow(value: Any) -> str:
    """In one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value)
