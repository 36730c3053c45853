"""Who sits at the scheduler at night: what they notice, how long they take, and what they do then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from harness.chain.job import OneOrMore, Text
from harness.chain.model import Chain
from harness.contract import schedule
from harness.contract.schedule import EventWhen, JobAction
from harness.values.strict import LAX, Location, Strict, sequence, unknown
from harness.values.units import Duration


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Operator(Strict):
    """A person who acts through the scheduler's own actions: each act is a manual step of the night."""

    name: Text
    when: Annotated[
        tuple[EventWhen, ...],
        LAX,
        Field(min_length=1),
        BeforeValidator(_listed, json_schema_input_type=EventWhen | Annotated[list[EventWhen], Field(min_length=1)]),
    ]
    jobs: OneOrMore = ()
    acknowledges_after: Duration
    do: Annotated[
        tuple[JobAction, ...],
        LAX,
        Field(min_length=1),
        BeforeValidator(_listed, json_schema_input_type=JobAction | Annotated[list[JobAction], Field(min_length=1)]),
    ]
    takes: Duration = Duration(minutes=5)
    times: int = Field(default=1, ge=1)

    @property
    def restarts(self) -> bool:
        """Whether it starts jobs again."""
        return any("estart" in action or action == "start" for action in self.do)

    def concerns(self, job: str) -> bool:
        """Whether it looks after that job."""
        return not self.jobs or job in self.jobs

    def plan(self) -> schedule.Operator:
        """As the scheduler's mock reads it."""
        return schedule.Operator(
            name=self.name,
            when=self.when,
            jobs=self.jobs,
            acknowledges_after_ns=self.acknowledges_after.ns,
            takes_ns=self.takes.ns,
            do=self.do,
            times=self.times,
        )


def operator_mistakes(operators: Iterable[Any], chain: Chain) -> Iterator[tuple[Location, str]]:
    """Jobs that an operator looks after and the chain does not have."""
    for position, operator in enumerate(operators):
        for place, job in enumerate(sequence(operator, "jobs")):
            if isinstance(job, str) and job not in chain.jobs:
                yield ("operators", position, "jobs", place), unknown("job", job, chain.jobs)
