"""The JSON Schema of one line of a history file: its header, or an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contract.events import CONSUMER, EVENTS, Happening
from harness.contract.events.lines import EVENT, HEADER
from harness.contract.events.vocabulary import closed

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ANY_CONSUMER = "<consumer>"
"""Stands for the names that chains give to their consumers, which the schema of one line cannot know."""


def history_schema() -> Schema:
    """What a line may say: of an event that is known everything, of another one only what all events have.

    Events may be added within a version, so one that is not known here is no mistake. Who is no component of the night
    is a consumer of the chain, and what consumers record is known by its action.
    """
    return {
        "$schema": DIALECT,
        "title": "A line of a history of Night Harness",
        "if": {"required": ["format"]},
        "then": {"$ref": "#/$defs/header"},
        "else": {"allOf": [{"$ref": "#/$defs/event"}, *_by_component()]},
        "$defs": {
            "header": _header(),
            "event": {"description": "any other line: something that happened", **closed(EVENT)},
            **dict(_known()),
        },
    }


def recorded() -> Iterator[tuple[str, str, Happening]]:
    """Every event that is known: component, action, and what it says; of consumers last."""
    for component, actions in [*EVENTS.items(), (ANY_CONSUMER, CONSUMER)]:
        for action, happening in actions.items():
            yield component, action, happening


def _header() -> Schema:
    return {
        "description": "the first line: what the file is, in which version",
        "type": "object",
        "properties": {name: {"const": value} for name, value in HEADER.items()},
        "required": [*HEADER],
        "additionalProperties": False,
    }


def _known() -> Iterator[tuple[str, Schema]]:
    for component, action, happening in recorded():
        properties = {"type": {"enum": [*happening.types]}, "value": closed(happening.fields)}
        yield _name(component, action), {"description": happening.says, "properties": properties}


def _by_component() -> Iterator[Schema]:
    for component, actions in EVENTS.items():
        yield {"if": _is("component", {"const": component}), "then": {"allOf": _by_action(component, actions)}}
    consumers = _is("component", {"not": {"enum": [*EVENTS]}})
    yield {"if": consumers, "then": {"allOf": _by_action(ANY_CONSUMER, CONSUMER)}}


def _by_action(component: str, actions: Mapping[str, Happening]) -> list[Schema]:
    return [
        {"if": _is("action", {"const": action}), "then": {"$ref": f"#/$defs/{_name(component, action)}"}}
        for action in actions
    ]


def _name(component: str, action: str) -> str:
    return f"{component.strip('<>')}.{action}"  # part of a URI, which takes no such brackets


def _is(name: str, schema: Schema) -> Schema:
    return {"properties": {name: schema}, "required": [name]}
