"""Which records a consumer is to hold, as a chain says it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.model import HttpConsumer


def consumer(records: Any) -> HttpConsumer:
    return HttpConsumer.model_validate({"key": ["id"], "records": records})


def test_one_value_stands_for_a_list_of_it() -> None:
    said = consumer({"where": {"state": "PAID", "paid": True}, "at_least": "99.5%"})
    assert said.which == "some"
    assert said.records.where == {"state": ("PAID",), "paid": (True,)}  # type: ignore[union-attr]
    assert float(said.records.least) == 0.995  # type: ignore[union-attr]
    assert HttpConsumer.model_validate(said.model_dump()) == said


@pytest.mark.parametrize(
    ("records", "place", "told"),
    [
        ("few", "records.text", "found 'few', expected every, some or derived"),
        ({}, "records.mapping", "expected one of where, except, at_least; or records: some"),
        ({"wher": {"a": 1}}, "records.mapping.wher", "Did you mean 'where'?"),
        ({"where": {"state": {"is": "PAID"}}}, "records.mapping.where.state", "expected a value or a list of values"),
        ({"where": {"state": []}}, "records.mapping.where.state", "expected a value or a list of values"),
        ({"at_least": "0%"}, "records.mapping.at_least", "found '0%', expected a share of the records, such as 90%"),
        ({"at_least": 90}, "records.mapping.at_least", "found 90, expected a share"),
    ],
)
def test_what_it_may_not_say(records: Any, place: str, told: str) -> None:
    with pytest.raises(ValidationError) as raised:
        consumer(records)
    said = {".".join(map(str, one["loc"])): one["msg"] for one in raised.value.errors()}
    assert told in said[place]
