"""The schema of a history's lines: what it refuses, and that it changes in no other way than its version allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.contract.events import EVENTS, HISTORY_VERSION, Happening, schema
from harness.contract.events.schema import history_schema
from harness.contract.events.vocabulary import NUMBER, TEXT, Field, happening, maybe, or_null
from harness.report.catalogue.show_events import PUBLISHED

FILE = Path(__file__).parents[2] / "harness/contract/events" / PUBLISHED
COMMAND = f"harness schema history > harness/contract/events/{PUBLISHED}"
VALIDATOR = Draft202012Validator(history_schema())

LAUNCH: dict[str, Any] = {
    "index": 7, "at": 1, "component": "scheduler", "type": "fail", "action": "launch",
    "value": {"job": "retrieve", "attempt": 1}, "error": "no such program",
}  # fmt: skip
BATCH = LAUNCH | {"component": "planning", "action": "batch", "value": {"key": None}}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(history_schema())


@pytest.mark.parametrize(
    "line",
    [
        {"format": "night-harness-history", "version": HISTORY_VERSION},
        LAUNCH,
        LAUNCH | {"error": None},
        LAUNCH | {"type": "ok", "value": {"job": "retrieve", "attempt": 1, "pid": 4711}},
        BATCH,
        BATCH | {"component": "warehouse"},
        pytest.param(LAUNCH | {"action": "nap", "value": {"for_s": 3}}, id="an action that may be added"),
        pytest.param(LAUNCH | {"component": "moon", "action": "rise", "value": {}}, id="a component that may be added"),
    ],
)
def test_what_a_line_may_say_validates(line: object) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        {"format": "night-harness-history", "version": HISTORY_VERSION + 1},
        {"format": "night-harness-history"},
        {"format": "another", "version": HISTORY_VERSION},
        {"format": "night-harness-history", "version": HISTORY_VERSION, "more": 1},
        {},
        [],
        LAUNCH | {"at": "1"},
        LAUNCH | {"type": "maybe"},
        LAUNCH | {"more": 1},
        {name: held for name, held in LAUNCH.items() if name != "error"},
        pytest.param(LAUNCH | {"type": "info"}, id="a type that a launch never has"),
        pytest.param(LAUNCH | {"value": {"job": "retrieve"}}, id="a field less"),
        pytest.param(LAUNCH | {"value": {"job": "retrieve", "attempt": 1, "host": "a"}}, id="a field more"),
        pytest.param(LAUNCH | {"value": {"job": "retrieve", "attempt": "1"}}, id="a field of another kind"),
        pytest.param(LAUNCH | {"value": {"job": None, "attempt": 1}}, id="a null where none may be"),
        pytest.param(BATCH | {"value": {}}, id="a field of a consumer's less"),
        pytest.param(BATCH | {"component": "warehouse", "value": {"key": 5}}, id="of any consumer"),
    ],
)
def test_what_a_line_may_not_say_does_not_validate(line: object) -> None:
    assert not VALIDATOR.is_valid(line)


# ---- what a version promises ----------------------------------------------------------------------------------------

ANOTHER_VERSION = f"""
Within version {HISTORY_VERSION} of the format only events are added. So raise HISTORY_VERSION in
harness/contract/events/__init__.py, publish the new schema beside the old one ({COMMAND},
under its new number), and say in CHANGELOG.md what readers of histories are to do."""


def test_within_a_version_only_events_are_added() -> None:
    changes = changes_between(json.loads(FILE.read_text()), history_schema())
    assert not changes, "\n".join(changes) + ANOTHER_VERSION


def test_the_published_schema_knows_every_event() -> None:
    same = FILE.read_text() == json.dumps(history_schema(), indent=2) + "\n"
    assert same, f"events were added or worded anew, which needs no new version; publish them: {COMMAND}"


def changes_between(published: Mapping[str, Any], generated: Mapping[str, Any]) -> list[str]:
    """What only a new version may change. How lines find their definition follows from these, and is tested above."""
    before, now = _undescribed(published["$defs"]), _undescribed(generated["$defs"])
    return [change for name in before for change in _changes(before[name], now.get(name), name)]


def _undescribed(schema: Any) -> Any:
    """A schema without its descriptions, which may be worded anew at any time."""
    if isinstance(schema, list):
        return [_undescribed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    texts = [name for name, one in schema.items() if name == "description" and isinstance(one, str)]
    return {name: _undescribed(one) for name, one in schema.items() if name not in texts}


def _changes(before: Any, now: Any, at: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in before | now:
            yield from _changes(before.get(name), now.get(name), f"{at}.{name}")
    elif before != now:
        yield f"{at} was {before}, and is {now}"


Events = dict[str, dict[str, Happening]]

RETRIES = Field(NUMBER, "how often it was tried before")
LAUNCHED = EVENTS["scheduler"]["launch"]


def launch(**changed: Any) -> Callable[[Events], None]:
    def plant(events: Events) -> None:
        events["scheduler"]["launch"] = replace(LAUNCHED, **changed)

    return plant


def fields(**changed: Field) -> Callable[[Events], None]:
    return launch(fields={**LAUNCHED.fields, **changed})


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        pytest.param(fields(retries=RETRIES), "retries was None", id="a field is added"),
        pytest.param(fields(retries=maybe(RETRIES)), "retries was None", id="a field is added that may be absent"),
        pytest.param(
            launch(fields={name: one for name, one in LAUNCHED.fields.items() if name != "pid"}),
            "scheduler.launch.properties.value.properties.pid was {'type': 'integer'}, and is None",
            id="a field is removed",
        ),
        pytest.param(fields(attempt=Field(TEXT, "which")), "attempt.type was integer, and is string", id="retyped"),
        pytest.param(fields(attempt=Field(or_null(NUMBER), "which")), "and is ['integer', 'null']", id="may be null"),
        pytest.param(fields(attempt=maybe(RETRIES)), "required was ['job', 'attempt']", id="may be absent"),
        pytest.param(launch(types=("invoke", "ok")), "type.enum was ['invoke', 'ok', 'fail']", id="a type is removed"),
        pytest.param(launch(types=("invoke", "ok", "fail", "info")), "type.enum was", id="a type is added"),
        pytest.param(lambda events: events["scheduler"].pop("launch"), "scheduler.launch was {", id="no such event"),
        pytest.param(lambda events: events.pop("desk"), "desk.page was {", id="no such component"),
    ],
)
def test_any_other_change_is_told(
    plant: Callable[[Events], object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = with_planted(plant, monkeypatch)
    assert changes
    assert told in "\n".join(changes)


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(
            lambda events: events["scheduler"].update(nap=happening("it rests", "info", for_s=RETRIES)), id="an event"
        ),
        pytest.param(lambda events: events.update(moon={"rise": happening("it rises", "info")}), id="a component"),
        pytest.param(launch(says="a job is launched"), id="a description"),
    ],
)
def test_what_may_come_within_a_version_is_not(
    plant: Callable[[Events], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert with_planted(plant, monkeypatch) == []
    assert json.loads(FILE.read_text()) != history_schema()


def with_planted(plant: Callable[[Events], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    before = history_schema()
    events = {component: dict(actions) for component, actions in EVENTS.items()}
    plant(events)
    monkeypatch.setattr(schema, "EVENTS", events)
    return changes_between(before, history_schema())
