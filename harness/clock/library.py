"""Where the preload library is, whether it works here, and the environment that brings it into a process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

_BUILT = Path(__file__).with_name("libnightclock.so")
_PROBED: dict[str, str | None] = {}
_ELF64, _PT_INTERP = 2, 3


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


def ignores_preloading(program: Path) -> bool:
    """Whether a program is linked statically: it has no loader that could bring the library in (elf(5), PT_INTERP).

    Only 64-bit programs that may be read can be told; of the others, nothing is said.
    """
    if not os.access(program, os.R_OK):
        return False
    with program.open("rb") as file:
        head = file.read(64)
        if head[:4] != b"\x7fELF" or head[4] != _ELF64:
            return False
        order: Literal["little", "big"] = "little" if head[5] == 1 else "big"
        start, size, count = (int.from_bytes(head[at : at + width], order) for at, width in ((32, 8), (54, 2), (56, 2)))
        file.seek(start)
        headers = file.read(size * count)
    kinds = (int.from_bytes(headers[at : at + 4], order) for at in range(0, size * count, size))
    return _PT_INTERP not in kinds


def preload_environment(page: Path, component: str) -> dict[str, str]:
    """The variables that put a process, and its children, into the virtual time of a page.

    ``component`` names the process in messages. Raises RuntimeError where virtual time is unusable.
    """
    because = unusable_because()
    if because is not None:
        raise RuntimeError(because)
    return {
        "LD_PRELOAD": str(_BUILT),
        "NIGHT_CLOCK": str(page.resolve()),
        "NIGHT_COMPONENT": component,
    }
