"""Programs that make a file's content: found by name in the chain's own folder first, then among the shipped ones."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

from harness import data
from harness.errors import AuthorError
from harness.strict import unknown, words

Write = Callable[..., int]
"""``write(out, *, date, seed, **parameters) -> records``: writes the bytes, returns how many records they hold."""

GIVEN = ("out", "date", "seed")
"""What the harness gives each factory; everything else is the author's."""


def find(name: str, chain_folder: Path) -> Write:
    """The factory's `write`, or an AuthorError that names the known ones."""
    folders = _folders(chain_folder)
    for folder in folders:
        file = folder / f"{name}.py"
        if name.isidentifier() and file.is_file():
            return _load(file, file.stat().st_mtime_ns)
    raise AuthorError(unknown("factory", name, _names(folders)))


def parameter_mistakes(name: str, write: Write, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(parameter, text) for each that the factory does not take, needs and does not get, or gets in another type."""
    parameters = inspect.signature(write).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    own = {
        key: parameter
        for key, parameter in parameters.items()
        if key not in GIVEN and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }
    for key, value in given.items():
        if key not in own and not takes_all:
            yield key, unknown(f"parameter of the factory '{name}'", key, own)
        elif key in own and (text := _wrong_type(write, key, value)):
            yield key, f"the factory '{name}': {key}: {text}"
    for key, parameter in own.items():
        if parameter.default is parameter.empty and key not in given:
            yield "factory", f"the factory '{name}' needs '{key}': write it beside the factory"


def _wrong_type(write: Write, key: str, value: Any) -> str | None:
    """Why a value is not what the factory's signature asks for; one that asks for nothing takes anything."""
    try:
        hint = get_type_hints(write).get(key, Any)
        TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError as error:
        return words(error.errors(include_url=False)[0], [])
    except (PydanticSchemaGenerationError, NameError, TypeError):
        return None  # an annotation for people, not for data
    return None


def write(write_content: Write, out: Any, *, date: dt.date, seed: int, parameters: dict[str, Any]) -> int:
    """Run a factory; what it raises is the author's to know, with the factory's file."""
    source = inspect.getsourcefile(write_content)
    try:
        records = write_content(out, date=date, seed=seed, **parameters)
    except ValueError as error:
        # A factory's own words for what it cannot make.
        raise AuthorError(f"{source}: the factory failed for {date}: {error}") from error
    except Exception as error:
        raise AuthorError(f"{source}: the factory failed for {date}: {type(error).__name__}: {error}") from error
    if not isinstance(records, int) or isinstance(records, bool) or records < 0:
        raise AuthorError(f"{source}: the factory returned {records!r}, expected the number of records that it wrote")
    return records


def _folders(chain_folder: Path) -> list[Path]:
    return [chain_folder / "factories", data.fixtures() / "factories"]


def _names(folders: list[Path]) -> list[str]:
    return sorted({file.stem for folder in folders for file in folder.glob("*.py") if file.stem.isidentifier()})


@functools.lru_cache(maxsize=64)
def _load(file: Path, _changed_ns: int) -> Write:
    spec = importlib.util.spec_from_file_location(f"night_harness_factory_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise AuthorError(f"{file}: not a Python file that can be loaded")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AuthorError(f"{file}: the factory does not load: {type(error).__name__}: {error}") from error
    found = getattr(module, "write", None)
    if not callable(found):
        expected = "def write(out, *, date, seed, ...) -> int"
        raise AuthorError(f"{file}: found no function 'write', expected {expected}, which returns the record count")
    return found  # type: ignore[no-any-return]  # a user's module: its signature is told, not known
