"""Where the shipped chains, factories and scenarios are: inside an installed package, or beside it in a clone."""

from __future__ import annotations

from pathlib import Path

from harness.errors import StackError

_PACKAGE = Path(__file__).resolve().parents[1]


def fixtures() -> Path:
    """The folder of the shipped chains, files and factories."""
    return _folder("fixtures")


def scenarios() -> Path:
    """The folder of the shipped scenarios."""
    return _folder("scenarios")


def _folder(name: str) -> Path:
    places = (_PACKAGE / name, _PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    raise StackError(
        f"the shipped {name}",
        found=f"neither {places[0]} nor {places[1]} is a folder",
        expected=f"a {name} folder inside the installed package or at the top of a clone",
        todo="install the package again: pip install --force-reinstall night-harness",
    )
