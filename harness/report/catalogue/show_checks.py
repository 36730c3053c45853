"""The catalogue of checks on a terminal, and as the README of the checks' folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

from harness.checks.model.precedence import PRECEDENCE
from harness.report.catalogue.checks import CheckEntry, catalogue
from harness.report.catalogue.checks import entry as entry_of
from harness.report.catalogue.layout import head, show_head, show_index, table

_TITLES = ("check", "what must hold", "violated")

_INTRODUCTION = """\
# Checks

One property a file, judged from a night's history and that of the same night without faults. This page is made by
`harness checks --markdown` from what the checks say of themselves and from the order in which a night is judged; a test
fails where it is out of date.

A check is a pure function: no clock, no files, no running system, so that a night can be judged again from its files
(`harness judge`). It finds that its property holds, is violated, or that there was nothing to check; that is *unknown*,
and never taken for a pass. A check that raises is unknown, with its traceback, and the others still run."""

_ORDER = """\
Every check declares what its violation makes of the night. The first of these that there is decides; there is no score,
and no check has a place of its own. Of several violations that weigh the same, the one whose check was registered first
is the reason that is told: ours are in the order of the table below, and yours come after them."""

_OWN = """\
Register it where it is imported before the nights run, in a `conftest.py` for instance. `violated` must be given:
damaged, contained, degraded, or inconclusive, for what leaves the data right but only by luck. `harness run`,
`harness judge` and `harness checks` take the same file with `--load conftest.py`.

```python
from collections import Counter

from harness import Finding, History, Outcome, check


@check("started_twice_at_most", violated=Outcome.DEGRADED)
def started_twice_at_most(night: History, baseline: History) -> Finding:
    \"\"\"No job is launched more than twice.

    Applies: to every night.
    Unknown: when nothing was launched.
    Does not verify: that what a job does twice is done once.
    \"\"\"
    launches = Counter(event.value["job"] for event in night.of("launch", type="invoke"))
    if not launches:
        return Finding.unknown("nothing was launched")
    often = [job for job, count in launches.items() if count > 2]
    if often:
        return Finding.violated("a job was launched more than twice", often=often)
    return Finding.holds(f"{launches.total()} launches, no job more than twice")
```

A check may say with `applies=` which nights it is about; of others it finds nothing. A docstring that leaves one of
these out is refused. A check of ours is a file here that `__init__.py` imports in its place, and `tests/checks` has a
history for each thing that it can find. How yours is known everywhere: [extensions](../extensions/README.md)."""


def show(name: str | None, *, as_markdown: bool) -> None:
    """The table of all checks, or everything about one; AuthorError when there is no such check."""
    if as_markdown:
        sys.stdout.write(markdown(catalogue()))
    elif name is None:
        show_table(Console(), catalogue())
    else:
        show_entry(Console(), entry_of(name))


def show_table(console: Console, entries: Sequence[CheckEntry]) -> None:
    """A line for each check: its name, what must hold, and what a violation makes of the night."""
    show_index(console, _TITLES, ((entry.name, *_row(entry)) for entry in entries), command="harness checks")


def show_entry(console: Console, entry: CheckEntry) -> None:
    """Everything about one check."""
    show_head(console, entry.name, entry.sentence, entry.details, _sections(entry))


def markdown(entries: Sequence[CheckEntry]) -> str:
    """The whole catalogue, and the order in which a night is judged."""
    order = ((str(place), rule.there_is, str(rule.outcome)) for place, rule in enumerate(PRECEDENCE, start=1))
    rows = ((f"[{entry.name}](#{entry.name})", *_row(entry)) for entry in entries)
    parts = [
        _INTRODUCTION,
        "## The order in which a night is judged",
        _ORDER,
        table(("", "there is", "the night is"), order),
        "## All of them",
        table(_TITLES, rows),
        *("\n".join(head(entry.name, entry.sentence, entry.details, _sections(entry))) for entry in entries),
        "## A check of your own",
        _OWN,
    ]
    return "\n\n".join(parts) + "\n"


def _row(entry: CheckEntry) -> tuple[str, str]:
    return entry.sentence, str(entry.violated)


def _sections(entry: CheckEntry) -> list[tuple[str, str]]:
    verdict = f"the night is {entry.violated}, unless a rule decides that stands before it in the order."
    return [("Violated", verdict), *entry.sections]
