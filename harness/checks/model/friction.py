"""What a night cost: pages, manual steps, re-runs, delay, beyond the same night without faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.checks.model.holdings import finished_at
from harness.checks.model.pages import Paging, paging
from harness.checks.model.wording import counted, minutes
from harness.history import EventType, History

_NOTICEABLE_NS = 1_000_000_000


@dataclass(frozen=True)
class Friction:
    """The cost of a night over its baseline; ``delay_s`` is None when the night was never delivered."""

    paging: Paging
    manual_steps: int
    reruns: int
    rules: int
    requests: int
    delay_s: float | None

    @property
    def pages(self) -> int:
        """How often somebody was paged."""
        return len(self.paging.telling) + len(self.paging.noise)

    @property
    def reacted(self) -> bool:
        """Whether anything in the chain had to do something that it does not do in a calm night."""
        late = self.delay_s is None or self.delay_s * 1e9 > _NOTICEABLE_NS
        return bool(self.pages or self.manual_steps or self.reruns or self.rules or self.requests or late)

    @property
    def sentence(self) -> str:
        """The cost in words."""
        parts = [
            (self.manual_steps, "manual step"),
            (self.reruns, "re-run"),
            (self.requests, "more request"),
        ]
        said = [self.paging.sentence] if self.pages else []
        said += [counted(count, what) for count, what in parts if count]
        if self.delay_s is None:
            said.append("never delivered")
        elif self.delay_s * 1e9 > _NOTICEABLE_NS:
            said.append(f"{minutes(self.delay_s)} of delay")
        return ", ".join(said) or "no friction"


def friction(night: History, baseline: History) -> Friction:
    """Count what a night needed beyond its baseline, each job, file and consumer by itself.

    What one did more often is not made up for by what another did not do at all.
    """

    def more(action: str, kind: EventType, *names: str) -> int:
        def often(history: History) -> Counter[tuple[object, ...]]:
            events = history.of(action, type=kind)
            return Counter((event.component, *(event.value.get(name) for name in names)) for event in events)

        return (often(night) - often(baseline)).total()

    finished, calm = finished_at(night), finished_at(baseline)
    return Friction(
        paging=paging(night),
        manual_steps=len(night.of("operate", component="operator")),
        reruns=more("launch", "invoke", "job"),
        rules=more("rule", "info", "job", "when"),
        requests=more("serve", "invoke", "name", "what") + more("batch", "invoke"),
        delay_s=None if finished is None or calm is None else max(0.0, (finished - calm) / 1e9),
    )
