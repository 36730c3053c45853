"""The clock page, a file of shared memory that holds a night's time: read, move to another night, hold, stop."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import StackError

if TYPE_CHECKING:
    import ctypes
    from contextlib import AbstractContextManager
    from types import TracebackType

    from harness.clock.outsiders import Outsider


TICK_ERROR = 0.01
"""The share of the time it has ticked by which a thread that wakes for nothing may be woken late, by default."""


class ClockPage:
    """One night's clock, in a file that every process of the night maps.

    Times are UTC epoch nanoseconds. Put the file where writing costs nothing (``/dev/shm``, a tmpfs). Inside, a
    monotonic clock only grows, also when the night changes; what changes then is its distance to the epoch.
    """

    def __init__(self, path: Path, address: int) -> None:
        self.path = path
        self._address: int | None = address

    @classmethod
    def create(cls, path: Path, *, at_ns: int) -> ClockPage:
        """A new clock page whose time stands at ``at_ns``. Raises FileExistsError, OSError."""
        return cls(path, _mapped(_library().night_page_create(os.fsencode(path), at_ns), path))

    @classmethod
    def open(cls, path: Path) -> ClockPage:
        """A clock page that another process made. Raises OSError; EINVAL when it is not one of this version."""
        return cls(path, _mapped(_library().night_page_open(os.fsencode(path)), path))

    @property
    def address(self) -> int:
        """Where the clock page is mapped in this process. Raises ValueError once it is closed."""
        if self._address is None:
            raise ValueError(f"the page {self.path} is closed")
        return self._address

    @property
    def now_ns(self) -> int:
        """The time now. Looking does not move it."""
        return self.monotonic_ns + self.offset_ns

    @property
    def monotonic_ns(self) -> int:
        """The virtual CLOCK_MONOTONIC. Looking does not move it."""
        return int(_library().night_page_look(self.address))

    @property
    def offset_ns(self) -> int:
        """CLOCK_REALTIME minus CLOCK_MONOTONIC."""
        return int(_library().night_page_offset(self.address))

    def tick_ns(self) -> int:
        """A reading as a process of the night makes it: it moves time by 1 µs, and no other reading equals it."""
        return int(_library().night_page_tick(self.address)) + self.offset_ns

    def travel(self, at_ns: int) -> None:
        """Set the time to another night. Only while no controller runs; waits keep their remaining time.

        Raises StackError where the clock page was overwritten.
        """
        self.require_sound()
        _library().night_page_travel(self.address, at_ns)

    def stop(self, reason: str = "asked to stop") -> None:
        """Ask `Controller.run` to return at once. Any process that has the clock page may."""
        _library().night_page_stop(self.address, reason.encode()[:100])

    def stopped(self) -> str | None:
        """Take the request to stop, if there is one: its reason, or None."""
        import ctypes

        reason = ctypes.create_string_buffer(128)
        if not _library().night_page_stopped(self.address, reason, len(reason)):
            return None
        return reason.value.decode(errors="replace")

    def require_sound(self) -> None:
        """Raise StackError where the clock page is not as this process and the library have left it.

        Once it was not, it stays so: what came of the night meanwhile is nothing to judge.
        """
        import ctypes

        found, expected = ctypes.create_string_buffer(128), ctypes.create_string_buffer(128)
        if _library().night_page_fault(self.address, found, expected, len(found)):
            raise StackError(
                f"the clock's page {self.path}",
                found=f"it was overwritten: {found.value.decode()}",
                expected=f"{expected.value.decode()}; only the clock writes there",
                todo="look for a program of the night that writes to the file that NIGHT_CLOCK names, cuts it off or "
                "removes it, or writes to memory that is not its own; then run again, with a new stack",
            )

    def hold(self) -> AbstractContextManager[None]:
        """While this is entered, the controller does not move time. A hold ends with its process."""
        return _Hold(self)

    def held_by(self) -> int | None:
        """The process that holds time, if one does."""
        return _library().night_page_holder(self.address) or None

    def outsiders(self) -> tuple[Outsider, ...]:
        """The programs of the night that do not live in its time, in the order in which they were started."""
        from harness.clock.outsiders import outsiders_of

        return outsiders_of(self.address)

    def forget_outsiders(self) -> None:
        """Begin anew, for another night."""
        _library().night_page_forget_outsiders(self.address)

    def close(self) -> None:
        """Unmap the clock page. The file stays."""
        if self._address is not None:
            _library().night_page_close(self._address)
            self._address = None


class _Hold:
    """One entry of the clock page's table of holds, by this process."""

    def __init__(self, page: ClockPage) -> None:
        self._page = page
        self._entries: list[int] = []

    def __enter__(self) -> None:
        entry = _library().night_page_hold(self._page.address)
        if entry < 0:
            raise RuntimeError(f"all holds of the page {self._page.path} are taken")
        self._entries.append(entry)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _library().night_page_release(self._page.address, self._entries.pop())


def _library() -> ctypes.CDLL:
    from harness.clock.census.census import library  # late: ctypes takes longer to import than all the rest

    return library()


def _mapped(address: int | None, path: Path) -> int:
    if address:
        return address
    import ctypes

    error = ctypes.get_errno()
    raise OSError(error, os.strerror(error), str(path))
