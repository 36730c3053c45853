"""The program of a mock: its arguments, its event loop, and its end."""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.clock.census.open_files import allow_all_files
from harness.mocks.core import extensions
from harness.mocks.core.control import ControlServer
from harness.mocks.core.mock import Mock


def run(mock_type: type[Mock]) -> None:
    """Be the program of a mock, until it is told to end."""
    parser = argparse.ArgumentParser(prog=f"harness.mocks.{mock_type.component}", description=mock_type.__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="the stack's directory")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (0: any)")
    mock_type.options(parser)
    options = parser.parse_args()
    allow_all_files()
    for folder in ("control", "history"):
        (options.dir / folder).mkdir(parents=True, exist_ok=True)
    broken = extensions.load(options.dir)
    mock = mock_type(options)
    mock.broken = broken
    asyncio.run(_live(mock))


async def _live(mock: Mock) -> None:
    mock.loop = loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _unhandled(mock, context))
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    mock.endpoints = await mock.serve()
    # Never closed: its thread is in the middle of accepting, and ends with the process.
    threading.Thread(target=ControlServer(mock).accept, name="control", daemon=True).start()
    await ended.wait()


def _unhandled(mock: Mock, context: Mapping[str, Any]) -> None:
    error = context.get("exception") or RuntimeError(context.get("message"))
    mock.bug(str(context.get("message", "event loop")), error)
