"""pytest starts here: which tests are left out, how they are spread, and how the programs that they start begin.

The plugin itself comes in through its entry point, so nothing is registered a second time.
"""

from __future__ import annotations

import compileall
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

collect_ignore = ["tests/examples/own_package"]
"""A package of its own: tests/extensions installs it and runs its tests, which nothing here knows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--exhaustive``: of these tests alone; whoever uses the plugin has no such option."""
    parser.addoption("--exhaustive", action="store_true", help="run the tests that are marked as exhaustive too")


def pytest_configure(config: pytest.Config) -> None:
    """Compile once a run what its many processes load: the harness, the tests, the reference chains' programs.

    Where Python is told to write no bytecode, as many an image tells it, every process of the run would compile all
    that it imports, and pytest rewrite all assertions again. A job writes none into its chain's folder in any case, so
    that every one of a thousand jobs would compile its modules; where a chain is in use, they are there from its
    ordinary runs.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):  # workers and programs begin without it
        sys.dont_write_bytecode = False
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(__file__).parent / "fixtures/chains", quiet=2)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out: with workers, nobody counts what was deselected."""
    return None if config.option.exhaustive else "exhaustive tests are left out, but for those named by node id"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is exhaustive, unless all of it is asked for, or a test is named on the command line."""
    if config.option.exhaustive:
        return
    left_out = [item for item in items if item.get_closest_marker("exhaustive") and not _is_named(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_named(item: pytest.Item) -> bool:
    """Whether a node id of the command line is the item's, or that of its function or class."""
    for argument in item.config.args:
        file, _, name = argument.partition("::")
        if name and item.config.invocation_params.dir.joinpath(file).resolve() == item.path:
            own = item.nodeid.partition("::")[2]
            if own == name or own.startswith((f"{name}[", f"{name}::")):
                return True
    return False


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of garbage collection: all of it lives until the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send all tests of a file to one worker, which starts what they share once."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log) if config.option.dist == "load" else None


@pytest.fixture(scope="session", autouse=True)
def _programs_begin_with_default_signals() -> None:
    """Let signals that pytest was told to ignore end the tests' programs; pytest itself goes on ignoring them.

    ``nohup`` ignores SIGHUP, and a shell without job control the SIGINT of what it starts in the background. A program
    inherits that a signal is ignored, but no handler.
    """
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(signo) is signal.SIG_IGN:
            signal.signal(signo, lambda *_: None)
