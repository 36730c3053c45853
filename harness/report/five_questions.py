"""The five questions that an operations team asks of a night, answered from its history."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks import Outcome
from harness.checks.cause_named import naming_page
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.wording import counted, minutes
from harness.history import Event, History
from harness.night.result import Result


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


def _owner(result: Result) -> str:
    page = result.pages.first()
    if page is not None:
        return f"{page.value['owner']}, paged at {result.local(page.at):%H:%M} for {page.value['job']}"
    owner = begin_event(result.history).value["owner"]
    if result.outcome is Outcome.INCONCLUSIVE:
        return f"{owner}; whether they would be told is not proven"
    if not _should_have_been_told(result):
        return f"{owner}, who need not be told"
    mail = _unusual_mail(result)
    if mail is None:
        return f"{owner}, who was told nothing"
    return f"{owner}, who was not paged; {mail.value['to']} has a mail of {result.local(mail.at):%H:%M}"


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
            return "not at all: nothing was said"
        return "nobody had to look for it; the history names the fault and when it acted"
    after = "" if acted is None else f"{minutes(max(0, page.at - acted.at) / 1e9)} after the fault: "
    verdict = "" if naming else "  (which does not name it)"
    return f"{after}{page.value['cause'] or 'the page gives no cause'}{verdict}"


def _should_have_been_told(result: Result) -> bool:
    return result.outcome in (Outcome.CONTAINED, Outcome.DAMAGED)


def _touched(result: Result) -> str:
    night, baseline = result.history, result.baseline
    said: list[str] = []
    for job in begin_event(night).value["jobs"]:
        calm, now = _ended(baseline, job), _ended(night, job)
        if calm is None:
            continue
        if now is None:
            said.append(f"{job} never finished")
        elif now - calm > 60_000_000_000:
            said.append(f"{job} {minutes((now - calm) / 1e9)} later")
    wanted, got = holdings(baseline), holdings(night)
    for consumer, held in got.items():
        same = held.own.common(wanted[consumer].own)
        owed = counted(wanted[consumer].own.total(), "row")
        said.append(f"{consumer} holds {same:,} of {owed} as without the fault")
        extra = held.own.total() - same
        if extra:
            said.append(f"and {counted(extra, 'row')} more or other than it should")
        said += [f"and {counted(rows.total(), 'row')} of {day} as a fallback" for day, rows in held.fallback.items()]
        said += [f"and {counted(rows.total(), 'row')} under the date {day}" for day, rows in held.stale.items()]
    return "; ".join(said) or "no job and no consumer was touched"


def _ended(history: History, job: str) -> int | None:
    last = history.of("job", type="ok", job=job).last()
    return None if last is None else last.at
