"""Who is outside of a night's time: programs that the library cannot enter, as the process that started each saw it.

The library looks at every program that a program of the night starts (preload/entry/), and names it in the clock page.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

_PLACES = 64
"""Mirrors `NIGHT_OUTSIDERS`; what finds no place is counted."""

_AROUND_IT = "run it outside of the night, or name it under outside_clock if it neither tells the time nor waits"
_FOR_GLIBC = "take a build of it that is linked dynamically, against glibc"

OTHER_RIGHTS = "it runs with other rights than its starter, and its loader takes no library from there"
"""Nobody names what such a program starts: its loader also takes the library out of the environment."""

_REASONS = {
    1: ("it is linked statically, and has no loader that could bring the clock in", _FOR_GLIBC),
    2: ("it is written in Go, which makes its system calls itself, past the library", _AROUND_IT),
    3: ("it is linked against musl, whose loader cannot load the library", _FOR_GLIBC),
    4: ("its loader is not glibc's, and does not load the library", _FOR_GLIBC),
    5: ("it is for another machine, or has 32 bits", "take a build of it for this machine, with 64 bits"),
    6: (
        OTHER_RIGHTS,
        "run a copy of it without these rights (cp makes one); what is setuid root alone may also be started by root",
    ),
    7: ("its file may not be read, so nobody can tell whether the clock enters it", "let it be read: chmod a+r"),
    8: (
        "it cannot open the clock's library or page: it is in another root folder, or another user's",
        "start it in the folder tree of the night; another user can only if root has started the night",
    ),
    9: ("it is in a PID namespace of its own", "start it without one (unshare --pid)"),
    10: (
        "it is loaded by dlmopen, into a namespace with a C library of its own",
        "load it with dlopen",
    ),
    11: ("it was started with NIGHT_CLOCK=real, so on purpose", _AROUND_IT),
}
"""Why, and what to do; mirrors `enum night_outside`."""


class _Told(ctypes.Structure):
    """Mirrors `struct night_outsider`."""

    _fields_ = [
        ("state", ctypes.c_uint32),
        ("reason", ctypes.c_uint32),
        ("at_ns", ctypes.c_int64),
        ("seal", ctypes.c_uint64),
        ("by", ctypes.c_char * 64),
        ("program", ctypes.c_char * 296),
    ]


_HARMLESS = {f"{folder}/{name}" for folder in ("/sbin", "/usr/sbin") for name in ("ldconfig", "ldconfig.real")}
"""Static programs of Linux itself that neither tell the time nor wait, and that other programs start unasked: Python's
``ctypes.util.find_library`` asks ldconfig what libraries there are."""


@dataclass(frozen=True)
class Outsider:
    """A program with the machine's clock in a night: since when (UTC, night's time), who started it, why, what to do.

    ``by`` is a job, or a part of the night; in a command's own time the program that started it.
    """

    at_ns: int
    by: str
    program: str
    reason: str
    todo: str

    def __str__(self) -> str:
        return f"{self.by} started {self.program} outside of the night's time: {self.reason}; {self.todo}"


def outsiders_of(page: int) -> tuple[Outsider, ...]:
    """All that were named in the clock page at that address, since it was made or `forget_outsiders`."""
    from harness.clock.census.census import library  # late, as for the page itself

    found, told = [], _Told()
    for place in range(_PLACES):
        if library().night_page_outsider(page, place, ctypes.byref(told)):
            reason, todo = _REASONS[told.reason]
            by, program = (text.decode(errors="replace") for text in (told.by, told.program))
            if program not in _HARMLESS:
                found.append(Outsider(told.at_ns, by, program, reason, todo))
    if untold := library().night_page_outsiders_untold(page):
        reason = f"there were more than {_PLACES} different ones"
        found.append(Outsider(told.at_ns, "the night", f"{untold} more programs", reason, _AROUND_IT))
    return tuple(sorted(found, key=lambda one: one.at_ns))
