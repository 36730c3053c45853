"""The names and signatures that code of users rests on, a line each; what `tests/public_surface.txt` keeps.

python -m tests.public_surface     writes the file anew: a change of it is a change for users, and the changelog's
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.contract.points import POINTS

KEPT = Path(__file__).with_suffix(".txt")

MODULES = ("harness", "harness.testing", "harness.formats")
"""Everything in their ``__all__`` is public."""

OTHERS = (
    "harness.contract.channels.desk_channel",
    "harness.contract.points.effect",
    "harness.contract.effects.damages.damage",
    "harness.mocks.core.own_effects.acts",
    "harness.mocks.core.own_effects.Passing",
    "harness.mocks.core.own_http.Answer",
    "harness.mocks.core.own_http.Asked",
    "harness.mocks.core.refusal.Refusal",
    "harness.mocks.consumers.own.takers.Sent",
    "harness.mocks.consumers.own.takers.TakesRows",
    "harness.mocks.consumers.own.takers.takes_rows",
    "harness.mocks.desk.channels.own.Call",
    "harness.mocks.desk.channels.own.TakesPages",
    "harness.mocks.desk.channels.own.takes_pages",
    "harness.mocks.source.damage.damage.damage",
    "harness.mocks.source.files.body.Body",
    "harness.mocks.source.files.source_file.SourceFile",
)
EFFECTS = ("consumers", "damages", "scheduler", "source", "wire")


def surface() -> str:
    """All of it, in order."""
    lines = [line for module in MODULES for name in import_module(module).__all__ for line in _lines(module, name)]
    for path in OTHERS:
        module, _, name = path.rpartition(".")
        lines += _lines(module, name)
    for module in (f"harness.contract.effects.{name}" for name in EFFECTS):
        for name, thing in vars(import_module(module)).items():
            if inspect.isclass(thing) and thing.__module__ == module and not name.startswith("_"):
                lines += _lines(module, name)
    lines += [f"point {one.name} of {one.component}: {', '.join(one.where) or 'nothing'}" for one in POINTS.values()]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _lines(module: str, name: str) -> Iterator[str]:
    thing = getattr(import_module(module), name)
    yield f"{module}.{name}{_signature(thing)}"
    if inspect.isclass(thing) and not issubclass(thing, BaseException):
        for member, value in sorted(vars(thing).items()):
            if not member.startswith("_") and not member.startswith("model_"):
                yield f"{module}.{name}.{member}{_signature(value)}"


def _signature(thing: Any) -> str:
    function = thing.__func__ if isinstance(thing, classmethod | staticmethod) else thing
    if isinstance(function, property):
        return ": property"
    if not callable(function) or (inspect.isclass(function) and issubclass(function, BaseException)):
        return ""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    # Names, order and whether something must be given; annotations are said otherwise by each version of Python.
    said = [
        {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        + one.name
        + ("" if one.default is one.empty else "=…")
        for one in parameters
    ]
    return f"({', '.join(said)})"


if __name__ == "__main__":
    KEPT.write_text(surface(), encoding="utf-8")
