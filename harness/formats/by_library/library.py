"""A library that is an extra: imported where it is needed, and its errors told as those of the file."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from harness.formats.layout import Mismatch


class CannotRewrite(ValueError):
    """The library would write what is to stay as it is in another way."""


class Library(NamedTuple):
    """What reads files of a kind; ``file`` is its name in a sentence, ``extra`` brings the package."""

    file: str
    package: str
    extra: str

    @property
    def is_installed(self) -> bool:
        """Whether it can be imported."""
        return importlib.util.find_spec(self.package) is not None

    @property
    def needed(self) -> str:
        """What to do where it is not installed."""
        return f"{self.file} needs {self.package}, which is not installed: pip install 'night-harness[{self.extra}]'"

    def module(self, name: str) -> Any:
        """One of its modules; a Mismatch where it is not installed."""
        try:
            return importlib.import_module(name)
        except ImportError as error:
            raise Mismatch("format", self.needed) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever it raises of a file that is none of its own, or not whole, becomes a ValueError."""
        try:
            yield
        except (Mismatch, CannotRewrite):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the disk
            raise ValueError(
                f"is no {self.file.split(' ', 1)[1]}: {' '.join(str(error).split()) or type(error).__name__}"
            ) from error
