"""Another file's content is served under this file's name."""

from __future__ import annotations

from harness.contract.effects.damages import Replace
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import Held


@damage(Replace)
def replace(body: Body, held: Held, given: Replace) -> Body:
    """The content with that checksum in the store; nothing happens where it is the file's own."""
    if given.sha256 == held.sha256:
        return body
    return Body.of_file(held.path.with_name(given.sha256), given.size)
