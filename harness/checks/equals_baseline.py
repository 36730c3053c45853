"""After the night, everything is as if nothing had happened."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, fallback_days, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.history import History


def _delivered_as_its_own(night: History, baseline: History) -> bool:
    return not owed(night, baseline) and not fallback_days(night)


@check("equals_baseline", violated=Outcome.DAMAGED, applies=_delivered_as_its_own)
def equals_baseline(night: History, baseline: History) -> Finding:
    """Consumers and watched folders end as in the same night without faults.

    Of watched folders, the files count that have the name of one of the night's.

    Applies: to nights that owe nothing when they are over, and need no declared fallback: any other ends differently.
    Unknown: when the baseline left no row and no file behind.
    Does not verify: other files, or what the chain keeps elsewhere (a database, a watermark); what was there for a
    while and is gone.
    """
    wanted, got = holdings(baseline), holdings(night)
    if not any(of.rows for of in wanted.values()) and not _files(baseline):
        return Finding.unknown("the baseline left nothing behind to compare with")
    different = [f"{consumer} holds other rows" for consumer in wanted if wanted[consumer] != got.get(consumer)]
    before, after = _files(baseline), _files(night)
    different += [f"{path} is missing" for path in before.keys() - after.keys()]
    different += [f"{path} is left over" for path in after.keys() - before.keys()]
    different += [f"{path} has other content" for path in before.keys() & after.keys() if before[path] != after[path]]
    if different:
        return Finding.violated("the final state differs from the baseline", different=different)
    return Finding.holds("the final state equals the baseline")


def _files(history: History) -> dict[str, str]:
    """The night's files in the watched folders at the end: path to content."""
    names = set(begin_event(history).value["files"])
    files: dict[str, str] = {}
    for event in history.of(component="folders"):
        if event.value.get("name") not in names:
            continue
        path = f"{event.value['folder']}/{event.value['name']}"
        if event.action == "remove":
            files.pop(path, None)
        elif event.action == "write" and event.type == "ok":
            files[path] = event.value["sha256"]
    return files
