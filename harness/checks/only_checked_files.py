"""A folder of checked files holds none that was not found right."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.results import Changed, difference
from harness.checks.model.wording import counted
from harness.history import History


def _declared(night: History, baseline: History) -> bool:  # noqa: ARG001 - as any other
    return bool(begin_event(night).value.get("checked"))


@check("only_checked_files", violated=Outcome.DAMAGED, applies=_declared)
def only_checked_files(night: History, baseline: History) -> Finding:
    """What is at the end in a folder that the chain declares ``checked`` is right, in a night that fails as well.

    Right is what the same night without faults leaves under that name, or what was there when the night began. A file
    that was refused, and what was made of it, may lie where files land; where a fallback is read from, it is the wrong
    data of the next night.

    Applies: to chains with a folder that is ``checked``.
    Unknown: never, because all files are told when the night is over.
    Does not verify: what was there for a while and is gone; files under names that the baseline does not leave there
    (``nothing_left_behind``), links, and what was set aside.
    """
    wrong = [one.path for one in difference(night, baseline).changed if _is_wrong(one, night)]
    if not wrong:
        return Finding.holds("only right files are in the folders of checked ones")
    more = f" and {counted(len(wrong) - 1, 'other file')}" if len(wrong) > 1 else ""
    return Finding.violated(
        f"{wrong[0]}{more} was not found right, in a folder of checked files: it has other content than in the "
        f"baseline, and than before the night",
        wrong=wrong,
    )


def _is_wrong(one: Changed, night: History) -> bool:
    folder, _, name = one.path.partition("/")
    held = begin_event(night).value["checked"].get(folder)
    if held is None:
        return False
    kept = night.of("keeps", component="folders", folder=folder, name=name).last()
    checksum = None if kept is None else kept.value.get("sha256")
    return checksum is not None and checksum != held.get(name)
