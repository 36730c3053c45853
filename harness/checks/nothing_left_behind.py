"""Nobody has to clear up after the night."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.declaring import ignored
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.results import difference, kept, uploads
from harness.checks.model.wording import counted
from harness.history import History


def _leaves_files(night: History, baseline: History) -> bool:
    return any(found for history in (night, baseline) for found in (kept(history), uploads(history)))


@check("nothing_left_behind", violated=Outcome.DEGRADED, applies=_leaves_files)
def nothing_left_behind(night: History, baseline: History) -> Finding:
    """No lock, part, temporary file or beginning of a published file is left that the baseline does not leave.

    Somebody has to clear it up, and until then the next night may stumble over it. Told by its name (``.part``,
    ``.tmp``, ``.lock``, ``.pid``, ``.filepart``, ``tmp…``, a ``~`` at its end), a directory with nothing in it too; or
    by its content, which is the first part of a file that the source publishes. A file that was set aside, as its name
    or its folder says (quarantine, rejected, failed, error, bad; the chain's ``quarantine``), is what a sound chain
    does with a wrong one. At the source, an upload in parts that was never completed is left behind, and a file of the
    sender's that the baseline takes away, or moves, when it has it.

    Applies: to nights that leave a file in a working folder or at the source, or whose baseline does.
    Unknown: never, because all files are told when the night is over.
    Does not verify: what lies elsewhere (``/tmp``, a database), or that a lock which the baseline leaves too is free.
    """
    found = difference(night, baseline)
    quarantine = f"{begin_event(night).value['quarantine']}/"
    left = [path for path in found.left_behind if not path.startswith(quarantine)]
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        return Finding.violated(
            f"left behind: {left[0]}{more}; somebody has to clear it up, or if nobody has to, "
            f"declare it in the chain: {ignored(left[0])}",
            left=left,
        )
    if found.added:
        more = f" and {len(found.added) - 1} more" if len(found.added) > 1 else ""
        return Finding.holds(f"only this night leaves {counted(len(found.added), 'file')}: {found.added[0]}{more}")
    return Finding.holds("nothing is left that the baseline does not leave")
