"""What makes rows of what a sender has written: objects, each with a value in every column of the key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import shown


def check_rows(rows: Sequence[Any], key_columns: Sequence[str]) -> None:
    """Refusal, which names the first that is not as it should be."""
    if not _are_rows(rows, key_columns):
        _refuse_rows(rows, key_columns)


def _are_rows(rows: Sequence[Any], key_columns: Sequence[str]) -> bool:
    """Whether all are: asked of all at once, which is quicker."""
    if not {dict}.issuperset(map(type, rows)):
        return False
    return all({type(None), dict, list}.isdisjoint([type(row.get(column)) for row in rows]) for column in key_columns)


def _refuse_rows(rows: Sequence[Any], key_columns: Sequence[str]) -> None:
    for position, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Refusal(f"rows[{position}]", found=shown(row), expected="an object")
        for column in key_columns:
            if row.get(column) is None or isinstance(row[column], (dict, list)):
                expected = "a value: the column is part of the row's key"
                raise Refusal(f"rows[{position}].{column}", found=shown(row.get(column)), expected=expected)
