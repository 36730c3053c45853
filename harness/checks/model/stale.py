"""Results that are another night's: made under tonight's name, with the content of an earlier file."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from contextlib import suppress

from harness.checks.model.holdings import begin_event
from harness.checks.model.makers import makers
from harness.checks.model.results import Left, difference, kept, uploads, without_dates
from harness.history import History

_SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")


def stale_files(night: History, baseline: History) -> dict[str, str]:
    """By path, the earlier file of the same name but for its date whose content it has.

    An earlier one that this night has made itself, or found otherwise than the baseline did, tells nothing: two nights
    that fail may both say no more than that. Nor does one in which there is no more than a header, or a word.
    """
    calm, there = {**kept(baseline), **uploads(baseline)}, {**kept(night), **uploads(night)}
    made = makers(night)
    earlier: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, left in there.items():
        if path not in made and path in calm and calm[path].content == left.content and _says_something(left):
            earlier[_undated(path, night), left.content].append(path)
    other = otherwise_made(night, baseline)
    found = ((path, earlier.get((_undated(path, night), there[path].content))) for path in other)
    return {path: same[-1] for path, same in found if same}


def otherwise_made(night: History, baseline: History) -> list[str]:
    """What jobs have made with other content than in the baseline; what has a source file's name is the source's."""
    names = set(begin_event(night).value["files"])
    changed = (one.path for one in difference(night, baseline).changed)
    return [path for path in changed if path in makers(night) and path.rpartition("/")[2] not in names]


def _says_something(left: Left) -> bool:
    """Whether more than one line is in it; only of small reports the text is known."""
    lines = None if left.text is None else [line for line in left.text.splitlines() if line.strip()]
    return left.size > 0 and (lines is None or len(lines) > 1)


def _undated(path: str, night: History) -> str:
    """A path without its dates: six digits are one where they are a day of the night's year, or of the one before."""
    year = dt.date.fromisoformat(begin_event(night).value["date"]).year

    def bare(found: re.Match[str]) -> str:
        for order in ("%y%m%d", "%d%m%y"):
            with suppress(ValueError):
                if dt.datetime.strptime(found[0], order).year in (year, year - 1):
                    return "#"
        return found[0]

    return _SIX_DIGITS.sub(bare, without_dates(path))
