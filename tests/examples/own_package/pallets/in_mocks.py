"""What our effects do, inside the mocks."""

from __future__ import annotations

from harness.contract.effects import source
from harness.mocks.core.own_effects import Passing, acts
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile
from pallets.effects import RefuseEvery, SwappedDigits


@damage(SwappedDigits)
def swapped_digits(body: Body, _: SourceFile, given: SwappedDigits) -> Body:
    """The file with other numbers, line by line; the header is no record."""
    lines = b"".join(body.chunks()).splitlines(keepends=True)
    for number, line in enumerate(lines):
        pallet, bar, rest = line.partition(b"|")
        if bar and number >= given.record:
            lines[number] = pallet[:-2] + pallet[:-3:-1] + bar + rest
    return Body.of_bytes(b"".join(lines))


@acts(RefuseEvery)
def refuse_every(effect: RefuseEvery, passing: Passing) -> source.Refuse | None:
    """The refusal that the source knows, at every nth request."""
    return source.Refuse(refuse=effect.refuse) if passing.call % effect.nth == 0 else None
