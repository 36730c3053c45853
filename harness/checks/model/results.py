"""What a night leaves behind as files: in the chain's working folders, and at the source, where clients have put it.

Names that a run draws (a time, the number of an attempt, a process) are told by their digits: a file of the baseline
whose name the night does not have stands for one of the same name but for its digits. A date in a name is not drawn:
it says which day's file this is.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from harness.checks.model.holdings import begin_event, fallback_days
from harness.history import History

UPLOADED = "source:"
"""Before the protocol and the name of a file that a client has put to the source."""

_UNFINISHED = re.compile(
    r"~$|\.(part|partial|tmp|temp|lock|lck|pid|filepart|crdownload|download|swp|writing|inprogress|incomplete)"
    r"([._-]?\w{1,12})?/?$|^(tmp[\w.-]*|lock|pid)/?$|^\.(~|lock|#)|^\.?~|[._-](lock|tmp|part)/?$",
    re.IGNORECASE,
)
_SET_ASIDE = re.compile(
    r"(?<![a-z])(quarantined?|rejects?|rejected|refused|errors?|failed|failures?|bad|broken|corrupt(ed)?|invalid|"
    r"dead[-_ ]?letters?|suspect|wrong)(?![a-z])",
    re.IGNORECASE,
)
_YEAR, _MONTH, _DAY = r"20\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATED_OR_DRAWN = re.compile(
    rf"(?P<date>(?<!\d)(?:{_YEAR}(?P<a>[-_.]?){_MONTH}(?P=a){_DAY}|{_DAY}(?P<b>[-_.]?){_MONTH}(?P=b){_YEAR}(?!\d)))"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+"
)


@dataclass(frozen=True)
class Left:
    """One file that there is at the end: digest of what is compared."""

    content: str
    half: bool = False
    """Whether it is the first part of a published file, or was not sent to its end."""
    text: str | None = None
    """What is in it, of a small report."""
    size: int = 0
    """Bytes."""


@dataclass(frozen=True)
class Changed:
    """A file with other content than in the same night without faults; its path in the night, and the texts of both."""

    path: str
    before: str | None = None
    now: str | None = None


@dataclass(frozen=True)
class Difference:
    """What is otherwise at the end than in the same night without faults; most of it paths."""

    missing: tuple[str, ...]
    changed: tuple[Changed, ...]
    doubled: tuple[str, ...]
    """Uploads that are there twice, under two names."""
    left_behind: tuple[str, ...]
    """What somebody must clear up: locks, parts, temporary files, beginnings of what was published."""
    added: tuple[str, ...]
    """What else only this night has: told, and no harm."""


@functools.lru_cache(maxsize=2)
def kept(history: History) -> Mapping[str, Left]:
    """The files of the working folders at the end; directories with nothing in them end with a slash."""
    return {
        f"{event.value['folder']}/{event.value['name']}": Left(
            event.value["content"], "beginning_of" in event.value, event.value.get("text"), event.value["size"]
        )
        for event in history.of("keeps", component="folders")
    }


@functools.lru_cache(maxsize=2)
def uploads(history: History) -> Mapping[str, Left]:
    """What clients have put to the source, or moved there, and is there at the end: by protocol and last name."""
    return {
        uploaded_as(event.value): Left(
            event.value["content"], not event.value["whole"], event.value.get("text"), event.value["size"]
        )
        for event in history.of("keeps", component="source")
        if "file" not in event.value
    }


def untouched(history: History) -> frozenset[str]:
    """The files of the source that are where their sender has put them; the others a client has taken away."""
    left = (event.value for event in history.of("keeps", component="source") if "file" in event.value)
    return frozenset(uploaded_as(value) for value in left)


def uploaded_as(value: Mapping[str, Any]) -> str:
    """The path of an upload; one in parts that nobody has ended is beside the file of its name, not in its place."""
    parts = f" ({value['parts']} parts, never completed)" if "parts" in value else ""
    return f"{UPLOADED}{value['via']}/{value['name']}{parts}"


@functools.lru_cache(maxsize=2)
def difference(night: History, baseline: History) -> Difference:
    """All that is otherwise, of folders and uploads."""
    wanted = {**kept(baseline), **uploads(baseline)}
    got = {**kept(night), **uploads(night)}
    pairs = {path: path for path in wanted if path in got}
    date = dt.date.fromisoformat(begin_event(baseline).value["date"])
    pairs |= _drawn_alike(wanted, got, wanted.keys() - got.keys(), date)
    extra = sorted(got.keys() - set(pairs.values()))
    uploaded = {left.content for path, left in got.items() if path.startswith(UPLOADED) and path not in extra}
    doubled = [path for path in extra if path.startswith(UPLOADED) and got[path].content in uploaded]
    behind = [path for path in extra if path not in doubled and is_left_behind(path, got[path])]
    # What was fetched is taken away, or moved to where it says so: else the next night fetches it again.
    behind += untouched(night) & _fetched(baseline) - untouched(baseline)
    missing = [path for path in wanted if path not in pairs and is_result(path)]
    changed = [
        Changed(other, wanted[path].text, got[other].text)
        for path, other in pairs.items()
        if wanted[path].content != got[other].content and is_result(other)
    ]
    return Difference(
        missing=tuple(sorted(missing)),
        changed=tuple(sorted(changed, key=lambda one: one.path)),
        doubled=tuple(doubled),
        left_behind=tuple(sorted(behind)),
        added=tuple(path for path in extra if path not in doubled and path not in behind),
    )


def missing_results(night: History, baseline: History) -> tuple[str, ...]:
    """The files that a night owes: it lacks them, and no declared fallback stands for the night's data."""
    return () if fallback_days(night) else difference(night, baseline).missing


