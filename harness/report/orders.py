"""Two orders of one scenario that were judged differently: what differs, and how to live each of them again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from harness.checks.model.wording import counted
from harness.history import Event
from harness.night.orders import Orders
from harness.night.result import Result
from harness.report.printable import plain
from harness.report.terminal import asked, failure
from harness.report.timeline import Moment, timeline

NOT_STABLE = "the verdict depends on the order in which jobs start that are due in one instant"
SHOWN = 10


def failed(orders: Orders, *, repeats: Sequence[str], kept: Sequence[Path] = (), ask: bool = False) -> str:
    """What is printed of a scenario that is not as expected, or not in every order; ``kept``: the histories' files."""
    first, screens = orders.first, []
    if first.mismatches:
        screens.append(failure(first, repeat=repeats[0], history_file=kept[0] if kept else None))
    if first.mismatches and ask:
        screens.append(asked(first))
    if orders.other is not None:
        screens.append(_unstable(first, orders.other, orders.sentence, repeats, kept))
    return "\n\n".join(screens)


def _unstable(first: Result, other: Result, sentence: str, repeats: Sequence[str], kept: Sequence[Path]) -> str:
    """A screen of plain text: both outcomes, the findings that differ, where the nights part, how to repeat each."""
    nights = (first, other)
    lines = [first.scenario.scenario, "", f"  {NOT_STABLE}", f"  {sentence}", ""]
    lines += [f"  order {night.order}: {night.outcome}: {night.judgement.because}" for night in nights]
    differing = [f"  {line}" for line in _findings(first, other)]
    lines += ["", "findings that differ", *differing[:SHOWN]] if differing else []
    if len(differing) > SHOWN:
        lines.append(f"  and {counted(len(differing) - SHOWN, 'more finding')}")
    parted = zip(nights, _first_difference(first, other), strict=True)
    lines += [
        "",
        "the first difference of the nights",
        *(f"  order {night.order}: {told}" for night, told in parted),
        "",
    ]
    for place, (night, repeat) in enumerate(zip(nights, repeats, strict=True)):
        lines.append(f"repeat order {night.order}:  {repeat}")
        if kept:
            lines.append(f"history:         {kept[place]}")
    return "\n".join(plain(line) for line in lines)


def told(orders: Orders) -> dict[str, Any]:
    """The same as data: a sentence, and where the verdicts differ, both of them."""
    facts: dict[str, Any] = {"orders": orders.sentence}
    if orders.other is not None:
        facts["as_expected"] = False
        facts["mismatches"] = [*orders.first.mismatches, f"{NOT_STABLE}: {orders.sentence}"]
        facts["verdicts"] = [
            {"order": night.order, "outcome": str(night.outcome), "because": night.judgement.because}
            for night in orders.nights
        ]
        facts["findings_that_differ"] = _findings(orders.first, orders.other)[:SHOWN]
        facts["first_difference"] = list(_first_difference(orders.first, orders.other))
    return facts


def _findings(first: Result, other: Result) -> list[str]:
    states = [{finding.check: str(finding.state) for finding in night.judgement.findings} for night in (first, other)]
    return [
        f"{check}: {states[0].get(check, 'not asked')} in order {first.order}, "
        f"{states[1].get(check, 'not asked')} in order {other.order}"
        for check in sorted({*states[0], *states[1]})
        if states[0].get(check) != states[1].get(check)
    ]


def _first_difference(first: Result, other: Result) -> tuple[str, str]:
    """The first moments, of those that a timeline tells, that are not the same; when they were does not matter."""
    for one, two in zip_longest(timeline(first), timeline(other)):
        if one is None or two is None or (one.who, one.text) != (two.who, two.text):
            return _said(first, one), _said(other, two)
    for here, there in zip_longest(first.history, other.history):
        if here is None or there is None or _what(here) != _what(there):
            return _event(first, here), _event(other, there)
    return "none", "none"


def _said(night: Result, moment: Moment | None) -> str:
    return "nothing more" if moment is None else f"{night.local(moment.at_ns):%H:%M:%S.%f} {moment.who} {moment.text}"


def _what(event: Event) -> tuple[object, ...]:
    return event.component, event.type, event.action, event.error


def _event(night: Result, event: Event | None) -> str:
    if event is None:
        return "nothing more"
    return f"{night.local(event.at):%H:%M:%S.%f} {event.component} {event.action} {event.type}"
