"""Effects of users' own: what each of them is, at this passing of its point, in the effects that the mock knows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.contract.orders import Order
from harness.mocks.core.extensions import users_code

T = TypeVar("T")


@dataclass(frozen=True)
class Passing:
    """One passing of a point: what it is of, when, and the how manieth since the order is awake.

    ``where`` has what the point says of a passing (`Point.where`). ``now_ns`` is the night's time, in UTC nanoseconds.
    ``call`` counts, from 1, the passings for the order's target while it was awake.
    """

    where: Mapping[str, str]
    now_ns: int
    call: int


Act = Callable[[Any, Passing], Any]
"""An effect of the point that the mock knows, or None: there is nothing to act on.

A pure function of its two arguments: it is asked more than once for a passing, and a mock outlives a night, so that
what it keeps itself would be there in the next one. "The first after 02:30" is the fault's trigger (``at``, ``times``).
"""

ACTS: dict[type, Act] = {}


def acts(kind: type[T]) -> Callable[[Callable[[T, Passing], Any]], Callable[[T, Passing], Any]]:
    """Register what an effect of your own does, in a module for the mocks.

    ``kind`` is a class that `harness.contract.points.effect` has registered at a point.
    """

    def register(act: Callable[[T, Passing], Any]) -> Callable[[T, Passing], Any]:
        if kind in ACTS:
            raise ValueError(
                f"two functions say what {kind.__name__} does: {ACTS[kind].__module__} and {act.__module__}"
            )
        try:
            inspect.signature(act).bind("effect", "passing")
        except TypeError as error:
            raise ValueError(f"{act.__name__}: {error}; expected {act.__name__}(effect, passing)") from None
        ACTS[kind] = act
        return act

    return register


class NoActError(ValueError):
    """A user's effect is ordered, and no module in the mock says what it does; ``told`` has a StackError's parts."""

    def __init__(self, kind: type, decorator: str) -> None:
        self.told = {
            "where": f"{kind.__module__}.{kind.__name__}",
            "found": "no function inside the mocks that says what it does",
            "expected": f"a function under {decorator}({kind.__name__}), in a module that the mocks import",
            "todo": "name that module as an entry point of the group night_harness.mocks, or in pyproject.toml under "
            "[tool.night-harness] mocks",
        }
        super().__init__(self.told["found"])


def check(order: Order) -> bool:
    """Whether an order has a user's own effect; raises `NoActError` where nothing here says what that does."""
    kind = type(order.effect)
    if kind not in order.point.own.values():
        return False
    if kind not in ACTS:
        raise NoActError(kind, "@acts")
    return True


def resolved(effect: Any, passing: Passing, ours: tuple[type, ...]) -> Any:
    """What a user's own effect is at this passing, one of ``ours``; None where it does nothing."""
    act = ACTS[type(effect)]
    with users_code(act):
        found = act(effect, passing)
        if found is not None and not isinstance(found, ours):
            known = ", ".join(one.__name__ for one in ours)
            raise TypeError(f"it returned {found!r}, expected an effect of the point ({known}), or None")
        return found
