"""A view by a copy of the chain's folder in the stack's directory, where nothing can be mounted over the folder.

It is made once, and put right at each reset: whatever differs from what it was when it was copied is copied anew, and
what is more is removed. What differs is seen by what the filesystem says of a file; its change time cannot be set back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from harness.stack.chain_views.changes import Change, changes_between, counted
from harness.stack.chain_views.copying import clone_or_copy
from harness.stack.chain_views.extent import LINKED, OWN, Extent, uncopied
from harness.stack.chain_views.owners import Owners
from harness.stack.cleanup.removal import remove_all

LEVELS_UP = 3
"""So far up ``..`` leads to what lies beside the chain's folder."""

NEIGHBOURS = 1000
"""So many of them are seen, at most, at each level."""


class State(NamedTuple):
    """What a file is without being read; of a folder, its mode alone, because its times are those of what is in it."""

    mode: int
    size: int = 0
    inode: int = 0
    modified_ns: int = 0
    changed_ns: int = 0


class CopiedView:
    """A copy of the folder ``folder`` below ``place``; with ``neighbours``, beside links to what lies beside it."""

    def __init__(self, folder: Path, place: Path, *, neighbours: bool) -> None:
        self._folder = folder
        self._place = place
        self._copy = place.joinpath(*folder.relative_to("/").parts[-LEVELS_UP - 1 if neighbours else -1 :])
        self._neighbours = neighbours
        self._owners = Owners.here()
        self._taken: dict[str, State] = {}
        self._made: dict[str, State] = {}
        self.cwd = str(self._copy)

    def renew(self) -> None:
        """Put right what differs: here by what a job did, there by what its user did."""
        try:
            taken = dict(_states(self._folder, Extent(self._folder)))
            if self._made:
                try:
                    self._put_right(taken)
                    return
                except OSError:  # a job left it in a state that cannot be looked through
                    self._made = {}
            self._make(taken)
        except OSError as error:
            raise uncopied(self._folder, f"{error.strerror}: {error.filename or self._copy}") from error

    def _make(self, taken: Mapping[str, State]) -> None:
        remove_all(self._place)
        self._copy.mkdir(parents=True)
        self._copy.chmod(stat.S_IMODE(self._folder.stat().st_mode) | stat.S_IRWXU)
        if self._neighbours:
            self._show_neighbours()
        for path, state in taken.items():
            self._take(path, state)
        for name in LINKED:
            if (self._folder / name).is_dir():
                (self._copy / name).symlink_to(self._folder / name)
        self._taken, self._made = dict(taken), dict(_states(self._copy, None))

    def _put_right(self, taken: Mapping[str, State]) -> None:
        there = dict(_states(self._copy, None))
        right = {path for path, state in taken.items() if self._is_as_taken(path, state, there)}
        for path in sorted(there.keys() - right, reverse=True):  # what is in a folder before the folder
            if path not in taken or not stat.S_ISDIR(taken[path].mode) or not stat.S_ISDIR(there[path].mode):
                remove_all(self._copy / path)
        wrong = [path for path in taken if path not in right]
        for path in wrong:
            self._take(path, taken[path])
        self._made = {path: there[path] for path in right} | {path: self._state_of_copy(path) for path in wrong}
        self._taken = dict(taken)

    def _is_as_taken(self, path: str, state: State, there: Mapping[str, State]) -> bool:
        return self._taken.get(path) == state and path in there and there[path] == self._made.get(path)

    def _take(self, path: str, state: State) -> None:
        """Copy one file, link or folder; what lies in a folder comes after it."""
        source, target = self._folder / path, self._copy / path
        if stat.S_ISDIR(state.mode):
            target.mkdir(exist_ok=True)
            target.chmod(stat.S_IMODE(state.mode) | stat.S_IRWXU)  # it has to be cleared up, too
        elif stat.S_ISLNK(state.mode):
            target.symlink_to(self._led_to(source))
        else:
            clone_or_copy(source, target)
            target.chmod(stat.S_IMODE(state.mode))
            os.utime(target, ns=(state.modified_ns, state.modified_ns))
        if os.geteuid() == 0 and self._owners.has(status := source.lstat()):
            os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)

    def _led_to(self, link: Path) -> str:
        """Where a link leads when it lies in the copy: inside to the copy's own, elsewhere to where it always did."""
        target = Path(os.path.normpath(link.parent / link.readlink()))
        if target.is_relative_to(self._folder):
            return os.path.relpath(target, link.parent)
        return str(target)

    def _state_of_copy(self, path: str) -> State:
        return _state((self._copy / path).lstat())

    def _show_neighbours(self) -> None:
        here, there = self._copy, self._folder
        while here != self._place:
            with os.scandir(there.parent) as entries:  # there may be more of them
                for entry in islice(entries, NEIGHBOURS):
                    if entry.name != there.name:
                        (here.parent / entry.name).symlink_to(entry.path)
            here, there = here.parent, there.parent

    def changes(self) -> list[Change]:
        """What is not as it was copied, compared with the folder."""
        if not self._made:
            return []
        return counted(self._changed())

    def _changed(self) -> Iterator[Change]:
        there = dict(_states(self._copy, None, patient=True))
        for path in there.keys() | self._made.keys():
            if there.get(path) != self._made.get(path):
                yield from self._change(path)

    def _change(self, path: str) -> Iterator[Change]:
        before, after = self._folder / path, self._copy / path
        if after.is_dir() and not after.is_symlink() and before.is_dir():
            return  # what is in it is looked at by itself
        if not before.is_symlink() or not after.is_symlink() or str(after.readlink()) != self._led_to(before):
            yield from changes_between(before, after, path)

    def end(self) -> None:
        """It stays for the next night, which will put it right."""


def _states(folder: Path, extent: Extent | None, *, patient: bool = False) -> Iterator[tuple[str, State]]:
    """All that is below a folder, a folder before what is in it; where there is an extent, only what is copied.

    ``patient``: what cannot be looked into is passed over.
    """
    waiting = [(str(folder), "")]
    while waiting:
        here, path = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except OSError:
            if not patient:
                raise
            continue
        for entry in entries:
            if not path and entry.name in OWN | LINKED:
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # an editor's file that has just gone
                continue
            found = f"{path}/{entry.name}" if path else entry.name
            is_folder = stat.S_ISDIR(status.st_mode)
            if is_folder or extent is None or extent.has(status):
                yield found, _state(status)
            if is_folder:
                waiting.append((entry.path, found))


def _state(status: os.stat_result) -> State:
    if stat.S_ISDIR(status.st_mode):
        return State(status.st_mode)
    return State(status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
