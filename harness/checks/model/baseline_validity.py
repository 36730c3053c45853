"""What can be believed of a baseline: it is the measure of every other night, so it is measured itself."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.holdings import begin_event, doubled_keys, finished_at, holdings
from harness.checks.model.wording import counted
from harness.history import History


def invalid_because(baseline: History) -> str | None:
    """Why a night without faults was no calm one: nothing delivered, a page, a job that never finished OK.

    Retries are allowed: a chain may need them on any night.
    """
    delivered = finished_at(baseline) is not None
    told = [*_untrue(baseline), *_unfinished(baseline), *_pages(baseline), *_stale(baseline)]
    if delivered and not told:
        return None
    said = "the baseline is not calm" if delivered else "the baseline failed: the chain does not deliver with no fault"
    return ": ".join([said, "; ".join(told)]) if told else said


def doubtful_because(baseline: History) -> str | None:
    """Why the rows of a baseline may be the wrong ones to compare with, although it finished."""
    published = sum(event.value.get("records", 0) for event in baseline.of("publish", component="source"))
    for consumer, declared in begin_event(baseline).value["consumers"].items():
        held = holdings(baseline)[consumer]
        if held.stale:
            return "; ".join(_stale(baseline))
        if twice := doubled_keys(held.own, declared["key"]):
            return (
                f"in the baseline, {consumer} holds {counted(len(twice), 'row key')} more than once, such as {twice[0]}"
            )
        rows = held.own.total()
        if declared["records"] == "every" and baseline.of("publish", component="source") and rows != published:
            return (
                f"in the baseline, the source published {counted(published, 'record')} and {consumer} holds "
                f"{counted(rows, 'row')}; if this chain is meant to deliver fewer, say records: some"
            )
    return None


def _untrue(baseline: History) -> Iterator[str]:
    """What was to be true in it from the start, and never came."""
    for event in baseline.of("unfired", component="night"):
        yield f"what {event.value['id'].partition(':')[2]} was to make true did not come: {event.value['why']}"


def _unfinished(baseline: History) -> Iterator[str]:
    begin = begin_event(baseline).value
    builds = (event.value for event in baseline.of("build"))
    not_today = {job for build in builds if build["date"] == begin["date"] for job in build["left_out"]}
    for job in begin["jobs"]:
        if baseline.of("job", type="ok", job=job):
            continue
        if job in not_today and not baseline.of("launch", job=job):
            continue
        ended = [*baseline.of("launch", type="fail", job=job), *baseline.of("job", type="fail", job=job)]
        missed = baseline.of("missed", job=job).last()
        last = max(ended, key=lambda event: event.at, default=missed)
        yield f"{job} failed: {last.error}" if last and last.error else f"{job} never finished"


def _pages(baseline: History) -> Iterator[str]:
    said = (
        f"{page.value.get('owner')} was paged: {page.value.get('cause') or '(no cause)'}"
        for page in baseline.of("page", component="desk", type="ok")
    )
    yield from dict.fromkeys(said)


def _stale(baseline: History) -> Iterator[str]:
    night = begin_event(baseline).value["date"]
    for consumer, held in holdings(baseline).items():
        for day, rows in held.stale.items():
            held_rows = f"{consumer} holds {counted(rows.total(), 'row')} under the business date {day}"
            yield f"{held_rows} in the night of {night}, without fallback_of"
