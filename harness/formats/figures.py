"""What a file states of itself: its counts, sums and hash totals, and how they follow what is done to its units.

A figure follows by the difference that the steps make, and is not counted anew: what was wrong stays wrong by as much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from harness.contract.content import FileLayout
from harness.contract.layout import Stated, UnitLayout
from harness.formats.cells import Cells, NoRoom
from harness.formats.cells.numerals import EXACT
from harness.formats.scopes import Moved, Scope, Scopes
from harness.formats.tally import Tally
from harness.formats.units.unit import Step, Unit


class Following(Iterator[Unit]):
    """The units that are left, whose figures have followed.

    ``because``: of each figure that was left alone, why; complete when all units are there. ``wrong``: those of them
    that stand there and could not follow. A figure that is optional, and not there, is none.
    """

    def __init__(self, steps: Callable[[], Iterator[Step]], layout: FileLayout) -> None:
        self.because: dict[str, str] = {}
        self.wrong: dict[str, str] = {}
        self._units = layout.units or UnitLayout()
        self._cells = Cells(layout)
        self._tally = Tally(self._units, self._cells)
        self._given = self._run(steps)

    def __next__(self) -> Unit:
        return next(self._given)

    def _run(self, steps: Callable[[], Iterator[Step]]) -> Iterator[Unit]:
        stated = self._units.stated
        if not stated:
            yield from without_change(steps())
            return
        in_front = self._kinds_in_front()
        coming = Scopes(self._units, self._tally).all_moved(steps()) if in_front else {}
        for name in {one.kind for one in stated} - {kind.name for kind in self._units.kinds}:
            self.because.update({one.name: f"no kind {name}" for one in stated if one.kind == name})
        scopes = Scopes(self._units, self._tally)
        for step in steps():
            scopes.begin(step)
            now = step.now
            if now is not None:
                figures = self._tally.of_kind.get(now.kind.name)
                if figures is not None:
                    ahead = coming if now.kind.name in in_front else None
                    for index in figures:
                        now = self._followed(now, index, scopes.scope(stated[index].within), ahead)
                yield now
            scopes.end(step)

    def _kinds_in_front(self) -> frozenset[str]:
        """The kinds that state what comes behind them, so that all of it must have been read before."""
        last = {kind.name for kind in self._units.kinds if kind.role == "trailer"}
        return frozenset(one.kind for one in self._units.stated) - last

    def _followed(
        self, unit: Unit, index: int, scope: Scope | None, ahead: Mapping[tuple[int, int], Moved] | None
    ) -> Unit:
        stated = self._units.stated[index]
        if scope is None:
            self.because.setdefault(stated.name, f"no {stated.within} is open where it stands")
            return unit
        moved = scope.moved(index) if ahead is None else ahead.get((scope.number, index))
        if moved is None:
            return unit
        number = self._cells.number(unit, stated.cell)
        if number is None:
            found = self._cells.text(unit, stated.cell)
            why = f"found {found!r} where it stands, expected a number"
            if found:
                self._cannot(stated, why)
            elif found is not None:
                self.because.setdefault(stated.name, why)
            return unit
        if moved.unread is not None:
            self._cannot(stated, f"found {moved.unread!r} in what it adds up, expected a number")
            return unit
        try:
            number = _cut(EXACT.add(number, moved.by), stated)
            return self._cells.with_number(unit, stated.cell, number, digits=stated.digits)
        except NoRoom as error:
            self._cannot(stated, str(error))
            return unit

    def _cannot(self, stated: Stated, why: str) -> None:
        self.because.setdefault(stated.name, why)
        self.wrong.setdefault(stated.name, why)


def following(steps: Callable[[], Iterator[Step]], layout: FileLayout) -> Following:
    """The units after the steps, with what the file states of itself moved by as much as the steps have changed.

    ``steps`` is called once, or twice where a figure stands before what it counts.
    """
    return Following(steps, layout)


def without_change(steps: Iterable[Step]) -> Iterator[Unit]:
    """The units after the steps; the figures stay as they were."""
    return (step.now for step in steps if step.now is not None)


class Told(NamedTuple):
    """A figure that a file states: as it is written, as a number, and what it comes to.

    ``states`` is None where its place is not there or has no number.
    """

    stated: Stated
    text: str | None
    states: Decimal | None
    comes_to: Decimal

    @property
    def agrees(self) -> bool:
        """Whether the file states what is so."""
        return self.states == self.comes_to


def told(units: Iterable[Unit], layout: FileLayout) -> Iterator[Told]:
    """Each figure of a file as often as it is stated: those of a group when it ends, those of the file last."""
    laid_out = layout.units or UnitLayout()
    cells = Cells(layout)
    tally = Tally(laid_out, cells)
    scopes = Scopes(laid_out, tally, absolute=True)
    found: dict[int, list[tuple[int, Unit]]] = {}

    def settled(scope: Scope) -> Iterator[Told]:
        for index, unit in found.pop(scope.number, ()):
            stated = laid_out.stated[index]
            text, number = cells.text(unit, stated.cell), cells.number(unit, stated.cell)
            yield Told(stated, text, number, _cut(scope.now_comes_to(index), stated))

    for unit in units:
        step = Step(unit, unit)
        for scope in scopes.begin(step):
            yield from settled(scope)
        for index in tally.of_kind.get(unit.kind.name, ()):
            around = scopes.scope(laid_out.stated[index].within)
            if around is not None:
                found.setdefault(around.number, []).append((index, unit))
        for scope in scopes.end(step):
            yield from settled(scope)
    for scope in scopes.rest():
        yield from settled(scope)


def _cut(number: Decimal, stated: Stated) -> Decimal:
    """A hash total has no more digits than its place."""
    if stated.digits is None:
        return number
    limit = Decimal(10) ** stated.digits
    rest = EXACT.remainder(number, limit)
    return rest + limit if rest < 0 else rest
