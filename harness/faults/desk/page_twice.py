"""A page is taken twice."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault


@fault("page_twice")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class PageTwice(MeetsPages):
    """Work on a page twice, as if it had been sent again because its answer was lost.

    With a key (PagerDuty's ``dedup_key``, Jira's ``alias``, a webhook's) it is the same page once more, and nobody is
    told anew. Without one it is two, and two at once are the beginning of a storm.

    Stands for: a gateway that repeats a request, an answer that was lost, a message queue that delivers at least once.
    Detectable by: the de-duplication key.
    A sound chain: gives its pages a key that is the same for the same failure.
    """

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.DELIVER, effects.Twice(), **self.where)
