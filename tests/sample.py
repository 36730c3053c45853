"""A sample of a table of cases runs by default, one of each kind; all of it under --exhaustive."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest


def sample(cases: Iterable[Any], chosen: int | Container[Any] = 1) -> list[Any]:
    """The cases as parameters, exhaustive but for those chosen: the first so many, or those in a container.

    A case of several arguments is chosen by its first one.
    """
    parameters = []
    for number, case in enumerate(cases):
        values = case if type(case) is tuple else (case,)
        is_chosen = number < chosen if isinstance(chosen, int) else values[0] in chosen
        parameters.append(pytest.param(*values, marks=() if is_chosen else pytest.mark.exhaustive))
    if not isinstance(chosen, int):
        assert any(not parameter.marks for parameter in parameters), f"none of {chosen!r} is a case"
    return parameters
