"""The end of a file is NUL bytes: its length is right, and what should be there was never written."""

from __future__ import annotations

from harness.contract.effects.damages import Nuls
from harness.mocks.source.damage.cut import part_bytes
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.files.body import Body, Filling
from harness.mocks.source.files.source_file import SourceFile


@damage(Nuls)
def nuls(body: Body, _: SourceFile, given: Nuls) -> Body:
    """Keep ``bytes`` or a ``fraction``, and fill up with NULs to the true length."""
    kept = part_bytes(body, given)
    return body if kept >= body.size else body.part(0, kept) + Body(Filling(b"\0", body.size - kept))
