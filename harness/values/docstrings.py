"""What a docstring says: its paragraphs, and what stands under the headings of its last one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Docstring:
    """Paragraphs, each on one line, and the text under each heading that was found."""

    paragraphs: tuple[str, ...]
    under: Mapping[str, str]


def docstring(thing: object, headings: Sequence[str]) -> Docstring:
    """The docstring of a class or function; a heading begins a line and ends with a colon."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(thing) or "")
    heading = rf"^({'|'.join(map(re.escape, headings))}): "
    before, *found = re.split(heading, paragraphs[-1], flags=re.MULTILINE)
    under = dict(zip(found[::2], map(_on_one_line, found[1::2]), strict=True))
    return Docstring(tuple(filter(None, map(_on_one_line, [*paragraphs[:-1], before]))), under)


def lacks(thing: object, headings: Sequence[str], begins_with: str) -> str | None:
    """What a docstring must have and does not: ``begins_with``, such as "what it does", then every heading."""
    said = docstring(thing, headings)
    missing = [heading for heading in headings if not said.under.get(heading)]
    if not missing and said.paragraphs:
        return None
    found = f"no '{missing[0]}:' in its docstring" if missing else "no sentence that begins its docstring"
    return f"found {found}, expected {begins_with}, then {', '.join(f'{one}:' for one in headings)}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
