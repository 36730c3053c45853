"""The moments of a night that are worth a line, in order, with the faults marked."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal
from zoneinfo import ZoneInfo

from harness.checks.model.wording import counted
from harness.errors import AuthorError
from harness.extensions.registry import Registry
from harness.history import Event, EventType
from harness.night.result import Result
from harness.report.printable import parameter, plain

PATHS = 3
"""So many files are named in a line."""

MomentKind = Literal["plain", "good", "bad", "fault", "edge"]


@dataclass(frozen=True)
class Moment:
    """One line: when, who, what; ``kind`` says how it is marked."""

    at_ns: int
    who: str
    text: str
    kind: str = "plain"
    """One of `MomentKind`; an edge is one of the night's own limits."""


def timeline(result: Result) -> list[Moment]:
    """Launches, ends of jobs, rules, faults, pages, deliveries, and the deadline; runs of alike moments are folded."""
    zone = ZoneInfo(result.scenario.chain.timezone)
    moments = [moment for event in result.history for moment in _of(event, zone)]
    moments.append(Moment(result.times.deadline_ns, "night", "the deadline", "edge"))
    moments.sort(key=lambda moment: moment.at_ns)
    return _folded(moments)


def around(moments: list[Moment], *, lines: int) -> list[Moment]:
    """At most so many lines: faults and what is bad first, then their neighbours, in order."""
    if len(moments) <= lines:
        return moments
    marked = [index for index, moment in enumerate(moments) if moment.kind in ("fault", "bad", "edge")]
    anchors = marked or [0]
    nearest = sorted(range(len(moments)), key=lambda index: min(abs(index - anchor) for anchor in anchors))
    return [moments[index] for index in sorted(nearest[:lines])]


def _of(event: Event, zone: dt.tzinfo) -> Iterator[Moment]:
    receipt_of = event.value.get("fault") if event.action == "fault" and isinstance(event.value, Mapping) else None
    keys = (f"fault {receipt_of}", f"{event.action} {event.type}", event.action)
    tell = next((TOLD[key] for key in keys if key in TOLD), None)
    if tell is None:
        return
    try:
        text, kind = _fault(event, zone) if tell is _fault else tell(event)
    except Exception:
        text, kind = f"{event.action} {event.type}" + (f": {event.error}" if event.error else ""), "plain"
    yield Moment(event.at, plain(event.component), plain(text), kind)


def _batch(event: Event) -> tuple[str, str]:
    if event.value.get("replayed"):
        return "a batch came again and was recognised", "plain"
    return f"stores {_rows_of(event)}", "good"


def _rows_of(event: Event) -> str:
    of = f", a fallback of {event.value['fallback_of']}" if event.value.get("fallback_of") else ""
    return f"{counted(event.value['stored'], 'row')}{of}"


def _failed(event: Event) -> tuple[str, str]:
    value, error = event.value, event.error or ""
    how = f"signal {value['signal']}" if value.get("signal") else f"exit {value.get('exit')}"
    more = "" if error == how or error.startswith(f"killed by {how} ") else error
    return f"{value['job']} failed ({how})" + (f": {more}" if more else ""), "bad"


def _fault(event: Event, zone: dt.tzinfo = dt.UTC) -> tuple[str, str]:
    places = {name: value for name, value in event.value["where"].items() if name != "what"}
    effect = event.value["effect"]
    if {"at", "file"} <= places.keys():  # byte 5000 of landing/forecast.csv
        places["at"] = f"{places['at']} of {places.pop('file')}"
        effect = effect["by"]
    where = ", ".join(map(str, places.values()))
    how = (
        effect if isinstance(effect, str) else parameter("", {name: _named(one) for name, one in effect.items()}, zone)
    )
    said = f"{event.value['fault']}" + (f" on {where}" if where else "")
    return said + (f" ({how})" if how else ""), "fault"


def _named(value: Any) -> Any:
    """People and other things that have a name are told by it."""
    return ", ".join(str(one["name"]) for one in value) if isinstance(value, list) else value


