"""How far a chain says that it has delivered, and what was stored by then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from harness.checks.model.commits import came_at, commits
from harness.checks.model.holdings import begin_event
from harness.history import History


@dataclass(frozen=True)
class Mark:
    """What a watermark says from a moment on; ``value`` is None where its file holds nothing that could be one."""

    at: int
    value: str | None
    found: str

    def is_before(self, other: Mark) -> bool:
        """Whether it says less: of two numbers the lower one, of anything else (ISO dates) what sorts before."""
        mine, others = _number(self.value), _number(other.value)
        if mine is not None and others is not None:
            return mine < others
        return str(self.value) < str(other.value)


def began(history: History, declared: Mapping[str, Any]) -> Mark | None:
    """What a watermark said when the night began, where the chain's folder begins with its file and it can be read."""
    if (text := declared.get("began")) is None or (value := _value(text, declared["field"])) is None:
        return None
    return Mark(begin_event(history).at, value, text)


def marks(history: History, declared: Mapping[str, Any]) -> list[Mark]:
    """Everything that a watermark said in a night, in order."""
    return [
        Mark(event.at, _value(event.value["text"], declared["field"]), event.value["text"])
        for event in history.of("write", component="folders", type="ok", folder=declared["folder"])
        if event.value["name"] == declared["file"] and "text" in event.value
    ]


def last_move(said: Sequence[Mark]) -> Mark | None:
    """The first of the marks that say what the last one says; None where nothing was said."""
    moved = None
    for mark in said:
        if moved is None or mark.value != moved.value:
            moved = mark
    return moved


def stored_by(history: History, consumer: str, at: int) -> int:
    """How many of the night's own rows a consumer had stored at a moment, those of its files of earlier days too."""
    begin = begin_event(history).value
    night = begin["date"]
    dates = {night, *begin["consumers"].get(consumer, {}).get("days", ())}
    return sum(
        event.value.get("stored", 0)
        for event in commits(history, consumer)
        if came_at(history, event) <= at
        and event.value.get("business_date", night) in dates
        and event.value.get("fallback_of") is None
    )


def _value(text: str, field: str | None) -> str | None:
    if field is None:
        return text.strip() or None
    try:
        told = json.loads(text)
    except ValueError:
        return None
    value = told.get(field) if isinstance(told, dict) else None
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def _number(value: str | None) -> Decimal | None:
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        return None
