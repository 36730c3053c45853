"""The files that a process may open: the clock keeps several open for each thread of a night."""

from __future__ import annotations

import os
import resource
from contextlib import suppress

from harness.errors import StackError

A_THREAD = 5
"""Files of /proc that the census keeps open for one thread."""

AT_LEAST = 256
"""For the supervisor of a night of few small jobs; each thread more needs `A_THREAD`."""

WANTED = 4096
"""What is enough for hundreds of threads, and no machine minds."""

_TODO = (
    f"allow more: ulimit -n {WANTED} in the shell that starts it, LimitNOFILE= of a service, --ulimit nofile= of docker"
)


def allow_all_files() -> None:
    """Raise this process's own limit as far as it may.

    macOS calls its limit infinite and takes no infinite one, so there it stays: no census watches threads there.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def require_files(where: str) -> None:
    """Raise StackError where a night's supervisor, started from here, could not open the files that it needs."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < AT_LEAST:
        raise StackError(
            where,
            found=f"a process may have {most} files open (ulimit -Hn)",
            expected=f"at least {AT_LEAST}: the clock keeps {A_THREAD} open for each thread of a night",
            todo=_TODO,
        )


def too_few_files(error: int, threads: int) -> StackError:
    """A thread cannot be watched, so no moment can be found at which all sleep."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return StackError(
        "the night's clock",
        found=f"{os.strerror(error)}: it watches {threads} threads, and may have {limit} files open",
        expected=f"{A_THREAD} files for each thread of the night",
        todo=_TODO,
    )
