"""Which of a job's rules act when something happens to it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.mocks.scheduler.orders import Rule


class RuleBook:
    """A job's rules, with how often each has acted this night.

    A rule whose ``times`` are used up does nothing more. While a restart is left for the same event, rules that only
    page keep still, because the failure is not final yet; a page in the restarting rule's own list goes out each time.
    Of several restarting rules the first with times left acts: they are an escalation, not a race.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._acted = [0] * len(self._rules)

    def take(self, when: str) -> list[Rule]:
        """The rules that act on this event, each counted as having acted; the soonest first."""
        left = [
            (index, rule)
            for index, rule in enumerate(self._rules)
            if rule.when == when and (rule.times is None or self._acted[index] < rule.times)
        ]
        restarting = [index for index, rule in left if rule.restarts]
        if restarting:
            left = [
                (index, rule)
                for index, rule in left
                if index == restarting[0] or not (rule.restarts or set(rule.do) == {"page"})
            ]
        for index, _ in left:
            self._acted[index] += 1
        return sorted((rule for _, rule in left), key=lambda rule: rule.after_ns)

    def of(self, when: str) -> list[Rule]:
        """All rules for an event, whether or not they still act."""
        return [rule for rule in self._rules if rule.when == when]
