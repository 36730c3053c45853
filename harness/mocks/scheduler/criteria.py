"""Exit-code criteria: which exit codes of a job mean Failed, as OpCon's basic and advanced criteria say it."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COMPARE = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "GT": operator.gt,
    "LT": operator.lt,
    "GE": operator.ge,
    "LE": operator.le,
}
"""OpCon's names of the comparisons; RG, a range with both ends, is advanced criteria's own."""


@dataclass(frozen=True, slots=True)
class Basic:
    """The job failed if the exit code compares so."""

    operator: str
    exit_code: int

    def holds(self, code: int) -> bool:
        """Whether the code is one of those."""
        return bool(COMPARE[self.operator](code, self.exit_code))


@dataclass(frozen=True, slots=True)
class Advanced:
    """A comparison with its result, tied to the one before it by AND or OR."""

    operator: str
    value: int
    end_value: int | None = None
    result: str = "Fail"
    boolean: str = "OR"

    def holds(self, code: int) -> bool:
        """Whether the code is one of those."""
        if self.operator == "RG":
            return self.value <= code <= (self.value if self.end_value is None else self.end_value)
        return bool(COMPARE[self.operator](code, self.value))


@dataclass(frozen=True, slots=True)
class ExitCodes:
    """The criteria of one job; without any, every code but 0 is a failure.

    Basic: any that holds means Failed. Advanced criteria override them: groups of comparisons that AND ties together,
    of which the first that holds decides; where none does, "anything else" is the opposite of the last one's result.
    A core dump or a signal is no exit code: it fails whatever the criteria say.
    """

    basic: tuple[Basic, ...] = (Basic("NE", 0),)
    advanced: tuple[Advanced, ...] = ()

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> ExitCodes:
        """As the plan writes them."""
        basic: Sequence[Mapping[str, Any]] = written.get("failed_if") or ()
        advanced: Sequence[Mapping[str, Any]] = written.get("advanced") or ()
        return cls(
            basic=tuple(Basic(one["is"], one["code"]) for one in basic) or cls().basic,
            advanced=tuple(
                Advanced(one["is"], one["code"], one.get("to"), one["means"], one.get("and_or") or "OR")
                for one in advanced
            ),
        )

    def fails(self, code: int) -> bool:
        """Whether a job that exits so has failed."""
        if not self.advanced:
            return any(one.holds(code) for one in self.basic)
        groups: list[list[Advanced]] = []
        for one in self.advanced:
            if groups and one.boolean == "AND":
                groups[-1].append(one)
            else:
                groups.append([one])
        for group in groups:
            if all(one.holds(code) for one in group):
                return group[-1].result == "Fail"
        return self.advanced[-1].result != "Fail"
