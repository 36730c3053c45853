"""What a gate's terminal does, inside the mocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.mocks.consumers.own.takers import Held, Sent, takes_rows
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal


@takes_rows("dock")
class Dock:
    """A load is text: ``number|weight`` a line. Answers are text, too."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._gate, self._most = settings["gate"], settings["most_pallets"]

    def read(self, asked: Asked) -> Sent:
        """A load; its number is the key under which it is booked once."""
        _, loads, number = [*asked.path.split("/"), "", ""][:3]
        if asked.method != "PUT" or loads != "loads" or not number:
            found = f"{asked.method} {asked.path}"
            raise Refusal("request", found=found, expected="PUT /loads/<number>", status=404)
        pallets = [line.split("|") for line in asked.text.splitlines()]
        if wrong := next((n for n, line in enumerate(pallets, 1) if len(line) != 2 or not line[1].isdecimal()), None):
            raise Refusal(f"line {wrong}", found="|".join(pallets[wrong - 1]), expected="number|weight")
        if len(pallets) > self._most:
            raise Refusal("load", found=f"{len(pallets)} pallets", expected=f"at most {self._most}", status=422)
        return Sent(rows=[{"pallet": pallet, "weight": weight} for pallet, weight in pallets], key=number)

    def answered(self, asked: Asked, sent: Sent, stored: int | None) -> Answer:
        """Its display."""
        said = "BOOKED BEFORE" if stored is None else f"BOOKED {stored}"
        return Answer(body=f"GATE {self._gate} {said}\n")

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """Red."""
        return Answer(status=status, body=f"GATE {self._gate} REFUSED {error}\n")

    def shown(self, asked: Asked, held: Held) -> Answer:
        """How many it has, to whoever asks."""
        return Answer(body=f"GATE {self._gate} HAS {len(held(None))}\n")
