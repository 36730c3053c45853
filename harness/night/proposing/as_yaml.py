"""A proposal as lines of a chain's file, ready to be pasted, each with what speaks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.chain.columns import Reshaped
from harness.chain.consumers.consumer import Consumer
from harness.chain.records import SomeRecords
from harness.night.proposing.proposal import Proposal

_PLAIN = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_LONGEST = 300


def as_yaml(proposed: Sequence[Proposal]) -> Iterator[str]:
    """The chain's `consumers`, to stand where they stand now."""
    yield "consumers:" if proposed else "# there are no consumers whose rows could be compared"
    for one in proposed:
        yield f"  {_scalar(one.name)}:{_comment(f'{one.place}: {one.told}')}"
        yield f"    kind: {_scalar(one.consumer.kind)}"
        for key, value in _own(one.consumer).items():
            yield f"    {key}: {json.dumps(value, ensure_ascii=False)}"
        if one.consumer.key:
            yield f"    key: {_value(one.consumer.key)}{_because(one, 'key')}"
        if one.consumer.records != "every":
            yield f"    records: {_value(_records(one.consumer.records))}{_because(one, 'records')}"
        if one.consumer.files:
            yield f"    files: {_value(one.consumer.files)}{_because(one, 'files')}"
        if one.consumer.columns:
            yield "    columns:"
            for column, said in one.consumer.columns.items():
                yield f"      {_scalar(column)}: {_value(said)}{_because(one, f'columns.{column}')}"
        for key, (value, why) in one.doubts.items():
            place, _, column = key.partition(".")
            line = f"{place}: {_value({column: value} if column else value)}"
            yield f"    # {line}{_comment(why)}"


def _own(consumer: Consumer) -> dict[str, Any]:
    """What a chain says of it beside what is proposed: whose it is, and what only its kind has."""
    proposed = ("kind", "key", "records", "files", "columns")
    said = {name: getattr(consumer, name) for name in type(consumer).model_fields if name not in proposed}
    return {name: one for name, one in said.items() if one is not None}


def _records(said: Any) -> Any:
    if not isinstance(said, SomeRecords):
        return said
    given = said.model_dump(by_alias=True, exclude_defaults=True)
    return {
        key: {column: values[0] if len(values) == 1 else values for column, values in value.items()}
        if isinstance(value, Mapping)
        else value
        for key, value in given.items()
    }


def _because(one: Proposal, key: str) -> str:
    return _comment(one.why[key]) if key in one.why else ""


def _comment(text: str) -> str:
    told = " ".join(text.split())
    return f"  # {told if len(told) <= _LONGEST else told[:_LONGEST] + '…'}"


def _value(value: Any) -> str:
    if isinstance(value, Reshaped):
        value = value.model_dump(by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {_value(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
