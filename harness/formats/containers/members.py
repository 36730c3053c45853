"""Which member of an archive holds the records, and what is said where none can be told."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

SHOWN = 5


class NoMember(ValueError):
    """No member of an archive is the one that is asked for, or several are."""


class CannotRepack(ValueError):
    """Other text cannot be put into this container, although it can be read; the message says why."""


def chosen(names: Sequence[str], member: str | None) -> int:
    """The place of the one member that has this name, or one that this pattern matches; None: of the only one.

    ``*`` stands for slashes too, and ``./`` at the beginning of a name is none of it. NoMember says what there is.
    """
    found = [at for at, name in enumerate(names) if member is None or name == member]
    if not found and member is not None:
        found = [at for at, name in enumerate(names) if fnmatch.fnmatchcase(name.removeprefix("./"), member)]
    if len(found) == 1:
        return found[0]
    there = _listed(names) if len(found) < 2 else _listed([names[at] for at in found])
    if member is None:
        raise NoMember(f"it has {len(names)} members: {there}" if names else "it has no member")
    if not found:
        raise NoMember(f"none of its members is {member!r}: it has {there or 'none'}")
    raise NoMember(f"{len(found)} of its members are {member!r}: {there}; expected one")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
