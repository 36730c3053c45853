"""Which of a job's rules act when something happens to it, and what is kept of one that acts later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contract.schedule import Rule


@dataclass(frozen=True, slots=True)
class PendingRule:
    """A rule that is still to act: its place among the job's rules, what happened, why, and at which moment it acts."""

    number: int
    when: str
    cause: str
    at_ns: int


class RuleBook:
    """A job's rules, with how often each has acted this night.

    A rule whose ``times`` are used up does nothing more. While a restart is left for the same event, rules that only
    page do nothing, because the failure is not final yet; a page in the restarting rule's own list goes out each time.
    Of several restarting rules the first with times left acts: they are an escalation, not a race.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self.acted = [0] * len(self._rules)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, when: str) -> list[Rule]:
        """The rules for an event that have times left."""
        return [
            rule
            for rule, acted in zip(self._rules, self.acted, strict=True)
            if rule.when == when and (rule.times is None or acted < rule.times)
        ]

    def due(self, when: str) -> list[Rule]:
        """The rules that act on this event now, the soonest first."""
        rules = self.of(when)
        restart = next((rule for rule in rules if rule.restarts), None)
        if restart is not None:
            rules = [rule for rule in rules if rule is restart or not (rule.restarts or set(rule.do) == {"page"})]
        return sorted(rules, key=lambda rule: rule.after_ns)

    def index(self, rule: Rule) -> int:
        """The rule's place among the job's rules: equal ones are told apart."""
        return next(index for index, own in enumerate(self._rules) if own is rule)

    def at(self, index: int) -> Rule:
        """The rule in that place."""
        return self._rules[index]

    def spend(self, rule: Rule) -> None:
        """Count one of the rule's times."""
        self.acted[self.index(rule)] += 1
