"""Writing the beginning of a fault, a check or a format into a user's project."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.checks.model.check import CHECKS
from harness.errors import AuthorError
from harness.extensions.settings import FILE, TABLE, settings
from harness.faults import FAULTS
from harness.formats import FORMATS
from harness.scaffold.templates import TEMPLATES

KINDS: Mapping[str, Mapping[str, Any]] = {"fault": FAULTS, "check": CHECKS, "format": FORMATS}


def write_new(kind: str, name: str, folder: Path) -> list[str]:
    """Write a module, its test and its page, and name the module in the project's settings; what was done, in lines.

    Raises AuthorError for a name that cannot be one or is taken, and for a file that is there: nothing is overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise AuthorError(f"harness new {kind}: found the name {name!r}, expected small letters, such as badge_reader")
    if name in KINDS[kind]:
        raise AuthorError(f"harness new {kind}: found the name {name!r}, which a {kind} has already; choose another")
    if keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise AuthorError(f"harness new {kind}: found the name {name!r}, which is Python's own; choose another")
    words = {
        "name": name,
        "kind_name": "".join(part.title() for part in name.split("_")),
        "words": name.replace("_", " "),
    }
    module, test, page = (template.format(**words) for template in TEMPLATES[kind])
    files = {folder / f"{name}.py": module, folder / f"test_{name}.py": test, folder / f"{name}.md": page}
    for file in files:
        if file.exists():
            raise AuthorError(f"harness new {kind}: {file} is there, and is not overwritten; choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return [*(f"wrote {file}" for file in files), _name_in_settings(folder / f"{name}.py")]


def _name_in_settings(module: Path) -> str:
    """Let every command and test of the project know the module; a table that is there is its author's to change."""
    folders = (Path.cwd(), *Path.cwd().parents)
    near = settings(Path.cwd()).file or next(
        (one / FILE for one in folders if (one / FILE).is_file()), Path.cwd() / FILE
    )
    entry = Path(os.path.relpath(module.resolve(), near.parent)).as_posix()
    file = Path(os.path.relpath(near))
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if f"[tool.{TABLE}]" in text:
        return f'add "{entry}" to load under [tool.{TABLE}] in {file}, and every command and test knows it'
    separator = "\n" if text and not text.endswith("\n\n") else ""
    _write_whole(file.resolve(), f'{text}{separator}[tool.{TABLE}]\nload = ["{entry}"]\n')
    return f"named it in {file}, under [tool.{TABLE}]: every command and test knows it now"


def _write_whole(file: Path, text: str) -> None:
    """What was there stays until all of it is written: it is its author's, and the disk may be full."""
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        if file.exists():
            shutil.copymode(file, beside)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