_NOT_THERE = {"left": "who has left", "leave": "who is away", "hours": "who is not on duty"}


def _told(event: Event) -> str:
    """Who of the roster is told, and why they are not there."""
    person, away = event.value["told"], event.value.get("away")
    return f"{person or 'nobody'} is told" + (f", {_NOT_THERE[away]}" if away else "")


def _by(event: Event) -> str:
    return f" by {event.value['by']}" if "by" in event.value else ""


def _paged(event: Event) -> str:
    owner = event.value["owner"]
    return f"{owner} is paged ({_told(event)})" if "told" in event.value else f"{owner} is paged"


def _escalated(event: Event) -> str:
    at_once = f"the page for {event.value['job']} has gone to somebody else, too"
    return f"nobody has acknowledged the page for {event.value['job']}" if event.value["after_s"] else at_once


def _lost_page(event: Event) -> tuple[str, str]:
    channel = event.value.get("channel")
    return (f"loses a page by {channel}: {event.error}" if channel else f"refuses a page: {event.error}"), "bad"


def _operate(event: Event) -> tuple[str, str]:
    value = event.value
    said = f"{value['operator']} does {value['action']} on {value['job']}"
    return (f"{said}, and is refused: {event.error}", "bad") if event.error else (said, "plain")


def _chain_folder(event: Event) -> tuple[str, str]:
    value = event.value
    paths = [one["path"] for one in [*value["programs"], *value["data"]]] + value["added"]
    said = f"jobs have changed {counted(len(paths) + value['more'], 'file')} of the chain's folder: {_first(paths)}"
    return said, "bad" if value["programs"] else "plain"


def _outside(event: Event) -> tuple[str, str]:
    value = event.value
    said = f"{value['by']} started {value['program']} outside of the night's time: {value['reason']}"
    return (f"{said}; its chain excepts it", "plain") if value["excepted"] else (said, "bad")


def _first(paths: list[str]) -> str:
    return ", ".join(paths[:PATHS]) + (" ..." if len(paths) > PATHS else "")


Tell = Callable[[Event], tuple[str, str]]

TOLD: Registry[Tell] = Registry("event", "events", expected="a function under @tells(ACTION, ...)")
"""How events are told: by ``fault NAME`` (of a fault's receipts), by ``ACTION TYPE``, or by ``ACTION``."""


def tells(
    action: str,
    *,
    type: EventType | None = None,  # noqa: A002 - the field of an event
    fault: str | None = None,
    kind: MomentKind = "plain",
) -> Callable[[Callable[[Event], str]], Callable[[Event], str]]:
    """Register how the timeline tells an event that it does not tell yet, in one line.

    action, type: of the event; without a type, all of them that are not told otherwise. fault: the name of a fault, for
    the receipts (action ``fault``) that it leaves. kind: how the line is marked.

    Raises AuthorError for an event that is told already, and for a function that takes something else than an event.
    """

    def register(tell: Callable[[Event], str]) -> Callable[[Event], str]:
        key = f"fault {fault}" if fault is not None else f"{action} {type}" if type else action
        try:
            inspect.signature(tell).bind("event")
        except TypeError as error:
            raise AuthorError(f"event {key!r}: {tell.__name__}: {error}; expected {tell.__name__}(event)") from None
        TOLD.add(key, lambda event: (tell(event), kind), module=tell.__module__)
        return tell

    return register


