"""How often a chain may ask its neighbours: for all of them, and for each where it says so."""

from __future__ import annotations

from typing import get_args

from pydantic import Field

from harness.contract.budget import ATTEMPTS_WITHOUT_PAUSE, REFUSED_CREDENTIALS, Neighbour
from harness.values.strict import Strict


class Allowance(Strict):
    """What a neighbour may be asked; what is left out is as for all neighbours, and then by default.

    attempts_without_pause: failed ones at the same thing, of which any three lie within two seconds.
    """

    requests_a_minute: int | None = Field(default=None, ge=1)
    refused_credentials: int | None = Field(default=None, ge=0)
    attempts_without_pause: int | None = Field(default=None, ge=1)


class Budget(Allowance):
    """The allowance for all neighbours, and those of single ones."""

    neighbours: dict[Neighbour, Allowance] = {}

    def told(self) -> dict[str, dict[str, int | None]]:
        """Each neighbour's, as the checks read it; no requests a minute means that the baseline says how many."""
        return {name: self._of(self.neighbours.get(name, Allowance())) for name in get_args(Neighbour)}

    def _of(self, own: Allowance) -> dict[str, int | None]:
        def first(*figures: int | None) -> int | None:
            return next((figure for figure in figures if figure is not None), None)

        return {
            "requests_a_minute": first(own.requests_a_minute, self.requests_a_minute),
            "refused_credentials": first(own.refused_credentials, self.refused_credentials, REFUSED_CREDENTIALS),
            "attempts_without_pause": first(
                own.attempts_without_pause, self.attempts_without_pause, ATTEMPTS_WITHOUT_PAUSE
            ),
        }
