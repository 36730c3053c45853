"""What is wrong with what a chain says of its consumers' columns."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.model import HttpConsumer
from harness.chain.rules import chain_mistakes


@pytest.mark.parametrize(
    ("consumer", "place", "text"),
    [
        ({"files": ["order"]}, ("files", 0), "unknown file 'order'. Did you mean 'orders'?"),
        ({"key": ["id"], "columns": {"id": "volatile"}}, ("columns", "id"), "found 'volatile', expected no such word"),
        (
            {"records": "derived", "columns": {"a": {"round": 1}}},
            ("columns", "a"),
            "found a column of rows that are not",
        ),
    ],
)
def test_it_is_told_at_its_place(consumer: dict[str, Any], place: tuple[Any, ...], text: str) -> None:
    chain = {"files": {"orders": {}}, "consumers": {"planning": consumer}}
    found = [told for told in chain_mistakes(chain) if told[0][:2] == ("consumers", "planning")]
    assert [location[2:] for location, _ in found] == [place]
    assert found[0][1].startswith(text)


@pytest.mark.parametrize("said", ["gone", {}, {"round": -1}, {"times": 0}, {"form": "x"}])
def test_a_word_or_a_form_that_there_is_not_is_refused(said: Any) -> None:
    with pytest.raises(ValidationError):
        HttpConsumer.model_validate({"columns": {"a": said}})
