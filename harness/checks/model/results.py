"""What a night leaves behind as files: in the chain's working folders, and at the source, where clients have put it.

Names that a run draws (a time, the number of an attempt, a process) are told by their digits: a file of the baseline
whose name the night does not have stands for one of the same name but for its digits. The night's own date is not
drawn: a report under another day's name is not the night's.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

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
_DRAWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")


@dataclass(frozen=True)
class Left:
    """One file that there is at the end: digest of what is compared, and the published file that it begins like.

    ``at``: since when an upload is there with this content, UTC nanoseconds; of files in folders that is not known.
    """

    content: str
    beginning_of: str | None = None
    at: int = 0


@dataclass(frozen=True)
class Difference:
    """What is otherwise at the end than in the same night without faults; all of it paths."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
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
        f"{event.value['folder']}/{event.value['name']}": Left(event.value["content"], event.value.get("beginning_of"))
        for event in history.of("keeps", component="folders")
    }


@functools.lru_cache(maxsize=2)
def uploads(history: History) -> Mapping[str, Left]:
    """What clients have put to the source and is there at the end, by protocol and last name."""
    there: dict[tuple[str, str], Left] = {}
    for event in history.of(component="source"):
        value = event.value
        place = (value.get("via", ""), value.get("name", ""))
        if event.action == "put" and event.type in ("ok", "fail") and "sha256" in value:
            # What the chain ignores is none of its results, and takes the place of one all the same.
            before = there.pop(place, None)
            if "content" in value:
                again = before is not None and before.content == value["content"]
                at = before.at if before is not None and again else event.at
                there[place] = Left(value["content"], value["name"] if event.type == "fail" else None, at)
        elif event.action == "remove":
            there.pop(place, None)
        elif event.action == "rename" and place in there:
            there[place[0], value["to"]] = replace(there.pop(place), at=event.at)
    return {f"{UPLOADED}{via}/{name}": left for (via, name), left in there.items()}


@functools.lru_cache(maxsize=2)
def difference(night: History, baseline: History) -> Difference:
    """All that is otherwise, of folders and uploads."""
    wanted = {**kept(baseline), **uploads(baseline)}
    got = {**kept(night), **uploads(night)}
    pairs = {path: path for path in wanted if path in got}
    date = _dates(begin_event(night).value["date"])
    pairs |= _drawn_alike(wanted, got, wanted.keys() - got.keys(), date)
    extra = got.keys() - set(pairs.values())
    uploaded = {left.content for path, left in got.items() if path.startswith(UPLOADED) and path not in extra}
    doubled = {path for path in extra if path.startswith(UPLOADED) and got[path].content in uploaded}
    set_aside = f"{begin_event(night).value['quarantine']}/"
    behind = {path for path in extra - doubled if is_left_behind(path, got[path]) and not path.startswith(set_aside)}
    missing = [path for path in wanted if path not in pairs and is_result(path)]
    changed = [other for path, other in pairs.items() if wanted[path].content != got[other].content]
    return Difference(
        missing=tuple(sorted(missing)),
        changed=tuple(sorted(path for path in changed if is_result(path))),
        doubled=tuple(sorted(doubled)),
        left_behind=tuple(sorted(behind)),
        added=tuple(sorted(extra - doubled - behind)),
    )


def missing_results(night: History, baseline: History) -> tuple[str, ...]:
    """The files that a night owes: it lacks them, and no declared fallback stands for the night's data."""
    return () if fallback_days(night) else difference(night, baseline).missing


def is_result(path: str) -> bool:
    """Whether it is something that others wait for: no lock, nothing half done, nothing set aside."""
    return not (path.endswith("/") or _unfinished(path) or is_set_aside(path))


def is_left_behind(path: str, left: Left) -> bool:
    """Whether somebody has to clear it up. To set a wrong file aside is what a chain should do."""
    if is_set_aside(path):
        return False
    return _unfinished(path) or left.beginning_of is not None


def is_set_aside(path: str) -> bool:
    """Whether its name or its folder's says that it was found wrong: ``quarantine/``, ``rejected_…``, ``.bad``."""
    return _SET_ASIDE.search(path) is not None


def _unfinished(path: str) -> bool:
    parts = path.removeprefix(UPLOADED).rstrip("/").split("/")[1:]
    return any(_UNFINISHED.search(part) for part in parts)


def _dates(date: str) -> re.Pattern[str]:
    """The night's date in a name, where no time of day follows: that would be a moment of the run."""
    year, month, day = date.split("-")
    of_a_moment = r"\d|t\d|[-_ ]\d\d[-_.:h]?\d\d"
    return re.compile(rf"(?<!\d){year}(?P<between>[-_.]?){month}(?P=between){day}(?!{of_a_moment})", re.IGNORECASE)


def _drawn_alike(
    wanted: Mapping[str, Left], got: Mapping[str, Left], lacking: Collection[str], date: re.Pattern[str]
) -> dict[str, str]:
    """Files of the baseline by those whose names differ in digits alone; first those with equal contents."""

    def shape(path: str) -> str:
        return _DRAWN.sub("#", date.sub("<date>", path))

    pairs: dict[str, str] = {}
    for by_content in (True, False):
        free: dict[tuple[str, str], deque[str]] = defaultdict(deque)
        for path in sorted(got.keys() - wanted.keys() - set(pairs.values())):
            free[shape(path), got[path].content if by_content else ""].append(path)
        for path in sorted(set(lacking) - pairs.keys()):
            if found := free[shape(path), wanted[path].content if by_content else ""]:
                pairs[path] = found.popleft()
    return pairs
