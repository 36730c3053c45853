"""What can be believed of a baseline: it is the measure of every other night, so it is measured itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.checks.model.ends import finished
from harness.checks.model.holdings import begin_event, doubled_keys, holdings
from harness.checks.model.wording import counted
from harness.history import History

_NAMED = 3
"""So many of the records that are left out are named."""


def invalid_because(baseline: History) -> str | None:
    """Why a night without faults was no calm one: nothing delivered, a page, a job that never finished OK.

    Retries are allowed: a chain may need them on any night.
    """
    delivered = _delivered(baseline)
    told = [*_untrue(baseline), *_unfinished(baseline), *_pages(baseline), *_stale(baseline)]
    if not delivered:
        told += _without_rows(baseline)
    if delivered and not told:
        return None
    said = "the baseline is not calm" if delivered else "the baseline failed: the chain does not deliver with no fault"
    return ": ".join([said, "; ".join(told)]) if told else said


def _delivered(baseline: History) -> bool:
    held = holdings(baseline)
    return all(of.rows for of in held.values()) if held else bool(finished(baseline))


def untrue_because(baseline: History) -> str | None:
    """What a consumer holds in a baseline and was published otherwise: the chain does it on every night."""
    which = {name: one["records"] for name, one in begin_event(baseline).value["consumers"].items()}
    for told in _compared(baseline):
        on_purpose = (
            f"; if that is meant, declare the column under columns: of the consumer ({told['place']})"
            f"{_proposed(baseline, told)}"
        )
        if changed := told["changed"]["total"]:
            more = f", and {counted(changed - 1, 'value')} more" if changed > 1 else ""
            return f"in the baseline too: {told['changed']['first'][0]}{more}{on_purpose}"
        if (invented := told["invented"]) and invented["total"] and not _undeclared(told):
            lacks = f", and lacks {counted(lost, 'record')}" if (lost := told["lost"]["total"]) else ""
            holds = f"{told['consumer']} holds {counted(invented['total'], 'row')} without any such record"
            return f"in the baseline too: {holds}, such as {invented['first'][0]}{lacks}"
        held = told["records"] - told["lost"]["total"]
        if which.get(told["consumer"]) == "some" and not _undeclared(told) and held < told["required"]:
            return (
                f"in the baseline too: {told['consumer']} holds {held:,} of {counted(told['records'], 'record')} of "
                f"which at least {told['required']:,} are to arrive ({told['place']}), and lacks "
                f"{told['lost']['first'][0]}"
            )
    return None


def not_compared_because(baseline: History) -> str | None:
    """What the chain must declare before a baseline's rows can be compared with what was published."""
    for told in _compared(baseline):
        said = f"the baseline was not compared with what was published: declare, under the consumer {told['consumer']}"
        if why := told["why_not"]:
            lines = "columns: such as {id: {from: number}}, files:, or records: derived if its rows are no records"
            return f"{said} ({told['place']}), {lines} ({why}){_proposed(baseline, told)}"
        if columns := _undeclared(told):
            lines = f"what becomes of its columns, such as columns: {{{', '.join(columns)}}}"
            return f"{said} ({told['place']}), {lines}{_proposed(baseline, told)}"
    return None


def _proposed(baseline: History, told: Mapping[str, Any]) -> str:
    """What tells the lines that are missing; of a chain that was built in Python there is no file to ask about."""
    file, _, line = told["place"].rpartition(":")
    if not (file and line.isdigit()):
        return ""
    return f"; harness lint {file} --night {begin_event(baseline).value['date']} proposes the lines"


def is_compared(baseline: History, consumer: str) -> bool:
    """Whether what it holds in the baseline was held against what was published."""
    return _of(baseline, consumer) is not None


def _of(baseline: History, consumer: str) -> Mapping[str, Any] | None:
    return next((told for told in _compared(baseline) if told["consumer"] == consumer), None)


def _compared(baseline: History) -> Iterator[Mapping[str, Any]]:
    return (event.value for event in baseline.of("compared", component="night"))


def _undeclared(told: Mapping[str, Any]) -> list[str]:
    """The lines that are missing, as far as they can be told: which column another one is made of cannot."""
    dropped = [f"{name}: dropped" for name in told["only_published"]]
    return [*dropped, *(f"{name}: derived" for name in told["only_held"])]


def doubtful_because(baseline: History) -> str | None:
    """Why the rows of a baseline may be the wrong ones to compare with, although it finished."""
    if told := not_compared_because(baseline):
        return told
    published = sum(event.value.get("records", 0) for event in baseline.of("publish", component="source"))
    of_its_files = {told["consumer"]: told["records"] for told in _compared(baseline)}
    for consumer, declared in begin_event(baseline).value["consumers"].items():
        held = holdings(baseline)[consumer]
        if held.stale:
            return "; ".join(_stale(baseline))
        if (twice := doubled_keys(held.own, declared["key"])).total:
            keys = f"{counted(twice.total, 'row key')} more than once, such as {twice.first[0]}"
            return f"in the baseline, {consumer} holds {keys}"
        rows, wanted = held.own.total(), of_its_files.get(consumer, published)
        if declared["records"] == "every" and baseline.of("publish", component="source") and rows != wanted:
            return (
                f"in the baseline, the source published {counted(wanted, 'record')} and {consumer} holds "
                f"{counted(rows, 'row')}{_left_out(baseline, consumer)}: a chain that loses them does so every night; "
                f"only if it is meant to leave these out, say records: some"
                f"{'' if (its := _of(baseline, consumer)) is None else _proposed(baseline, its)}"
            )
    return None


def _left_out(baseline: History, consumer: str) -> str:
    """Examples of the records that a consumer lacks, so that whoever declares it knows what."""
    for told in _compared(baseline):
        if told["consumer"] == consumer and (named := told["lost"]["first"][:_NAMED]):
            more = told["lost"]["total"] - len(named)
            return f", and not {', '.join(named)}{f' and {more:,} more' if more else ''}"
    return ""


def _untrue(baseline: History) -> Iterator[str]:
    """What was to be true in it from the start, and never came."""
    for event in baseline.of("unfired", component="night"):
        yield f"what {event.value['id'].partition(':')[2]} was to make true did not come: {event.value['why']}"


def _unfinished(baseline: History) -> Iterator[str]:
    begin = begin_event(baseline).value
    builds = (event.value for event in baseline.of("build"))
    not_today = {job for build in builds if build["date"] == begin["date"] for job in build["left_out"]}
    ended_well = finished(baseline)
    for job in begin["jobs"]:
        if job in ended_well:
            continue
        if job in not_today and not baseline.of("launch", job=job):
            continue
        ended = [*baseline.of("launch", type="fail", job=job), *baseline.of("job", type="fail", job=job)]
        missed = baseline.of("missed", job=job).last()
        last = max(ended, key=lambda event: event.at, default=missed)
        yield f"{job} failed: {last.error}" if last and last.error else f"{job} never finished"


def _without_rows(baseline: History) -> Iterator[str]:
    """Each consumer to which nothing came, and what it has said of what did not."""
    for consumer, held in holdings(baseline).items():
        if held.rows or held.stale:
            continue
        refused = next((event.error for event in baseline.of(type="fail", component=consumer) if event.error), None)
        yield f"{consumer} holds nothing: {refused or 'it was sent nothing that it could take'}"


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
