"""What users add to the harness: a Python file that registers checks or faults of their own."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import AuthorError


def add_load_option(parser: argparse.ArgumentParser) -> None:
    """``--load``: files to be run first; `load` does so."""
    parser.add_argument(
        "--load",
        action="append",
        default=[],
        dest="loaded",
        type=Path,
        metavar="FILE",
        help="a Python file that registers checks or faults of your own, such as a conftest.py",
    )


def load(files: Iterable[Path]) -> None:
    """Run each file, so that what it registers is known; it may import its neighbours, as under ``python FILE``.

    Raises AuthorError, with the file and what happened, when one cannot be run.
    """
    for file in files:
        if not file.is_file():
            raise AuthorError(f"--load: found no file {file}, expected one that registers checks or faults")
        _run(file)


def _run(file: Path) -> None:
    if any(_is_of(module, file) for module in list(sys.modules.values())):
        return  # another of the files has imported it, and what it registers is known
    name = f"loaded_{file.stem}"  # no other module's
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise AuthorError(f"--load: {file}: expected a Python file, with a name that ends in .py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except AuthorError as error:
        raise AuthorError(f"--load: {file}: {error}") from error
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        raise AuthorError(f"--load: {file}: {found}; expected a file that runs without an error") from error


def _is_of(module: object, file: Path) -> bool:
    found = getattr(module, "__file__", None)
    return found is not None and Path(found).resolve() == file.resolve()
