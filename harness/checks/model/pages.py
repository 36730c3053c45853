"""What the pages of a night come to: the same failure again, a successor that only waits, what healed by itself."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.checks.model.ends import JobRuns, predecessors, runs
from harness.checks.model.holdings import begin_event
from harness.checks.model.wording import counted
from harness.history import Event, History

_STATUS = (
    r"(?:http(?:/\d(?:\.\d)?)?|status|exit|signal|errno|code|answer(?:s|ed)|return(?:s|ed))"
    r"\W{1,2}(?:(?:code|status)\W)?"
)
_UNIT = r"(?:ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|days?|%|[kmgt]?i?b|bytes?)"
_TAKEN_OUT = re.compile(
    # What tells one failure from another although it is a number stays: a status that a neighbour or a program gave.
    rf"(?P<stays>\b{_STATUS}-?\d{{1,3}}(?![\d.,:]?\d))"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b"
    r"|\btmp[a-z0-9_]{8}\b"
    r"|\b(?=\w{6,}\b)(?:[a-z]+\d+[a-z]|\d+[a-z]+\d)[a-z0-9]*\b"
    rf"|(?:\d+(?:[.,:/_+t-]\d+)*z?\s?{_UNIT}?(?![a-z]))|\d+",
)
_SEVERAL = re.compile(r"#(?:[\s_/.:-]*#)+")
_CLAUSES = re.compile(r"[;:!()\[\]\n\u2013\u2014]|[.,](?=\s|$)|\b(?:because|weil|denn|car|parce que)\b")
_WAITS = re.compile(
    r"\b(?:wait(?:s|ed|ing)?|predecessors?|upstream|depend(?:s|ed|ing|ency|encies)|blocked"
    r"|(?:not|never|cannot) (?:be |been |yet )?(?:start|started|run|launched)"
    r"|wart(?:et|en|end)|vorgänger\w*|nicht gestartet|abhängig\w*"
    r"|attend(?:ent)?|attente|prédécesseurs?|amont|dépend\w*|pas démarré)\b"
)
_SHARED = re.compile(
    r"\b(?:thresholds?|resources?|schwell(?:e|en|enwert\w*|wert\w*)|ressourcen?|betriebsmittel\w*|seuils?|ressources)\b"
)
"""What jobs wait for that is no job: another one sets it or gives it back."""
MOST_AN_HOUR = 10
"""Pages of one job to one owner by one channel: a telephone that rings every six minutes is switched off."""
_AN_HOUR = 3_600_000_000_000
_ON_ITS_WAY = 60_000_000_000
"""Nanoseconds from a rule to its page, at most."""
_SAYS_NO_MORE = frozenset(
    re.findall(
        r"\w+",
        """
        a an and are as at been by code did do does end ended error exit fail failed fails failure finish finished for
        has have in is it its job jobs late no not of ok on or out run since skipped so start started status still task
        that the then this to until was were while will with yet
        auf das der die fehlgeschlagen fehler hat ist nicht noch seit
        de du en encore est la le les pas retard échoué
        """,
    )
)
"""Words beside the names of jobs with which a page says that something failed or waits, and nothing of why."""


@dataclass(frozen=True)
class Paging:
    """The pages of a night, told apart."""

    telling: tuple[Event, ...]
    """Those that say more than that a successor waits."""
    noise: tuple[Event, ...]
    """Those that say only that a job waits: for a failed one, or for what a failed one was to set or give back."""
    storms: Mapping[str, int]
    """What was paged more than once by one channel, in the words of the first such page, and how often."""
    floods: Mapping[str, int]
    """The jobs that paged one owner by one channel more than `MOST_AN_HOUR` times within one, in whatever words."""
    healed: tuple[str, ...]
    """The jobs that were paged for, and then finished without anybody's help."""

    @property
    def remarks(self) -> str:
        """What a count of pages leaves out, in brackets; empty where it leaves out nothing."""
        said = []
        if self.noise:
            waiting = ", ".join(dict.fromkeys(page.value["job"] for page in self.noise))
            said.append(f"{len(self.noise)} noise: {waiting} only waited")
        if self.healed:
            said.append(f"{', '.join(self.healed)} healed without help")
        return f" ({'; '.join(said)})" if said else ""

    @property
    def sentence(self) -> str:
        """How many there were, and what of them was for nothing."""
        return counted(len(self.telling) + len(self.noise), "page") + self.remarks


