"""What the faults of the incident desk share: the channel by which pages come, and the people of the roster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.channels import CHANNELS
from harness.chain.model import Chain, FromPlace
from harness.faults.model.fault import STRICT, Fault
from harness.values.registered import Registered
from harness.values.strict import unknown

OF_A_PAGE = ("acknowledgement", "second channel")
"""What notices that nobody was told: nothing in the page itself."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsPages(Fault):
    """A fault that meets the pages of a night, by every channel or by one; ``pages`` is how the scheduler pages."""

    channel: Annotated[str, Registered("channel", CHANNELS)] | None = None

    named_by: ClassVar[tuple[str, ...]] = ("incident desk",)
    detectable_by: ClassVar[tuple[str, ...]] = OF_A_PAGE

    @property
    def where(self) -> Mapping[str, str]:
        """The pages that it meets."""
        return {} if self.channel is None else {"channel": self.channel}

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain that pages nobody."""
        yield from super().mistakes(chain)
        if not _pages(chain):
            yield self.name, f"{self.name} needs a page, and nothing of {chain.chain} pages anybody"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsPerson(Fault):
    """A fault that happens to somebody of the roster, and of which the roster does not know."""

    person: str

    named_by: ClassVar[tuple[str, ...]] = ("incident desk",)
    detectable_by: ClassVar[tuple[str, ...]] = ("acknowledgement",)

    @property
    def ends_by_itself(self) -> bool:
        """Who is away stays away when the chain has done its work: pages are escalated after that."""
        return True

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A chain without a roster, and somebody who is not in it."""
        yield from super().mistakes(chain)
        if chain.roster is None:
            yield "person", f"{self.name} needs a roster, and {chain.chain} names none: write 'oncall: oncall.yaml'"
        elif self.person not in chain.roster.people:
            yield "person", unknown("person", self.person, chain.roster.people)


def _pages(chain: Chain) -> bool:
    """Whether a rule pages, or a job knows an address of the desk."""
    rules = any("page" in rule.do for job in chain.jobs.values() for rule in job.rules)
    environments = [chain.environment, *(job.environment for job in chain.jobs.values())]
    places = (value.place for one in environments for value in one.values() if isinstance(value, FromPlace))
    return rules or any(place.partition(".")[0] in ("desk", "desk-tls", "smtp") for place in places)
