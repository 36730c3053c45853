"""No job changes what later nights run."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.history import Event, History


def _left(night: History) -> Event | None:
    return night.of("chain_folder", component="night").last()


@check("programs_unchanged", violated=Outcome.DAMAGED, applies=lambda night, _: _left(night) is not None)
def programs_unchanged(night: History, baseline: History) -> Finding:  # noqa: ARG001 - it holds for every night by itself
    """The programs and the chain file that were there when the night began are there, as they were, when it is over.

    A program is what a job's command runs, or what looks like one. What jobs have added to the chain's folder, and what
    else they have changed there, is told and allowed: a cache, a log, a watermark, the mode of a script.

    Applies: to nights whose jobs have left the chain's folder otherwise than it was.
    Unknown: never.
    Does not verify: what lies elsewhere (installed packages, a database); a change that was taken back in the night; a
    program that was not there before, and may be in the place of another one; a change of mode alone.
    """
    left = _left(night)
    if left is None:
        return Finding.holds("the chain's folder is as it was")
    programs = [f"{one['path']} ({one['how']})" for one in left.value["programs"]]
    others = [f"{one['path']} ({one['how']})" for one in left.value["data"]]
    others += [f"{path} (added)" for path in left.value["added"]]
    if programs:
        more = f", and {len(programs) - 1} more" if len(programs) > 1 else ""
        return Finding.violated(
            f"a job of this night changed what later nights will run: {programs[0]}{more}",
            programs=programs,
            others=others,
        )
    more = f", and {len(others) - 1 + left.value['more']} more" if len(others) + left.value["more"] > 1 else ""
    return Finding.holds(
        f"jobs left {counted(len(others) + left.value['more'], 'file')} of the chain's folder otherwise than it was, "
        f"and no program: {others[0]}{more}"
    )