def _fetched(history: History) -> frozenset[str]:
    """The files of the source that a client was given, wherever they are now."""
    served = history.of("serve", component="source", type="ok", what="file")
    return frozenset(uploaded_as(event.value) for event in served if "via" in event.value)


def is_result(path: str) -> bool:
    """Whether it is something that others wait for: no lock, nothing half done, nothing set aside."""
    return not (path.endswith("/") or _unfinished(path) or is_set_aside(path))


def is_left_behind(path: str, left: Left) -> bool:
    """Whether somebody has to clear it up. To set a wrong file aside is what a chain should do."""
    if is_set_aside(path):
        return False
    return _unfinished(path) or left.half


def is_set_aside(path: str) -> bool:
    """Whether its name or its folder's says that it was found wrong: ``quarantine/``, ``rejected_…``, ``.bad``."""
    return _SET_ASIDE.search(path) is not None


def _unfinished(path: str) -> bool:
    parts = path.removeprefix(UPLOADED).rstrip("/").split("/")[1:]
    return any(_UNFINISHED.search(part) for part in parts)


def _drawn_alike(
    wanted: Mapping[str, Left], got: Mapping[str, Left], lacking: Set[str], date: dt.date
) -> dict[str, str]:
    """Files of the baseline by those whose names differ in digits alone; first those with equal contents."""
    pairs: dict[str, str] = {}
    for alike in (True, False):
        free: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in sorted(got.keys() - wanted.keys() - set(pairs.values()), reverse=True):
            free[_without_drawn(path, date), got[path].content if alike else ""].append(path)
        for path in sorted({*lacking} - pairs.keys()):
            if found := free[_without_drawn(path, date), wanted[path].content if alike else ""]:
                pairs[path] = found.pop()
    return pairs


def without_dates(path: str) -> str:
    """A path whose dates are out, also one of directories (``2026/11/23``), and nothing else of its digits."""
    return _DATED_OR_DRAWN.sub(lambda found: "#" if found["date"] else found[0], path.replace("/", "."))


def _without_drawn(path: str, date: dt.date) -> str:
    """A path whose digits are out but for dates; six of them are one where they are the night's: ``EXP261123.DAT``."""
    short = (f"{date:%y%m%d}", f"{date:%d%m%y}")

    def kept(found: re.Match[str]) -> str:
        return found[0] if found["date"] else found[0][:6] if found[0].startswith(short) else "#"

    return _DATED_OR_DRAWN.sub(kept, path)