_OURS: dict[str, Tell] = {
    "fault": _fault,
    "publish": lambda event: (f"{event.value['name']} arrives", "plain"),
    "flag": lambda event: (f"{event.value['flag']} arrives", "plain"),
    "launch ok": lambda event: (f"starts {event.value['job']}", "plain"),
    "launch fail": lambda event: (f"cannot start {event.value['job']}: {event.error}", "bad"),
    "job ok": lambda event: (f"{event.value['job']} finished OK", "good"),
    "job fail": _failed,
    "rule": lambda event: (
        f"{event.value['job']} {event.value['when'].replace('_', ' ')}: rule says {_words(event.value['do'])}",
        "plain",
    ),
    "overrun": lambda event: (f"{event.value['job']} exceeded its max run time", "bad"),
    "missed": lambda event: (f"{event.value['job']} missed its start time and does not run", "bad"),
    "page ok": lambda event: (f"{_paged(event)}: {event.value['cause'] or '(no cause)'}", "bad"),
    "escalate ok": lambda event: (f"{_escalated(event)}: {_told(event)}", "bad"),
    "escalate fail": lambda event: (f"nobody has acknowledged the page for {event.value['job']}: {event.error}", "bad"),
    "mail": lambda event: (f"{event.value['to']} is mailed: {event.value['last']}", "plain"),
    "page info": lambda event: (f"has told {event.value['owner']} already: {event.value['cause']}", "plain"),
    "page fail": _lost_page,
    "batch ok": _batch,
    "withdraw ok": lambda event: (f"gives back {counted(event.value['rows'], 'row')}", "bad"),
    "withdraw fail": lambda event: (f"does not give back a plan: {event.error}", "bad"),
    "batch fail": lambda event: (f"refuses a batch: {event.error}", "bad"),
    "taken ok": lambda event: (f"takes {event.value['file']}: {_rows_of(event)}", "good"),
    "taken fail": lambda event: (f"takes nothing: {event.error}", "bad"),
    "commit ok": lambda event: (f"commits {_rows_of(event)}", "good"),
    "commit fail": lambda event: (f"does not commit: {event.error}", "bad"),
    "push ok": lambda event: (f"takes {_rows_of(event)}", "good"),
    "push fail": lambda event: (f"takes nothing: {event.error}", "bad"),
    "serve fail": lambda event: (f"breaks off {event.value['name']}: {event.error}", "bad"),
    "stuck": lambda event: (f"stuck: {'; '.join(event.value['waits'])}", "bad"),
    "unfired": lambda event: (f"{event.value['id']} never acted: {event.value['why']}", "bad"),
    "operate": _operate,
    "acknowledge info": lambda event: (
        f"{event.value['operator']} has seen that {event.value['job']} is not well",
        "plain",
    ),
    "acknowledge ok": lambda event: (f"the page of {event.value['owner']} is acknowledged{_by(event)}", "plain"),
    "resolve ok": lambda event: (f"what {event.value['owner']} was paged for is over", "plain"),
    "service": lambda event: ("is back" if event.value["running"] else "is gone", "bad"),
    "kill fail": lambda event: (f"cannot end {event.value['job']}", "bad"),
    "build": lambda event: (f"does not build {', '.join(event.value['left_out'])}", "plain"),
    "event fail": lambda event: (f"cannot do {event.value['event']}: {event.error}", "bad"),
    "left_behind": lambda event: (f"{event.value['job']} has left processes behind", "bad"),
    "chain_folder": _chain_folder,
    "outside": _outside,
    "loop": lambda event: (
        f"{', '.join(event.value['jobs']) or 'somebody'} asked {event.value['requests']:,} times in vain, and is ended",
        "bad",
    ),
    "heal": lambda event: ("faults end", "edge"),  # noqa: ARG005
}
for _key, _tell in _OURS.items():
    TOLD.add(_key, _tell, module=__name__)


def _words(do: object) -> str:
    return ", ".join(do) if isinstance(do, list) else str(do)


def _folded(moments: list[Moment]) -> list[Moment]:
    """More than three alike in a row become the first, a count, and the last."""
    folded: list[Moment] = []
    for _, run in groupby(moments, key=lambda moment: (moment.who, moment.kind, moment.text.partition(" ")[0])):
        first, *between = run
        folded.append(first)
        if len(between) > 2:
            last = between[-1]
            folded.append(Moment(between[0].at_ns, first.who, f"... {len(between) - 1:,} more like it ...", first.kind))
            folded.append(last)
        else:
            folded += between
    return folded
