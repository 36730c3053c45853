"""What came by a channel, before it is a page: its title, its words, and what it says under a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_FIELDS = 200
"""Of one message; what is said beyond that stays in its text alone."""

_NAMED = ("name", "title", "label", "key")
_MARKS = "*_ \t\r\f\v\xa0"
_BEFORE = _MARKS + ">•-"
_LINE = re.compile(r"([^\W\d_][\w /.-]{0,30}?)[\s*_]*[:=](.*)")


@dataclass(frozen=True)
class Message:
    """A message. ``fields`` by their names in lower case; ``hints``: what may be the job, the likeliest first."""

    title: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    hints: Sequence[str] = ()


def fields_of_text(text: str) -> dict[str, str]:
    """What lines like ``Job: retrieve`` say, or a line ``Job:`` and the next one; the first of a name counts.

    Line by line, so that a text of blank lines or of stars takes no longer than another.
    """
    found: dict[str, str] = {}
    heading: str | None = None
    for line in text[:65_536].split("\n"):
        if len(found) == MOST_FIELDS:
            break
        if not (said := line.strip(_MARKS)):
            continue
        if (named := _LINE.match(line.lstrip(_BEFORE))) is None:
            if heading is not None:
                found.setdefault(heading, said)
            heading = None
        elif value := named[2].strip(_MARKS):
            found.setdefault(as_name(named[1]), value)
            heading = None
        else:
            heading = as_name(named[1])
    return found


def fields_of_json(value: Any) -> dict[str, str]:
    """Every value with a name, at any depth, the outer ones first; ``{"title": "Job", "value": "retrieve"}`` too."""
    found: dict[str, str] = {}
    for name, text in _scalars(value):
        if len(found) == MOST_FIELDS:
            break
        found.setdefault(as_name(name), text)
    return found


def lines_of_json(value: Any) -> str:
    """The same as lines, for the text of a page."""
    return "\n".join(f"{name}: {text}" for name, text in fields_of_json(value).items())


def as_name(name: str) -> str:
    """A field's name as fields are looked up by."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


def text_of(value: Any) -> str:
    """A value as a text; empty for what is none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def joined(*parts: str) -> str:
    """What there is of the parts of a text, each once, with an empty line between."""
    return "\n\n".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _scalars(value: Any) -> Iterator[tuple[str, str]]:
    level = [value]
    while level:
        inside: list[Any] = []
        for one in level:
            if isinstance(one, list):
                inside += one
            elif isinstance(one, dict):
                named = next((one[key] for key in _NAMED if isinstance(one.get(key), str)), None)
                if named and (said := text_of(one.get("value"))):
                    yield named, said
                for name, content in one.items():
                    if isinstance(content, dict | list):
                        inside.append(content)
                    elif said := text_of(content):
                        yield name, said
        level = inside
