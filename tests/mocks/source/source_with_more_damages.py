"""The file source with two damages that only tests have: what they do can be said to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.contract.effects import damages
from harness.mocks.core.program import run
from harness.mocks.source.__main__ import Source
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damages.damage
@dataclass(frozen=True)
class TestedByte:
    under: ClassVar[str] = "tested_byte"
    at: int


@damages.damage
@dataclass(frozen=True)
class TestedMore:
    under: ClassVar[str] = "tested_more"


@damage(TestedByte)
def tested_byte(body: Body, _: SourceFile, given: TestedByte) -> Body:
    """An X at ``at``."""
    return body.part(0, given.at) + Body.of_bytes(b"X") + body.part(given.at + 1)


@damage(TestedMore)
def tested_more(body: Body, _: SourceFile, __: TestedMore) -> Body:
    """The content, and the same again: with its length declared, a stat tells half of it."""
    return body + body


if __name__ == "__main__":
    run(Source)
