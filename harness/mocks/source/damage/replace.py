"""Another file's content is served under this file's name."""

from __future__ import annotations

from harness.contract.effects.damages import Replace
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(Replace)
def replace(body: Body, source_file: SourceFile, given: Replace) -> Body:
    """The content with that checksum in the store; nothing happens where it is the file's own."""
    if given.sha256 == source_file.sha256:
        return body
    return Body.of_file(source_file.path.with_name(given.sha256), given.size)
