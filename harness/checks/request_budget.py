"""A neighbour in trouble is not asked again and again without a pause."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.checks.model.asked import (
    PAUSE_NS,
    SECOND_NS,
    Asked,
    asked,
    by_thing,
    longest_burst,
    most_within,
    polls,
)
from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.contract.budget import (
    AT_LEAST_A_MINUTE,
    ATTEMPTS_WITHOUT_PAUSE,
    REFUSED_CREDENTIALS,
    TIMES_THE_BASELINES,
)
from harness.history import History

MINUTE_NS = 60 * SECOND_NS

KINDS = {
    "refused_credentials": "credentials",
    "requests_a_minute": "in_a_minute",
    "attempts_without_pause": "without_pause",
}
"""The figures of a budget, by their keys, and what the evidence for each is called."""
KEYS = tuple(KINDS)


@dataclass(frozen=True)
class Over:
    """A figure of a neighbour's budget that is exceeded."""

    neighbour: str
    key: str
    found: int
    """What there was of what it counts where the chain states it."""
    said: str


@check("request_budget", violated=Outcome.DAMAGED)
def request_budget(night: History, baseline: History) -> Finding:
    """Each neighbour is asked no more often than the chain's budget allows, and not without a pause.

    A locked account and a source that nobody reaches any more are damage that the chain itself does, to somebody else.

    The budget (``budget`` of a chain) has three figures for each neighbour. Requests within any minute, or connections
    where those are more: ten times those of the baseline's busiest minute, and at least 30; a look whether something
    has come, about a second or more after the last one, is not among them unless the chain states the figure itself.
    Credentials that are refused in a row: 5. Failed attempts at the same thing without a pause, which are those of
    which any three lie within two seconds: 10, which no common client makes whose pauses grow, for each that the
    baseline makes in two seconds, so that pieces that are asked for side by side are none. A tight loop, in which
    requests come to nothing while no minute passes, is ended, and over every budget.

    Applies: to every night.
    Unknown: never, because every request and every connection is seen.
    Does not verify: what goes to the desk (``owner_paged``) and the scheduler; how much is asked for in one request;
    statements and commands that change nothing, but where a fault refuses them; passwords that a consumer refuses;
    that a pause grows, or differs from one client to the next; requests for another thing each time, but for their
    number.
    """
    budget = begin_event(night).value.get("budget", {})
    told, calm = asked(night), asked(baseline)
    loops = [
        f"{' and '.join(loop.value['jobs']) or 'a program'}: {loop.value['requests']:,} requests came to nothing in "
        f"less than a minute, and it was ended"
        for loop in night.of("loop", component="night")
    ]
    over = [
        one
        for neighbour, of in sorted(told.items())
        for one in _over(neighbour, of, calm.get(neighbour, Asked()), budget.get(neighbour, {}))
    ]
    if loops or over:
        said = f"a tight loop: {loops[0]}" if loops else _with_declaration(over)
        evidence = {KINDS[key]: [one.said for one in over if one.key == key] for key in KEYS}
        return Finding.violated(said, tight_loops=loops, **evidence)
    requests = sum(len(of.requests) for of in told.values())
    return Finding.holds(f"{counted(requests, 'request')}, within the budget")


def _with_declaration(over: list[Over]) -> str:
    """What was too often, and what a chain declares that means it: all of that neighbour's figures."""
    first = min(over, key=lambda one: KEYS.index(one.key))
    found = {key: [one.found for one in over if (one.neighbour, one.key) == (first.neighbour, key)] for key in KEYS}
    figures = ", ".join(f"{key}: {max(figures)}" for key, figures in found.items() if figures)
    declared = f"budget: {{neighbours: {{{first.neighbour}: {{{figures}}}}}}}"
    return f"{first.said}; if that is meant, declare it in the chain: {declared}"


def _over(neighbour: str, of: Asked, calm: Asked, budget: Mapping[str, Any]) -> Iterator[Over]:
    stated = budget.get("requests_a_minute")
    busiest, allowed = _busiest(of, with_polls=stated is not None), stated or _default(calm)
    if busiest > allowed:
        said = f"{neighbour} was asked {busiest:,} times within a minute, {allowed:,} allowed"
        yield Over(neighbour, "requests_a_minute", _busiest(of, with_polls=True), said)
    credentials = budget.get("refused_credentials", REFUSED_CREDENTIALS)
    if of.most_in_a_row > credentials:
        said = f"{neighbour} refused {of.most_in_a_row} credentials in a row, {credentials} allowed"
        yield Over(neighbour, "refused_credentials", of.most_in_a_row, said)
    unpaused = budget.get("attempts_without_pause", ATTEMPTS_WITHOUT_PAUSE)
    at_once = {
        thing: most_within([attempt.at_ns for attempt in attempts], PAUSE_NS)
        for kind in (calm.requests, calm.connections, calm.logins)
        for thing, attempts in by_thing(kind).items()
    }
    for kind in (of.requests, of.connections, of.logins):
        for thing, attempts in by_thing(attempt for attempt in kind if attempt.failed).items():
            burst = longest_burst([attempt.at_ns for attempt in attempts], PAUSE_NS)
            allowed = unpaused * max(1, at_once.get(thing, 0))
            if burst > allowed:
                said = f"{neighbour}: {_what(thing)} failed {burst:,} times without a pause, {allowed} allowed"
                yield Over(neighbour, "attempts_without_pause", burst, said)


def _busiest(of: Asked, *, with_polls: bool) -> int:
    """The most requests or connections of any minute: all of them, or without the looks of one that waits."""
    looks = [] if with_polls else polls(of.requests)
    left_out, looked_at = {id(look) for look in looks}, [look.at_ns for look in looks]
    requests = [attempt.at_ns for attempt in of.requests if id(attempt) not in left_out]
    connections = [attempt.at_ns for attempt in of.connections if not _is_for(attempt.at_ns, looked_at)]
    return max(most_within(times, MINUTE_NS) for times in (requests, connections))


def _is_for(connected_ns: int, looked_at: list[int]) -> bool:
    """Whether a look follows so soon that the connection is likely to be its own."""
    following = bisect_left(looked_at, connected_ns)
    return following < len(looked_at) and looked_at[following] - connected_ns < SECOND_NS


def _default(calm: Asked) -> int:
    return max(AT_LEAST_A_MINUTE, TIMES_THE_BASELINES * _busiest(calm, with_polls=True))


def _what(thing: tuple[str, ...]) -> str:
    return {"connect": "a connection", "login": "a login", "query": "a statement"}.get(
        thing[0], " ".join(part for part in thing[1:3] if part != "None")
    )
