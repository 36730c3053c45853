"""Whose files there are in this process's namespace of users: no file can be made for an owner who is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from harness.stack.chain_views.extent import LINKED, OWN

LOOKED_AT = 100_000
"""So many files of a folder are looked at: a look at more would take longer than anybody waits."""


class Owners:
    """The users and groups of a namespace, by its maps (see user_namespaces(7))."""

    def __init__(self, uid_map: str, gid_map: str) -> None:
        self._users, self._groups = _ids(uid_map), _ids(gid_map)

    @classmethod
    def here(cls) -> Owners:
        """Those of this process; all, where there are no such namespaces."""
        try:
            return cls(*(Path(f"/proc/self/{name}").read_text() for name in ("uid_map", "gid_map")))
        except FileNotFoundError:
            return cls(*(f"0 0 {1 << 32}",) * 2)

    def has(self, status: os.stat_result) -> bool:
        """Whether a file's owner and its group are there."""
        return any(status.st_uid in ids for ids in self._users) and any(status.st_gid in ids for ids in self._groups)

    def have_all_of(self, folder: Path) -> bool:
        """Whether those of a chain's folder, and of everything in it, are."""
        return all(map(self.has, islice(_statuses(folder), LOOKED_AT)))


def _ids(id_map: str) -> list[range]:
    lines = (line.split() for line in id_map.splitlines())
    return [range(int(first), int(first) + int(count)) for first, _, count in lines]


def _statuses(folder: Path) -> Iterator[os.stat_result]:
    with suppress(OSError):
        yield folder.lstat()
    waiting = [str(folder)]
    while waiting:
        here = waiting.pop()
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError):  # what this user may not look into
            entries = list(os.scandir(here))
        for entry in entries:
            if here == str(folder) and entry.name in OWN | LINKED:
                continue
            with suppress(FileNotFoundError):  # an editor's file that has just gone
                yield entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
