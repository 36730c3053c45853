"""What a night's jobs have changed in the chain's folder: the value of the event that tells it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.chain.model import Chain
from harness.stack.chain_views.changes import Change

NAMED = 100
"""So many files of each kind are named."""

INTERPRETER = re.compile(r"(python|pypy|bash|sh|dash|ksh|zsh|perl|ruby|node|php|Rscript|lua|tclsh|pwsh)[\d.]*")


def chain_folder_value(chain: Chain, changes: Iterable[Change]) -> dict[str, Any] | None:
    """What the checks must know of it, by kinds; None where nothing was changed.

    What was there is a program where it looks like one, where a job's command runs it, or where the chain was read
    from it: whatever it is, it is what later nights run. A change of its mode alone does not make it another one.
    """
    ran = {*_definition(chain), *_run_by_jobs(chain)}
    programs: list[dict[str, str]] = []
    data: list[dict[str, str]] = []
    added: list[str] = []
    for one in sorted(changes):
        if one.how == "added":
            added.append(one.path)
        else:
            kind = programs if (one.program or one.path in ran) and not one.mode_alone else data
            kind.append({"path": one.path, "how": one.how})
    if not (programs or data or added):
        return None
    more = sum(max(0, count - NAMED) for count in (len(programs), len(data), len(added)))
    return {"programs": programs[:NAMED], "data": data[:NAMED], "added": added[:NAMED], "more": more}


def _definition(chain: Chain) -> Iterable[str]:
    folder = chain.folder.resolve()
    for file in (file.resolve() for file in chain.definition):
        if file.is_relative_to(folder):
            yield str(file.relative_to(folder))


def _run_by_jobs(chain: Chain) -> Iterable[str]:
    """The paths of what the commands of its jobs run: a program, or the script that an interpreter is given."""
    folder = chain.folder.resolve()
    for command in (command for job in chain.jobs.values() for command in (job.run, job.prerun) if command):
        words = 2 if INTERPRETER.fullmatch(Path(command[0]).name) else 1
        for path in (Path(os.path.normpath(folder / word)) for word in command[:words]):
            if path.is_relative_to(folder):
                yield str(path.relative_to(folder))
