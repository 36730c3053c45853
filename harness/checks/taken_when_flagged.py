"""Who takes a file waits until its sender says that it is done."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.flags import Unflagged, flagged_files, taken_unflagged
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import clock, counted
from harness.history import History


@check("taken_when_flagged", violated=Outcome.INCONCLUSIVE, applies=lambda night, _: bool(flagged_files(night)))
def taken_when_flagged(night: History, baseline: History) -> Finding:  # noqa: ARG001 - every check takes both
    """A file for which its sender sets a flag is retrieved when the flag is there, or once more after it has come.

    Before that the sender may still write, or send it anew: what is right then is right by luck. Only what is retrieved
    counts, not a look (a listing, a stat, a HEAD), and only where a job that may have taken the file ends well with it.

    Applies: to nights in which a file arrives that has a flag.
    Unknown: never, because every file that is served is seen.
    Does not verify: that the flag was looked at, or that the file is whole when it has come (``delivered_once``);
    markers of the chain's own (``marker_after_file``).
    """
    early = taken_unflagged(night)
    if not early:
        flagged = counted(len(flagged_files(night)), "file")
        return Finding.holds(f"{flagged} with a flag, and none was taken only before that")
    zone = begin_event(night).value["timezone"]
    told = [_words(one, zone) for one in early]
    more = f", and {len(told) - 1} more" if len(told) > 1 else ""
    return Finding.violated(
        f"{told[0]}{more}: wait for the flag, or where the sender's word is not needed, declare the file without it",
        taken_early=told,
    )


def _words(one: Unflagged, zone: str) -> str:
    came = f"at {clock(one.flag_at, zone)}" if one.flag_at is not None else "not at all"
    took = f"{' or '.join(one.takers)} took {one.name} at {clock(one.taken_at, zone)}"
    return f"{took}, and its flag {one.flag} came {came}"
