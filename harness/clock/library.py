"""Where the preload library is, whether it works here, and the environment that brings it into a process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.clock.wrong_clock import Skew

_BUILT = Path(__file__).with_name("libnightclock.so")
_REAL = "real"
"""Mirrors `NIGHT_REAL_CLOCK` of preload/entry/exec.h."""

SHORT_SLEEPS_END = {"NIGHT_SHORT_SLEEPS": "real"}
"""The variable with which a sleep of a second or less ends after as much real time, if the night's has not come as far.

For a server that is started while time stands still, and sleeps until a process of its own is ready.
"""

_PROBED: dict[str, str | None] = {}


def library_path() -> Path | None:
    """The shared library that `pip install` built, or None when there is none."""
    return _BUILT if _BUILT.is_file() else None


def unusable_because() -> str | None:
    """One line that says why there is no virtual time on this machine; None when there is."""
    if "reason" not in _PROBED:
        _PROBED["reason"] = _probe()
    return _PROBED["reason"]


def _probe() -> str | None:
    if not sys.platform.startswith("linux"):
        return f"virtual time for local processes needs Linux, and this is {sys.platform}: the clock is real"
    if library_path() is None:
        return f"{_BUILT.name} was not built (no C compiler at install time?): the clock is real; see pip install -v"
    try:
        os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        return "this C library is not glibc: the clock is real"
    import ctypes  # late: every mock imports this module

    try:
        ctypes.CDLL(str(_BUILT))
    except OSError as error:
        return f"{_BUILT.name} cannot be loaded: {error}: the clock is real"
    try:
        Path("/proc/self/task").stat()
    except OSError:
        return "/proc is not mounted, so nobody can tell who sleeps: the clock is real"
    return None


def begin_environment(works_ns: int) -> dict[str, str]:
    """The variable that lets a program begin so much later than it is launched; its children begin at once.

    For who starts it from inside the same virtual time, now: the moment is on the monotonic clock, which no wrong clock
    changes, and no stop of the program moves.
    """
    return {"NIGHT_BEGINS_NS": str(time.monotonic_ns() + works_ns)} if works_ns else {}


def real_clock(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable with which a program goes without the clock of the night that the environment is in, if any.

    Without it, the library would put itself back when the program is started.
    """
    return {"NIGHT_CLOCK": _REAL} if "NIGHT_CLOCK" in environment else {}


def is_in_a_night(environment: Mapping[str, str]) -> bool:
    """Whether a process with these variables has a night's clock."""
    return environment.get("NIGHT_CLOCK", _REAL) != _REAL


def preload_environment(
    page: Path, component: str | None = None, *, skew: Skew | None = None, for_all_users: bool = False
) -> dict[str, str]:
    """The variables that put a process, and its children, into the virtual time of a clock page.

    ``component`` names them all in messages, where each would have its own name. Raises RuntimeError where virtual
    time is unusable. With ``skew`` their clock is wrong. ``for_all_users``: with the copy of the library that lies
    beside the page, where there is one, so that a child may become another user.
    """
    because = unusable_because()
    if because is not None:
        raise RuntimeError(because)
    page = page.resolve()
    beside = page.with_name(_BUILT.name)
    library = beside if for_all_users and beside.is_file() else _BUILT
    environment = {"LD_PRELOAD": str(library), "NIGHT_CLOCK": str(page)}
    environment |= {} if component is None else {"NIGHT_COMPONENT": component}
    return environment if skew is None else environment | skew.environment()
