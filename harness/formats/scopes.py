"""The file and the groups in it that are open, and what was and is in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from harness.contract.layout import Stated, UnitLayout
from harness.formats.cells.numerals import EXACT
from harness.formats.tally import Amount, Tally
from harness.formats.units.unit import Step, Unit

SEEN = 200
"""So many units show in which form a file writes its numbers."""


class Moved(NamedTuple):
    """By how much a figure must move; ``unread``: what was added or taken away and is no number, so that is not all."""

    by: Decimal
    unread: str | None


class Scope:
    """The file (no name), or one group: the sums of its figures before the steps and after.

    ``added``: the steps brought it whole, with figures that fit already.
    """

    __slots__ = ("_now", "_same", "_stated", "_unread", "_was", "added", "name", "number")

    def __init__(self, name: str | None, number: int, stated: Sequence[Stated], *, added: bool) -> None:
        self.name = name
        self.number = number
        self.added = added
        self._stated = stated
        self._was: dict[int, Amount] = {}
        self._now: dict[int, Amount] = {}
        self._same: dict[int, Amount] = {}
        self._unread: dict[int, Counter[str]] = {}

    def was(self, index: int, amount: Amount) -> None:
        """Add what was there before."""
        self._was[index] = _sum(self._was.get(index, 0), amount)

    def now(self, index: int, amount: Amount) -> None:
        """Add what is there."""
        self._now[index] = _sum(self._now.get(index, 0), amount)

    def both(self, index: int, amount: Amount) -> None:
        """Add what was there and still is."""
        self._same[index] = _sum(self._same.get(index, 0), amount)

    def unread(self, index: int, text: str, times: int) -> None:
        """Add what is no number: once more, or with -1 once less."""
        self._unread.setdefault(index, Counter())[text] += times

    def moved(self, index: int) -> Moved | None:
        """By how much a figure must move; None for one that stays."""
        if self.added:
            return None
        by = EXACT.subtract(self.now_comes_to(index), self._rounded(index, self._was))
        unread = next((text for text, times in self._unread.get(index, {}).items() if times), None)
        return Moved(by, unread) if by or unread is not None else None

    def all_moved(self) -> Iterator[tuple[tuple[int, int], Moved]]:
        """All figures that must move, by this number and theirs."""
        for index in self._was.keys() | self._now.keys():
            if (moved := self.moved(index)) is not None:
                yield (self.number, index), moved

    def now_comes_to(self, index: int) -> Decimal:
        """What a figure comes to after the steps."""
        return self._rounded(index, self._now)

    def _rounded(self, index: int, amounts: dict[int, Amount]) -> Decimal:
        amount = Decimal(_sum(amounts.get(index, 0), self._same.get(index, 0)))
        per = self._stated[index].per
        return amount if per == 1 else Decimal(-(-int(amount) // per))


def _sum(one: Amount, other: Amount) -> Amount:
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return EXACT.add(one, other)


class Scopes:
    """Which groups are open as the steps go by. ``absolute``: what no step has changed is added up as well."""

    def __init__(self, layout: UnitLayout, tally: Tally, *, absolute: bool = False) -> None:
        stated = self._stated = layout.stated
        self._with_end = {kind.closes for kind in layout.kinds}
        self._tally = tally
        self._absolute = absolute or any(one.per > 1 for one in stated)
        self._count = self._seen = 0
        self._file = Scope(None, 0, stated, added=False)
        self._open: list[Scope] = []

    def all_moved(self, steps: Iterable[Step]) -> dict[tuple[int, int], Moved]:
        """By how much each figure of each scope must move, by the scope's number and its own; none that stay."""
        found: dict[tuple[int, int], Moved] = {}
        for step in steps:
            for scope in [*self.begin(step), *self.end(step)]:
                found.update(scope.all_moved())
        for scope in self.rest():
            found.update(scope.all_moved())
        return found

    def scope(self, within: str | None) -> Scope | None:
        """The innermost open group of that name; the file for none."""
        if within is None:
            return self._file
        for scope in reversed(self._open):
            if scope.name == within:
                return scope
        return None

    def begin(self, step: Step) -> list[Scope]:
        """A step comes: the group that it opens is open, and it is added up. The groups that end before it."""
        was, now = step
        unit = now if was is None else was
        ended: list[Scope] = []
        if unit is not None and unit.kind.opens is not None:
            ended = self._opened(unit.kind.opens, added=was is None)
        if was is now:
            if now is not None and self._absolute:
                self._add(now, Scope.both)
            if now is not None and self._seen < SEEN:
                self._seen += 1
                self._tally.see(now)
            return ended
        if was is not None:
            self._add(was, Scope.was, unread=-1)
        if now is not None:
            self._add(now, Scope.now, unread=1)
        return ended

    def _add(self, unit: Unit, to: Callable[[Scope, int, Amount], None], *, unread: int = 0) -> None:
        for index, amount in self._tally.adds(unit):
            scope = self.scope(self._stated[index].within)
            if scope is not None:
                to(scope, index, amount)
        if unread and self._tally.unread:
            for index, text in self._tally.unread:
                scope = self.scope(self._stated[index].within)
                if scope is not None:
                    scope.unread(index, text, unread)

    def end(self, step: Step) -> list[Scope]:
        """A step has gone by: the group that it closes is closed. The groups that end with it."""
        was, now = step
        unit = now if was is None else was
        if unit is None or unit.kind.closes is None:
            return []
        scope = self.scope(unit.kind.closes)
        if scope is None or (was is None and not scope.added):
            # A second end that the steps have brought: the group goes on until its own.
            return []
        return self._closed(unit.kind.closes)

    def rest(self) -> Iterator[Scope]:
        """What is open at the end, the file last."""
        while self._open:
            yield self._open.pop()
        yield self._file

    def _opened(self, name: str, *, added: bool) -> list[Scope]:
        ended: list[Scope] = []
        around = self.scope(name)
        if around is not None:
            if added and not around.added and name in self._with_end:
                # A second beginning that the steps have brought: the group goes on until its end.
                return []
            ended = self._closed(name)
        self._count += 1
        self._open.append(Scope(name, self._count, self._stated, added=added))
        return ended

    def _closed(self, name: str) -> list[Scope]:
        ended = []
        while True:
            ended.append(self._open.pop())
            if ended[-1].name == name:
                return ended
