"""What is measured of a night and not judged: how soon it was noticed, told and over, and what it touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from harness.checks.model.ends import runs, unfinished
from harness.checks.model.friction import friction
from harness.checks.model.holdings import holdings
from harness.checks.model.owed import owed
from harness.checks.model.wanted import finished_at
from harness.history import Event, History


@dataclass(frozen=True)
class Measures:
    """Seconds from the first act of a fault, attempts, and what was touched; None where it never came to that."""

    to_detect_s: float | None
    """To the first sign in the chain: a failed job or launch, a limit exceeded, a rule, a page."""
    sign: str | None
    """What that was."""
    to_page_s: float | None
    to_recover_s: float | None
    """To the moment from which nothing was owed any more; None for a night that owes something, 0 for one that the
    fault did not touch."""
    attempts: Mapping[str, int]
    """Launches, by job."""
    jobs: tuple[str, ...]
    """The jobs that were launched more often, ended later by a minute, or did not end as in the baseline."""
    consumers: tuple[str, ...]
    """Those that do not hold what they hold in the baseline."""
    rows: int
    """Rows that are missing or wrong, of all consumers."""


def measures(night: History, baseline: History) -> Measures:
    """Measure a night against the same night without faults."""
    acted, cost = night.of("fault").first(), friction(night, baseline)
    sign = _first_sign(night, baseline, since_ns=None if acted is None else acted.at)
    page = night.of("page", component="desk", type="ok").first()
    wanted, got = holdings(baseline), holdings(night)
    touched = {*cost.later_s, *unfinished(night, baseline), *(_launches(night) - _launches(baseline))}
    delivered = finished_at(night, baseline) if cost.delayed else None
    recovered = None if owed(night, baseline) else _last_touched(night, touched, delivered)

    def since(at_ns: int | None) -> float | None:
        return None if acted is None or at_ns is None else max(0.0, (at_ns - acted.at) / 1e9)

    return Measures(
        to_detect_s=since(sign.at if sign else None),
        sign=None if sign is None else _said(sign),
        to_page_s=since(page.at if page else None),
        to_recover_s=since(recovered),
        attempts=dict(sorted(_launches(night).items())),
        jobs=tuple(sorted(touched)),
        consumers=tuple(sorted(name for name in wanted if wanted[name] != got.get(name))),
        rows=cost.rows_lost + cost.rows_wrong,
    )


def _launches(history: History) -> Counter[str]:
    return Counter(event.value["job"] for event in history.of("launch", type="invoke"))


def _first_sign(night: History, baseline: History, since_ns: int | None) -> Event | None:
    """The first that a calm night does not have as well."""
    calm = Counter(_said(event) for event in baseline if _is_sign(event))
    for event in night:
        if since_ns is None or event.at < since_ns or not _is_sign(event):
            continue
        if calm[_said(event)] <= 0:
            return event
        calm[_said(event)] -= 1
    return None


def _is_sign(event: Event) -> bool:
    if event.component == "scheduler":
        failed = event.type == "fail" and event.action in ("job", "launch")
        return failed or event.action in ("rule", "overrun", "missed")
    return event.component == "desk" and event.action == "page" and event.type == "ok"


def _said(event: Event) -> str:
    job = event.value.get("job") or "the chain"
    if event.action == "rule":
        return f"a rule of {job} ({event.value.get('when')})"
    words = {
        "job": f"{job} failed",
        "launch": f"{job} could not be started",
        "overrun": f"{job} exceeded its max run time",
        "missed": f"{job} missed its latest start",
        "page": f"a page for {job}",
    }
    return words[event.action]


def _last_touched(night: History, jobs: set[str], delivered: int | None) -> int | None:
    """When the last of what the fault had touched was well again; the fault's own moment where it touched nothing."""
    ends = [since for name, job in runs(night).items() if name in jobs and (since := job.well_since) is not None]
    acted = night.of("fault").first()
    return max([*ends, *([delivered] if delivered else []), *([acted.at] if acted else [])], default=None)
