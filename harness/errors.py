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

from dataclasses import dataclass
from pathlib import Path


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
