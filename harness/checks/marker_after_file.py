"""Who reads a marker finds the whole file for which it stands."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.markers import early_markers, markers
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import counted
from harness.history import History


def _has_markers(night: History, baseline: History) -> bool:
    return bool(markers(night, baseline))


@check("marker_after_file", violated=Outcome.DAMAGED, applies=_has_markers)
def marker_after_file(night: History, baseline: History) -> Finding:
    """A marker, which says that a file is whole, appears in a folder or at the source after that file is there whole.

    Who waits for the marker reads as soon as it is there: half of the file, yesterday's, or none, for good if the job
    dies between the two. A marker has the name of its file with something added, or the same stem: ``sums.csv.ok``,
    ``sums.ok``. It is told by its ending (``.ok``, ``.done``, ``.flag``, ``.trg``, ``.trigger``, ``.ready``,
    ``.complete``, ``.completed``, ``.fin``, ``.finished``, ``.ctl``, ``.sem``, ``.success``, ``.go``, ``.eof``), or by
    the baseline, which leaves it empty and after its file. Its files are those that come before it in the baseline,
    in the same directory; where none does, any of its name. Checksums, signatures, manifests, logs, databases, parts
    and locks are none of both, and in folders in which nobody looks for files (``no_partial_file_visible``) anything
    may come first.

    Applies: to nights in which a marker appears whose file is there, or in the baseline.
    Unknown: never, because every file that appears is seen.
    Does not verify: a marker that was there before the night, or stays while its file is written anew or taken away; a
    marker in another directory than its file, or for all files of one; that what was closed was all.
    """
    early = early_markers(night, baseline)
    if not early:
        return Finding.holds(f"{counted(len(markers(night, baseline)), 'marker')}, none before its file")
    first = early[0]
    name = first.file.rpartition("/")[2]
    said = f"{first.marker} was there {'before' if first.came else 'without'} {name}, which it says is whole"
    more = f", and {len(early) - 1} more" if len(early) > 1 else ""
    todo = "write the marker when its file has its name"
    return Finding.violated(
        f"{said}{more}: {todo}",
        before_their_files=(one.marker for one in early if one.came),
        without_their_files=(one.marker for one in early if not one.came),
    )
