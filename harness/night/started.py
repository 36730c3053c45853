"""A stack that a command has started, with a runner of nights on it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.clock.ticks import tick_error_of
from harness.extensions.doors import declared
from harness.extensions.settings import settings
from harness.night.arguments import work_limit_of

if TYPE_CHECKING:  # commands that run no night must not pay for what a night needs
    from rich.console import Console

    from harness.extensions.doors import Extension
    from harness.night.runner import NightRunner


@contextmanager
def started(options: argparse.Namespace, console: Console) -> Iterator[NightRunner]:
    """As a command's options say; stopped on the way out, whatever happens."""
    from harness.night.runner import NightRunner
    from harness.stack.choice import start

    tick_error, limit = tick_error_of(options.tick_error), work_limit_of(options)
    with console.status(f"starting the {options.stack} stack"):
        stack = start(options.stack, extensions=for_mocks())
    try:
        console.print(stack.told, style="dim", highlight=False, soft_wrap=True)
        yield NightRunner(stack, stack.scratch, tick_error=tick_error, work_limit=limit)
    finally:
        stack.stop()


def for_mocks() -> list[Extension]:
    """What of users' code is imported inside the mocks: of packages, and of this project."""
    return [*declared("mocks"), *settings(Path.cwd()).mocks]
