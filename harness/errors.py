"""Every exception the harness raises, and who has to act on it.

NightHarnessError
├── AuthorError          the author's mistake: in a chain, a scenario or a call
│   └── LoadError        all mistakes of one file, each with file:line
├── StackError           the environment: a process, a port, a container, an image, an engine
│   ├── EngineError      no container engine, or one that stopped answering
│   └── ExtensionError   a user's module that a mock cannot import
├── VerdictError         a night that did not end as expected (an AssertionError: pytest reads it as a failed test)
└── HarnessBug           ours: please report it, with the history file
"""

from __future__ import annotations

import errno
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class NightHarnessError(Exception):
    """The root of the tree: catch it to catch whatever the harness says on purpose."""


class AuthorError(NightHarnessError):
    """A mistake in what the user wrote; the message says where, what was found, what was expected, what to do."""


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake at one place of a file."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class LoadError(AuthorError):
    """All mistakes of a file at once, in the order of its lines."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class StackError(NightHarnessError):
    """Something that the night runs on is not as it must be.

    ``where`` names the process, container, port or image; ``found`` what was seen there (status, last output);
    ``expected`` what should have been; ``todo`` what to do about it.
    """

    def __init__(self, where: str, *, found: str, expected: str, todo: str) -> None:
        self.where, self.found, self.expected, self.todo = where, found, expected, todo
        super().__init__(f"{where}: {found}\n  expected: {expected}\n  to do: {todo}")


class EngineError(StackError):
    """There is no container engine, or it does not answer: container tests cannot run."""


class ExtensionError(StackError):
    """A module of a user that is to run inside the mocks cannot be imported there; waiting longer does not help."""


class VerdictError(NightHarnessError, AssertionError):
    """A night did not end as the scenario expects; the message is the one-screen report."""


class HarnessBug(NightHarnessError):
    """The harness itself went wrong: please report it, with the history file that the message names."""


_ROOM = "room for what is written there"
_FILES = "more files than this process, or this machine, may have open"
_EXHAUSTED = {
    errno.ENOSPC: (_ROOM, "make room (df -h shows where there is none), or put TMPDIR on a disk that has some"),
    errno.EDQUOT: (_ROOM, "make room within your quota (quota -s), or put TMPDIR on another disk"),
    errno.EMFILE: (_FILES, "allow more: ulimit -n 4096 in the shell that starts it"),
    errno.ENFILE: (_FILES, "end what has so many files open, or raise the kernel's fs.file-max"),
}


def exhausted(error: BaseException) -> StackError | None:
    """What an exception means where a machine has run out of something; None for any other."""
    if not isinstance(error, OSError) or error.errno not in _EXHAUSTED:
        return None
    expected, todo = _EXHAUSTED[error.errno]
    return StackError(str(error.filename or "this machine"), found=str(error.strerror), expected=expected, todo=todo)


def tells_what_is_exhausted(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """A function that raises StackError where it would raise that the machine has run out of something."""

    @functools.wraps(function)
    def called(*arguments: _P.args, **parameters: _P.kwargs) -> _R:
        try:
            return function(*arguments, **parameters)
        except OSError as error:
            if (told := exhausted(error)) is not None:
                raise told from error
            raise

    return called
