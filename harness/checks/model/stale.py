"""Results that are another night's: made under tonight's name, with the content of an earlier file."""

from __future__ import annotations

import re
from collections import defaultdict

from harness.checks.model.holdings import begin_event
from harness.checks.model.makers import makers
from harness.checks.model.results import difference, kept, uploads
from harness.history import History

_DIGITS = re.compile(r"\d+")


def stale_files(night: History, baseline: History) -> dict[str, str]:
    """By path, the earlier file of the same name but for its digits whose content it has.

    An earlier one that this night has made itself, or found otherwise than the baseline did, tells nothing: two nights
    that fail may both say no more than that.
    """
    calm, there = {**kept(baseline), **uploads(baseline)}, {**kept(night), **uploads(night)}
    made = makers(night)
    earlier: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, left in there.items():
        if path not in made and path in calm and calm[path].content == left.content:
            earlier[_undated(path), left.content].append(path)
    found = ((path, earlier.get((_undated(path), there[path].content))) for path in otherwise_made(night, baseline))
    return {path: same[-1] for path, same in found if same}


def otherwise_made(night: History, baseline: History) -> list[str]:
    """What jobs have made with other content than in the baseline; what has a source file's name is the source's."""
    names = set(begin_event(night).value["files"])
    changed = (one.path for one in difference(night, baseline).changed)
    return [path for path in changed if path in makers(night) and path.rpartition("/")[2] not in names]


def _undated(path: str) -> str:
    return _DIGITS.sub("#", path)
