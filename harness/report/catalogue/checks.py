"""The catalogue of checks: what each says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks.model.check import CHECKS, HEADINGS, Check
from harness.checks.model.outcome import Outcome
from harness.errors import AuthorError
from harness.values.docstrings import docstring
from harness.values.strict import unknown


@dataclass(frozen=True)
class CheckEntry:
    """Everything that is known of one check."""

    name: str
    sentence: str
    details: tuple[str, ...]
    violated: Outcome
    sections: tuple[tuple[str, str], ...]
    """What stands under each of the headings (`HEADINGS`)."""


def catalogue() -> list[CheckEntry]:
    """An entry for each registered check, in the order in which they are registered."""
    return [_entry(check) for check in CHECKS.values()]


def entry(name: str) -> CheckEntry:
    """The entry of one check; AuthorError when there is no such check."""
    if name not in CHECKS:
        raise AuthorError(unknown("check", name, CHECKS))
    return _entry(CHECKS[name])


def _entry(check: Check) -> CheckEntry:
    said = docstring(check.judge, HEADINGS)
    return CheckEntry(
        name=check.name,
        sentence=check.sentence,
        details=said.paragraphs[1:],
        violated=check.violated,
        sections=tuple((heading, said.under[heading]) for heading in HEADINGS),
    )
