"""Every program of the night has the night's clock."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.outcome import Outcome
from harness.checks.model.outside import named, outside, outside_because
from harness.history import History


def _any_outside(night: History, baseline: History) -> bool:
    return any(history.of("outside", component="night") for history in (night, baseline))


@check("lived_in_time", violated=Outcome.INCONCLUSIVE, applies=_any_outside)
def lived_in_time(night: History, baseline: History) -> Finding:
    """Every program that was started in the night, and in its baseline, lived in the night's time.

    A static program, one in Go or against musl, one with more rights than its starter, has the machine's clock: it
    reads today's date, and its waits take real time. Who knows that a program neither tells the time nor waits names it
    in the chain: outside_clock. That does not except one with more rights, for all that it starts is outside as well.

    Applies: to nights in which a program was started that the clock could not enter.
    Unknown: never: each such program is named when it is started.
    Does not verify: what a program outside of the night's time starts itself, if it empties the environment of that, as
    the loader of one with more rights does; and that those which the chain names tell no time and do not wait.
    """
    because = outside_because(night, baseline)
    if because is None:
        programs = {event.value["program"] for event in night.of("outside", component="night")}
        told = ", ".join(sorted(programs)) or "none in this night"
        return Finding.holds(f"only what the chain names under outside_clock had another time: {told}")
    return Finding.violated(because, outside=sorted({named(event) for event in outside(night, baseline)}))
