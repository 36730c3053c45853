"""Writing the beginning of a fault, a check or whatever else users add into their project."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import sys
from collections.abc import Callable, Container, Mapping
from pathlib import Path

from harness.chain.channels import OWN_CHANNELS
from harness.chain.consumers.kinds import OURS
from harness.chain.consumers.own import OWN_KINDS
from harness.checks.model.check import CHECKS
from harness.contract.channels import TAKEN
from harness.errors import AuthorError
from harness.extensions.settings import FILE, TABLE, settings
from harness.faults import FAULTS
from harness.formats import FORMATS
from harness.scaffold.templates import IN_MOCKS, TEMPLATES

NAMES: Mapping[str, Callable[[], Container[str]]] = {
    "fault": lambda: FAULTS,
    "check": lambda: CHECKS,
    "format": lambda: FORMATS,
    "consumer": lambda: (*OURS, *OWN_KINDS),
    "channel": lambda: (*TAKEN, *OWN_CHANNELS),
}
"""By kind, the names that are taken."""


def write_new(kind: str, name: str, folder: Path) -> list[str]:
    """Write modules, test and page, and name the modules in the project's settings; what was done, in lines.

    Raises AuthorError for a name that cannot be one or is taken, and for a file that is there: nothing is overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise AuthorError(f"harness new {kind}: found the name {name!r}, expected small letters, such as badge_reader")
    if name in NAMES[kind]():
        raise AuthorError(f"harness new {kind}: found the name {name!r}, which a {kind} has already; choose another")
    if keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise AuthorError(f"harness new {kind}: found the name {name!r}, which is Python's own; choose another")
    words = {
        "name": name,
        "kind_name": "".join(part.title() for part in name.split("_")),
        "words": name.replace("_", " "),
    }
    files = {folder / file.format(**words): text.format(**words) for file, text in TEMPLATES[kind].items()}
    for file in files:
        if file.exists():
            raise AuthorError(f"harness new {kind}: {file} is there, and is not overwritten; choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    named = {"load": folder / f"{name}.py"}
    if kind in IN_MOCKS:
        named["mocks"] = folder / IN_MOCKS[kind].format(**words)
    return [*(f"wrote {file}" for file in files), _name_in_settings(named)]


def _name_in_settings(modules: Mapping[str, Path]) -> str:
    """Let every command and test of the project know the modules; a table that is there is its author's to change."""
    folders = (Path.cwd(), *Path.cwd().parents)
    near = settings(Path.cwd()).file or next(
        (one / FILE for one in folders if (one / FILE).is_file()), Path.cwd() / FILE
    )
    entries = {key: Path(os.path.relpath(one.resolve(), near.parent)).as_posix() for key, one in modules.items()}
    file = Path(os.path.relpath(near))
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if f"[tool.{TABLE}]" in text:
        added = " and ".join(f'"{entry}" to {key}' for key, entry in entries.items())
        return f"add {added} under [tool.{TABLE}] in {file}, and every command and test knows it"
    separator = "\n" if text and not text.endswith("\n\n") else ""
    lines = "".join(f'{key} = ["{entry}"]\n' for key, entry in entries.items())
    _write_whole(file.resolve(), f"{text}{separator}[tool.{TABLE}]\n{lines}")
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
