"""What of users' code runs inside the mocks: packed with all that it needs, for the directory of a stack.

The same on both stacks, so that neither depends on what else is installed beside it. A module's package is packed
whole. What it needs beside that, it says itself, and each of these must be written in Python alone:

    NEEDS = ("night_ours_tables",)
"""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import io
import json
import sys
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.errors import AuthorError
from harness.extensions.doors import Extension

FOLDER, INDEX = "extensions", "index.json"
"""Where it lies in a stack's directory, and the file that says what is to be imported, and where that is named."""

COMPILED = tuple(importlib.machinery.EXTENSION_SUFFIXES)


@dataclass(frozen=True)
class Bundle:
    """Files by their paths below the folder; nothing where users have added nothing."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    def write(self, root: Path) -> None:
        """Put it into a stack's directory."""
        for name, content in self.files.items():
            path = root / FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def packed(self) -> bytes:
        """As a tar file of the folder."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, content in self.files.items():
                entry = tarfile.TarInfo(f"{FOLDER}/{name}")
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
        return out.getvalue()


def bundle(extensions: Iterable[Extension]) -> Bundle:
    """What these modules and their needs are; AuthorError, with the origin, for what cannot be packed."""
    files: dict[str, bytes] = {}
    index = []
    for one in extensions:
        if one.module.endswith(".py"):
            module, file = f"loaded_{Path(one.module).stem}", Path(one.module)
            if not file.is_file():
                raise one.wrong(found=f"no file {file}", expected="a Python file")
            files[f"{module}.py"] = file.read_bytes()
        else:
            module, file = one.module, _file_of(one)
            files |= _packed(one, module.partition(".")[0])
        for need in _needs(one, file):
            files |= _packed(replace(one, origin=f"{one.origin}: NEEDS"), need)
        index.append({"origin": one.origin, "module": module})
    return Bundle(files | {INDEX: json.dumps(index).encode()} if index else {})


def _file_of(one: Extension) -> Path:
    """The file of a module, found without an import of it: what it imports may be there in the mocks alone."""
    top, *rest = one.module.split(".")
    for folder in _folders(one, top):
        place = folder.joinpath(*rest)
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                return file
    raise one.wrong(found=f"no module {one.module}", expected="a module that is installed, or on PYTHONPATH")


def _folders(one: Extension, top: str) -> list[Path]:
    """Where a top-level module lies: its package's folders, or the file without its ending."""
    spec = importlib.util.find_spec(top)
    if spec is None:
        raise one.wrong(found=f"no module {top}", expected="a module that is installed, or on PYTHONPATH")
    if spec.submodule_search_locations is not None:
        return [Path(folder) for folder in spec.submodule_search_locations]
    if spec.origin is None or not spec.origin.endswith(".py"):
        raise _compiled(one, top)
    return [Path(spec.origin).with_suffix("")]


def _packed(one: Extension, top: str) -> dict[str, bytes]:
    if top in sys.stdlib_module_names or top == "harness":
        return {}
    found: dict[str, bytes] = {}
    for folder in _folders(one, top):
        if not folder.is_dir():
            return {f"{top}.py": folder.with_suffix(".py").read_bytes()}
        for path in sorted(folder.rglob("*")):
            if path.name.endswith(COMPILED):
                raise _compiled(one, top)
            if path.is_file() and "__pycache__" not in path.parts:
                found[str(Path(top) / path.relative_to(folder))] = path.read_bytes()
    return found


def _compiled(one: Extension, top: str) -> AuthorError:
    return one.wrong(
        found=f"{top}, which is compiled and cannot be copied into a container,",
        expected=f"modules of Python alone (or an image that has it: `harness images build --with {top}`, and {top} "
        "left out of NEEDS)",
    )


def _needs(one: Extension, file: Path) -> tuple[str, ...]:
    """What a module's ``NEEDS`` says; read from its text."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise one.wrong(found=f"{type(error).__name__}: {error} ({file})", expected="a Python file") from None
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == ["NEEDS"]:
            try:
                needs = ast.literal_eval(statement.value)
            except ValueError:
                needs = None
            if not isinstance(needs, tuple | list) or not all(isinstance(need, str) for need in needs):
                found = f"NEEDS = {ast.unparse(statement.value)} ({file}:{statement.lineno})"
                raise one.wrong(found=found, expected="the names of modules, as texts in a tuple")
            return tuple(needs)
    return ()
