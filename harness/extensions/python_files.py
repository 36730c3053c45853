"""Files and modules that are no package: what a command's ``--load`` and a project's settings name."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import AuthorError
from harness.extensions.doors import in_one_line


def add_load_option(parser: argparse.ArgumentParser) -> None:
    """``--load``: files and modules to be imported first; `load` does so."""
    parser.add_argument(
        "--load",
        action="append",
        default=[],
        dest="loaded",
        type=Path,
        metavar="FILE|MODULE",
        help="a Python file or module that registers faults, checks or formats of your own, such as a conftest.py",
    )


def load(named: Iterable[Path], *, by: str = "--load", root: Path | None = None) -> None:
    """Import each, so that what it registers is known; a file may import its neighbours, as under ``python FILE``.

    root: the folder where modules are looked for as well, and after which a file's module is named: the current one.

    Raises AuthorError, with ``by``, the name and what happened, when one cannot be imported.
    """
    folder = (root or Path.cwd()).resolve()
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    for one in named:
        if one.is_file():
            _run(one, by, folder)
        elif one.suffix == ".py" or len(one.parts) > 1:
            raise AuthorError(f"{by}: found no file {one}, expected one that registers faults, checks or formats")
        else:
            _import(str(one), by)


def _import(module: str, by: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as error:
        expected = "a Python file (NAME.py), or a module that can be imported from here"
        raise AuthorError(f"{by}: {module}: {in_one_line(error)}; expected {expected}") from error


def _run(file: Path, by: str, root: Path) -> None:
    if any(_is_of(module, file) for module in list(sys.modules.values())):
        return  # another of the files has imported it, and what it registers is known
    name = _name_of(file, root)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise AuthorError(f"{by}: {file}: expected a Python file, with a name that ends in .py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    # A test beside it may import it by its file's name alone, and must not run it again.
    alias = file.stem if file.stem.isidentifier() and file.stem not in sys.modules else name
    sys.modules[alias] = module
    sys.path.insert(0, str(file.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except AuthorError as error:
        _forget(name, alias)
        raise AuthorError(f"{by}: {file}: {error}") from error
    except Exception as error:
        _forget(name, alias)
        raise AuthorError(f"{by}: {file}: {in_one_line(error)}; expected a file that runs without an error") from error


def _name_of(file: Path, root: Path) -> str:
    """The module's name after its folders below the root, or after the file alone; else one of its own."""
    try:
        parts = file.resolve().relative_to(root).with_suffix("").parts
    except ValueError:
        parts = ()
    names = (".".join(parts), file.stem)
    return next((name for name in names if _is_free(name)), f"loaded_{file.stem}")


def _is_free(name: str) -> bool:
    return all(part.isidentifier() for part in name.split(".")) and name not in sys.modules


def _forget(*names: str) -> None:
    for name in names:
        sys.modules.pop(name, None)


def _is_of(module: object, file: Path) -> bool:
    found = getattr(module, "__file__", None)
    return found is not None and Path(found).resolve() == file.resolve()
