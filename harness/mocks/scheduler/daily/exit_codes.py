"""Exit-code criteria: which exit codes of a job mean Failed, as OpCon's basic and advanced criteria say it."""

from __future__ import annotations

import operator

from harness.contract.schedule import AdvancedCriterion, ExitCodes

COMPARE = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "GT": operator.gt,
    "LT": operator.lt,
    "GE": operator.ge,
    "LE": operator.le,
}
"""OpCon's names of the comparisons; RG, a range with both ends, is advanced criteria's own."""


def fails(criteria: ExitCodes, code: int) -> bool:
    """Whether a job that exits so has failed.

    Basic: any that holds means Failed. Advanced criteria override them: groups of comparisons that AND ties together,
    of which the first that holds decides; where none does, "anything else" is the opposite of the last one's result.
    A core dump or a signal is no exit code: it fails whatever the criteria say.
    """
    if not criteria.advanced:
        return any(COMPARE[one.operator](code, one.code) for one in criteria.basic)
    groups: list[list[AdvancedCriterion]] = []
    for one in criteria.advanced:
        if groups and one.and_or == "AND":
            groups[-1].append(one)
        else:
            groups.append([one])
    for group in groups:
        if all(_holds(one, code) for one in group):
            return group[-1].means == "Fail"
    return criteria.advanced[-1].means != "Fail"


def _holds(criterion: AdvancedCriterion, code: int) -> bool:
    if criterion.operator == "RG":
        return criterion.code <= code <= (criterion.code if criterion.to is None else criterion.to)
    return bool(COMPARE[criterion.operator](code, criterion.code))
