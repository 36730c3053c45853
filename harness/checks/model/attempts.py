"""What a night has tried beyond the same night without faults, at every neighbour, by the words for it.

Each thing is counted by itself (each job, file, consumer, endpoint): what is tried more often is not made up for by
what is not tried at all. A job that looks for a file again and again looks once more or once less when anything moves
by a millisecond; so one look more is no reaction where the baseline has several, and two are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.checks.model.ends import finished
from harness.history import Event, History

POLLS = 3
"""A night without faults that looks so often for the same thing polls for it."""


@dataclass(frozen=True)
class Kind:
    """A kind of attempt: its word for one and for several, and which events it is."""

    one: str
    many: str
    of: Callable[[Event], bool]
    what: tuple[str, ...]
    """What in an event's value tells one such thing from another."""


def _event(component: str | None, action: str, *types: str) -> Callable[[Event], bool]:
    def is_one(event: Event) -> bool:
        return event.action == action and event.type in types and component in (None, event.component)

    return is_one


def _asks(event: Event, *, listing: bool) -> bool:
    of_a_listing = event.value.get("what") == "listing"
    return _event("source", "serve", "invoke")(event) and of_a_listing is listing


LAUNCHES = Kind("re-run", "re-runs", _event("scheduler", "launch", "invoke"), ("job",))
RULES = Kind("rule that acted", "rules that acted", _event("scheduler", "rule", "info"), ("job", "when"))
MADE_GOOD = Kind(
    "failed run that a later one made good",
    "failed runs that later ones made good",
    lambda event: event.component == "scheduler" and event.type == "fail" and event.action in ("job", "launch"),
    ("job",),
)
"""Of a job that ended well in the end. Those that a re-run follows are counted as re-runs; what is left are failures
after which the schedule has started the job again by itself, as a crontab does."""
REQUESTS = Kind("more request", "more requests", lambda event: _asks(event, listing=False), ("name", "what"))

KINDS = (
    LAUNCHES,
    MADE_GOOD,
    RULES,
    REQUESTS,
    Kind("more listing", "more listings", lambda event: _asks(event, listing=True), ("name", "what")),
    Kind("more login", "more logins", _event("source", "login", "invoke"), ("via",)),
    Kind("refused login", "refused logins", _event("source", "login", "fail"), ("via",)),
    Kind("refused query", "refused queries", _event("source", "query", "fail"), ("via",)),
    Kind("more upload", "more uploads", _event("source", "put", "invoke"), ("name",)),
    Kind("refused upload", "refused uploads", _event("source", "put", "fail"), ("name",)),
    Kind("more connect", "more connects", _event("wire", "connect", "info"), ("endpoint",)),
    Kind("refused connect", "refused connects", _event("wire", "connect", "fail"), ("endpoint",)),
    Kind("more batch", "more batches", _event(None, "batch", "invoke"), ()),
    Kind("refused batch", "refused batches", _event(None, "batch", "fail"), ()),
    Kind("more commit", "more commits", _event(None, "commit", "invoke"), ()),
    Kind("refused commit", "refused commits", _event(None, "commit", "fail"), ()),
    Kind("refused push", "refused pushes", _event(None, "push", "fail"), ()),
    Kind("replayed batch", "replayed batches", lambda event: bool(event.value.get("replayed")), ()),
    Kind("refused page", "refused pages", _event("desk", "page", "fail"), ("field",)),
    Kind("more scheduler event", "more scheduler events", _event("scheduler", "event", "info", "fail"), ("event",)),
)


def more_attempts(night: History, baseline: History) -> Mapping[Kind, int]:
    """How often more than in the baseline, of the kinds of which there is any more."""
    tried, calm = _counted(night), _counted(baseline)
    found: Counter[Kind] = Counter()
    for thing, count in tried.items():
        kind, what = thing
        more = count - calm[thing]
        if kind is MADE_GOOD:
            again = (LAUNCHES, what)
            more = more - max(0, tried[again] - calm[again]) if what[-1] in finished(night) else 0
        if more > 0 and not (more == 1 and _polled(thing, baseline)):
            found[kind] += more
    return {kind: found[kind] for kind in KINDS if found[kind]}


_Thing = tuple[Kind, tuple[object, ...]]


def _counted(history: History) -> Counter[_Thing]:
    return Counter(
        (kind, (event.component, *(event.value.get(name) for name in kind.what)))
        for event in history
        for kind in KINDS
        if kind.of(event)
    )


def _polled(thing: _Thing, baseline: History) -> bool:
    """Whether the baseline looks for this again and again: lists it, or asks for it while it is not there."""
    kind, (component, *what) = thing
    if kind.what != ("name", "what"):
        return False
    name, part = what
    asked = baseline.of("serve", component=str(component), name=name, what=part)
    return len(asked.of(type="invoke" if part == "listing" else "fail")) >= POLLS
