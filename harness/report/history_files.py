"""Histories that were kept in files, read back to be judged again."""

from __future__ import annotations

from pathlib import Path

from harness.checks.model.holdings import begin_event
from harness.checks.model.order import Impossible, impossible
from harness.contract.events.lines import parsed
from harness.errors import AuthorError, LoadError, Mistake
from harness.history import History


def night_and_baseline(night_file: Path, baseline_file: Path) -> tuple[History, History]:
    """Both, whole and of the same night: against anything else, every finding would be an accident.

    Raises AuthorError, with the file and what was expected of it.
    """
    night, baseline = _whole(night_file), _whole(baseline_file)
    wanted, found = begin_event(night).value, begin_event(baseline).value
    if found["faults"]:
        names = ", ".join(fault["name"] for fault in found["faults"])
        raise AuthorError(f"{baseline_file}: found a night with {names}, expected its baseline, which has no faults")
    for name in ("chain", "date", "seed", "without"):
        if wanted.get(name) != found.get(name):
            what = f"found {name} {found.get(name)!r}, expected {wanted.get(name)!r}, as in the night that is judged"
            raise AuthorError(f"{baseline_file}: {what}; give the baseline of that night")
    return night, baseline


def _whole(file: Path) -> History:
    try:
        history = History.read(file)
    except OSError as error:
        raise AuthorError(f"{file}: {error.strerror}; expected a history file (harness run --histories DIR)") from error
    for edge in ("begin", "end"):
        if not history.of(edge, component="night"):
            raise AuthorError(f"{file}: found no {edge!r} event of the night, expected the history of a whole night")
    if not isinstance(begin_event(history).value.get("consumers"), dict):
        raise AuthorError(
            f"{file}: found no consumers in the 'begin' event, as before there were versions of the format; "
            "run the night again, or judge it with the Night Harness that has written it"
        )
    if (wrong := impossible(history)) is not None:
        text = f"found that {wrong.found}, expected {wrong.expected}; run the night again"
        raise LoadError([Mistake(file, _line_of(wrong, file), text)])
    return history


def _line_of(wrong: Impossible, file: Path) -> int:
    """Where in the file the event is."""
    told = wrong.event
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        event = parsed(line, first=number == 1)
        if event and (event["at"], event["component"], event["action"]) == (told.at, told.component, told.action):
            return number
    return 1
