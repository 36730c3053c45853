"""Programs that make a file's content: in the chain's own folder, of installed packages, or among the shipped ones."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

from harness.content import shipped
from harness.errors import AuthorError, NightHarnessError, exhausted
from harness.extensions.doors import Extension, declared
from harness.formats import Column, Form, Table
from harness.formats.choices import control_mistake, form_mistakes, width_mistake
from harness.formats.layout import KEYS
from harness.formats.table import Batch, Row
from harness.values.strict import unknown, words

GIVEN = ("out", "date", "seed")
"""What the harness gives each factory; everything else is the author's."""

_EXPECTED = (
    "def records(*, date, seed, ...), which yields a row at a time, with COLUMNS beside it, "
    "or def write(out, *, date, seed, ...) -> int, which returns the record count"
)


@dataclass(frozen=True)
class Factory:
    """One factory, in one of two kinds.

    ``records(*, date, seed, **parameters)`` yields rows, or batches of them, under ``columns``, and the harness writes
    them in any format.
    ``write(out, *, date, seed, **parameters) -> records`` writes bytes of its own.
    """

    name: str
    file: Path
    records: Callable[..., Iterable[Row] | Iterable[Batch]] | None = None
    columns: tuple[Column, ...] = ()
    control: str | None = None
    write: Callable[..., int] | None = None

    @property
    def program(self) -> Callable[..., Any]:
        """The function that is called, whose signature says which parameters there are."""
        return self.records or self.write  # type: ignore[return-value]  # one of them is there: see _load

    @property
    def own(self) -> dict[str, inspect.Parameter]:
        """The parameters that the author of a chain may give it."""
        return {
            key: parameter
            for key, parameter in inspect.signature(self.program).parameters.items()
            if key not in GIVEN and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        }

    @property
    def takes_all(self) -> bool:
        """Whether it takes parameters of any name."""
        return any(one.kind is one.VAR_KEYWORD for one in inspect.signature(self.program).parameters.values())

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What it gets of all that stands beside its name: a key of the form only if it has such a parameter."""
        own = self.own
        return {key: value for key, value in given.items() if key in own or key not in KEYS}

    def form(self, given: Mapping[str, Any]) -> Form:
        """The rest: how the file is to be written, or how to understand what the factory writes."""
        own = self.own
        return Form(**{key: value for key, value in given.items() if key in KEYS and key not in own})


def find(name: str, chain_folder: Path) -> Factory:
    """The factory of that name, or an AuthorError that names the known ones.

    A chain's own goes first. A package cannot take the name of a shipped one, or of another package's.
    """
    installed = _installed()
    own, shipped_ones = _folders(chain_folder)
    if name.isidentifier() and (file := own / f"{name}.py").is_file():
        return _load(file, file.stat().st_mtime_ns)
    if name in installed:
        return _of_package(installed[name])
    if name.isidentifier() and (file := shipped_ones / f"{name}.py").is_file():
        return _load(file, file.stat().st_mtime_ns)
    raise AuthorError(unknown("factory", name, sorted({*_names([own, shipped_ones]), *installed})))


def _installed() -> dict[str, Extension]:
    """What packages declare, by name; AuthorError for a name that is taken."""
    taken = dict.fromkeys(_names([shipped.fixtures() / "factories"]), "Night Harness ships")
    found: dict[str, Extension] = {}
    for one in declared("factories"):
        if one.name in taken:
            raise one.wrong(found=f"a factory {one.name!r}, as {taken[one.name]} one", expected="a name of its own")
        taken[one.name], found[one.name] = one.origin, one
    return found


@functools.lru_cache(maxsize=64)
def _of_package(extension: Extension) -> Factory:
    module = extension.load()
    try:
        return _checked(extension.name, Path(module.__file__ or module.__name__), module)
    except AuthorError as error:
        raise AuthorError(f"{extension.origin}: {error}") from None


def content_mistakes(factory: Factory, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, text) for each parameter or choice of form that the factory cannot take, or needs and does not get."""
    own = factory.own
    for key, value in given.items():
        if key not in own and key not in KEYS and not factory.takes_all:
            yield key, unknown(f"parameter of the factory '{factory.name}'", key, [*own, *KEYS])
        elif key in own and (text := _wrong_type(factory.program, key, value)):
            yield key, f"the factory '{factory.name}': {key}: {text}"
    for key, parameter in own.items():
        if parameter.default is parameter.empty and key not in given:
            yield "factory", f"the factory '{factory.name}' needs '{key}': write it beside the factory"
    yield from _form_mistakes(factory, {key: value for key, value in given.items() if key in KEYS and key not in own})


