"""A bad file is set aside where somebody can look at it."""

from __future__ import annotations

from pathlib import PurePath

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.lineage import bad_files, fetches
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.results import difference
from harness.checks.model.row_counts import wrong_rows
from harness.history import History


def _declared_and_met(night: History, _: History) -> bool:
    return begin_event(night).value["quarantine"] is not None and bool(bad_files(night))


@check("bad_file_quarantined", violated=Outcome.DEGRADED, applies=_declared_and_met)
def bad_file_quarantined(night: History, baseline: History) -> Finding:
    """Each file that arrived other than published is in the chain's quarantine folder, with the reason beside it.

    Who refuses a file and throws it away has nothing to show its sender in the morning. The file is there under a name
    that has its own in it, and beside it another, not empty, that has its name without the ending: its reason. A file
    that a client read past an odd line end, and that did no harm, was not refused, and need not be there.

    Applies: to chains that declare a ``quarantine``, on nights in which a client was given a whole file with other
    content than was published.
    Unknown: never, because every file that appears in the folder is seen.
    Does not verify: that the reason is the right one (``cause_named``), or what is in the file; files that a sender
    puts into a folder by itself; nights in which the folder was looked through by somebody who took the file away.
    """
    folder = begin_event(night).value["quarantine"]
    refused = _refused(night, baseline)
    there = _in_folder(night, folder)
    missing = [f"{name} is not in {folder}" for name in refused if not _of(name, there)]
    bare = [f"{name} is in {folder} without its reason" for name in refused if len(_of(name, there)) == 1]
    if missing or bare:
        return Finding.violated(f"a bad file was not set aside: {[*missing, *bare][0]}", missing=missing, bare=bare)
    if not refused:
        return Finding.holds("no file had to be refused: what was other than published did no harm")
    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    return Finding.holds(f"{refused[0]}{more} is in {folder}, with its reason")


def _refused(night: History, baseline: History) -> list[str]:
    """The bad files that were fetched anew, or after which something is owed or wrong; not those that did no harm."""
    last = {fetch.name: fetch.true for fetch in fetches(night)}
    harm = owed(night, baseline) or wrong_rows(night, baseline, *holdings(night)).by_kind
    harmed = bool(harm) or bool(difference(night, baseline).changed)
    return sorted({fetch.name for fetch in bad_files(night) if harmed or last[fetch.name]})


def _in_folder(night: History, folder: str) -> set[str]:
    """The files that have appeared there and not gone, but for empty ones."""
    names: set[str] = set()
    for event in night.of(component="folders", folder=folder):
        name = PurePath(event.value["name"]).name
        if event.action == "write" and event.type == "ok":
            names.add(name)
        elif event.action == "remove" or (event.action == "keeps" and not event.value["size"]):
            names.discard(name)
    return names


def _of(name: str, there: set[str]) -> list[str]:
    """The file itself, first, and what is beside it under its name; empty without the file itself."""
    itself = sorted(one for one in there if name in one)
    beside = sorted(one for one in there if PurePath(name).stem in one and one not in itself[:1])
    return [itself[0], *beside] if itself else []
