"""Another file's content is served under this file's name."""

from __future__ import annotations

from harness.mocks.source.body import Body
from harness.mocks.source.damage.damage import Parameters, damage
from harness.mocks.source.held import Held


def _check(given: Parameters) -> None:
    if missing := sorted({"sha256", "size"} - set(given)):
        raise ValueError(f"replace: {missing[0]!r} is missing; found {sorted(given)}")


@damage("replace", check=_check)
def replace(body: Body, held: Held, given: Parameters) -> Body:
    """The content with that checksum in the store; nothing happens where it is the file's own."""
    if given["sha256"] == held.sha256:
        return body
    return Body.of_file(held.path.with_name(given["sha256"]), given["size"])