def _form_mistakes(factory: Factory, form: dict[str, Any]) -> Iterator[tuple[str, str]]:
    made = factory.records is not None
    yield from form_mistakes(form, made=made)
    if not made:
        return
    if text := control_mistake(form.get("control"), factory.columns):
        yield "control", f"the factory '{factory.name}': {text}"
    if form.get("format") == "fixed" and (text := width_mistake(factory.columns)):
        yield "format", f"the factory '{factory.name}': {text}"


def _wrong_type(program: Callable[..., Any], key: str, value: Any) -> str | None:
    """Why a value is not what the factory's signature asks for; one that asks for nothing takes anything."""
    try:
        hint = get_type_hints(program).get(key, Any)
        TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError as error:
        return words(error.errors(include_url=False)[0], [])
    except (PydanticSchemaGenerationError, NameError, TypeError):
        return None  # an annotation for people, not for data
    return None


def table(factory: Factory, *, date: dt.date, seed: int, parameters: Mapping[str, Any], control: str | None) -> Table:
    """The records of a factory that yields them; ``control`` adds up another column than the factory's own."""
    if factory.records is None:
        raise TypeError(f"the factory '{factory.name}' yields no records")
    rows = factory.records(date=date, seed=seed, **parameters)
    return Table(factory.columns, rows, control or factory.control)


def write(factory: Factory, out: Any, *, date: dt.date, seed: int, parameters: Mapping[str, Any]) -> int:
    """Let a factory write that does so by itself; how many records it says it wrote."""
    if factory.write is None:
        raise TypeError(f"the factory '{factory.name}' yields records")
    records = factory.write(out, date=date, seed=seed, **parameters)
    if not isinstance(records, int) or isinstance(records, bool) or records < 0:
        raise AuthorError(
            f"{factory.file}: the factory returned {records!r}, expected the number of records that it wrote"
        )
    return records


def failed(factory: Factory, date: dt.date, error: Exception) -> NightHarnessError:
    """What a factory raised, for its author to know, with its file; that the disk is full is none of its mistakes."""
    if isinstance(error, AuthorError):
        return error
    if (told := exhausted(error)) is not None:
        return told
    # A ValueError is a factory's own words for what it cannot make.
    text = f"{error}" if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return AuthorError(f"{factory.file}: the factory failed for {date}: {text}")


def _folders(chain_folder: Path) -> list[Path]:
    return [chain_folder / "factories", shipped.fixtures() / "factories"]


def _names(folders: list[Path]) -> list[str]:
    return sorted({file.stem for folder in folders for file in folder.glob("*.py") if file.stem.isidentifier()})


@functools.lru_cache(maxsize=64)
def _load(file: Path, _changed_ns: int) -> Factory:
    spec = importlib.util.spec_from_file_location(f"night_harness_factory_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise AuthorError(f"{file}: not a Python file that can be loaded")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AuthorError(f"{file}: the factory does not load: {type(error).__name__}: {error}") from error
    return _checked(file.stem, file, module)


def _checked(name: str, file: Path, module: ModuleType) -> Factory:
    """The factory that a module is; AuthorError when it is none."""
    there = [name for name in ("records", "write") if callable(getattr(module, name, None))]
    if len(there) != 1:
        found = "no function 'records' or 'write'" if not there else "both functions 'records' and 'write'"
        raise AuthorError(f"{file}: found {found}, expected {_EXPECTED}")
    if there == ["write"]:
        return Factory(name, file, write=module.write)
    columns = _columns(file, module)
    control = getattr(module, "CONTROL", None)
    if control is not None and (text := control_mistake(str(control), columns)):
        raise AuthorError(f"{file}: CONTROL: {text}")
    return Factory(name, file, records=module.records, columns=columns, control=control)


def _columns(file: Path, module: ModuleType) -> tuple[Column, ...]:
    columns = getattr(module, "COLUMNS", None)
    expected = "COLUMNS = (Column(name, type, width), ...), from harness.formats, for what 'records' yields"
    if not isinstance(columns, tuple | list) or not columns:
        raise AuthorError(f"{file}: found {'no' if columns is None else 'other'} COLUMNS, expected {expected}")
    for column in columns:
        if not isinstance(column, Column):
            raise AuthorError(f"{file}: COLUMNS: found {column!r}, expected {expected}")
    return tuple(columns)
