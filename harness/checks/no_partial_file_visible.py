"""No reader can take a half-written file for a whole one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from harness.checks.model.check import Finding, check
from harness.checks.model.halves import halves, told
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.results import is_result, uploaded_as, uploads
from harness.checks.model.watching import is_watched
from harness.checks.model.wording import minutes
from harness.history import Event, History

_MINUTE_NS = 60_000_000_000
"""For so long a part of an upload may be there that the baseline shows as well."""


def _in_watched_folders(night: History, baseline: History) -> bool:
    return bool(_watched(night) or _watched(baseline) or any(_partly(night, baseline)))


@check("no_partial_file_visible", violated=Outcome.DAMAGED, applies=_in_watched_folders)
def no_partial_file_visible(night: History, baseline: History) -> Finding:
    """Under the name that readers look for, only whole files appear, at every moment of the night.

    Not atomic is a file whose data was written under that name, however quickly: a reader may look before it is closed,
    and no clock tells how long that takes in life. A rename, a hard link and an O_TMPFILE are atomic. Partial is one
    that ended with fewer bytes than the source published, or stated of a file that a fault had changed at its sender's
    (or than the chain's folders held of it, for a declared fallback); changed is one with as many or more that nobody
    published. An upload is partial too that broke, or was put in part before it was put whole, under a name that
    readers look for, unless the baseline does the same: for a minute, or as long as there, while its writer runs; where
    the baseline's part outlives its writer, or another job sends the rest, it is a list that grows, at any time.

    What nobody published in the baseline either, as a file that is passed on without its trailer under its name, is the
    chain's own product: it is partial where it has fewer bytes than there, as long as the source publishes the same,
    and its content is for ``equals_baseline``. Of any other result that the baseline leaves, its first part is partial
    where a job wrote it in place, failed, and left it so; but not where the file has a marker, or grows with what is
    done, as a list does. Folders in which nobody looks for files, as their names say, may hold anything: work, tmp,
    scratch, cache, archive, backup, partial, those whose names begin with a dot, and what was set aside (quarantine,
    rejected, failed). Directories in a folder are like itself.

    Applies: to chains that write a file of the night into a watched folder, in this night or in its baseline, and to
    nights in which an upload broke or came in part first, or a result stayed in part.
    Unknown: never, because every write into a watched folder is seen.
    Does not verify: folders that the chain does not name; files under names of the chain's own while their writer is at
    work, or whose beginning tells of the run; that a file was read while it was partial.
    """
    whole = _whole(night) | _whole(baseline)
    sizes = _sizes(night) | _sizes(baseline)
    own = _own_products(baseline)
    same = _whole(night) <= _whole(baseline)
    in_place: set[str] = set()
    partial = list(_partly(night, baseline))
    changed: list[str] = []
    being_written: dict[str, Event] = {}
    for event in _watched(night):
        path = f"{event.value['folder']}/{event.value['name']}"
        if event.type == "invoke":
            being_written.setdefault(path, event)
            continue
        began = being_written.pop(path, None)
        if began is not None and event.value.get("how", "closed") == "closed":
            in_place.add(path)
        if event.action == "write" and event.value["sha256"] not in whole:
            size = event.value["size"]
            if path in own and size is not None and (not same or size >= own[path]):
                continue
            full = size is not None and size >= sizes.get(_own_name(event), size + 1)
            told = "bytes that cannot be read" if size is None else f"{size:,} bytes that nobody published"
            (changed if full else partial).append(f"{path} with {told}")
    partial += [f"{path} to the end of the night" for path in being_written]
    if partial or in_place:
        said = "partial files were visible" if partial else "files were not atomic: written in place, under their names"
        return Finding.violated(said, partial=partial, not_atomic=in_place, changed=changed)
    if changed:
        return Finding.violated("files appeared that were changed: nobody published these bytes", changed=changed)
    return Finding.holds("every file appeared whole")


def _watched(history: History) -> list[Event]:
    begin = begin_event(history).value
    names = set(begin["files"])
    return [
        event
        for event in history.of(component="folders")
        if event.action in ("write", "remove")
        and event.value["folder"] != begin["quarantine"]
        and _own_name(event) in names
        and is_watched(f"{event.value['folder']}/{event.value['name']}")
    ]


def _own_products(baseline: History) -> dict[str, int]:
    """Paths under which the baseline puts nothing that was published, and the fewest bytes that it puts there."""
    published, put = _whole(baseline), defaultdict[str, list[Event]](list)
    for event in _watched(baseline):
        if event.action == "write" and event.type == "ok" and event.value["size"] is not None:
            put[f"{event.value['folder']}/{event.value['name']}"].append(event)
    return {
        path: min(event.value["size"] for event in events)
        for path, events in put.items()
        if not any(event.value["sha256"] in published for event in events)
    }


def _own_name(event: Event) -> str:
    """The name that readers look for, in whatever directory of the folder it is."""
    return str(event.value.get("name")).rpartition("/")[2]


def _partly(night: History, baseline: History) -> Iterator[str]:
    """What is no file of the source and was there in part: uploads, and results whose writers failed."""
    yield from _uploaded_in_part(night, baseline)
    yield from told(half for half in halves(night, baseline) if is_watched(half.path))


def _uploaded_in_part(night: History, baseline: History) -> Iterator[str]:
    """Uploads of which a part was there for a while, under names that readers look for."""
    names = {path for path in (*uploads(night), *uploads(baseline)) if is_result(path)}
    broken = (event for event in night.of("put", component="source", type="fail") if "sha256" in event.value)
    said = {uploaded_as(event.value): "which was not sent to its end" for event in broken}
    usual = defaultdict[str, list[_Part]](list)
    for path, part in _parts(baseline):
        usual[path].append(part)
    for path, part in _parts(night):
        if any(one.alone or one.by_another for one in usual[path]):
            continue  # a list that jobs lengthen one after the other: what is in it is true at any moment
        longest = max((one.for_ns for one in usual[path]), default=0)
        if not usual[path]:
            said.setdefault(path, "of which a part was there before all of it")
        elif part.for_ns > max(longest, _MINUTE_NS) or part.alone:
            stood = minutes(part.for_ns / 1e9)
            said.setdefault(path, f"of which a part was there for {stood} before all of it")
    return (f"{path}, {what}" for path, what in said.items() if path in names)


@dataclass(frozen=True)
class _Part:
    """The first part of an upload, which was there under its name before all of it."""

    for_ns: int
    alone: bool
    """Whether a job ended meanwhile that may have been its writer: nobody was about to send the rest."""
    by_another: bool
    """Whether another job sent the rest."""


def _parts(history: History) -> Iterator[tuple[str, _Part]]:
    before: dict[str, Event] = {}
    ends = [(event.at, event.value["job"]) for event in history.of("job", component="scheduler")]
    for event in history.of("put", component="source", type="ok"):
        path = uploaded_as(event.value)
        first = before.get(path)
        again = first is not None and first.value["sha256"] == event.value["sha256"]
        if not again:  # the same part, sent again by the next attempt, has stood there all the while
            before[path] = event
        if not event.value.get("extends"):
            continue
        since = event.at if first is None else first.at
        writer = None if first is None else first.value.get("from")
        alone = any(since < at < event.at and job == writer for at, job in ends)
        by_another = None not in (writer, sender := event.value.get("from")) and sender != writer
        yield path, _Part(event.at - since, alone, by_another)


def _stated(history: History) -> list[Event]:
    return [event for action in ("publish", "restate") for event in history.of(action, component="source")]


def _whole(history: History) -> set[str]:
    return {*begin_event(history).value["seeds"], *(event.value["sha256"] for event in _stated(history))}


def _sizes(history: History) -> dict[str, int]:
    return {event.value["name"]: event.value["size"] for event in _stated(history) if "size" in event.value}
