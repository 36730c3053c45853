"""What a project says of Night Harness in its ``pyproject.toml``.

Files are relative to that one, and modules are named as they are imported:

    [tool.night-harness]
    load = ["ours/badge.py", "ours.checks"]   # faults, checks, formats, kinds of consumers, channels
    mocks = ["ours/in_mocks.py"]              # what runs inside the mocks: damages, effects, consumers, channels

The project's folder is where both look for modules: ``from ours.effects import ...`` works in all of them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import AuthorError
from harness.extensions.doors import Extension
from harness.extensions.python_files import load

FILE, TABLE = "pyproject.toml", "night-harness"
KEYS = ("load", "mocks")


@dataclass(frozen=True)
class Settings:
    """What is to be imported, here and inside the mocks; a file is told by its path, a module by its name."""

    file: Path | None = None
    load: tuple[Path, ...] = ()
    mocks: tuple[Extension, ...] = ()

    def apply(self) -> None:
        """Import what is to be imported here, from wherever the command is given; AuthorError says what cannot be."""
        if self.file is not None:
            load(self.load, by=f"{self.file}: [tool.{TABLE}] load", root=self.file.parent)


def settings(start: Path) -> Settings:
    """The settings that hold in a folder: those of the nearest project above it that has any."""
    folder = start.resolve()
    for place in (folder, *folder.parents):
        file = place / FILE
        if file.is_file() and (table := _table(file)) is not None:
            return _settings(file, table)
    return Settings()


def _table(file: Path) -> Any:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get(TABLE)
    except (OSError, ValueError) as error:
        raise AuthorError(f"{file}: found {error}; expected a project's settings as TOML") from None


def _settings(file: Path, table: Any) -> Settings:
    where = f"{file}: [tool.{TABLE}]"
    if not isinstance(table, dict):
        raise AuthorError(f"{where}: found {table!r}, expected a table with {' and '.join(KEYS)}")
    for key, value in table.items():
        if key not in KEYS:
            raise AuthorError(f"{where}: unknown key {key!r}. Known: {', '.join(KEYS)}")
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise AuthorError(f"{where} {key}: found {value!r}, expected a list of files and modules")
    mocks = (Extension(f"{where} mocks: {one}", one, _module(file, one)) for one in table.get("mocks", ()))
    return Settings(file, tuple(_place(file, one) for one in table.get("load", ())), tuple(mocks))


def _module(file: Path, named: str) -> str:
    """The module that a file of the project is, so that it has its neighbours by the same names on both sides."""
    path = Path(named)
    parts = path.with_suffix("").parts
    if path.suffix == ".py" and not path.is_absolute() and all(part.isidentifier() for part in parts):
        return ".".join(parts)
    return str(_place(file, named))


def _place(file: Path, named: str) -> Path:
    return file.parent / named if named.endswith(".py") or "/" in named else Path(named)
