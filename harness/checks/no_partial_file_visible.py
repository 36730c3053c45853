"""No reader can take a half-written file for a whole one."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.history import Event, History

VISIBLE_NS = 1_000_000_000
"""Written in place within a virtual second counts as at once: a night's clock stands still while a program writes."""


def _in_watched_folders(night: History, baseline: History) -> bool:
    return bool(_watched(night) or _watched(baseline))


@check("no_partial_file_visible", violated=Outcome.DAMAGED, applies=_in_watched_folders)
def no_partial_file_visible(night: History, baseline: History) -> Finding:
    """Under the name that readers look for, only whole files appear, at every moment of the night.

    Partial is a file that stood there for more than a virtual second before it was whole, or that ended with other
    bytes than the source published, or stated of a file that a fault had changed at its sender's (or than the chain's
    folders held of it, for a declared fallback).

    Applies: to chains that write a file of the night into a watched folder, in this night or in its baseline.
    Unknown: never, because every write into a watched folder is seen.
    Does not verify: folders that the chain does not name, files under names of the chain's own, or that a file was
    read while it was partial.
    """
    whole = _whole(night) | _whole(baseline)
    partial: list[str] = []
    being_written: dict[tuple[str, str], Event] = {}
    for event in _watched(night):
        place = (event.value["folder"], event.value["name"])
        path = "/".join(place)
        if event.action == "write" and event.type == "invoke":
            being_written.setdefault(place, event)
            continue
        began = being_written.pop(place, None)
        if began is not None and event.at - began.at > VISIBLE_NS:
            partial.append(f"{path} for {(event.at - began.at) / 1e9:,.0f} s")
        if event.action == "write" and event.value["sha256"] not in whole:
            partial.append(f"{path} with {event.value['size']:,} bytes that nobody published")
    partial += [f"{folder}/{name} to the end of the night" for folder, name in being_written]
    if partial:
        return Finding.violated("partial files were visible", partial=partial)
    return Finding.holds("every file appeared whole")


def _watched(history: History) -> list[Event]:
    names = set(begin_event(history).value["files"])
    return [event for event in history.of(component="folders") if event.value.get("name") in names]


def _whole(history: History) -> set[str]:
    seeds = set(begin_event(history).value["seeds"])
    stated = (event for action in ("publish", "restate") for event in history.of(action, component="source"))
    return seeds | {event.value["sha256"] for event in stated}
