"""Users' code inside a mock: imported at the mock's start, from where the stack has put it.

A mock has the harness's contract, formats, clock and history, and nothing of what is above them: the same on both
stacks, though more may be installed where the local one runs.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, NoReturn

from harness.extensions.doors import in_one_line

PLACE = Path("extensions", "index.json")
"""In a stack's directory: what is to be imported, and where that is named."""

ROOMS = ("clock", "contract", "errors", "extensions", "formats", "history", "mocks")
ABSENT = ("pydantic", "pydantic_core", "rich", "ruamel", "pytest", "faker", "docker", "testcontainers")
"""What is installed where the harness is, and not where a mock is."""


def load(directory: Path) -> dict[str, str] | None:
    """Import what there is; what is wrong with it, as a `StackError` says it, or None."""
    index = directory / PLACE
    if not index.is_file():
        return None
    sys.path.insert(0, str(index.parent))
    with _as_in_a_container():
        for one in json.loads(index.read_text()):
            try:
                importlib.import_module(one["module"])
            except Exception as error:  # whatever it raises, its author has to know
                return {
                    "where": one["origin"],
                    "found": _in_words(error).replace(f"{index.parent}/", ""),
                    "expected": f"a module that a mock can import: it has harness.{{{', '.join(ROOMS)}}}, the standard "
                    "library, its own package, and what it names in NEEDS",
                    "todo": "keep apart what is for the harness (faults, checks) and what is for the mocks (damages, "
                    "effects at a point); what is compiled must be in the image: `harness images build --with NAME`",
                }
    return None


def _in_words(error: Exception) -> str:
    """What was raised, in one line; of a package that is hidden Python says how it is."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in ABSENT:
        error = ModuleNotFoundError(f"no module {error.name!r} in a mock").with_traceback(error.__traceback__)
    return in_one_line(error)


class UsersCodeError(Exception):
    """A user's function raised inside a mock: its place and what it raised."""


@contextmanager
def users_code(function: Callable[..., Any]) -> Iterator[None]:
    """Tell what a user's function raises as theirs."""
    try:
        yield
    except Exception as error:
        raise UsersCodeError(f"{function.__module__}.{function.__qualname__}: {in_one_line(error)}") from error


class _Refusing(MetaPathFinder):
    """Finds nothing, and says so of what a container would not have."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Raise for rooms that a container would not have, and leave all else to the finders after this one."""
        top, _dot, rest = name.partition(".")
        if top == "harness" and rest and rest.partition(".")[0] not in ROOMS:
            self._refuse(name)
        return None

    @staticmethod
    def _refuse(name: str) -> NoReturn:
        raise ModuleNotFoundError(f"no module {name!r} in a mock", name=name)


@contextmanager
def _as_in_a_container() -> Iterator[None]:
    """Packages are hidden, and not refused: libraries ask whether one is there, and do without it."""
    refusing, there = _Refusing(), {name: sys.modules[name] for name in ABSENT if name in sys.modules}
    sys.meta_path.insert(0, refusing)
    sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type] # None is Python's own word for that
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)
        for name in ABSENT:
            del sys.modules[name]
        sys.modules.update(there)
