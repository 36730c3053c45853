"""In what the rows of a consumer are not those that it should hold."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field

from harness.checks.model.evidence import Evidence, Tally
from harness.checks.model.holdings import Holdings, Rows, begin_event, doubled_keys, earlier, holdings
from harness.checks.model.partitions import key_of, partitions
from harness.contract.rows import RawRow
from harness.history import History


@dataclass
class WrongRows:
    """The keys of rows by what is wrong with them: the first ten of each kind, and how many there are."""

    lost: Tally = field(default_factory=Tally)
    doubled: Tally = field(default_factory=Tally)
    invented: Tally = field(default_factory=Tally)
    changed: Tally = field(default_factory=Tally)
    stale: Tally = field(default_factory=Tally)

    @property
    def by_kind(self) -> dict[str, Evidence]:
        """What there is, by kind; empty where every row is right."""
        return {kind: keys.evidence for kind, keys in vars(self).items() if keys.total}

    def __str__(self) -> str:
        return ", ".join(f"{keys.total:,} {kind}" for kind, keys in self.by_kind.items())


@functools.lru_cache(maxsize=4)  # several checks ask, and so do friction and report
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
        wrong.stale.add_all(key for rows in held.stale.values() for key, _ in rows)
    return wrong


def _compare(wrong: WrongRows, rows: Rows, wanted: Rows, declared: list[str]) -> None:
    if rows == wanted:
        wrong.doubled.add_counted(doubled_keys(wanted, declared))
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
    wrong.changed.add_all(map(key_of, altered - set(twice)))
    wrong.doubled.add_all(map(key_of, twice))
    wrong.invented.add_all(key_of(key) for key, _ in surplus if key not in wanted_keys)
    wrong.lost.add_all(key_of(key) for key, _ in missing if key not in altered)
