"""The doors for what users add: groups of entry points that a package declares, and its modules imported by them.

A package's ``pyproject.toml`` says so:

    [project.entry-points."night_harness.faults"]
    badge = "night_ours.badge"
"""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal, get_args

from harness.errors import AuthorError

if TYPE_CHECKING:  # at run time only where it is needed: every mock imports this module, and must start in a blink
    from importlib.metadata import EntryPoint

Door = Literal["faults", "checks", "controls", "factories", "formats", "events", "consumers", "channels", "mocks"]
"""What a package can add. ``mocks`` is imported inside the mocks' processes, and nowhere else."""

DOORS: tuple[Door, ...] = get_args(Door)
PREFIX = "night_harness."


@dataclass(frozen=True, order=True)
class Extension:
    """A module that somebody else has written: where it is named, and what it is called."""

    origin: str
    """Where it is named: a package with its version and entry point, an option, a line of a project's file."""

    name: str
    module: str
    attribute: str = ""

    def load(self) -> ModuleType:
        """The imported module; AuthorError, with its origin, where it cannot be imported."""
        try:
            module = importlib.import_module(self.module)
        except Exception as error:
            raise self.wrong(
                found=in_one_line(error), expected=f"a module {self.module} that can be imported"
            ) from error
        if self.attribute and not hasattr(module, self.attribute):
            raise self.wrong(found=f"no {self.attribute} in {self.module}", expected="the name that it declares")
        return module

    def wrong(self, *, found: str, expected: str) -> AuthorError:
        """The one error for all that can be wrong with it."""
        return AuthorError(f"{self.origin}: found {found}; expected {expected}; mend it, or leave it out of that place")


def declared(door: Door) -> list[Extension]:
    """What the installed packages declare at a door, by package and name."""
    return [one for group, one in _all() if group == f"{PREFIX}{door}"]


@functools.cache
def _all() -> tuple[tuple[str, Extension], ...]:
    """Every entry point of ours; a group that is no door would be left out without a word, and is refused."""
    from importlib.metadata import distributions

    installed = list(distributions())
    if not any(PREFIX in (one.read_text("entry_points.txt") or "") for one in installed):
        return ()  # as nearly everywhere, and a package's name is read from a page of text
    # Of two of one name, the first on the path counts, as it does for imports.
    packages = {one.name.lower(): one for one in reversed(installed)}
    found = [
        (one.group, _extension(one, f"{package.name} {package.version}"))
        for package in packages.values()
        for one in package.entry_points
        if one.group.startswith(PREFIX)
    ]
    for group, extension in found:
        if group.removeprefix(PREFIX) not in DOORS:
            known = ", ".join(f"{PREFIX}{door}" for door in DOORS)
            raise extension.wrong(found=f"the group {group}", expected=f"one of {known}")
    return tuple(sorted(found))


def _extension(one: EntryPoint, package: str) -> Extension:
    origin = f"package {package}, entry point {one.group}: {one.name} = {one.value}"
    return Extension(origin, one.name, one.module, one.attr or "")


def in_one_line(error: BaseException) -> str:
    """An exception with the place in a user's file that led to it."""
    import traceback

    on_the_way = ("<frozen ", str(importlib.__file__), str(Path(__file__).parents[1]))
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(on_the_way)]
    at = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    said = str(error) if isinstance(error, AuthorError) else f"{type(error).__name__}: {error}"
    return f"{said}{at}"
