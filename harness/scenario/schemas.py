"""The JSON Schemas of the formats, from the models themselves: editors complete and check with them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from harness.chain.model import Chain
from harness.chain.roster import Roster
from harness.faults import FAULTS
from harness.scenario.model import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def chain_schema() -> dict[str, Any]:
    """What a chain file may say; one that is ``like`` another may leave out everything else."""
    schema = Chain.model_json_schema(by_alias=True)
    required = schema.pop("required")
    like = {"type": "string", "description": "Another chain file, from which everything else is taken."}
    schema["properties"] = {"chain": schema["properties"].pop("chain"), "like": like, **schema["properties"]}
    schema["anyOf"] = [{"required": required}, {"required": ["like"]}]
    return _published(schema, "A chain of Night Harness")


def roster_schema() -> dict[str, Any]:
    """What a roster may say: the file that a chain names with ``oncall``."""
    return _published(Roster.model_json_schema(by_alias=True), "A roster of Night Harness")


def scenario_schema() -> dict[str, Any]:
    """What a scenario file may say, with each fault and its parameters."""
    schema = Scenario.model_json_schema(by_alias=True)
    definitions = schema.setdefault("$defs", {})
    definitions["Expect"]["required"] = ["outcome"]
    faults: list[dict[str, Any]] = []
    for name, kind in sorted(FAULTS.items()):
        fault = TypeAdapter(kind).json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= fault.pop("$defs", {})
        faults.append(
            {"type": "object", "properties": {name: fault}, "required": [name], "additionalProperties": False}
        )
        if not fault.get("required"):
            faults.append({"const": name})
    schema["properties"] |= {
        "chain": {"type": "string", "description": "The path of a chain file, relative to this file."},
        "faults": {"type": "array", "items": {"anyOf": faults}, "minItems": 1},
    }
    schema["required"] = ["scenario", "chain", "night", "faults", "expect"]
    return _published(schema, "A scenario of Night Harness")


def _published(schema: dict[str, Any], title: str) -> dict[str, Any]:
    body: dict[str, Any] = _without_nulls(schema)
    return {"$schema": _DIALECT, "title": title} | body


def _without_nulls(schema: Any) -> Any:
    """What the models allow as None is, in a file, a key that is left out; generated titles only repeat the names."""
    if isinstance(schema, list):
        return [_without_nulls(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _without_nulls(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
    choices = [one for one in kept.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return choices[0] | kept
    return kept | ({"anyOf": choices} if choices else {})