@functools.lru_cache(maxsize=2)
def paging(night: History) -> Paging:
    """Tell the pages of a night apart; asked by a check and by what a night cost."""
    pages = list(night.of("page", component="desk", type="ok"))
    noise = tuple(page for page in pages if _only_waits(page, night))
    waiting = {page.index for page in noise}
    telling = tuple(page for page in pages if page.index not in waiting)
    groups: dict[tuple[str, str, str | None, str], list[Event]] = {}
    for page in pages:
        of = (page.value["owner"], page.value["job"], page.value.get("channel"), without_details(_words(page)))
        groups.setdefault(of, []).append(page)
    storms = {f"{group[0].value['job']}: {_words(group[0])}": len(group) for group in groups.values() if len(group) > 1}
    healed = dict.fromkeys(page.value["job"] for page in telling if healed_at(page, night) is not None)
    return Paging(telling, noise, storms, _floods(pages), tuple(healed))


def _floods(pages: Iterable[Event]) -> dict[str, int]:
    """The most pages within an hour of each job that sent too many: one for each bad row, one for each file."""
    found: dict[str, int] = {}
    times: dict[tuple[str, str, str | None], list[int]] = {}
    for page in pages:
        times.setdefault((page.value["owner"], page.value["job"], page.value.get("channel")), []).append(page.at)
    for (_, job, _), at in times.items():
        most = max(bisect.bisect_left(at, begin + _AN_HOUR) - first for first, begin in enumerate(at))
        if most > MOST_AN_HOUR:
            found[job] = max(most, found.get(job, 0))
    return found


def without_details(text: str) -> str:
    """A page's words without what differs from one page for the same failure to the next.

    Numbers, spans, times, dates, and ids are taken out, also in paths; a status that is named as one is not.
    """
    bare = _TAKEN_OUT.sub(lambda found: found["stays"] or "#", text.casefold())
    return _SEVERAL.sub("#", " ".join(bare.split()))


def _words(page: Event) -> str:
    return str(page.value["cause"] or page.value["text"] or "")


def _only_waits(page: Event, night: History) -> bool:
    jobs = begin_event(night).value["jobs"]
    before = predecessors(night, page.value["job"])
    text = _words(page)
    # Which job sets a threshold, or gives a resource back, no history says: it is any that has failed. A job that has
    # failed itself does not only wait: what it says of a resource is why it failed.
    shared = _SHARED.search(text.casefold()) and not _has_failed(page.value["job"], page.at, night)
    waited_for = {*before, *(jobs if shared else ())} - {page.value["job"]}
    if not any(_has_failed(job, page.at, night) for job in waited_for):
        return False
    waits = bool(_WAITS.search(text.casefold())) or any(_names(text, job) for job in before)
    return waits and all(_says_no_more(clause, jobs) for clause in _CLAUSES.split(text.casefold()))


def _says_no_more(clause: str, jobs: Iterable[str]) -> bool:
    if _WAITS.search(clause):
        return True
    for job in sorted(jobs, key=len, reverse=True):
        clause = re.sub(rf"(?<!\w){re.escape(job.casefold())}(?!\w)", " ", clause)
    return set(re.findall(r"[^\W\d_]+", without_details(clause))) <= _SAYS_NO_MORE


def _names(text: str, job: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(job.casefold())}(?!\w)", text.casefold()) is not None


def _has_failed(job: str, at_ns: int, night: History) -> bool:
    last = runs(night).get(job, JobRuns()).last_by(at_ns)
    return last is not None and last.type == "fail"


def healed_at(page: Event, night: History) -> int | None:
    """When its job ended well after that, UTC nanoseconds; None where it never did, or somebody acted in between."""
    since = min([page.at, *(rule.at for rule in rules_that_page(page, night))])
    ends = runs(night).get(page.value["job"], JobRuns()).ends
    ended = next((end.at for end in ends if end.action == "job" and end.type == "ok" and end.at > since), None)
    by_hand = ended is not None and any(since <= at <= ended for at in _steps_by_hand(night))
    return None if by_hand else ended


def rules_that_page(page: Event, night: History) -> list[Event]:
    """The rules of which this page may be: it is on its way for a moment, in which the job may have ended already."""
    job = page.value["job"]
    return [rule for rule in _paging_rules(night) if rule.value["job"] == job and 0 <= page.at - rule.at <= _ON_ITS_WAY]


@functools.lru_cache(maxsize=2)
def _paging_rules(night: History) -> tuple[Event, ...]:
    acted = night.of("rule", component="scheduler", type="info")
    return tuple(rule for rule in acted if "page" in rule.value.get("do", ()))


@functools.lru_cache(maxsize=2)
def _steps_by_hand(night: History) -> tuple[int, ...]:
    return tuple(event.at for event in night.of("operate", type="ok"))
