"""What came of a night: the verdict, what it rests on, and where it is not what was expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from harness.checks import Friction, Judgement, Measures, Outcome, friction, measures
from harness.checks.model.wanted import finished_at
from harness.clock.ticks import Ticks
from harness.history import History
from harness.night.times import NightTimes
from harness.night.worked import worked_s
from harness.scenario.model import Expect, Scenario


@dataclass(frozen=True, repr=False)
class Result:
    """What came of a scenario: the verdict, everything it rests on, and where the two differ from what was expected."""

    scenario: Scenario
    history: History
    baseline: History
    judgement: Judgement
    times: NightTimes
    stack: str
    clock: str
    network: str
    ticks: Ticks
    wall_s: float
    order: int = 0
    """In which order those jobs have started that qualified in one instant."""

    def __repr__(self) -> str:
        """Short: a failing assert shows it, and the whole history would fill the screen."""
        return f"<Result {self.outcome}: {self.judgement.because}>"

    @property
    def outcome(self) -> Outcome:
        """The verdict on the night."""
        return self.judgement.outcome

    @property
    def digest(self) -> str:
        """The checksum of what happened; the same scenario and seed on the same stack give the same one."""
        return self.history.digest()

    @property
    def deadline(self) -> dt.datetime:
        """The moment by which the night had to be delivered, in the chain's time zone."""
        return self.local(self.times.deadline_ns)

    @property
    def finished_at(self) -> dt.datetime | None:
        """The moment at which the last row was delivered, or None."""
        finished = finished_at(self.history, self.baseline)
        return None if finished is None else self.local(finished)

    @property
    def friction(self) -> Friction:
        """What the night cost beyond the same night without faults."""
        return friction(self.history, self.baseline)

    @property
    def measures(self) -> Measures:
        """How soon the night was noticed, told and over, and what the fault touched: measured, and not judged."""
        return measures(self.history, self.baseline)

    @property
    def worked_s(self) -> dict[str, float]:
        """For how many seconds of CPU time, which is real, each job has worked; it costs no virtual time."""
        return worked_s(self.history)

    @property
    def pages(self) -> History:
        """Who was told what."""
        return self.history.of("page", component="desk", type="ok")

    def local(self, at_ns: int) -> dt.datetime:
        """A moment of the night in the chain's time zone, to the microsecond."""
        utc = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at_ns // 1_000)
        return utc.astimezone(ZoneInfo(self.scenario.chain.timezone))

    @property
    def mismatches(self) -> list[str]:
        """What the scenario expects and the night did not show, a sentence each; inconclusive is always one."""
        expect, found = self.scenario.expect, []
        if self.outcome is Outcome.INCONCLUSIVE:
            found.append(f"the night proves nothing: {self.judgement.because}")
        elif expect.outcome not in (None, self.outcome):
            found.append(f"expected {expect.outcome}, found {self.outcome}: {self.judgement.because}")
        if expect.by is not None:
            limit = self.local(self.times.at(expect.by))
            if self.finished_at is None:
                found.append(f"expected delivery by {expect.by}, found none")
            elif self.finished_at > limit:
                found.append(f"expected delivery by {expect.by}, found {self.finished_at:%H:%M:%S}")
        found += self._paging_mismatches(expect)
        for job, wanted in expect.attempts.items():
            launches = len(self.history.of("launch", type="invoke", job=job))
            if launches != wanted:
                found.append(f"expected {wanted} launches of {job}, found {launches}")
        return found

    def _paging_mismatches(self, expect: Expect) -> Iterator[str]:
        paged = list(dict.fromkeys(page.value["owner"] for page in self.pages))
        if expect.paged == "nobody" and paged:
            yield f"expected that nobody is paged, found {', '.join(paged)}: {self.pages[0].value['cause']}"
        elif expect.paged not in (None, "nobody") and expect.paged not in paged:
            yield f"expected a page to {expect.paged}, found {', '.join(paged) or 'none'}"
        if expect.cause is not None:
            causes = [f"{page.value['cause']} {page.value['text']}" for page in self.pages]
            if not any(expect.cause.lower() in cause.lower() for cause in causes):
                yield f"expected a page that says {expect.cause!r}, found {'; '.join(causes) or 'none'}"
