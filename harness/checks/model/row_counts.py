"""In what the rows of a consumer are not those that it should hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from harness.checks.model.holdings import Holdings, Rows, begin_event, doubled_keys, earlier, holdings
from harness.checks.model.partitions import key_of, partitions
from harness.contract.rows import RawRow
from harness.history import History


@dataclass
class WrongRows:
    """The keys of rows by what is wrong with them, as often as it is."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def by_kind(self) -> dict[str, list[str]]:
        """What there is, by kind; empty where every row is right."""
        return {kind: keys for kind, keys in vars(self).items() if keys}

    def __str__(self) -> str:
        return ", ".join(f"{len(keys):,} {kind}" for kind, keys in self.by_kind.items())


def wrong_rows(night: History, baseline: History, *consumers: str) -> WrongRows:
    """What is wrong with the rows of these consumers, compared with the same night without faults.

    Rows of a declared fallback are compared with what the earlier night delivered; rows under another date that declare
    none are stale. A consumer that holds nothing holds nothing wrong.
    """
    wrong = WrongRows()
    for consumer in consumers:
        held = holdings(night)[consumer]
        wanted = holdings(baseline).get(consumer, Holdings()).own
        declared = begin_event(night).value["consumers"][consumer]["key"]
        if held.own:
            _compare(wrong, held.own, wanted, declared)
        for day, rows in held.fallback.items():
            _compare(wrong, rows, earlier(baseline, consumer, day), declared)
        wrong.stale += [key for rows in held.stale.values() for key, _ in rows]
    return wrong


def _compare(wrong: WrongRows, rows: Rows, wanted: Rows, declared: list[str]) -> None:
    if rows == wanted:
        wrong.doubled += doubled_keys(wanted, declared)
        return
    for some, wanted_some in partitions(rows, wanted):
        _compare_some(wrong, some, wanted_some, declared)


def _compare_some(wrong: WrongRows, rows: Counter[RawRow], wanted: Counter[RawRow], declared: list[str]) -> None:
    """Compare all rows of some keys."""
    wanted_keys = {key for key, _ in wanted}
    missing, surplus = wanted - rows, rows - wanted
    altered = {key for key, digest in surplus if key in wanted_keys and (key, digest) not in wanted}
    twice = [key for key, digest in surplus if (key, digest) in wanted]
    if declared:
        # Under a declared key, other content is a second row of the same key, and not a second key.
        keys = Counter(key for key, _ in rows.elements())
        twice += {key for key, count in keys.items() if count > 1} - set(twice)
    wrong.changed += map(key_of, altered - set(twice))
    wrong.doubled += map(key_of, twice)
    wrong.invented += [key_of(key) for key, _ in surplus if key not in wanted_keys]
    wrong.lost += [key_of(key) for key, _ in missing if key not in altered]
