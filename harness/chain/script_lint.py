"""What the scripts of a chain's jobs start, and the clock cannot enter: said before the first night, as a warning."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.chain.model import Chain, Job
from harness.chain.outside_clock import is_excepted
from harness.clock.library import unusable_because
from harness.clock.reach.reach import CannotStart, Obstacle, OtherRights, obstacle_in, reach_of
from harness.clock.reach.scripts import Started, follow


@dataclass(frozen=True)
class StartedOutside:
    """A program that a job's script starts, where it stands (in the chain's file: None), and what is in the way."""

    job: str
    program: str
    file: Path | None
    line: int
    obstacle: Obstacle


def started_outside(chain: Chain) -> Iterator[StartedOutside]:
    """Each program once for each job, at the first place where its scripts start it."""
    known: dict[tuple[str, str], Obstacle | None] = {}
    for name, job in chain.jobs.items():
        if not job.run:
            continue
        path = (chain.environment | job.environment).get("PATH")
        search = path if isinstance(path, str) else os.environ.get("PATH", os.defpath)
        told: set[str] = set()
        for started in follow(job.run, chain.folder):
            program = started.words[0]
            if program in told:
                continue
            if (program, search) not in known:
                known[program, search] = _obstacle(program, search, chain.folder, _looks(job))
            obstacle = known[program, search]
            other_rights = isinstance(obstacle, OtherRights)
            if obstacle is not None and not is_excepted(program, chain.outside_clock, other_rights=other_rights):
                told.add(program)
                yield StartedOutside(name, program, started.file, _line(started), obstacle)


def _line(started: Started) -> int:
    return started.line if started.file else 0


def _looks(job: Job) -> Callable[[str, str, Path], Obstacle | None]:
    """Of a job in an image, only what lies in the chain's folder can be looked at, and only its own file."""
    return _in_the_folder if job.image is not None or unusable_because() is not None else _on_this_machine


def _obstacle(
    program: str, search: str, folder: Path, look: Callable[[str, str, Path], Obstacle | None]
) -> Obstacle | None:
    found = look(program, search, folder)
    return None if isinstance(found, CannotStart) else found  # a guess may well name what is no program


def _on_this_machine(program: str, search: str, folder: Path) -> Obstacle | None:
    there = folder / program if "/" in program else shutil.which(program, path=search)
    return reach_of(str(Path(there).absolute()), path=search, folder=folder).obstacle if there else None


def _in_the_folder(program: str, search: str, folder: Path) -> Obstacle | None:  # noqa: ARG001 - as the other
    there = folder / program
    return obstacle_in(there) if "/" in program and not program.startswith("/") and there.is_file() else None
