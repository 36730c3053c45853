"""Every record reaches its consumer exactly once."""

from __future__ import annotations

from harness.checks.calm import doubt
from harness.checks.check import Finding, check
from harness.checks.holdings import Holdings, begun, doubled_keys, earlier, holdings
from harness.history import History


@check("delivered_once", applies=lambda night, _: bool(begun(night).value["consumers"]))
def delivered_once(night: History, baseline: History) -> Finding:
    """What a consumer holds was published, and is held once.

    Compared with the same night without faults, row by row, once that night's own rows are as many as the source's
    records. Rows of a declared fallback are compared with what the earlier night delivered; rows under another date
    that declare none are stale. A consumer that holds nothing holds nothing wrong; that it is empty is `complete`'s
    affair.
    """
    expected, got = holdings(baseline), holdings(night)
    if not any(of.rows for of in expected.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was checked")
    if wrong := doubt(baseline):
        return Finding.unknown(wrong)
    lost: list[str] = []
    doubled: list[str] = []
    invented: list[str] = []
    changed: list[str] = []
    stale = [key for held in got.values() for rows in held.stale.values() for key, _ in rows.elements()]
    for consumer, held in got.items():
        pairs = [(held.own, expected.get(consumer, Holdings()).own)] if held.own else []
        pairs += [(rows, earlier(baseline, consumer, day)) for day, rows in held.fallback.items()]
        for rows, wanted in pairs:
            wanted_keys = {key for key, _ in wanted}
            missing, surplus = wanted - rows, rows - wanted
            altered = {key for key, digest in surplus if key in wanted_keys and (key, digest) not in wanted}
            twice = [key for key, digest in surplus if (key, digest) in wanted]
            # Under a declared key, other content is a second row of the same key, and not a second key.
            twice += sorted(set(doubled_keys(rows, begun(night).value["consumers"][consumer]["key"])) - set(twice))
            changed += altered - set(twice)
            doubled += twice
            invented += [key for key, _ in surplus if key not in wanted_keys]
            lost += [key for key, _ in missing if key not in altered]
    if not (lost or doubled or invented or changed or stale):
        return Finding.holds(f"{sum(of.rows for of in got.values()):,} rows, each as published, each once")
    counted = {"lost": lost, "doubled": doubled, "invented": invented, "changed": changed, "stale": stale}
    said = ", ".join(f"{len(keys):,} {kind}" for kind, keys in counted.items() if keys)
    return Finding.violated(f"rows are wrong at the consumer: {said}", **counted)
