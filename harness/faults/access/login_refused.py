"""The source does not accept the credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, unspoken
from harness.faults.model.requests import MeetsRequests


@fault("login_refused")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class LoginRefused(MeetsRequests):
    """Refuse the login, or each signed request where a protocol has none: 401, InvalidAccessKeyId, 390100.

    Stands for: a rotated password, a locked account, a key that was removed from authorized_keys.
    Detectable by: the status of the answer, which is final until somebody changes something.
    A sound chain: does not lock the account by trying on; it falls back or fails, and pages at once with the cause.
    """

    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_ALL

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "login_refused")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "login_refused", chain)
