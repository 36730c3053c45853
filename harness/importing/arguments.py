"""The arguments of `harness import`, turned into calls."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import AuthorError

if TYPE_CHECKING:  # `harness --help` must not pay for reading YAML
    from harness.importing.skeleton import Skeleton

SUMMARY = "Make a chain skeleton of what another scheduler knows: OpCon's JSON, a crontab, an Airflow DAG file."
FORMATS = ("opcon", "crontab", "system-crontab", "airflow")
_STDIN = "-"


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `harness import` its arguments."""
    parser.add_argument("format", metavar="FORMAT", help=f"what is read: {', '.join(FORMATS)}")
    parser.add_argument("file", metavar="FILE", help="the file, or - for the standard input")
    parser.add_argument("--output", type=Path, metavar="CHAIN", help="write the chain file here, not to the output")
    parser.add_argument("--force", action="store_true", help="overwrite the chain file that is there")
    parser.add_argument("--only", metavar="NAME", help="of several schedules or DAGs, the one to take")
    parser.set_defaults(command=_import)


def _import(options: argparse.Namespace) -> int:
    if options.format not in FORMATS:
        from harness.values.strict import unknown  # it needs pydantic, which every command would wait for

        raise AuthorError(f"harness import: {unknown('format', options.format, FORMATS)}")
    if options.output is not None and options.output.exists() and not options.force:
        raise AuthorError(f"--output: {options.output} is there already; choose another name, or overwrite it: --force")
    file, text = _read(options.file)
    skeleton = _READERS[options.format](text, file, options.only)
    if options.output is None:
        sys.stdout.write(skeleton.text())
    else:
        _write(options.output, skeleton.text())
    for remark in skeleton.all_remarks():
        sys.stderr.write(f"{remark}\n")
    return 0


def _read(name: str) -> tuple[Path, str]:
    file = Path("stdin" if name == _STDIN else name)
    try:
        text = sys.stdin.buffer.read() if name == _STDIN else file.read_bytes()
    except OSError as error:
        found = f"{file}:1: cannot be read ({error.strerror})"
        raise AuthorError(f"{found}; expected a file, or - to read the standard input") from None
    try:
        return file, text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise AuthorError(f"{file}:{line}: found byte 0x{text[error.start]:02x}, expected text in UTF-8") from None


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"--output: {output} cannot be written ({error.strerror})"
        raise AuthorError(f"{found}; expected a place for a file") from None


def _opcon(text: str, file: Path, only: str | None) -> Skeleton:
    from harness.importing.opcon import read_opcon

    return read_opcon(text, file, only)


def _airflow(text: str, file: Path, only: str | None) -> Skeleton:
    from harness.importing.airflow import read_airflow

    return read_airflow(text, file, only)


def _crontab(text: str, file: Path, only: str | None, *, system: bool = False) -> Skeleton:
    from harness.importing.crontab import read_crontab

    if only is not None:
        raise AuthorError(f"--only: found {only!r}, and a crontab is one chain; leave it out")
    return read_crontab(text, file, system=system)


def _system_crontab(text: str, file: Path, only: str | None) -> Skeleton:
    return _crontab(text, file, only, system=True)


_READERS: dict[str, Callable[[str, Path, str | None], Skeleton]] = {
    "opcon": _opcon,
    "crontab": _crontab,
    "system-crontab": _system_crontab,
    "airflow": _airflow,
}
