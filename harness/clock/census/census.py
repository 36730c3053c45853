"""The Python binding of the C library: one declaration for each exported function."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from harness.clock.library import library_path, unusable_because

ON, UNTIL, ASKED, STUCK, OVERWRITTEN, BLIND = range(6)
"""Why a round of the census came back; mirrors `enum night_result`."""

KINDS = ("", "sleep", "poll", "select", "epoll", "condition", "semaphore", "mutex", "futex", "signal")
"""What a registered thread waits in; mirrors `enum night_kind`."""


class Sight(ctypes.Structure):
    """What the census knows of one thread; mirrors `struct night_sight`."""

    pid: int
    tid: int
    asleep: int
    outside_clock: int
    kind: int
    fd: int
    timed: int
    since_ns: int
    _fields_ = [
        ("pid", ctypes.c_int32),
        ("tid", ctypes.c_int32),
        ("asleep", ctypes.c_int32),
        ("outside_clock", ctypes.c_int32),
        ("kind", ctypes.c_int32),
        ("fd", ctypes.c_int32),
        ("timed", ctypes.c_int32),
        ("since_ns", ctypes.c_int64),
    ]


class Ticks(ctypes.Structure):
    """What was let pass, of programs that wake again and again for nothing; mirrors `struct night_ticks`."""

    bunched: int
    late_ns: int
    _fields_ = [("bunched", ctypes.c_int64), ("late_ns", ctypes.c_int64)]


_PAGE = ctypes.c_void_p
_CENSUS = ctypes.c_void_p
_NS = ctypes.c_int64

_DECLARED: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "night_page_create": (_PAGE, (ctypes.c_char_p, _NS)),
    "night_page_open": (_PAGE, (ctypes.c_char_p,)),
    "night_page_close": (None, (_PAGE,)),
    "night_page_look": (_NS, (_PAGE,)),
    "night_page_tick": (_NS, (_PAGE,)),
    "night_page_offset": (_NS, (_PAGE,)),
    "night_page_travel": (None, (_PAGE, _NS)),
    "night_page_stop": (None, (_PAGE, ctypes.c_char_p)),
    "night_page_stopped": (ctypes.c_int, (_PAGE, ctypes.c_char_p, ctypes.c_int)),
    "night_page_hold": (ctypes.c_int, (_PAGE,)),
    "night_page_release": (None, (_PAGE, ctypes.c_int)),
    "night_page_holder": (ctypes.c_int, (_PAGE,)),
    "night_page_plant": (None, (_PAGE, ctypes.c_uint32)),
    "night_page_outsider": (ctypes.c_int, (_PAGE, ctypes.c_int, ctypes.c_void_p)),
    "night_page_outsiders_untold": (ctypes.c_uint32, (_PAGE,)),
    "night_page_forget_outsiders": (None, (_PAGE,)),
    "night_page_flow": (_NS, (_PAGE, _NS)),
    "night_page_fault": (ctypes.c_int, (_PAGE, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)),
    "night_census_open": (_CENSUS, (_PAGE, ctypes.c_int32)),
    "night_census_close": (None, (_CENSUS,)),
    "night_census_run": (ctypes.c_int, (_CENSUS, _NS, _NS)),
    "night_census_exclude": (ctypes.c_int, (_CENSUS, ctypes.c_int32)),
    "night_census_serve": (ctypes.c_int, (_CENSUS, ctypes.c_int32)),
    "night_page_tolerate": (None, (_PAGE, _NS)),
    "night_census_ticks": (None, (_CENSUS, ctypes.POINTER(Ticks))),
    "night_census_blind": (ctypes.c_int, (_CENSUS,)),
    "night_census_jumps": (_NS, (_CENSUS,)),
    "night_census_sight": (ctypes.c_int, (_CENSUS, ctypes.c_int, ctypes.POINTER(Sight))),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The loaded library. Raises RuntimeError where virtual time is unusable."""
    because = unusable_because()
    if because is not None:
        raise RuntimeError(because)
    loaded = ctypes.CDLL(str(library_path()), use_errno=True)
    for name, (result, arguments) in _DECLARED.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded
