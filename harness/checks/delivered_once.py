"""Every record reaches its consumer exactly once."""

from __future__ import annotations

from harness.checks.check import Finding, check
from harness.checks.holdings import Holdings, earlier, holdings
from harness.history import History


@check("delivered_once", applies=lambda begin: bool(begin["consumers"]))
def delivered_once(night: History, baseline: History) -> Finding:
    """What a consumer holds was published, and is held once.

    Compared with the same night without faults, row by row. Rows of a declared fallback are compared with what the
    earlier night delivered. A consumer that holds nothing holds nothing wrong; that it is empty is `complete`'s affair.
    """
    expected, got = holdings(baseline), holdings(night)
    if not any(of.rows for of in expected.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was checked")
    lost: list[str] = []
    doubled: list[str] = []
    invented: list[str] = []
    changed: list[str] = []
    for consumer, held in got.items():
        pairs = [(held.own, expected.get(consumer, Holdings()).own)] if held.own else []
        pairs += [(rows, earlier(baseline, consumer, day)) for day, rows in held.fallback.items()]
        for rows, wanted in pairs:
            wanted_keys = {key for key, _ in wanted}
            missing, surplus = wanted - rows, rows - wanted
            wrong = {key for key, digest in surplus if key in wanted_keys and (key, digest) not in wanted}
            changed += wrong
            doubled += [key for key, digest in surplus if (key, digest) in wanted]
            invented += [key for key, _ in surplus if key not in wanted_keys]
            lost += [key for key, _ in missing if key not in wrong]
    if not (lost or doubled or invented or changed):
        return Finding.holds(f"{sum(of.rows for of in got.values()):,} rows, each as published, each once")
    counted = {"lost": lost, "doubled": doubled, "invented": invented, "changed": changed}
    said = ", ".join(f"{len(keys):,} {kind}" for kind, keys in counted.items() if keys)
    return Finding.violated(f"rows are wrong at the consumer: {said}", **counted)
