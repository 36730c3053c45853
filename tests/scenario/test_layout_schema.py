"""The published schema of a chain knows the words of a layout."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from harness.scenario.schemas import chain_schema
from tests.chain.layouts.test_layout_mistakes import EVERYTHING
from tests.chain.layouts.test_said_layouts import examples

VALIDATOR = Draft202012Validator(chain_schema())


def chain(layout: Any) -> dict[str, Any]:
    content = {"copy": "orders.txt", "layout": layout}
    return {
        "chain": "feed",
        "owner": "o",
        "deadline": "06:00",
        "files": {"orders": {"name": "f_{date}", "arrives": "01:30", "content": content}},
        "jobs": {"a": {"run": ["x"], "at": "02:00"}},
    }


def test_all_the_words_validate() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(chain(EVERYTHING))] == []


@pytest.mark.parametrize("text", examples())
def test_what_the_reference_shows_validates(text: str) -> None:
    shown = YAML(typ="safe", pure=True).load(text)
    assert VALIDATOR.is_valid(chain(shown.get("content", shown)["layout"]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"delimitter": "|"},
        {"delimiter": ""},
        {"structure": "line"},
        {"like": "nacah"},
        {"quote": "nothing"},
        {"header": "H|"},
        {"header": 0},
        {"header": {"first": 1}},
        {"records": {"starts": []}},
        {"groups": {"batch": {"opens": "5"}}},
        {"columns": {"day": "2"}},
        {"columns": {"day": {"field": 0}}},
        {"columns": {"day": {"field": 1, "type": "nummer"}}},
        {"states": {"trailer": "2"}},
        {"states": [{"trailer": "2", "counts": "records"}]},
        {"states": [{"trailer": 2, "count": "records"}]},
    ],
)
def test_what_a_layout_may_not_say_does_not_validate(wrong: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(chain(wrong))
