"""A mail that pages somebody bounces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import desk as effects
from harness.faults.model.desk import MeetsPages
from harness.faults.model.fault import STRICT, System, fault


@fault("mail_bounces")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class MailBounces(MeetsPages):
    """Take a mail, and have a mailbox behind the desk's refuse it: nobody is told.

    The server in between has said 250. The notice comes later, as a mail to the sender, which is a job.

    Stands for: a mailbox that is full, a distribution list whose last member has left, a filter for bulk mail.
    Detectable by: that nobody acknowledges; a second channel.
    A sound chain: does not page by mail alone.
    """

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """Another channel than mail."""
        yield from super().mistakes(chain)
        if self.channel not in (None, "mail"):
            yield "channel", f"found {self.channel}, expected mail: nothing else bounces"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the desk."""
        return system.armed(self, points.DELIVER, effects.Vanish(vanish="bounced"), channel="mail")
