"""After the night, everything is as if nothing had happened."""

from __future__ import annotations

from harness.checks.check import Finding, check
from harness.checks.holdings import begun, holdings
from harness.history import History


@check("equals_baseline")
def equals_baseline(night: History, baseline: History) -> Finding:
    """Consumers and watched folders end as in the same night without faults."""
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
    names = set(begun(history).value["files"])
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
