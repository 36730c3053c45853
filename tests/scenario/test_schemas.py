"""The published JSON Schemas agree with what loads."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.chain.loading import load_chain
from harness.content import shipped
from harness.faults import FAULTS
from harness.scenario.loading import load_scenario
from harness.scenario.model import fault_parameters
from harness.scenario.schemas import chain_schema, scenario_schema
from harness.values.yaml_source import read

CHAIN_VALIDATOR = Draft202012Validator(chain_schema())
SCENARIO_VALIDATOR = Draft202012Validator(scenario_schema())
CHAINS = sorted(shipped.fixtures().glob("chains/*/*.yaml"))
SCENARIOS = sorted(shipped.scenarios().rglob("*.yaml"))


def as_json(file: Path) -> Any:
    # An editor checks what JSON can say; a date is text there.
    return json.loads(json.dumps(dict(read(file, "a mapping").data), default=str))


def test_both_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(chain_schema())
    Draft202012Validator.check_schema(scenario_schema())


def test_there_is_something_to_validate() -> None:
    assert CHAINS
    assert SCENARIOS


@pytest.mark.parametrize("file", CHAINS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_shipped_chain_loads_and_validates(file: Path) -> None:
    load_chain(file)
    assert [error.message for error in CHAIN_VALIDATOR.iter_errors(as_json(file))] == []


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_shipped_scenario_loads_and_validates(file: Path) -> None:
    load_scenario(file)
    assert [error.message for error in SCENARIO_VALIDATOR.iter_errors(as_json(file))] == []


CHAIN: dict[str, Any] = {
    "chain": "feed", "owner": "o", "deadline": "06:00",
    "jobs": {"a": {"run": ["x"], "at": "02:00", "max_run_time": "45m"}},
}  # fmt: skip
SCENARIO: dict[str, Any] = {
    "scenario": "s", "chain": "c.yaml", "night": "2026-11-23", "faults": ["no_fault"],
    "expect": {"outcome": "unaffected"},
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"ownr": "o"},
        {"deadline": "6 am"},
        {"owner": None},
        {"jobs": {}},
        {"jobs": {"a": {"run": ["x"], "max_run_time": "45"}}},
        {"jobs": {"a": {"run": "x"}}},
        {"files": {"f": {"name": "f_{date}", "arrives": "01:30"}}},
    ],
)
def test_what_a_chain_may_not_say_does_not_validate(wrong: dict[str, Any]) -> None:
    assert CHAIN_VALIDATOR.is_valid(CHAIN)
    assert not CHAIN_VALIDATOR.is_valid(CHAIN | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"faults": []},
        {"faults": ["no_falt"]},
        {"faults": [{"launch_failure": {"jbo": "a"}}]},
        {"faults": ["launch_failure"]},
        {"expect": {}},
        {"expect": {"outcome": "recoverd"}},
        {"chain": {}},
        {"faluts": []},
    ],
)
def test_what_a_scenario_may_not_say_does_not_validate(wrong: dict[str, Any]) -> None:
    assert SCENARIO_VALIDATOR.is_valid(SCENARIO)
    assert not SCENARIO_VALIDATOR.is_valid(SCENARIO | wrong)


def test_every_fault_and_parameter_is_in_the_schema() -> None:
    choices = scenario_schema()["properties"]["faults"]["items"]["anyOf"]
    known = {name: set(body["properties"]) for one in choices for name, body in one.get("properties", {}).items()}
    assert known == {name: set(fault_parameters(kind)) for name, kind in FAULTS.items()}
