"""What a night cost: pages, manual steps, re-runs, delay, beyond the same night without faults."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks.holdings import finished_at
from harness.history import History

_NOTICEABLE_NS = 1_000_000_000


@dataclass(frozen=True)
class Friction:
    """The cost of a night over its baseline; ``delay_s`` is None when the night was never delivered."""

    pages: int
    manual_steps: int
    reruns: int
    rules: int
    requests: int
    delay_s: float | None

    @property
    def reacted(self) -> bool:
        """Whether anything in the chain had to do something that it does not do in a calm night."""
        late = self.delay_s is None or self.delay_s * 1e9 > _NOTICEABLE_NS
        return bool(self.pages or self.manual_steps or self.reruns > 0 or self.rules or self.requests > 0 or late)

    @property
    def sentence(self) -> str:
        """The cost in words."""
        parts = [
            (self.pages, "page", "pages"),
            (self.manual_steps, "manual step", "manual steps"),
            (self.reruns, "re-run", "re-runs"),
            (self.requests, "more request", "more requests"),
        ]
        said = [f"{count} {one if count == 1 else many}" for count, one, many in parts if count > 0]
        if self.delay_s is None:
            said.append("never delivered")
        elif self.delay_s * 1e9 > _NOTICEABLE_NS:
            said.append(f"{minutes(self.delay_s)} of delay")
        return ", ".join(said) or "no friction"


def minutes(seconds: float) -> str:
    """A span as people say it: tenths of a minute where they matter."""
    return f"{seconds / 60:,.1f} min" if seconds < 600 else f"{seconds / 60:,.0f} min"


def friction(night: History, baseline: History) -> Friction:
    """Count what a night needed beyond its baseline."""

    def more(action: str, **value: str) -> int:
        return len(night.of(action, type="invoke", **value)) - len(baseline.of(action, type="invoke", **value))

    finished, calm = finished_at(night), finished_at(baseline)
    return Friction(
        pages=len(night.of("page", component="desk", type="ok")),
        manual_steps=len(night.of("operate", component="operator")),
        reruns=more("launch"),
        rules=len(night.of("rule", component="scheduler")) - len(baseline.of("rule", component="scheduler")),
        requests=max(0, more("serve")) + max(0, more("batch")),
        delay_s=None if finished is None or calm is None else max(0.0, (finished - calm) / 1e9),
    )
