"""What is compared with the baseline alone: the chain makes it, so nothing that was published says if it is right."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.evidence import Evidence
from harness.checks.model.holdings import begin_event
from harness.history import History

_DERIVED = ": derived"


def baseline_alone(baseline: History) -> Evidence:
    """The columns, and of consumers whose rows are no records all of these: wrong on every night, they are not seen."""
    return Evidence.of(_columns(baseline))


def but_for(baseline: History) -> str:
    """The same as a clause of a sentence; empty where every value was held against what was published."""
    alone = baseline_alone(baseline)
    return f"but for {alone}, compared with the baseline alone" if alone.total else ""


def _columns(baseline: History) -> Iterator[str]:
    for consumer, declared in begin_event(baseline).value["consumers"].items():
        if declared["records"] == "derived":
            yield f"the rows of {consumer}"
    for event in baseline.of("compared", component="night"):
        told = event.value
        for line in told.get("declared", ()):
            if line.endswith(_DERIVED):
                yield f"{line.removesuffix(_DERIVED)} of {told['consumer']}"
