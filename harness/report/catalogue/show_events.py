"""The events of a history as a page for readers: the README of `harness.contract.events`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from harness.contract.events import HISTORY_VERSION
from harness.contract.events.lines import EVENT, HEADER
from harness.contract.events.schema import recorded
from harness.contract.events.vocabulary import Field
from harness.history import Event
from harness.report.catalogue.layout import table

_LAUNCH = Event(7, 1795399200000001000, "scheduler", "invoke", "launch", {"job": "retrieve", "attempt": 1})

PUBLISHED = f"history-v{HISTORY_VERSION}.schema.json"
"""The schema as it was published, beside the page."""

_INTRODUCTION = f"""\
# The history of a night

Everything that happened in a night, in one total order. `harness run --histories DIR` writes it, pytest keeps it of
every night that was not as expected (in `.night-harness/histories`), each beside its baseline's, and `harness judge`
reads both. This page is made by `harness schema history --markdown`; a test fails where it is out of date.

A history is a file of JSON lines in UTF-8. The first line says what the file is, every other one is an event:

```json
{json.dumps(HEADER)}
{_LAUNCH.to_json()}
```"""

_VERSIONS = f"""\
This is version {HISTORY_VERSION}. `harness schema history` prints the JSON Schema of one line, and the published one is
[{PUBLISHED}]({PUBLISHED}).

Events may be added within a version, so a reader passes over what it does not know, by component and action. Whatever
else changes (in an event that is known, a field more, less, or of another kind; an event or a type of it less) makes a
new version, and the [changelog](../../../CHANGELOG.md) says what to do.

A file of another version is refused. One without such a first line was written before there were versions, and is read
as version 1. The digest of a night is one of events: it does not know the version, and leaves out what depends on the
machine (`pid`, and how long jobs worked: `work`) or is drawn at random (the names of files that are `added` to the
chain's folder)."""

_EVENTS = """\
A dot says that a fault can wait for it with [`on`](../../../fixtures/chains/README.md#events). `<consumer>` stands for
the name of a consumer, which the chain gives it and `begin` tells."""


def markdown() -> str:
    """The whole page."""
    overview = (
        (_link(component, action), ", ".join(one.types), "•" if one.sets_off else "", one.says)
        for component, action, one in recorded()
    )
    parts = [_INTRODUCTION, _fields(EVENT), "## Versions", _VERSIONS, "## The events", _EVENTS]
    parts += [table(("event", "types", "`on`", "when"), overview), "## What they say"]
    for component, action, one in recorded():
        parts += [f"### {_title(component, action)}", _fields(one.fields)]
    return "\n\n".join(parts) + "\n"


def _fields(fields: Mapping[str, Field]) -> str:
    rows = ((f"`{name}`", _held(one), one.says) for name, one in _paths(fields))
    return table(("field", "holds", "meaning"), rows)


def _paths(fields: Mapping[str, Field], within: str = "") -> Iterator[tuple[str, Field]]:
    """Every field by its path; a star stands for any name or place."""
    for name, one in fields.items():
        yield within + name, one
        yield from _paths(one.kind.fields, f"{within}{name}.*.")


def _held(one: Field) -> str:
    return f"{one.kind.words}, or absent" if one.absent else one.kind.words


def _title(component: str, action: str) -> str:
    return f"{component.strip('<>')} {action}"


def _link(component: str, action: str) -> str:
    title = _title(component, action)
    return f"[`{component}` `{action}`](#{title.replace(' ', '-')})"
