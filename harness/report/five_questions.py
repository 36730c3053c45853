"""The five questions that an operations team asks of a night, answered from its history."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks import Outcome
from harness.checks.cause_named import NOT_JUDGED, naming_page
from harness.checks.model.ends import finished, how_it_stands, unfinished
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.on_call import acknowledged_by, tellings, whom
from harness.checks.model.wording import counted, minutes
from harness.history import Event
from harness.night.result import Result
from harness.report.dependents import whose


@dataclass(frozen=True)
class Answer:
    """One question and its answer."""

    question: str
    answer: str


def answers(result: Result) -> tuple[Answer, ...]:
    """All five, in the order in which they are asked."""
    return (
        Answer("What happens if this fails at 2 AM?", f"{result.outcome}: {result.judgement.because}"),
        Answer("Who owns it?", _owner(result)),
        Answer("How quickly can the root cause be identified?", _cause(result)),
        Answer("What depends on this flow downstream?", _touched(result)),
        Answer("How much friction does it create?", result.friction.sentence),
    )


def not_judged(result: Result) -> bool:
    """Whether its pages tell a cause, and nobody can say whether it is the one that was injected."""
    found = result.judgement.of("cause_named")
    return found is not None and bool(found.note)


def not_judged_of(nights: int) -> str:
    """How many nights of a run are so, as its last word."""
    return f"{NOT_JUDGED}: {counted(nights, 'night')}, which no figure of causes named may count as one"


def _owner(result: Result) -> str:
    page = result.pages.first()
    if page is not None:
        paged = f"{page.value['owner']}, paged at {result.local(page.at):%H:%M} for {page.value['job']}"
        return f"{paged}: {_people(page, result)}" if "told" in page.value else paged
    owner = begin_event(result.history).value["owner"]
    if result.outcome is Outcome.INCONCLUSIVE:
        return f"{owner}; whether they would be told is not proven"
    if not _should_have_been_told(result):
        return f"{owner}, who need not be told"
    mail = _unusual_mail(result)
    if mail is None:
        return f"{owner}, who was told nothing"
    return f"{owner}, who was not paged; {mail.value['to']} has a mail of {result.local(mail.at):%H:%M}"


def _people(page: Event, result: Result) -> str:
    """Who of the roster was told of a page, one after the other, and who has acknowledged it."""
    told = ", then ".join(f"{whom(one)} ({result.local(one.at):%H:%M})" for one in tellings(page, result.history))
    answer = acknowledged_by(page, result.history)
    if answer is None:
        return f"{told or 'nobody is on call'}; nobody has acknowledged it"
    return f"{told}; acknowledged by {answer.value.get('by', 'a client')} at {result.local(answer.at):%H:%M}"


def _unusual_mail(result: Result) -> Event | None:
    """The first mail that the night without the fault did not bring as well."""

    def said(mail: Event) -> tuple[str, str]:
        return mail.value["job"], mail.value["last"]

    usual = {said(mail) for mail in result.baseline.of("mail")}
    return next((mail for mail in result.history.of("mail") if said(mail) not in usual), None)


def _cause(result: Result) -> str:
    naming, acted = naming_page(result.history), result.history.of("fault").first()
    page = naming or result.pages.first()
    if page is None:
        if result.outcome is Outcome.INCONCLUSIVE:
            return f"this night proves nothing: {result.judgement.because}"
        if _should_have_been_told(result):
            return f"not at all: nothing was said{_noticed(result)}"
        return "nobody had to look for it; the history names the fault and when it acted"
    after = "" if acted is None else f"{minutes(max(0, page.at - acted.at) / 1e9)} after the fault: "
    verdict = "" if naming else f"  ({_unnamed(result)})"
    return f"{after}{page.value['cause'] or 'the page gives no cause'}{verdict}"


def _noticed(result: Result) -> str:
    """What could have been told, had anybody been."""
    found = result.measures
    if found.to_detect_s is None:
        return ""
    return f"; the first sign came {minutes(found.to_detect_s)} after the fault: {found.sign}"


def _unnamed(result: Result) -> str:
    return NOT_JUDGED if not_judged(result) else "which does not name it"


def _should_have_been_told(result: Result) -> bool:
    return result.outcome in (Outcome.CONTAINED, Outcome.DAMAGED)


def _touched(result: Result) -> str:
    night, baseline = result.history, result.baseline
    ends, missing, later_s = finished(night), unfinished(night, baseline), result.friction.later_s
    said: list[str] = []
    for job in begin_event(night).value["jobs"]:
        if job not in finished(baseline):
            continue
        if job in missing or job not in ends:
            said.append(f"{job} {how_it_stands(night, job)}")
        elif job in later_s:
            said.append(f"{job} {minutes(later_s[job])} later")
    wanted, got = holdings(baseline), holdings(night)
    for consumer, held in got.items():
        same = held.own.common(wanted[consumer].own)
        owed = counted(wanted[consumer].own.total(), "row")
        said.append(f"{whose(night, consumer)} holds {same:,} of {owed} as without the fault")
        extra = held.own.total() - same
        if extra:
            said.append(f"and {counted(extra, 'row')} more or other than it should")
        said += [f"and {counted(rows.total(), 'row')} of {day} as a fallback" for day, rows in held.fallback.items()]
        said += [f"and {counted(rows.total(), 'row')} under the date {day}" for day, rows in held.stale.items()]
    return "; ".join(said) or "no job and no consumer was touched"
